"""What a Plan tells is what the containers take, with each byte of padding and no other."""

import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heapless_py import BBQueue, Deque, HistoryBuf, Plan, RingBuffer, SpscQueue, String, Vec

OF_ELEMENTS = (SpscQueue, Vec, Deque, HistoryBuf)
OF_BYTES = (BBQueue, RingBuffer, String)
# Format, bytes of an element, and those of them that hold nothing.
FORMATS = (
    ("B", 1, 0),
    ("h", 2, 0),
    ("I", 4, 0),
    ("IhB", 7, 0),
    ("bxi", 6, 1),
    ("B3xI2x", 10, 5),
    ("3s", 3, 0),
    ("2Hf", 8, 0),
    ("q", 8, 0),
    ("<bxxxI", 8, 3),
)
HEADERS = {SpscQueue: 32, Vec: 16, Deque: 20, HistoryBuf: 24, RingBuffer: 16, String: 16}


@given(st.sampled_from(OF_ELEMENTS), st.integers(1, 100), st.sampled_from(FORMATS))
def test_a_container_of_elements(kind: Any, capacity: int, form: tuple[str, int, int]) -> None:
    fmt, size, skipped = form
    slots = capacity + (kind is SpscQueue)  # one of its slots is no element
    ((text, total, padding),) = Plan([(kind, capacity, fmt)]).rows
    assert text == f"{kind.__name__}({capacity}, {fmt!r})"
    assert total == len(kind(capacity, fmt).image)
    assert padding - capacity * skipped == total - HEADERS[kind] - slots * size


@given(st.sampled_from(OF_BYTES), st.integers(1, 100))
def test_a_container_of_bytes(kind: Any, capacity: int) -> None:
    ((text, total, padding),) = Plan([(kind, capacity)]).rows
    assert (text, total) == (f"{kind.__name__}({capacity})", len(kind(capacity).image))
    assert padding == -capacity % 4


@pytest.mark.parametrize(
    ("entry", "padding"),
    [((Vec, 0xFFFFEF, "B"), 1), ((String, 0xFFFFED), 3), ((SpscQueue, 0x7FFFFDE, "B"), 1)],
)
def test_the_largest_of_all(entry: tuple[Any, ...], padding: int) -> None:
    kind, capacity, *others = entry
    ((_, total, found),) = Plan([entry]).rows
    assert (total, found) == (kind.size_of(capacity, *others), padding)
    with pytest.raises(ValueError, match="is outside of 1 to"):
        Plan([(kind, capacity + 20, *others)])


def test_no_order_of_fields_loses_bytes() -> None:
    assert struct.calcsize("@BIH") == 10  # where a struct of C has three between B and I
    for fmt in ("BIH", "IHB", "HBI", "BHI"):
        assert Plan([(Vec, 4, fmt)]).padding == 0


def test_all_together() -> None:
    plan = Plan([(SpscQueue, 64, "I"), (Vec, 10, "IhB"), (String, 80), 30], 500)
    assert [row[1] for row in plan.rows] == [292, 88, 96, 32]
    assert (plan.total, plan.padding, plan.size, plan.left) == (508, 4, 500, -8)
    assert repr(plan).splitlines() == [
        "    bytes  padding  container",
        "      292        0  SpscQueue(64, 'I')",
        "       88        2  Vec(10, 'IhB')",
        "       96        0  String(80)",
        "       32        2  bytes",
        "      508        4  in all",
        "       -8           left of 500",
    ]


def test_without_a_size_nothing_is_left_or_missing() -> None:
    plan = Plan(iter([(BBQueue, 1021)]))
    assert (plan.total, plan.padding, plan.left) == (1084, 3, None)
    assert "left" not in repr(plan)


def test_of_nothing() -> None:
    plan = Plan([], 8)
    assert (plan.rows, plan.total, plan.padding, plan.left) == ((), 0, 0, 8)


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        (([(Vec, 0, "I")],), ValueError, "capacity 0 is outside of 1 to"),
        (([(Vec, True, "I")],), TypeError, "a capacity is an int, not True"),
        (([(Vec, 3, ">I")],), ValueError, "leave '>' out"),
        (([(Vec, 3)],), TypeError, "fmt"),
        (([(int, 3)],), TypeError, "such as SpscQueue is needed, not <class 'int'>"),
        (([(Vec(3, "I"), 3)],), TypeError, r"is needed, not Vec\(3"),
        (([()],), ValueError, "an empty tuple"),
        (([Vec],), TypeError, "a number of bytes is an int, not <class"),
        (([[Vec, 3, "I"]],), TypeError, "a number of bytes is an int, not \\["),
        (([0],), ValueError, "0 bytes: a number of bytes is 1 or more"),
        (([True],), TypeError, "a number of bytes is an int, not True"),
        (([], 0), ValueError, "0 bytes"),
        (([], 2.5), TypeError, "a number of bytes is an int, not 2.5"),
    ],
)
def test_what_is_refused(arguments: tuple[Any, ...], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        Plan(*arguments)
