"""The exercises for `gates`: every operation of Vec that says it is ISR-safe."""

import struct

from heapless_py.vec import Vec

_CAPACITY = 5
_LENGTH = {"empty": 0, "partly full": 3, "full": _CAPACITY}

# Two elements that are small integers on a board, the smaller one first; and records.
_ELEMENTS = {
    "b": (-128, 127),
    "B": (0, 255),
    "h": (-32768, 32767),
    "H": (0, 65535),
    "i": (-0x40000000, 0x3FFFFFFF),
    "I": (0, 0x3FFFFFFF),
    "IhB": ((0, -1, 255), (0xFFFFFFFF, 1, 0)),
    "4sf": ((b"abcd", 0.5), (b"abcd", 1.5)),
}
KINDS = tuple(sorted(_ELEMENTS))
_DEFAULT = 42


class _Case:
    """A Vec in a state, with the larger element first and then smaller ones."""

    def __init__(self, form, state):
        self.small, self.large = _ELEMENTS[form]
        self.length = length = _LENGTH[state]
        self.empty = state == "empty"
        self.full = state == "full"
        fields = self.small if isinstance(self.small, tuple) else (self.small,)
        self.packed = struct.pack("<" + form, *fields)
        self.size = len(self.packed)
        self.vec = Vec.from_iterable(
            _CAPACITY, form, [self.small if i else self.large for i in range(length)]
        )


def exercises(form, state):
    """Yield each operation and its call, on a Vec of its own."""

    def new():
        return _Case(form, state)

    of_integers = len(form) == 1
    yield from _of_all(new)
    if of_integers:
        yield from _of_integers(new)
    if state == "empty":
        yield from _of_items_pushed(new, of_integers)
    else:
        yield from _of_items(new, of_integers)


# Each yields operations with what to call, with which arguments, and what it must return. Those
# that leave the Vec as it was share one.


def _of_all(new):
    case = new()
    vec, two = case.vec, 2 * case.packed
    yield "Vec.__len__", (len, (vec,), case.length)
    yield "Vec.is_empty", (vec.is_empty, (), case.empty)
    yield "Vec.is_full", (vec.is_full, (), case.full)
    yield "Vec.view", (_bytes_in_view, (vec,), case.length * case.size)
    yield "Vec.spare", (_bytes_in_spare, (vec,), (_CAPACITY - case.length) * case.size)
    for source in (case.packed, bytearray(case.packed), memoryview(bytearray(two))[case.size :]):
        yield "Vec.try_push_from", (new().vec.try_push_from, (source,), not case.full)
        yield "Vec.try_extend_from", (new().vec.try_extend_from, (source,), not case.full)
    yield "Vec.try_extend_from", (new().vec.try_extend_from, (two,), not case.full)
    yield "Vec.try_pop_into", (new().vec.try_pop_into, (bytearray(two),), not case.empty)
    yield "Vec.reverse", (new().vec.reverse, (), None)
    yield "Vec.clear", (new().vec.clear, (), None)
    for n in (0, 2, _CAPACITY):
        yield "Vec.truncate", (new().vec.truncate, (n,), None)
        yield "Vec.set_len", (new().vec.set_len, (n,), None)


def _of_integers(new):
    case = new()
    first = _DEFAULT if case.empty else case.large
    last = _DEFAULT if case.empty else case.small
    yield "Vec.try_first", (case.vec.try_first, (_DEFAULT,), first)
    yield "Vec.try_last", (case.vec.try_last, (_DEFAULT,), last)
    yield "Vec.try_push", (new().vec.try_push, (case.large,), not case.full)
    yield "Vec.try_pop", (new().vec.try_pop, (_DEFAULT,), last)
    yield "Vec.try_insert", (new().vec.try_insert, (0, case.large), not case.full)
    yield "Vec.try_insert", (new().vec.try_insert, (case.length, case.large), not case.full)
    for n in (0, 2, _CAPACITY, _CAPACITY + 1):
        yield "Vec.try_resize", (new().vec.try_resize, (n, case.large), n <= _CAPACITY)
    yield "Vec.fill", (new().vec.fill, (case.large,), None)
    yield "Vec.sort", (new().vec.sort, (), None)
    yield "Vec.sort", (_sort_reversed, (new().vec,), None)


def _of_items(new, of_integers):
    """What an index of an element is needed for."""
    for index in (0, 1, -1):
        yield "Vec.__delitem__", (_delete_item, (new().vec, index), None)
    if not of_integers:
        return
    case = new()
    yield "Vec.try_insert", (new().vec.try_insert, (-1, case.large), not case.full)
    for index, element in ((0, case.large), (1, case.small), (-1, case.small)):
        yield "Vec.__getitem__", (_item, (case.vec, index), element)
        yield "Vec.__setitem__", (_set_item, (case.vec, index, element), None)
        yield "Vec.remove", (new().vec.remove, (index,), element)
        yield "Vec.swap_remove", (new().vec.swap_remove, (index,), element)


def _of_items_pushed(new, of_integers):
    """The same of an empty Vec, where an element must be pushed first."""
    case = new()
    yield "Vec.__delitem__", (_after_push, (_delete_first, new().vec, case.packed), None)
    if of_integers:
        yield "Vec.__getitem__", (_after_push, (_first, new().vec, case.packed), case.small)
        yield "Vec.__setitem__", (_after_push, (_set_first, new().vec, case.packed), None)
        yield "Vec.remove", (_after_push, (_remove_first, new().vec, case.packed), case.small)
        yield "Vec.swap_remove", (_after_push, (_swap_remove, new().vec, case.packed), case.small)


def _after_push(operate, vec, packed):
    vec.try_push_from(packed)
    return operate(vec)


def _bytes_in_view(vec):
    return len(vec.view)


def _bytes_in_spare(vec):
    return len(vec.spare)


def _item(vec, index):
    return vec[index]


def _set_item(vec, index, element):
    vec[index] = element


def _delete_item(vec, index):
    del vec[index]


def _sort_reversed(vec):
    vec.sort(reverse=True)


def _first(vec):
    return vec[0]


def _set_first(vec):
    vec[0] = 1


def _delete_first(vec):
    del vec[0]


def _remove_first(vec):
    return vec.remove(0)


def _swap_remove(vec):
    return vec.swap_remove(-1)
