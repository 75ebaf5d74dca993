"""A copy of the library with a fault in it, for MicroPython or another CPython to import."""

import shutil
from pathlib import Path

import heapless_py
from host_tests.interleave import Edit


def edited_library(folder: Path, *edits: Edit) -> Path:
    """`folder`, with a `heapless_py` in it that is changed by these edits."""
    package = folder / "heapless_py"
    shutil.copytree(
        Path(heapless_py.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__")
    )
    for edit in edits:
        module = package / f"{edit.module}.py"
        module.write_text(edit.apply(module.read_text()))
    return folder
