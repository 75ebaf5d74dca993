"""Measure on the board what Deque's operations cost, beside `collections.deque` and a list.

Prints a line of JSON for each: see `operations`. Its items are all that it touches: those that an
operation moves as well.
"""

from collections import deque

from on_board.operations import measure

from heapless_py.deque import Deque

_JOB = "both ends"
_CAPACITY = 64
_SIZE = 4  # bytes of an element
_FEW = 32  # elements that are there


def _rows(subject, form, held):
    """A function that measures an operation of `subject` on `held`; `operand` is its `b`."""

    def row(op, items, statement, prepare, happened, operand=None):
        facts = {"subject": subject, "op": op, "form": form, "items": items}
        facts["bytes"] = _SIZE * items
        facts["job"] = _JOB
        measure(facts, statement, (held, operand), prepare, happened)

    return row


def measure_deque():
    held = Deque(_CAPACITY, "i")
    one = bytearray(_SIZE)
    row = _rows("Deque", "method", held)

    held.extend(range(_CAPACITY))
    all_of_them = bytes(held.image)
    held.clear()
    held.extend_front(range(_FEW // 2))  # they end at the end of the ring, where the others wrap
    held.extend(range(_FEW // 2, _FEW))
    some = bytes(held.image)

    def few():
        held.image[:] = some

    def full():
        held.image[:] = all_of_them

    def left(count):
        return lambda: len(held) == count

    def unwrapped():
        return len(held.as_slices()[0]) == _SIZE * _FEW

    row("try_push_back", 1, "a.try_push_back(5)", few, left(_FEW + 1))
    row("try_push_front", 1, "a.try_push_front(5)", few, left(_FEW + 1))
    row("try_pop_back", 1, "a.try_pop_back(None)", few, left(_FEW - 1))
    row("try_pop_front", 1, "a.try_pop_front(None)", few, left(_FEW - 1))
    row("push_back", 1, "a.push_back(5)", few, left(_FEW + 1))
    row("push_front", 1, "a.push_front(5)", few, left(_FEW + 1))
    row("pop_back", 1, "a.pop_back()", few, left(_FEW - 1))
    row("pop_front", 1, "a.pop_front()", few, left(_FEW - 1))
    row("try_push_back_from", 1, "a.try_push_back_from(b)", few, left(_FEW + 1), one)
    row("try_pop_front_into", 1, "a.try_pop_front_into(b)", few, left(_FEW - 1), one)
    row("d[i]", 1, "a[30]", few, left(_FEW))
    row("get", 1, "a.get(30)", few, left(_FEW))
    row("d[i] = x", 1, "a[30] = 5", few, lambda: held[30] == 5)
    row("swap", 2, "a.swap(1, 30)", few, lambda: held[1] == 30)
    row("swap_remove_back", 1, "a.swap_remove_back(1)", few, left(_FEW - 1))
    row("rotate", 1, "a.rotate(1)", few, lambda: held[0] == _FEW - 1)
    row("rotate", _CAPACITY, "a.rotate(30)", full, lambda: held[30] == 0)
    row("make_contiguous", _FEW, "a.make_contiguous()", few, unwrapped)
    row("as_slices", 0, "a.as_slices()", few, left(_FEW))
    row("len", 0, "len(a)", few, left(_FEW))


def measure_peer():
    held = deque((), _CAPACITY)
    row = _rows("deque", "builtin", held)

    def few():
        while held:
            held.popleft()
        held.extend(range(_FEW))

    def left(count):
        return lambda: len(held) == count

    row("append", 1, "a.append(5)", few, left(_FEW + 1))
    row("appendleft", 1, "a.appendleft(5)", few, left(_FEW + 1))
    row("pop", 1, "a.pop()", few, left(_FEW - 1))
    row("popleft", 1, "a.popleft()", few, left(_FEW - 1))
    row("d[i]", 1, "a[30]", few, left(_FEW))
    row("d[i] = x", 1, "a[30] = 5", few, lambda: held[30] == 5)
    row("len", 0, "len(a)", few, left(_FEW))


def measure_list():
    held = []
    row = _rows("list", "builtin", held)

    def few():
        held[:] = list(range(_FEW))

    def left(count):
        return lambda: len(held) == count

    row("append", 1, "a.append(5)", few, left(_FEW + 1))
    row("insert(0)", _FEW + 1, "a.insert(0, 5)", few, left(_FEW + 1))
    row("pop", 1, "a.pop()", few, left(_FEW - 1))
    row("pop(0)", _FEW, "a.pop(0)", few, left(_FEW - 1))


measure_deque()
measure_peer()
measure_list()
