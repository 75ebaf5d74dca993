"""The README's example does on a board what it shows."""

import re
from pathlib import Path

from firmware.board import Board
from firmware.deploy import REPOSITORY
from firmware.programs import put_programs

_EVENTS = 10

# No finger presses the emulated board's button: another hard interrupt calls the same handler.
_PRESSES = f"""
from on_board.pio_interrupt import PioInterrupt
source = PioInterrupt(pressed, 25000)
source.start({_EVENTS})
while not source.finished():
    pass
source.stop()
"""


def test_the_example_prints_each_event(pico: Board, tmp_path: Path) -> None:
    found = re.search(r"```python\n(.*?)```", (REPOSITORY / "README.md").read_text(), re.DOTALL)
    assert found
    before, loop, after = found[1].partition("while True:\n")
    assert loop
    put_programs(pico)
    example = tmp_path / "example.py"
    example.write_text(f"{before}{_PRESSES}for _ in range(1):\n{after}")
    lines = pico.remote.run(example, timeout=60).splitlines()
    moments = [int(line.removeprefix("pressed at ")) for line in lines]
    assert len(moments) == _EVENTS
    assert moments == sorted(set(moments))
