"""Tripo in Blender: a picture becomes a 3D model in the scene."""


def register() -> None:
    """Switch the add-on on; Blender is imported only here, so that core and worker run without it."""
    from .shell.registration import register as switch_on  # noqa: PLC0415

    switch_on()


def unregister() -> None:
    """Switch it off and leave nothing behind."""
    from .shell.registration import unregister as switch_off  # noqa: PLC0415

    switch_off()
