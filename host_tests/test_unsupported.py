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
        "from heapless_py import SpscQueue",
        "from heapless_py import bbqueue",
        "import heapless_py; heapless_py.Vec",
    ],
)
def test_a_firmware_that_compiles_no_machine_code_says_so(
    unix_bytecode: Unix, statement: str
) -> None:
    first, second = unix_bytecode.exec(_TWICE.format(statement=statement)).splitlines()
    assert first.startswith("heapless_py needs machine code, and MicroPython v1.")
    assert "compiles none (invalid micropython decorator); use a port that does" in first
    assert second == first


@pytest.mark.parametrize(
    ("machine", "why"),
    [
        ("unix", "incompatible .mpy arch"),
        ("unix_bytecode", "native code in .mpy unsupported"),
    ],
)
def test_files_for_another_processor_are_told(
    request: pytest.FixtureRequest, tmp_path: Path, machine: str, why: str
) -> None:
    for name, data in library(PICO_ARCH).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    unix: Unix = request.getfixturevalue(machine)
    code = _TWICE.format(statement="from heapless_py import SpscQueue")
    first, second = unix.exec(code, library=tmp_path).splitlines()
    assert first.startswith("MicroPython v1.")
    assert f"does not load these .mpy files of heapless_py ({why}): they are for another" in first
    assert second == first
