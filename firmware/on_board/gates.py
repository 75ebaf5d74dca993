"""Runs every operation that calls itself ISR-safe, and tells which of them allocate.

There are three gates, and none sees everything:

    heap_lock   the operation runs with the heap locked, as in a hard interrupt, and must not raise
    mem_total   the heap must not have given out a byte: a bytecode function whose frame exceeds 11
                words takes it from the heap, but when that is locked, from the stack instead; the
                unix port and QEMU's count these bytes, an RP2040 does not
    interrupt   the operation runs in a real hard interrupt, and must not raise; on an RP2040

Prints a line of JSON for each run of an operation through a gate:

    ["heap_lock", "Producer.try_enqueue", "H", 2 (elements waiting), what was wrong or null]
"""

import json
import struct

import micropython

from heapless_py import SpscQueue, spsc_queue

try:
    from on_board.pio_interrupt import PioInterrupt
except ImportError:
    PioInterrupt = None  # no RP2040

_SOON_CYCLES = 2000
_NOT_YET = object()
_CAPACITY = 3
_WAITING = (0, 2, _CAPACITY)  # empty, neither, full

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
FORMS = tuple(sorted(_ELEMENTS))
_DEFAULT = 42


class Case:
    """A queue with so many elements waiting, and what the operations on it are given."""

    def __init__(self, form, waiting):
        self.element = element = _ELEMENTS[form]
        self.waiting = waiting
        self.empty = waiting == 0
        self.full = waiting == _CAPACITY
        self.packed = struct.pack(
            "<" + form, *(element if isinstance(element, tuple) else (element,))
        )
        self.two = bytearray(2 * len(self.packed))
        self.drained = min(waiting, 2)
        self.oldest = _DEFAULT if self.empty else element
        self.queue = SpscQueue.from_iterable(_CAPACITY, form, [element] * waiting)


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
        (case.queue.image, case.element),
        not case.full,
    ),
    "try_dequeue": lambda module, case: (
        module.try_dequeue,
        (case.queue.image, _DEFAULT),
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


def exercises(form, waiting):
    """Yield each operation and its call, on a queue of its own."""
    is_record = isinstance(_ELEMENTS[form], tuple)
    for owner, get, of_integers, of_all in _OWNERS:
        anyone = get(Case(form, waiting))
        for operations in (of_all,) if is_record else (of_integers, of_all):
            for name in sorted(operations):
                if hasattr(anyone, name):
                    case = Case(form, waiting)
                    yield f"{owner}.{name}", operations[name](get(case), case)


def through_heap_lock(function, arguments, expected):
    """What is wrong with the call while the heap is locked, or None."""
    micropython.heap_lock()
    try:
        returned = _call(function, arguments)
    except Exception as error:
        return type(error).__name__
    finally:
        micropython.heap_unlock()
    return _difference(returned, expected)


def through_mem_total(function, arguments, expected):
    """What is wrong with the call by the heap's own count of bytes given out, or None."""
    before = micropython.mem_total()
    returned = _call(function, arguments)
    after = micropython.mem_total()
    if after != before:
        return f"allocated {after - before} bytes"
    return _difference(returned, expected)


class InInterrupt:
    """The gate that is a real hard interrupt: PIO raises it, once for each operation."""

    def __init__(self):
        self._source = PioInterrupt(self._run, _SOON_CYCLES)
        self._function = self._arguments = self._returned = self._error = None

    def _run(self, pio):
        try:
            self._returned = _call(self._function, self._arguments)
        except Exception as error:
            self._error = error

    def __call__(self, function, arguments, expected):
        """What is wrong with the call in a hard interrupt, or None."""
        self._function, self._arguments = function, arguments
        self._returned = self._error = _NOT_YET
        self._source.start(1)
        while self._returned is _NOT_YET and self._error is _NOT_YET:
            pass  # the one who waits for us has a time limit
        if self._error is not _NOT_YET:
            return type(self._error).__name__
        return _difference(self._returned, expected)


def _difference(returned, expected):
    return None if returned == expected else f"returned {returned!r} instead of {expected!r}"


GATES = {"heap_lock": through_heap_lock}
if hasattr(micropython, "mem_total"):
    GATES["mem_total"] = through_mem_total
if PioInterrupt:
    GATES["interrupt"] = InInterrupt()


def _call(function, arguments):
    # Not function(*arguments), which allocates.
    if not arguments:
        return function()
    if len(arguments) == 1:
        return function(arguments[0])
    return function(arguments[0], arguments[1])


def verdicts(forms=FORMS):
    for gate in sorted(GATES):
        for form in forms:
            for waiting in _WAITING:
                for operation, call in exercises(form, waiting):
                    yield gate, operation, form, waiting, GATES[gate](*call)


def _large_frame(a):
    b = c = d = e = f = g = h = i = j = a
    return b + c + d + e + f + g + h + i + j


def counter_verdicts():
    """The same of what does allocate: a gate that finds nothing wrong here is broken."""
    form = "IhB"
    for gate in sorted(GATES):
        case = Case(form, 2)
        calls = [
            ("repr", repr, (case.queue,), repr(case.queue)),
            ("a record as a tuple", case.queue.try_dequeue, (_DEFAULT,), case.element),
            ("a large integer", int, ("9" * 30,), int("9" * 30)),
        ]
        if gate == "mem_total":  # the others cannot see it
            calls.append(("a large frame", _large_frame, (1,), 9))
        for name, function, arguments, expected in calls:
            yield gate, name, form, case.waiting, GATES[gate](function, arguments, expected)


def report(found):
    for verdict in found:
        print(json.dumps(verdict))
