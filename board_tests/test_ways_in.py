"""The README's ways onto a board: its lines, from an empty board and an empty environment."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import heapless_py
from firmware.board import PICO_ARCH, Board, emulated_rp2040
from firmware.deploy import REPOSITORY, library
from firmware.image import Image, Kind, find_image
from host_tests import readme

pytestmark = [
    pytest.mark.timeout(1200),
    pytest.mark.skipif("HEAPLESS_PORT" in os.environ, reason="needs a board without files"),
]

_USE = """
import os, heapless_py
producer, consumer = heapless_py.SpscQueue(4, "H").split()
while producer.try_enqueue(2040):
    pass
there = os.listdir("/lib/heapless_py") if "lib" in os.listdir("/") else []
print(heapless_py.__version__, heapless_py.__file__, len(there), *consumer)
"""
_MODULES = len(list((REPOSITORY / "heapless_py").glob("*.py")))


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Of a user who has just made a virtual environment, and has it active."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    # Not what `make test` tells a make inside it: this user's makes are called from a shell.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return {**kept, "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"}


@pytest.fixture
def bare(rp2_image: Image) -> Iterator[Board]:
    with emulated_rp2040(rp2_image) as board:
        yield board


@pytest.fixture
def older(rp2_image: Image) -> Iterator[Board]:
    """A board on which one module is as it was, and one as source, to copy those two only."""
    files = dict(library(PICO_ARCH))
    files["heapless_py/errors.mpy"] += b"#"
    files["heapless_py/plan.py"] = files.pop("heapless_py/plan.mpy")
    with emulated_rp2040(rp2_image, files) as board:
        yield board


def follow(lines: list[str], environment: dict[str, str], board: Board | None = None) -> str:
    """Do what the README says, where `board` is the one that is plugged in; what was said last."""
    said = ""
    for line in lines:
        if board:
            line = line.replace("PORT=auto", f"PORT={board.remote.port}")
            line = re.sub(r"^mpremote ", f"mpremote connect {board.remote.port} ", line)
        done = subprocess.run(
            line,
            shell=True,
            cwd=REPOSITORY,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
        said = done.stdout
    return said


def used(board: Board) -> list[str]:
    """The version that is imported, its file, how many are in /lib, and what a queue gives."""
    return board.remote.exec(_USE).split()


def expected(file: str, files: int) -> list[str]:
    return [heapless_py.__version__, file, str(files), *["2040"] * 4]


def test_mip_installs_it(bare: Board, environment: dict[str, str]) -> None:
    with bare.remote.awake():
        said = follow(readme.lines_that("mip install"), environment, bare)
    assert said.splitlines()[-1] == "Done"
    assert used(bare) == expected("/lib/heapless_py/__init__.py", _MODULES)


def test_deploy_precompiles_it(older: Board, environment: dict[str, str]) -> None:
    with older.remote.awake():
        said = follow(readme.lines_that("make deploy"), environment, older)
    assert f"{_MODULES} files, 2 copied, 1 removed" in said
    assert used(older) == expected("/lib/heapless_py/__init__.mpy", _MODULES)


def test_an_image_has_it_frozen(environment: dict[str, str]) -> None:
    said = follow(readme.lines_that("make image"), environment)
    with emulated_rp2040(find_image(Kind.RP2, Path(said.strip()))) as board:
        assert used(board) == expected("heapless_py/__init__.py", 0)
