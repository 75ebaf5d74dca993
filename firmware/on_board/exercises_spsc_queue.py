"""The exercises for `gates`: every operation of SpscQueue that says it is ISR-safe."""

import struct

from heapless_py import SpscQueue, spsc_queue

_CAPACITY = 3
_WAITING = {"empty": 0, "partly full": 2, "full": _CAPACITY}

# Elements that are small integers on a board, and records.
_ELEMENTS = {
    "b": -128,
    "B": 255,
    "h": -32768,
    "H": 65535,
    "i": -0x40000000,
    "I": 0x3FFFFFFF,
    "IhB": (0xFFFFFFFF, -1, 255),
    "4sf": (b"abcd", 0.5),
}
KINDS = tuple(sorted(_ELEMENTS))
_DEFAULT = 42


class _Case:
    """A queue in a state, and what the operations on it are given."""

    def __init__(self, form, state):
        self.element = element = _ELEMENTS[form]
        self.waiting = _WAITING[state]
        self.empty = state == "empty"
        self.full = state == "full"
        self.packed = struct.pack(
            "<" + form, *(element if isinstance(element, tuple) else (element,))
        )
        self.two = bytearray(2 * len(self.packed))
        self.drained = min(self.waiting, 2)
        self.oldest = _DEFAULT if self.empty else element
        self.queue = SpscQueue.from_iterable(_CAPACITY, form, [element] * self.waiting)


# The call of each operation: what to call, with which arguments, and what it must return.
_OF_INTEGERS = {
    "try_enqueue": lambda end, case: (end.try_enqueue, (case.element,), not case.full),
    "try_dequeue": lambda end, case: (end.try_dequeue, (_DEFAULT,), case.oldest),
    "try_peek": lambda end, case: (end.try_peek, (_DEFAULT,), case.oldest),
}
_OF_ALL = {
    "try_enqueue_from": lambda end, case: (end.try_enqueue_from, (case.packed,), not case.full),
    "try_dequeue_into": lambda end, case: (end.try_dequeue_into, (case.two,), not case.empty),
    "drain_into": lambda end, case: (end.drain_into, (case.two,), case.drained),
    "clear": lambda end, case: (end.clear, (), None),
    "is_empty": lambda end, case: (end.is_empty, (), case.empty),
    "is_full": lambda end, case: (end.is_full, (), case.full),
    "ready": lambda end, case: (end.ready, (), not _stuck(end, case)),
    "refused": lambda end, case: (getattr, (end, "refused"), 0),
    "__len__": lambda end, case: (len, (end,), case.waiting),
    "__bool__": lambda end, case: (bool, (end,), not case.empty),
}
_ON_IMAGES = {
    "try_enqueue": lambda module, case: (
        module.try_enqueue,
        (case.queue.address, case.element),
        not case.full,
    ),
    "try_dequeue": lambda module, case: (
        module.try_dequeue,
        (case.queue.address, _DEFAULT),
        case.oldest,
    ),
}


def _stuck(end, case):
    return case.full if hasattr(end, "enqueue") else case.empty


# Whose operations, how one is got from a case, which ones of integers, and which of all formats.
_OWNERS = (
    ("spsc_queue", lambda case: spsc_queue, _ON_IMAGES, {}),
    ("SpscQueue", lambda case: case.queue, _OF_INTEGERS, _OF_ALL),
    ("Producer", lambda case: case.queue.split()[0], _OF_INTEGERS, _OF_ALL),
    ("Consumer", lambda case: case.queue.split()[1], _OF_INTEGERS, _OF_ALL),
)


def exercises(form, state):
    """Yield each operation and its call, on a queue of its own."""
    is_record = isinstance(_ELEMENTS[form], tuple)
    for owner, get, of_integers, of_all in _OWNERS:
        anyone = get(_Case(form, state))
        for operations in (of_all,) if is_record else (of_integers, of_all):
            for name in sorted(operations):
                if hasattr(anyone, name):
                    case = _Case(form, state)
                    yield f"{owner}.{name}", operations[name](get(case), case)
