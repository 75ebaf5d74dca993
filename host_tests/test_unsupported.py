"""A MicroPython that cannot load the library says what it lacks, and what to do."""

from pathlib import Path

import pytest

from firmware.board import PICO_ARCH
from firmware.deploy import library
from firmware.image import Kind, find_image
from host_tests.unix import Unix

_TWICE = """
for _ in range(2):
    try:
        {statement}
    except ImportError as error:
        print(error)
"""


@pytest.fixture(scope="session")
def unix_bytecode() -> Unix:
    """MicroPython as it is on ports that have no machine code."""
    return Unix(find_image(Kind.UNIX_BYTECODE).path)


@pytest.mark.parametrize(
    "statement",
    [
        "import heapless_py",
        "from heapless_py import SpscQueue",
        "from heapless_py.vec import Vec",
    ],
)
def test_a_firmware_without_machine_code_says_so(unix_bytecode: Unix, statement: str) -> None:
    first, second = unix_bytecode.exec(_TWICE.format(statement=statement)).splitlines()
    assert first.startswith("heapless_py needs machine code, and MicroPython v1.")
    assert "has none (sys.implementation._mpy names no processor); use a port that has it" in first
    assert second == first


def test_files_for_another_processor_are_told(unix: Unix, tmp_path: Path) -> None:
    for name, data in library(PICO_ARCH).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    code = _TWICE.format(statement="from heapless_py import SpscQueue")
    first, second = unix.exec(code, library=tmp_path).splitlines()
    assert first.startswith("MicroPython v1.")
    why = "incompatible .mpy arch"
    assert f"does not load these .mpy files of heapless_py ({why}): they are for another" in first
    assert second == first
