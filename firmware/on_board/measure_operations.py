"""Measure on the board what one operation of each container of elements costs, beside its peers.

Prints what counts the cycles, and in which steps, and a line of JSON for each operation: see
`operations`.
"""

import json
from array import array
from collections import deque

import micropython
from on_board.cycles import COUNTER, RESOLUTION
from on_board.operations import empty_call_cycles, measure
from on_board.plain_ring import PlainRing

from heapless_py import SpscQueue, spsc_queue

_CAPACITY = 64  # elements of four bytes
_SOME = 32  # elements of two


def _row(subject, op, form, items, statement, operands, prepare, happened, size=4):
    facts = {"subject": subject, "op": op, "form": form, "items": items, "bytes": size * items}
    measure(facts, statement, operands, prepare, happened)


def measure_spsc_queue():
    producer, consumer = SpscQueue(_CAPACITY, "i").split()
    address = producer.address
    one = bytearray(4)
    many = array("i", bytes(4 * _CAPACITY))

    def holding(count):
        def prepare():
            consumer.clear()
            for i in range(count):
                spsc_queue.try_enqueue(address, i)

        return prepare

    def left(count):
        return lambda: len(consumer) == count

    into = (holding(0), left(1))
    out = (holding(1), left(0))
    look = (holding(1), left(1))

    def row(op, form, items, statement, operands, effect):
        _row("SpscQueue", op, form, items, statement, operands, *effect)

    row("try_enqueue", "function", 1, "a(b, 5)", (spsc_queue.try_enqueue, address), into)
    row("try_dequeue", "function", 1, "a(b, -1)", (spsc_queue.try_dequeue, address), out)
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


def measure_drain():
    """Many elements of two bytes in one call."""
    producer, consumer = SpscQueue(_CAPACITY, "H").split()
    many = array("H", bytes(2 * _SOME))

    def prepare():
        consumer.clear()
        for i in range(_SOME):
            producer.try_enqueue(i)

    def happened():
        return consumer.is_empty() and many[_SOME - 1] == _SOME - 1

    def row(form, statement, operands):
        effect = (prepare, happened)
        _row("SpscQueue", "drain_into", form, _SOME, statement, operands, *effect, size=2)

    row("method", "a.drain_into(b)", (consumer, many))
    row("bound", "a(b)", (consumer.drain_into, many))


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
    _row("deque", "append", "builtin", 1, "a.append(5)", (queue,), *append)
    _row("deque", "popleft", "builtin", 1, "a.popleft()", (queue,), *popleft)


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
        _row("RingIO", "write", "builtin", items, "a.write(b)", (ring, buffer), *write)
        _row("RingIO", "readinto", "builtin", items, "a.readinto(b)", (ring, buffer), *readinto)


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
    _row("plain ring", "push", "idiom", 1, "a.push(5)", (ring,), *push)
    _row("plain ring", "pop", "idiom", 1, "a.pop()", (ring,), *pop)


counter = {"counter": COUNTER, "resolution_cycles": RESOLUTION}
print(json.dumps(dict(counter, empty_call_cycles=empty_call_cycles)))
measure_spsc_queue()
measure_drain()
measure_deque()
measure_ring_io()
measure_plain_ring()
