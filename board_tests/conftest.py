"""The boards that the tests run on.

`pico` is an emulated Raspberry Pi Pico, or the real board at HEAPLESS_PORT; `cortex_m3` is QEMU's.
HEAPLESS_IMAGE and HEAPLESS_QEMU_IMAGE name the firmware they run, instead of the one that is
fetched or built. Where none is named, there is also a Pico with a newer one, `pico_testing`.
"""

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from board_tests import tracing_emulator
from board_tests.processes import Witness
from firmware.board import PICO_ARCH, Board, emulated_rp2040, open_board
from firmware.debian import Suite
from firmware.deploy import deploy, library, mpy_version
from firmware.image import Image, Kind, find_image
from firmware.programs import examples, programs, put_programs
from firmware.trouble import Trouble

_workers: list[int] = []  # the processes that run tests for us, with pytest's -n


def pytest_configure() -> None:
    """Let SIGTERM end the tests as Ctrl-C does, so that no emulator outlives them."""

    def end(signum: int, frame: FrameType | None) -> None:
        for worker in _workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, signum)
        pytest.exit("terminated", 128 + signum)

    signal.signal(signal.SIGTERM, end)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    told = node.gateway.remote_exec("import os; channel.send(os.getpid())")
    _workers.append(told.receive())


def pytest_runtest_call(item: pytest.Item) -> None:
    """Note on which boards a test runs, for the report of a proof."""
    for board in getattr(item, "funcargs", {}).values():
        if isinstance(board, Board):
            what = "emulated " if board.emulated else ""
            item.user_properties.append(("on", f"{what}{board.name}, {board.firmware}"))


def _named(variable: str) -> Path | None:
    name = os.environ.get(variable)
    return Path(name) if name else None


@pytest.fixture(scope="session")
def pico() -> Iterator[Board]:
    """The board that everything is tested on, with the library and our programs on it.

    The library is precompiled, as an emulated Pico compiles it for half a minute, and each program
    of ours begins with that; the other board has the source. What an emulated Pico has already is
    not copied, but to find that out takes it ten seconds. It can be asked what it executes.
    """
    port, image = os.environ.get("HEAPLESS_PORT"), _named("HEAPLESS_IMAGE")
    files = {**library(PICO_ARCH), **programs("preemption")}
    emulator = tracing_emulator.__name__
    with open_board(port=port, image=image, files=files, emulator=emulator) as board:
        deploy(board, precompile=True)
        put_programs(board, "preemption")
        yield board


@pytest.fixture(scope="session")
def wired_pico(rp2_image: Image) -> Iterator[Board]:
    """An emulated Pico with the wires of `board_tests.wires`, the library and the examples.

    Apart from the other one: after half an hour of tests on that, its soft timers stood still.
    """
    if "HEAPLESS_PORT" in os.environ:
        pytest.skip("a real board would need the wires and the voltages of board_tests/wires.py")
    files = {**library(PICO_ARCH), **examples()}
    with emulated_rp2040(rp2_image, files, tracing_emulator.__name__) as board:
        yield board


@pytest.fixture(scope="session")
def pico_testing() -> Iterator[Board]:
    """An emulated Pico with the MicroPython of Debian's testing suite, if that has one for us."""
    for variable in ("HEAPLESS_PORT", "HEAPLESS_IMAGE"):
        if variable in os.environ:
            pytest.skip(f"{variable} names the one to test")
    try:
        image = find_image(Kind.RP2, suite=Suite.TESTING)
    except Trouble as trouble:
        pytest.skip(f"Debian's testing suite has no MicroPython for us: {trouble}")
    with emulated_rp2040(image, {**library(PICO_ARCH), **programs()}) as board:
        if board.mpy_version != mpy_version():
            pytest.skip(f"{board.firmware} loads .mpy files of another version")
        deploy(board, precompile=True)
        put_programs(board)
        yield board


@pytest.fixture(scope="session")
def cortex_m3() -> Iterator[Board]:
    """A second processor, with the library and our programs on it."""
    with open_board(board="qemu", image=_named("HEAPLESS_QEMU_IMAGE")) as board:
        deploy(board)
        put_programs(board)
        yield board


@pytest.fixture(params=["pico", "cortex_m3"])
def any_board(request: pytest.FixtureRequest) -> Board:
    """Each of them in turn."""
    board: Board = request.getfixturevalue(request.param)
    return board


@pytest.fixture(scope="session")
def rp2_image() -> Image:
    return find_image(Kind.RP2, _named("HEAPLESS_IMAGE"))


@pytest.fixture(scope="session")
def qemu_image() -> Image:
    return find_image(Kind.QEMU, _named("HEAPLESS_QEMU_IMAGE"))


@pytest.fixture
def witness(monkeypatch: pytest.MonkeyPatch) -> Iterator[Witness]:
    """Knows each process that the test starts, and fails the test if one outlives it."""
    seen = Witness()
    monkeypatch.setenv(*seen.mark)
    yield seen
    seen.assert_none_left()
