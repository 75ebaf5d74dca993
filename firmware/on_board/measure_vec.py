"""Measure on the board what Vec's operations cost, beside what programs use without a library.

Prints a line of JSON for each: see `operations`. Its items are all that it touches: those that an
insertion moves as well.
"""

from array import array

from on_board.operations import measure

from heapless_py.vec import Vec

_CAPACITY = 64
_SIZE = 4  # bytes of an element
_FEW = 8  # elements that are there
_MANY = 16  # elements to append, or to sort

_HELD = array("i", range(_FEW))
_SHUFFLED = array(
    "i", (911, -3, 77, 504, -890, 12, 613, 0, 350, -41, 999, -277, 8, 131, -650, 402)
)
_SORTED = sorted(_SHUFFLED)


def _rows(subject, form, size):
    """A function that measures an operation of `subject`, on `items` elements of `size` bytes."""

    def row(op, items, statement, operands, prepare, happened):
        facts = {"subject": subject, "op": op, "form": form, "items": items, "bytes": size * items}
        facts["job"] = "sequence"
        measure(facts, statement, operands, prepare, happened)

    return row


def measure_vec():
    vec = Vec(_CAPACITY, "i")
    one = bytearray(_SIZE)
    row = _rows("Vec", "method", _SIZE)

    def few():
        vec.clear()
        vec.extend_from(_HELD)

    def shuffled():
        vec.clear()
        vec.extend_from(_SHUFFLED)

    def left(count):
        return lambda: len(vec) == count

    row("try_push", 1, "a.try_push(5)", (vec,), few, left(_FEW + 1))
    row("push", 1, "a.push(5)", (vec,), few, left(_FEW + 1))
    row("try_push_from", 1, "a.try_push_from(b)", (vec, one), few, left(_FEW + 1))
    row("try_pop", 1, "a.try_pop(None)", (vec,), few, left(_FEW - 1))
    row("pop", 1, "a.pop()", (vec,), few, left(_FEW - 1))
    row("try_pop_into", 1, "a.try_pop_into(b)", (vec, one), few, left(_FEW - 1))
    row("v[i]", 1, "a[3]", (vec,), few, left(_FEW))
    row("v[i] = x", 1, "a[3] = 5", (vec,), few, lambda: vec[3] == 5)
    row("insert(0)", _FEW + 1, "a.insert(0, 5)", (vec,), few, left(_FEW + 1))
    row("try_insert(0)", _FEW + 1, "a.try_insert(0, 5)", (vec,), few, left(_FEW + 1))
    row("remove(0)", _FEW, "a.remove(0)", (vec,), few, left(_FEW - 1))
    row("swap_remove(0)", 1, "a.swap_remove(0)", (vec,), few, left(_FEW - 1))
    row("sort", _MANY, "a.sort()", (vec,), shuffled, lambda: list(vec) == _SORTED)
    row("extend", _MANY, "a.extend(b)", (vec, _SHUFFLED), few, left(_FEW + _MANY))
    row("extend_from", _MANY, "a.extend_from(b)", (vec, _SHUFFLED), few, left(_FEW + _MANY))
    row("view", 0, "a.view", (vec,), few, left(_FEW))
    row("len", 0, "len(a)", (vec,), few, left(_FEW))


def measure_list():
    items = []
    row = _rows("list", "builtin", _SIZE)

    def few():
        items[:] = list(_HELD)

    def shuffled():
        items[:] = list(_SHUFFLED)

    def left(count):
        return lambda: len(items) == count

    row("append", 1, "a.append(5)", (items,), few, left(_FEW + 1))
    row("pop", 1, "a.pop()", (items,), few, left(_FEW - 1))
    row("v[i]", 1, "a[3]", (items,), few, left(_FEW))
    row("v[i] = x", 1, "a[3] = 5", (items,), few, lambda: items[3] == 5)
    row("insert(0)", _FEW + 1, "a.insert(0, 5)", (items,), few, left(_FEW + 1))
    row("pop(0)", _FEW, "a.pop(0)", (items,), few, left(_FEW - 1))
    row("sort", _MANY, "a.sort()", (items,), shuffled, lambda: items == _SORTED)
    row("extend", _MANY, "a.extend(b)", (items, _SHUFFLED), few, left(_FEW + _MANY))
    row("len", 0, "len(a)", (items,), few, left(_FEW))


def measure_array():
    items = array("i", _HELD)
    row = _rows("array", "builtin", _SIZE)

    def few():
        items[:] = _HELD

    def left(count):
        return lambda: len(items) == count

    row("append", 1, "a.append(5)", (items,), few, left(_FEW + 1))
    row("extend", _MANY, "a.extend(b)", (items, _SHUFFLED), few, left(_FEW + _MANY))
    row("v[i]", 1, "a[3]", (items,), few, left(_FEW))
    row("v[i] = x", 1, "a[3] = 5", (items,), few, lambda: items[3] == 5)


def measure_bytearray():
    row = _rows("bytearray", "builtin", 1)
    items = bytearray(_FEW)

    def few():
        items[3] = 3

    row("v[i]", 1, "a[3]", (items,), few, lambda: len(items) == _FEW)
    row("v[i] = x", 1, "a[3] = 5", (items,), few, lambda: items[3] == 5)


measure_vec()
measure_list()
measure_array()
measure_bytearray()
