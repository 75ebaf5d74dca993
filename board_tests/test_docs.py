"""What the documentation shows for a board runs there, and does what the page says.

A wire from GP13 to GP15, in `board_tests.wires`, presses the button that these programs have.
"""

import re
from pathlib import Path

import pytest

from firmware.board import Board
from host_tests.test_docs import pages_with, programs

_PRESSES = 10

_PRESS = f"""
from machine import Pin
_finger = Pin(13, Pin.OUT, value=1)
for _ in range({_PRESSES}):
    _finger.value(0)
    _finger.value(1)
"""


def run(board: Board, program: str, folder: Path) -> list[str]:
    file = folder / "program.py"
    file.write_text(program)
    return board.remote.run(file, timeout=300).splitlines()


def assert_moments_of_presses(moments: list[int]) -> None:
    assert len(moments) == _PRESSES
    assert moments == sorted(set(moments))
    assert moments[-1] - moments[0] < 10_000  # microseconds


def test_all_pages_with_programs_for_a_board_are_here() -> None:
    found = {page: len(programs(page, "board")) for page in pages_with("board")}
    assert found == {"tutorial.md": 3, "interrupts.md": 1, "containers/bbqueue.md": 1}


def test_the_button_of_the_tutorial_prints_each_press(wired_pico: Board, tmp_path: Path) -> None:
    before, loop, after = programs("tutorial.md", "board")[0].partition("while True:\n")
    assert loop
    lines = run(wired_pico, f"{before}{_PRESS}for _ in range(1):\n{after}", tmp_path)
    assert_moments_of_presses([int(line.removeprefix("pressed at ")) for line in lines])


@pytest.mark.parametrize(("page", "number"), [("tutorial.md", 1), ("interrupts.md", 0)])
def test_the_handler_keeps_the_time_of_each_press(
    wired_pico: Board, tmp_path: Path, page: str, number: int
) -> None:
    program = programs(page, "board")[number]
    (line,) = run(wired_pico, f"{program}{_PRESS}print(*consumer)\n", tmp_path)
    assert_moments_of_presses([int(word) for word in line.split()])


def test_the_measured_interrupt_of_the_tutorial_loses_none(
    wired_pico: Board, tmp_path: Path
) -> None:
    count, steps = run(wired_pico, programs("tutorial.md", "board")[2], tmp_path)
    found = re.fullmatch(r"(\d+) interrupts, 0 lost", count)
    assert found and int(found[1]) > 100
    found = re.fullmatch(r"from one to the next: (\d+) to (\d+) microseconds", steps)
    assert found and 950 < int(found[1]) <= 1000 <= int(found[2]) < 1050


_SAMPLES = f"""
Pin(15, Pin.IN, Pin.PULL_UP).irq(sample, Pin.IRQ_FALLING, hard=True)
{_PRESS}
try:
    asyncio.run(asyncio.wait_for(main(), 0.1))
except asyncio.TimeoutError:
    pass
"""


def test_the_frames_of_the_page_on_bbqueue_are_printed(wired_pico: Board, tmp_path: Path) -> None:
    program = programs("containers/bbqueue.md", "board")[0]
    lines = run(wired_pico, f"{program}from machine import Pin\n{_SAMPLES}", tmp_path)
    found = [re.fullmatch(r"\((\d+), (\d+)\)", line) for line in lines]
    samples = [(int(match[1]), int(match[2])) for match in found if match]
    assert len(samples) == len(lines)
    assert_moments_of_presses([moment for moment, _ in samples])
    assert all(value < 1 << 16 for _, value in samples)
