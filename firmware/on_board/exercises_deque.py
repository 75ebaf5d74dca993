"""The exercises for `gates`: every operation of Deque that says it is ISR-safe."""

import struct

from heapless_py.deque import Deque

_CAPACITY = 5
_LENGTH = {"empty": 0, "partly full": 3, "full": _CAPACITY}
_BEFORE = 3  # where the ring begins, so that elements wrap

# Two elements, of integers small ones on a board.
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
    """Makes deques in a state: one element at the front, and others behind it."""

    def __init__(self, form, state):
        self.form = form
        self.first, self.other = _ELEMENTS[form]
        self.length = _LENGTH[state]
        self.empty = state == "empty"
        self.full = state == "full"
        fields = self.other if isinstance(self.other, tuple) else (self.other,)
        self.packed = struct.pack("<" + form, *fields)

    def deque(self):
        return self._of(self.length)

    def deque_with_element(self):
        """One on which an index is no error: if it is to be empty, it is so only afterwards."""
        return self._of(self.length or 1)

    def _of(self, length):
        deque = Deque(_CAPACITY, self.form)
        for _ in range(_BEFORE):
            deque.push_back(self.other)
            deque.pop_front()
        for i in range(length):
            deque.push_back(self.other if i else self.first)
        return deque


def exercises(form, state):
    """Yield each operation and its call, on a deque of its own."""
    case = _Case(form, state)
    for operations in (_of_all, _of_integers, _by_index) if len(form) == 1 else (_of_all,):
        for name, call in operations(case):
            yield f"Deque.{name}", call


# Each yields operations with what to call, with which arguments, and what it must return.


def _of_all(case):
    size = len(case.packed)
    yield "__len__", (len, (case.deque(),), case.length)
    yield "is_empty", (case.deque().is_empty, (), case.empty)
    yield "is_full", (case.deque().is_full, (), case.full)
    yield "clear", (case.deque().clear, (), None)
    yield "as_slices", (_bytes_in_slices, (case.deque(),), case.length * size)
    yield "make_contiguous", (_bytes_in_one, (case.deque(),), case.length * size)
    for source in (case.packed, bytearray(case.packed), memoryview(2 * case.packed)[1:]):
        yield "try_push_back_from", (case.deque().try_push_back_from, (source,), not case.full)
        yield "try_push_front_from", (case.deque().try_push_front_from, (source,), not case.full)
    target = bytearray(size)
    yield "try_pop_back_into", (case.deque().try_pop_back_into, (target,), not case.empty)
    yield "try_pop_front_into", (case.deque().try_pop_front_into, (target,), not case.empty)
    for n in (0, 1, -1, 2, -2, 1000):
        yield "rotate", (case.deque().rotate, (n,), None)
    for n in (0, 2, _CAPACITY):
        yield "truncate", (case.deque().truncate, (n,), None)
    for i, j in ((0, -1), (-1, -1)):
        yield "swap", (case.deque_with_element().swap, (i, j), None)
    for index in (0, -1):
        yield "__delitem__", (_delete, (case.deque_with_element(), index), None)


def _of_integers(case):
    first = _DEFAULT if case.empty else case.first
    last = _DEFAULT if case.empty else case.other
    yield "try_push_back", (case.deque().try_push_back, (case.other,), not case.full)
    yield "try_push_front", (case.deque().try_push_front, (case.other,), not case.full)
    yield "try_pop_back", (case.deque().try_pop_back, (_DEFAULT,), last)
    yield "try_pop_front", (case.deque().try_pop_front, (_DEFAULT,), first)
    yield "try_back", (case.deque().try_back, (_DEFAULT,), last)
    yield "try_front", (case.deque().try_front, (_DEFAULT,), first)
    yield "get", (case.deque().get, (0, _DEFAULT), first)
    yield "get", (case.deque().get, (-1, _DEFAULT), last)
    yield "get", (case.deque().get, (_CAPACITY,), None)


def _by_index(case):
    for index, element in ((0, case.first), (-1, case.first if case.empty else case.other)):
        deque = case.deque_with_element
        yield "__getitem__", (_item, (deque(), index), element)
        yield "__setitem__", (_set_item, (deque(), index, case.other), None)
        yield "swap_remove_front", (deque().swap_remove_front, (index,), element)
        yield "swap_remove_back", (deque().swap_remove_back, (index,), element)


def _bytes_in_slices(deque):
    first, second = deque.as_slices()
    return len(first) + len(second)


def _bytes_in_one(deque):
    return len(deque.make_contiguous())


def _item(deque, index):
    return deque[index]


def _set_item(deque, index, x):
    deque[index] = x


def _delete(deque, index):
    del deque[index]
