"""The README's examples do on a board what they show."""

import contextlib
import io
import re
from pathlib import Path

import pytest

from firmware.board import Board
from host_tests import readme

_EVENTS = 10

# No finger presses the emulated board's button: another hard interrupt calls the same handler.
_INTERRUPTS = f"""
from on_board.pio_interrupt import PioInterrupt
source = PioInterrupt({{handler}}, 25000)
source.start({_EVENTS})
{{meanwhile}}
source.stop()
"""
_WAITS = """\
while not source.finished():
    pass
"""
_PRESSES = _INTERRUPTS.format(handler="pressed", meanwhile=_WAITS)
_CAPTURES = _INTERRUPTS.format(handler="capture", meanwhile=_WAITS) + "print(*consumer)\n"
_RUNS_MAIN = """\
try:
    asyncio.run(asyncio.wait_for(main(), 0.5))
except asyncio.TimeoutError:
    pass
"""
_SAMPLES = _INTERRUPTS.format(handler="sample", meanwhile=_RUNS_MAIN)


@pytest.fixture(params=["pico", "pico_testing"])
def board(request: pytest.FixtureRequest) -> Board:
    board: Board = request.getfixturevalue(request.param)
    return board


@pytest.fixture
def examples() -> list[str]:
    return readme.programs()


def run(board: Board, program: str, folder: Path) -> list[str]:
    file = folder / "example.py"
    file.write_text(program)
    return board.remote.run(file, timeout=300).splitlines()


def test_the_queue_example_prints_each_event(
    board: Board, tmp_path: Path, examples: list[str]
) -> None:
    before, loop, after = examples[0].partition("while True:\n")
    assert loop
    lines = run(board, f"{before}{_PRESSES}for _ in range(1):\n{after}", tmp_path)
    moments = [int(line.removeprefix("pressed at ")) for line in lines]
    assert len(moments) == _EVENTS
    assert moments == sorted(set(moments))


def test_the_capture_example_keeps_the_time_of_each_event(
    board: Board, tmp_path: Path, examples: list[str]
) -> None:
    before, loop, _ = examples[0].partition("while True:\n")
    program, registered = re.subn(
        r"^Pin\(.*\)\.irq\((.*), Pin\.IRQ_FALLING, hard=True\)$",
        r"capture = \1",
        examples[1],
        flags=re.MULTILINE,
    )
    assert loop and registered == 1
    (line,) = run(board, before + program + _CAPTURES, tmp_path)
    moments = [int(word) for word in line.split()]
    assert len(moments) == _EVENTS
    assert moments == sorted(set(moments))
    assert moments[-1] - moments[0] < 10_000 * _EVENTS  # microseconds


def test_the_frames_example_prints_each_sample(
    board: Board, tmp_path: Path, examples: list[str]
) -> None:
    lines = run(board, examples[2] + _SAMPLES, tmp_path)
    found = [re.fullmatch(r"sampled \((\d+), (\d+)\)", line) for line in lines]
    samples = [(int(match[1]), int(match[2])) for match in found if match]
    assert len(samples) == len(lines) == _EVENTS
    assert samples == sorted(samples)
    assert all(value < 1 << 16 for _, value in samples)


def test_the_planning_example_tells_the_same_on_a_host(
    board: Board, tmp_path: Path, examples: list[str]
) -> None:
    on_host = io.StringIO()
    with contextlib.redirect_stdout(on_host):
        exec(examples[3], {})
    lines = run(board, examples[3], tmp_path)
    assert lines == on_host.getvalue().splitlines()
    assert lines[-1].split()[-2:] == ["in", "all"]
