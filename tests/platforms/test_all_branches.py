"""Every place in the code that asks which system it runs on has a test that plays the other systems there."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_MODULES = {"os", "signal", "select", "socket", "subprocess", "errno"}

# The function that asks, or that is there on some systems only, and the test that plays it. By name, wherever it lies.
TABLE = {
    # pipes without a non-blocking mode
    "_readable": "test_lines_come_whole_and_end_with_their_writer",
    "_written": "test_what_finds_no_room_in_a_pipe_follows_in_order",
    "Lines.__init__": "test_lines_come_whole_and_end_with_their_writer",
    "Feed.__init__": "test_what_finds_no_room_in_a_pipe_follows_in_order",
    "_is_written_to": "test_an_output_is_written_without_a_look_at_it",
    "_has_room": "test_an_output_is_written_without_a_look_at_it",
    # locks of bytes, files that cannot be removed or replaced while they are open
    "lock": "test_a_job_has_one_owner",
    "_remove": "test_jobs_that_wait_have_a_list_that_others_read",
    "opened": "test_what_dies_leaves_no_owner",
    "put_in_place": "test_a_file_takes_the_place_of_one_that_is_read_just_now",
    # files and their names
    "read_small": "test_a_small_file_is_read_without_the_flags_of_posix",
    "open_new": "test_a_file_is_written_without_the_flags_of_posix",
    "_open": "test_an_image_is_read_without_the_flags_of_posix",
    "_read_key_file": "test_a_file_that_others_reach_by_its_mode",
    "_places": "test_a_drive_is_a_drive",
    # processes
    "WorkerHandle.__init__": "test_a_process_has_no_console_and_inherits_nothing_but_its_pipes",
    "SecondBlender.__init__": "test_a_process_has_no_console_and_inherits_nothing_but_its_pipes",
    # scripts
    "_try_lock": "test_two_that_make_one_environment_wait_for_each_other_on_windows",
    "cache_folder": "test_the_cache_lies_where_each_system_has_it",
    "environment": "test_an_environment_s_python_has_its_system_s_name",
    "_run_logged": "test_pip_gets_no_descriptors_on_windows_which_knows_none",
    "_find_python": "test_a_python_is_looked_for_where_its_system_has_it",
    "_candidates": "test_a_python_is_looked_for_where_its_system_has_it",
    "run_one": "test_what_takes_too_long_is_ended_with_all_its_children_on_windows",
    "plant": "test_a_soak_without_signals_and_limits_leaves_them_out",
    "fill_disk": "test_a_soak_without_signals_and_limits_leaves_them_out",
}
# What is measured or tortured with means of Linux is left out elsewhere, in one line that does nothing else.
LEFT_OUT = {"_Run.report", "_machine", "main"}


def _asks(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return (node.value.id, node.attr) in {("sys", "platform"), ("os", "name"), ("platform", "system")}
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"getattr", "hasattr"}
        and isinstance(node.args[0], ast.Name)
        and node.args[0].id in _MODULES
    )


def _places(node: ast.AST, within: str = "") -> Iterator[str]:
    """Give the names of the functions in which a system is asked for, or whose definition hangs on it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            yield from _places(child, f"{child.name}.")
        elif isinstance(child, ast.FunctionDef):
            if any(map(_asks, ast.walk(child))):
                yield f"{within}{child.name}"
        elif isinstance(child, ast.If) and any(map(_asks, ast.walk(child.test))):
            yield from (each.name for each in ast.walk(child) if isinstance(each, ast.FunctionDef))


def test_every_branch_has_its_test() -> None:
    found = {
        place
        for folder in ("tripo_blender", "scripts")
        for path in (ROOT / folder).rglob("*.py")
        for place in _places(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert found == TABLE.keys() | LEFT_OUT
    tests = {
        node.name
        for path in (ROOT / "tests").rglob("test_*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }
    assert set(TABLE.values()) <= tests
