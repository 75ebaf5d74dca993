"""Measure on the board what one operation costs: cycles, and bytes of heap.

Prints a line of JSON for each operation. An operation is one statement on local variables, run
once between two looks at the cycle counter; before each of many runs everything is set up afresh,
and after it the effect is checked, so that nothing is timed that did not happen.
"""

import gc
import json
from array import array
from collections import deque

import micropython
from on_board.cycles import COUNTER, elapsed, now, tally
from on_board.plain_ring import PlainRing

from heapless_py import SpscQueue, spsc_queue

_RUNS = 100
_CAPACITY = 64  # elements of four bytes


def measure(subject, op, form, items, statement, operands, prepare, happened):
    """Print what `statement` costs, whose variables a and b are the `operands`.

    `prepare()` sets up; `happened()` tells afterwards whether the statement did its work.
    """
    timed = _compile(statement)
    durations = {}
    a, b = operands if len(operands) == 2 else (operands[0], None)
    cycles = array("i", bytes(4 * _RUNS))
    for run in range(_RUNS):
        prepare()
        cycles[run] = timed(now, elapsed, a, b) - _empty_cycles
        if not happened():
            raise AssertionError(f"{subject}.{op} ({form}) had no effect")
    tally(cycles, durations)
    print(
        json.dumps(
            {
                "subject": subject,
                "op": op,
                "form": form,
                "items": items,
                "bytes": 4 * items,
                "durations": durations,
                "allocated_bytes": _allocated(timed, prepare, (a, b)),
                "heap_locked": _runs_locked(timed, prepare, (a, b)),
            }
        )
    )


def _compile(statement):
    """A function that times `statement`. Locals only: what a global costs depends on its name."""
    names = {}
    exec(
        "def timed(now, elapsed, a, b):\n"
        "    begin = now()\n"
        f"    {statement}\n"
        "    return elapsed(begin, now())\n",
        names,
    )
    return names["timed"]


def _allocated(timed, prepare, operands):
    """Bytes that the heap lost to one run, beyond those that timing nothing takes."""
    prepare()
    gc.collect()
    gc.disable()
    begin = gc.mem_alloc()
    _empty(now, elapsed, *operands)
    middle = gc.mem_alloc()
    timed(now, elapsed, *operands)
    end = gc.mem_alloc()
    gc.enable()
    return (end - middle) - (middle - begin)


def _runs_locked(timed, prepare, operands):
    """Whether one run succeeds while nothing can be allocated."""
    a, b = operands
    prepare()
    micropython.heap_lock()
    try:
        timed(now, elapsed, a, b)
        return True
    except MemoryError:
        return False
    finally:
        micropython.heap_unlock()


_empty = _compile("pass")
_empty_cycles = sorted(_empty(now, elapsed, None, None) for _ in range(_RUNS))[_RUNS // 2]


def measure_spsc_queue():
    producer, consumer = SpscQueue(_CAPACITY, "i").split()
    image = producer.image
    one = bytearray(4)
    many = array("i", bytes(4 * _CAPACITY))

    def holding(count):
        def prepare():
            consumer.clear()
            for i in range(count):
                spsc_queue.try_enqueue(image, i)

        return prepare

    def left(count):
        return lambda: len(consumer) == count

    into = (holding(0), left(1))
    out = (holding(1), left(0))
    look = (holding(1), left(1))

    def row(op, form, items, statement, operands, effect):
        measure("SpscQueue", op, form, items, statement, operands, *effect)

    row("try_enqueue", "function", 1, "a(b, 5)", (spsc_queue.try_enqueue, image), into)
    row("try_dequeue", "function", 1, "a(b, -1)", (spsc_queue.try_dequeue, image), out)
    row("try_enqueue", "method", 1, "a.try_enqueue(5)", (producer,), into)
    row("try_dequeue", "method", 1, "a.try_dequeue(None)", (consumer,), out)
    row("enqueue", "method", 1, "a.enqueue(5)", (producer,), into)
    row("dequeue", "method", 1, "a.dequeue()", (consumer,), out)
    row("try_enqueue_from", "method", 1, "a.try_enqueue_from(b)", (producer, one), into)
    row("try_dequeue_into", "method", 1, "a.try_dequeue_into(b)", (consumer, one), out)
    full = (holding(_CAPACITY), left(0))
    row("drain_into", "method", _CAPACITY, "a.drain_into(b)", (consumer, many), full)
    row("try_peek", "method", 1, "a.try_peek(None)", (consumer,), look)
    row("ready", "method", 0, "a.ready()", (consumer,), look)
    row("len", "method", 0, "len(a)", (consumer,), look)


def measure_deque():
    queue = deque((), _CAPACITY)

    def holding(count):
        def prepare():
            while queue:
                queue.popleft()
            for i in range(count):
                queue.append(i)

        return prepare

    append = (holding(0), lambda: len(queue) == 1)
    popleft = (holding(1), lambda: len(queue) == 0)
    measure("deque", "append", "builtin", 1, "a.append(5)", (queue,), *append)
    measure("deque", "popleft", "builtin", 1, "a.popleft()", (queue,), *popleft)


def measure_ring_io():
    ring = micropython.RingIO(4 * _CAPACITY)
    drained = bytearray(4 * _CAPACITY)

    def holding(buffer):
        def prepare():
            while ring.any():
                ring.readinto(drained)
            ring.write(buffer)

        return prepare

    def left(count):
        return lambda: ring.any() == count

    for items in (1, _CAPACITY):
        buffer = bytearray(4 * items)
        write = (holding(b""), left(4 * items))
        readinto = (holding(buffer), left(0))
        measure("RingIO", "write", "builtin", items, "a.write(b)", (ring, buffer), *write)
        measure("RingIO", "readinto", "builtin", items, "a.readinto(b)", (ring, buffer), *readinto)


def measure_plain_ring():
    ring = PlainRing(_CAPACITY + 1)

    def holding(count):
        def prepare():
            while ring.pop() is not None:
                pass
            for i in range(count):
                ring.push(i)

        return prepare

    push = (holding(0), lambda: ring.pop() == 5)
    pop = (holding(1), lambda: ring.pop() is None)
    measure("plain ring", "push", "idiom", 1, "a.push(5)", (ring,), *push)
    measure("plain ring", "pop", "idiom", 1, "a.pop()", (ring,), *pop)


print(json.dumps({"counter": COUNTER, "empty_call_cycles": _empty_cycles}))
measure_spsc_queue()
measure_deque()
measure_ring_io()
measure_plain_ring()
