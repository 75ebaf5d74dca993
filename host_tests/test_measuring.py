"""What `make measure` makes of what a board prints, and of one that fails; without a board."""

from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from board_tests import measure
from board_tests.measure import _bars, _durations, _gaps, _run
from firmware.board import PICO_ARCH, arch_of
from firmware.remote import BoardException
from firmware.trouble import Trouble


def test_gaps_are_what_the_programs_did_not_print() -> None:
    none = {"source": None, "why_not": ["PIO: no rp2", "pyb.Timer: no pyb"], "register": False}
    assert _gaps(none, []) == [
        "hard interrupts: no interrupt source (PIO: no rp2; pyb.Timer: no pyb)"
    ]
    timer = {"source": "pyb.Timer", "why_not": [], "register": False}
    register, highest = _gaps(timer, [])
    assert "capture a register" in register
    assert "pyb.Timer does not count what it raises" in highest
    assert _gaps({"source": "PIO", "why_not": [], "register": True}, [{"subject": "deque"}]) == []


def test_less_than_nothing_is_nothing() -> None:
    line = {"durations": {"-168": 2, "0": 1, "168": 4}}
    assert _durations(line) == {0: 3, 168: 4}
    assert line == {}


def test_a_program_that_fails_is_named_with_its_last_words() -> None:
    def run(*_: object, **__: object) -> str:
        raise BoardException("Traceback (most recent call last):\nOSError: it stopped", "")

    board: Any = SimpleNamespace(name="a board", remote=SimpleNamespace(run=run))
    with (
        _bars(Console(quiet=True)) as progress,
        pytest.raises(Trouble, match=r"^measure_rates failed on a board: OSError: it stopped$"),
    ):
        _run(board, progress, "measure_rates", 9, 10)


def test_a_measurement_that_fails_keeps_the_last_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise Trouble("it failed")

    (tmp_path / "report.json").write_text("the last one")
    monkeypatch.setattr(measure, "open_board", lambda **options: nullcontext())
    monkeypatch.setattr(measure, "measure", fail)
    monkeypatch.setattr(measure, "plain_errors", nullcontext)  # which takes signals to itself
    with pytest.raises(Trouble, match="it failed"):
        measure.main(folder=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]
    assert (tmp_path / "report.json").read_text() == "the last one"


def test_each_board_that_can_be_emulated_has_its_processor() -> None:
    assert arch_of("rp2040") == PICO_ARCH == "armv6m"
    assert arch_of("qemu-stm32") == "armv7emsp"
    with pytest.raises(Trouble, match="no board 'esp32' can be emulated; there are rp2040, qemu"):
        arch_of("esp32")
