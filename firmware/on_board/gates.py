"""Runs every operation that calls itself ISR-safe, and tells which of them allocate.

There are three gates, and none sees everything:

    heap_lock   the operation runs with the heap locked, as in a hard interrupt, and must not raise
    mem_total   the heap must not have given out a byte: a bytecode function whose frame exceeds 11
                words takes it from the heap, but when that is locked, from the stack instead; the
                unix port and QEMU's count these bytes, an RP2040 does not
    interrupt   the operation runs in a real hard interrupt, and must not raise; where the board
                has something that raises them

What they run are exercises, a module of them for each container: its KINDS and

    exercises(kind, state)   yields (operation, (function, arguments, what it must return)), each
                             on a container of its own that is in one of the STATES

Prints a line of JSON for each run of an exercise through a gate:

    ["heap_lock", "Producer.try_enqueue", "H", "full", what was wrong or null]
"""

import json

import micropython
from on_board.interrupt import Interrupt
from on_board.small_heap import collect_often, collect_when_full

STATES = ("empty", "partly full", "full")

_SOON_CYCLES = 4000  # a timer goes on, and leaves the program some time
_NOT_YET = object()


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
    try:
        returned = _call(function, arguments)
    except Exception as error:
        return type(error).__name__
    after = micropython.mem_total()
    if after != before:
        return f"allocated {after - before} bytes"
    return _difference(returned, expected)


class InInterrupt:
    """The gate that is a real hard interrupt, one for each operation."""

    def __init__(self):
        self._source = Interrupt(self._run, _SOON_CYCLES)
        self._function = self._arguments = self._returned = self._error = None

    def _run(self, source):
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
        self._source.pause()
        if self._error is not _NOT_YET:
            return type(self._error).__name__
        return _difference(self._returned, expected)


def _difference(returned, expected):
    return None if returned == expected else f"returned {returned!r} instead of {expected!r}"


GATES = {"heap_lock": through_heap_lock}
if hasattr(micropython, "mem_total"):
    GATES["mem_total"] = through_mem_total
if Interrupt:
    GATES["interrupt"] = InInterrupt()


def _call(function, arguments):
    # Not function(*arguments), which allocates.
    count = len(arguments)
    if count == 0:
        return function()
    if count == 1:
        return function(arguments[0])
    if count == 2:
        return function(arguments[0], arguments[1])
    return function(arguments[0], arguments[1], arguments[2])


def verdicts(name, kinds=None):
    """Run the exercises of the module of that name, of some kinds or of all, through each gate."""
    collect_often()
    module = __import__("on_board." + name, None, None, (name,))
    collect_when_full()
    for gate in sorted(GATES):
        for kind in kinds or module.KINDS:
            for state in STATES:
                for operation, call in module.exercises(kind, state):
                    yield gate, operation, kind, state, GATES[gate](*call)


def _large_frame(a):
    b = c = d = e = f = g = h = i = j = a
    return b + c + d + e + f + g + h + i + j


def counter_verdicts():
    """The same of what does allocate: a gate that finds nothing wrong here is broken."""
    collect_often()
    from heapless_py import SpscQueue  # where it is not needed it would take memory

    collect_when_full()
    form = "IhB"
    element = (0xFFFFFFFF, -1, 255)
    for gate in sorted(GATES):
        queue = SpscQueue.from_iterable(3, form, [element] * 2)
        calls = [
            ("repr", repr, (queue,), repr(queue)),
            ("a record as a tuple", queue.try_dequeue, (0,), element),
            ("a large integer", int, ("9" * 30,), int("9" * 30)),
        ]
        if gate == "mem_total":  # the others cannot see it
            calls.append(("a large frame", _large_frame, (1,), 9))
        for name, function, arguments, expected in calls:
            verdict = GATES[gate](function, arguments, expected)
            yield gate, name, form, "partly full", verdict


def report(found):
    for verdict in found:
        print(json.dumps(verdict))
