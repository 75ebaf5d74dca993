"""A report names what board it comes from, what counted, what interrupted, and what is missing."""

from typing import Any

import pytest

from board_tests.report import wording
from board_tests.report.page import render
from board_tests.report.schema import Report, validate
from firmware.trouble import Trouble
from host_tests.test_report import Page, altered, printed, realistic

_TOLD = {
    "platform": "rp2",
    "counter": "SysTick",
    "counter_resolution": 1,
    "interrupt_source": "PIO",
}
_GAP = "hard interrupts: no interrupt source (PIO: no module named 'rp2')"


def report(**told: object) -> Report:
    """A report of today, with a board that told this of itself."""
    made: Any = realistic()
    made["board"] = {**made["board"], **_TOLD, **told}
    made["gaps"] = []
    return validate(made)


def provenance(report: Report) -> dict[str, str]:
    return dict(wording.provenance(report))


def test_the_board_counts_and_interrupts_as_it_said() -> None:
    said = provenance(report())
    assert (said["Port"], said["Cycle counter"]) == ("rp2", "SysTick, to the cycle")
    assert said["Interrupt source"] == "PIO"
    assert "Not measured" not in said


def test_a_coarse_counter_says_how_coarse() -> None:
    said = provenance(report(counter="time.ticks_us", counter_resolution=168))
    assert said["Cycle counter"] == "time.ticks_us, to 168 cycles"


def test_a_board_without_interrupts_shows_what_is_missing() -> None:
    made = report(interrupt_source=None)
    made["isr"], made["rates"], made["gaps"] = [], [], [_GAP]
    said = provenance(validate(made))
    assert (said["Interrupt source"], said["Not measured"]) == ("none", _GAP)
    for shown in (Page(render(made)).text, printed(made, 200)):
        assert _GAP in " ".join(shown.split())
        assert "Interrupts delivered" not in shown


def test_a_report_from_before_all_that_is_read_and_shown() -> None:
    said = provenance(validate(realistic()))
    assert (said["Port"], said["Interrupt source"]) == ("unknown", "unknown")
    assert said["Cycle counter"] == "SysTick"
    assert "Not measured" not in said


@pytest.mark.parametrize(
    ("name", "value"), [("platform", ""), ("counter_resolution", 0), ("interrupt_source", 5)]
)
def test_what_is_wrong_with_it_is_refused(name: str, value: object) -> None:
    with pytest.raises(Trouble, match=f"board.{name}"):
        validate(altered(report(), "board", name, value=value))
