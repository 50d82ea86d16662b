"""Where the key comes from: real files with real permissions, and what polls cost."""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

PACKAGE = "bl_ext.user_default.tripo_blender"
VARIABLE = "MODELSTREAM_API_KEY"
posix = pytest.mark.skipif(os.name != "posix", reason="permission bits mean nothing on Windows")


@pytest.fixture
def access(preferences: Any, module: Any, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setenv(VARIABLE, "key-of-the-environment")
    preferences.api_key = ""
    return module("app.account")


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "a key"
    path.write_text("key-of-the-file\n")
    path.chmod(0o600)
    return path


def unavailable_reason(access: ModuleType) -> str:
    return str(access.unavailable_reason(access.access(bpy.context)) or "")


def test_argument_preferences_file_environment(access: ModuleType, preferences: Any, key_file: Path) -> None:
    def used() -> tuple[str, str]:
        given = access.access(bpy.context)
        return given.key, access.key_told(bpy.context)[0].english()

    assert used() == ("key-of-the-environment", f"The key of the environment variable {VARIABLE} is used")
    preferences.key_file = str(key_file)
    assert used() == ("key-of-the-file", f"The key of the file {key_file} is used")
    preferences.api_key = " key-of-the-preferences "
    key, told = used()
    assert key == "key-of-the-preferences"
    assert told.endswith("userpref.blend")
    assert str(Path(told.rpartition(" in ")[2]).parent) == bpy.utils.user_resource("CONFIG").rstrip("/\\")
    assert access.access(bpy.context, "", "key-of-the-argument").key == "key-of-the-argument"
    assert access.access(bpy.context, key_file=str(key_file)).key == "key-of-the-file"


@posix
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o610, 0o777])
def test_a_key_file_that_others_reach_is_refused_until_it_is_mended(
    access: ModuleType, preferences: Any, key_file: Path, mode: int
) -> None:
    preferences.key_file = str(key_file)
    key_file.chmod(mode)
    assert unavailable_reason(access).endswith(f"Run: chmod 600 '{key_file}'")
    assert access.access(bpy.context).key == ""
    assert os.system(unavailable_reason(access).partition("Run: ")[2]) == 0
    assert unavailable_reason(access) == ""


def test_a_key_file_that_cannot_be_used_says_why(access: ModuleType, preferences: Any, tmp_path: Path) -> None:
    path = tmp_path / "key"
    preferences.key_file = str(path)
    assert "no such file" in unavailable_reason(access)
    path.touch(0o600)
    for content, words in ((b"", "is empty"), (b"a\nb", "more than one line"), (b"k" * 5000, "too large")):
        path.write_bytes(content)
        assert words in unavailable_reason(access)
    path.write_bytes(b"sk-new")
    assert unavailable_reason(access) == ""
    preferences.key_file = str(tmp_path)
    assert "it is not a file" in unavailable_reason(access) or "denied" in unavailable_reason(access)


@posix
def test_a_pipe_stops_nobody(access: ModuleType, preferences: Any, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    preferences.key_file = str(tmp_path / "pipe")
    assert "it is not a file" in unavailable_reason(access)


def test_only_what_uses_the_key_looks_at_its_file(
    access: ModuleType, preferences: Any, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file on a share that hangs would hold the window up at each redraw."""
    looked: list[str] = []

    def counted(name: str) -> None:
        original = getattr(os, name)

        def counting(path: Any, *arguments: Any, **options: Any) -> Any:
            looked.append(name)
            return original(path, *arguments, **options)

        monkeypatch.setattr(os, name, counting)

    counted("open")
    counted("stat")
    preferences.key_file = str(key_file)
    assert looked == ["stat", "open"], "it was chosen"
    looked.clear()
    for _ in range(5):
        bpy.ops.tripo.generate.poll()
        bpy.ops.tripo.generate_again.poll()
        assert access.unavailable_reason(access.access(bpy.context, looks=False)) is None
        told, at_fault = access.key_told(bpy.context)
        assert (told.english(), at_fault) == (f"The key of the file {key_file} is used", False)
    assert looked == []
    key_file.write_text("key-of-another-length")
    assert access.access(bpy.context).key == "key-of-another-length"
    assert looked == ["stat", "open"]


@posix
def test_a_file_that_was_mended_is_used_at_the_next_press(access: ModuleType, preferences: Any, key_file: Path) -> None:
    key_file.chmod(0o644)
    preferences.key_file = str(key_file)
    settings = bpy.context.scene.tripo
    settings.source, settings.filepath = "FILE", "/nowhere.png"

    assert "chmod 600" in str(access.unavailable_reason(access.access(bpy.context, looks=False))), "the panel says it"
    with pytest.raises(RuntimeError, match="chmod 600"):
        bpy.ops.tripo.generate()
    key_file.chmod(0o600)
    with pytest.raises(RuntimeError, match="There is no image at"):
        bpy.ops.tripo.generate()
    assert access.unavailable_reason(access.access(bpy.context, looks=False)) is None


@pytest.mark.filterwarnings("ignore:.*blend relative")  # 5.2 says so, and 4.2 gives such paths
def test_a_path_beside_the_open_file_stays_the_same_when_another_is_opened(
    access: ModuleType, preferences: Any, key_file: Path, tmp_path: Path
) -> None:
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "scene.blend"))
    preferences.key_file = "//a key"
    preferences.certificates = "//studio.pem"
    bpy.ops.wm.read_homefile(use_empty=True)
    assert preferences.key_file == str(key_file)
    assert access.access(bpy.context).network.certificates == str(tmp_path / "studio.pem")
    assert access.access(bpy.context).key == "key-of-the-file"


def test_a_proxy_that_is_none_is_said_at_once(access: ModuleType, preferences: Any) -> None:
    preferences.proxy = "socks5://anna:secret@127.0.0.1"
    assert "SOCKS" in unavailable_reason(access)
    assert "secret" not in unavailable_reason(access) + repr(access.access(bpy.context))


def test_the_key_of_one_service_is_not_sent_to_another(
    jobs: Any, preferences: Any, picture: Path, simulator: Any
) -> None:
    """An uncertain job, ordered at a service that the preferences no longer name."""
    settings = bpy.context.scene.tripo
    settings.source, settings.filepath, settings.texture, settings.face_limit = "FILE", str(picture), False, 1000
    simulator.play([{"on": "create", "do": "lost"}])
    jobs.start(bpy.context)
    jobs.pump(lambda: jobs.list()[0].state == "uncertain")
    simulator.forget()
    preferences.base_url, preferences.api_key = "http://127.0.0.1:9/v2", "key-of-another-service"
    with pytest.raises(RuntimeError, match="Set the base URL in the preferences back"):
        bpy.ops.tripo.send_again(job_id=jobs.list()[0].id)
    assert jobs.list()[0].state == "uncertain"
    assert simulator.requests() == []


def test_the_preferences_of_another_repositorys_add_on_are_not_taken(
    preferences: Any, module: Any, simulator: Any
) -> None:
    class Other(bpy.types.AddonPreferences):
        bl_idname = "bl_ext.another_place.tripo_blender"
        api_key: bpy.props.StringProperty()  # type: ignore[valid-type]

    addons = bpy.context.preferences.addons
    bpy.utils.register_class(Other)
    stranger = addons.new()
    try:
        stranger.module = Other.bl_idname
        stranger.preferences.api_key = "key-of-another-add-on"  # type: ignore[attr-defined]
        bpy.ops.preferences.addon_disable(module=PACKAGE)
        assert module("scene.addon_preferences").get(bpy.context) is None
        bpy.ops.preferences.addon_enable(module=PACKAGE)  # after the other one in the list
        addons[PACKAGE].preferences.api_key = simulator.key
        assert module("app.account").access(bpy.context).key == simulator.key
    finally:
        addons.remove(stranger)
        bpy.utils.unregister_class(Other)
        if PACKAGE not in addons:
            bpy.ops.preferences.addon_enable(module=PACKAGE)
