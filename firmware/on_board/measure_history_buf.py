"""Measure on the board what HistoryBuf's operations cost, beside a bounded deque and a list.

Prints a line of JSON for each: see `operations`. The window is full: each new element takes the
place of the oldest one.
"""

from array import array
from collections import deque

from on_board.operations import measure

from heapless_py.history_buf import HistoryBuf

_JOB = "window"
_CAPACITY = 64
_SIZE = 4  # bytes of an element
_FEW = 8  # elements that were overwritten, so that the others wrap
_SUM = sum(range(_CAPACITY))


def _rows(subject, form, held, prepare):
    """A function that measures an operation of `subject` on `held`, which `prepare()` fills."""

    def row(op, items, statement, happened, operand=None):
        facts = {"subject": subject, "op": op, "form": form, "items": items}
        facts["bytes"] = _SIZE * items
        facts["job"] = _JOB
        measure(facts, statement, (held, operand), prepare, happened)

    return row


def measure_history_buf():
    held = HistoryBuf(_CAPACITY, "i")
    one = array("i", [5])
    copied = array("i", bytes(_SIZE * _CAPACITY))

    held.extend(range(-_FEW, _CAPACITY))
    begin = bytes(held.image)

    def full():
        held.image[:] = begin
        copied[0] = -1

    def wrote():
        return held.recent() == 5 and held.oldest() == 1

    def looked():
        return held.sum() == _SUM

    row = _rows("HistoryBuf", "method", held, full)
    row("write", 1, "a.write(5)", wrote)
    row("write_from", 1, "a.write_from(b)", wrote, one)
    row("recent", 1, "a.recent()", looked)
    row("oldest", 1, "a.oldest()", looked)
    row("h[i]", 1, "a[30]", looked)
    row("sum", _CAPACITY, "a.sum()", looked)
    row("try_mean", _CAPACITY, "a.try_mean(0)", looked)
    row("try_min", _CAPACITY, "a.try_min(0)", looked)
    row("try_max", _CAPACITY, "a.try_max(0)", looked)
    row("copy_into", _CAPACITY, "a.copy_into(b)", lambda: copied[0] == 0, copied)
    row("as_slices", 0, "a.as_slices()", looked)


# What Python itself calls sum is a global: `b` is it, as all that is timed are local variables.


def measure_deque():
    held = deque((), _CAPACITY)

    def full():
        held.extend(range(_CAPACITY))

    def looked():
        return sum(held) == _SUM

    row = _rows("deque", "builtin", held, full)
    row("append over the oldest", 1, "a.append(5)", lambda: held[-1] == 5 and held[0] == 1)
    row("h[i]", 1, "a[30]", looked)
    row("sum", _CAPACITY, "b(a)", looked, sum)
    row("min", _CAPACITY, "b(a)", looked, min)
    row("max", _CAPACITY, "b(a)", looked, max)


def measure_list():
    held = []

    def full():
        held[:] = list(range(_CAPACITY))

    def looked():
        return sum(held) == _SUM

    row = _rows("list", "builtin", held, full)
    row(
        "append, pop(0)",
        1,
        "a.append(5); a.pop(0)",
        lambda: held[-1] == 5 and held[0] == 1,
    )
    row("h[i]", 1, "a[30]", looked)
    row("sum", _CAPACITY, "b(a)", looked, sum)
    row("min", _CAPACITY, "b(a)", looked, min)
    row("max", _CAPACITY, "b(a)", looked, max)


measure_history_buf()
measure_deque()
measure_list()
