"""A growth beyond the budget is told, by name; less than the emulator's noise is not."""

from io import StringIO

import pytest
from rich.console import Console

from board_tests.budgets import Change, changes, of_image, show


@pytest.mark.parametrize(
    ("before", "after", "is_too_much"),
    [
        (1000, 1030, False),
        (1000, 1031, True),
        (1000, 500, False),
        (1000, 1000, False),
        (None, 1000, True),  # it has no budget yet
        (1000, None, True),  # its budget is nobody's
    ],
)
def test_what_is_too_much(before: int | None, after: int | None, is_too_much: bool) -> None:
    assert Change("it", before, after).is_too_much is is_too_much


@pytest.mark.parametrize(("after", "is_too_much"), [(1256, False), (1257, True)])
def test_an_import_may_take_a_block_of_names_more(after: int, is_too_much: bool) -> None:
    assert Change("bytes of the import of it, .mpy", 1000, after).is_too_much is is_too_much
    assert Change("bytes of it", 1000, after).is_too_much


def test_a_change_says_what_it_was_and_by_how_much_it_grew() -> None:
    assert str(Change("cycles of it", 1000, 1234)) == "cycles of it: 1,000 -> 1,234, +23.4 %"
    assert str(Change("cycles of it", None, 1234)) == "cycles of it: - -> 1,234"


def test_what_stayed_as_it_was_is_no_change() -> None:
    was = {"same": 1, "more": 10, "gone": 3}
    found = changes(was, {"same": 1, "more": 20, "new": 4})
    assert found == [Change("gone", 3, None), Change("more", 10, 20), Change("new", None, 4)]


def test_an_image_of_which_nothing_is_known_has_no_budgets() -> None:
    assert of_image("0" * 64) is None
    assert of_image(None) is None


def test_the_table_names_each_change() -> None:
    text = StringIO()
    show([Change("cycles of it", 1000, 1234), Change("bytes of it", 8, 4)], Console(file=text))
    lines = [line.split() for line in text.getvalue().splitlines()]
    assert lines[1:] == [
        ["cycles", "of", "it", "1,000", "1,234", "+23.4", "%"],
        ["bytes", "of", "it", "8", "4", "-50.0", "%"],
    ]


def test_a_table_without_changes_says_so() -> None:
    text = StringIO()
    show([], Console(file=text))
    assert text.getvalue() == "nothing has changed\n"
