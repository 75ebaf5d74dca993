"""Strategies for Hypothesis: formats, elements of them, containers, and interrupts."""

import struct
from typing import Any

from hypothesis import strategies as st

from .. import BBQueue, Deque, HistoryBuf, RingBuffer, SpscQueue, String, Vec
from .._format import Format, limits
from .interrupts import Interrupts

OF_ELEMENTS = (SpscQueue, Vec, Deque, HistoryBuf)
OF_BYTES = (BBQueue, RingBuffer, String)

_INTEGERS = st.sampled_from("bBhHiI")
_FIELDS = st.sampled_from(("b", "B", "h", "H", "i", "I", "q", "Q", "f", "d", "3s", "x"))


def formats(*, records: bool = True) -> st.SearchStrategy[str]:
    """Formats of elements: of one integer, and of records if wanted.

    They shrink towards one byte.
    """
    if not records:
        return _INTEGERS
    several = st.lists(_FIELDS, min_size=1, max_size=4).map("".join)
    return _INTEGERS | several.filter(lambda text: text.strip("x") != "")


def elements(fmt: str) -> st.SearchStrategy[Any]:
    """Elements of the format `fmt`, which read as they were written: no NaN, no text cut short."""
    layout = Format(fmt)
    if layout.code:
        return _field(layout.code, 1)
    return st.tuples(*[_field(code, length) for code, length in layout.fields])


def _field(code: str, length: int) -> st.SearchStrategy[Any]:
    if code == "s":
        return st.binary(min_size=length, max_size=length)
    if code in "fd":
        return st.floats(width=32 if code == "f" else 64, allow_nan=False)
    return st.integers(*limits(code))


@st.composite
def containers(
    draw: st.DrawFn,
    *kinds: type,
    capacity: st.SearchStrategy[int] = st.integers(1, 12),  # noqa: B008  a strategy never changes
    fmt: st.SearchStrategy[str] = formats(),  # noqa: B008
) -> Any:
    """A container of one of these classes, or of any, with some elements, bytes or text in it.

    What is in a ring may begin anywhere in it, and go around its end. None is split. What waits
    in a BBQueue is a stream.
    """
    kind: Any = draw(st.sampled_from(kinds or (*OF_ELEMENTS, *OF_BYTES)))
    size = draw(capacity)
    if kind in OF_ELEMENTS:
        form = draw(fmt)
        most = 2 * size if kind is HistoryBuf else size
        return _filled(
            kind(size, form),
            draw(st.integers(0, size)),
            draw(st.lists(elements(form), max_size=most)),
        )
    if kind is String:
        text = draw(st.text(st.characters(exclude_categories=["Cs"]), max_size=size))
        return String.from_utf8(size, _cut(text, size))
    made = kind(size)
    ends = made.split() if kind is BBQueue else (made, made)
    ends[0].write(bytes(draw(st.integers(0, size))))
    ends[1].readinto(bytearray(size))
    ends[0].write(draw(st.binary(max_size=size)))
    if kind is BBQueue:
        made.release(*ends)
    return made


def _filled(made: Any, begin: int, items: list[Any]) -> Any:
    """The container with these elements, which in a ring begin at this slot."""
    nothing = bytes(struct.calcsize("<" + made.format))
    for _ in range(begin):
        if type(made) is SpscQueue:
            made.enqueue_from(nothing)
            made.dequeue_into(bytearray(nothing))
        if type(made) is Deque:
            made.push_back_from(nothing)
            made.pop_front_into(bytearray(nothing))
    for item in items:
        made.enqueue(item) if type(made) is SpscQueue else made.extend([item])
    return made


def _cut(text: str, size: int) -> bytes:
    """The longest begin of the text of up to so many bytes."""
    return text.encode()[:size].decode(errors="ignore").encode()


def interrupts(*, most: int = 3, steps: int = 1000) -> st.SearchStrategy[Interrupts]:
    """Interrupts: up to `most`, each before one of the first so many steps of the program."""
    points = st.lists(st.integers(0, steps - 1), max_size=most)
    return points.map(lambda each: Interrupts(*each))
