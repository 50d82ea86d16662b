"""Tripo in Blender: a picture becomes a 3D model in the scene."""


def register() -> None:
    """Switch the add-on on; Blender is imported only here, so that core, storage and worker run without it."""
    from .lazy import loaded_at_first_use  # noqa: PLC0415

    with loaded_at_first_use(
        *(f"{__name__}.{part}" for part in ("core", "storage", "converter", "scene", "app", "cli"))
    ):
        from .registration import register as switch_on  # noqa: PLC0415

    switch_on()


def unregister() -> None:
    """Switch it off and leave nothing behind."""
    from .registration import unregister as switch_off  # noqa: PLC0415

    switch_off()
