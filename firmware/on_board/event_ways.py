"""Ways to take events from a hard interrupt to a program, each as well written as the others.

With each event a handler puts what a register says into a queue. The program's main loop takes it
out and keeps it in an array: of a queue that gives many at once, as many at once as there are.
A way is a function of the queue's capacity that makes a fresh queue and gives

    handler   for `irq(handler, hard=True)`
    receive   the main loop: `receive(queue, kept, source)` starts the source, for as many events
              as the array `kept` has words, stores there what comes, and returns how many came
    queue     what `receive` takes from

All that a handler or a loop looks up for an event is local to it.
"""

from array import array
from collections import deque

import micropython
import uctypes
from machine import mem32
from micropython import const
from on_board import cycles  # noqa: F401  which starts SysTick
from on_board.plain_ring import PlainRing

from heapless_py import SpscQueue, spsc_queue

# SysTick's counter, of 24 bits: another value with each event, and never a heap object.
_REGISTER = const(0xE000E018)


# The main loops. They look whether it is finished before they take: nothing comes after that.


def _drain(consumer, kept, source):
    drain_into = consumer.drain_into
    view = _bytes_of(kept)
    finished = source.finished
    received = 0
    ended = False
    source.start(len(kept))
    while not ended:
        ended = finished()
        received += drain_into(view[4 * received :])
    return received


def _readinto(ring, kept, source):
    readinto = ring.readinto
    view = _bytes_of(kept)
    finished = source.finished
    received = 0
    ended = False
    source.start(len(kept))
    while not ended:
        ended = finished()
        received += readinto(view[received:]) or 0
    return received // 4


def _bytes_of(kept):
    return memoryview(uctypes.bytearray_at(uctypes.addressof(kept), 4 * len(kept)))


def _dequeue(consumer, kept, source):
    try_dequeue = consumer.try_dequeue
    finished = source.finished
    received = 0
    ended = False
    source.start(len(kept))
    while not ended:
        ended = finished()
        value = try_dequeue(None)
        while value is not None:
            kept[received] = value
            received += 1
            value = try_dequeue(None)
    return received


def _popleft(queue, kept, source):
    popleft = queue.popleft
    finished = source.finished
    received = 0
    ended = False
    source.start(len(kept))
    while not ended:
        ended = finished()
        while queue:
            kept[received] = popleft()
            received += 1
    return received


def _pop(ring, kept, source):
    pop = ring.pop
    finished = source.finished
    received = 0
    ended = False
    source.start(len(kept))
    while not ended:
        ended = finished()
        value = pop()
        while value is not None:
            kept[received] = value
            received += 1
            value = pop()
    return received


# The handlers.


def _in_bytecode(put):
    registers = mem32

    def handler(pio):
        put(registers[_REGISTER])

    return handler


def _in_viper(put):
    @micropython.viper
    def handler(pio):
        put(ptr32(_REGISTER)[0])

    return handler


def _function_in_viper(address):
    try_enqueue = spsc_queue.try_enqueue

    @micropython.viper
    def handler(pio):
        try_enqueue(address, ptr32(_REGISTER)[0])

    return handler


def _bytes_in_bytecode(write):
    registers = mem32
    value = array("i", [0])

    def handler(pio):
        value[0] = registers[_REGISTER]
        write(value)

    return handler


def _bytes_in_viper(write):
    value = array("i", [0])

    @micropython.viper
    def handler(pio):
        ptr32(value)[0] = ptr32(_REGISTER)[0]
        write(value)

    return handler


# The ways.


def _captured(receive):
    def way(capacity):
        producer, consumer = SpscQueue(capacity, "i").split()
        return producer.capture(_REGISTER), receive, consumer

    return way


def _enqueued_in_viper(capacity):
    producer, consumer = SpscQueue(capacity, "i").split()
    return _function_in_viper(producer.address), _drain, consumer


def _enqueued_in_bytecode(capacity):
    producer, consumer = SpscQueue(capacity, "i").split()
    return _in_bytecode(producer.try_enqueue), _drain, consumer


def _appended(make_handler):
    def way(capacity):
        queue = deque((), capacity)
        return make_handler(queue.append), _popleft, queue

    return way


def _written(make_handler):
    def way(capacity):
        ring = micropython.RingIO(4 * capacity)
        return make_handler(ring.write), _readinto, ring

    return way


def _pushed_in_bytecode(capacity):
    ring = PlainRing(capacity + 1)
    return _in_bytecode(ring.push), _pop, ring


# The subject, its handler, the form of the verb that puts, what the main loop takes with, and the
# way itself.
WAYS = (
    ("SpscQueue", "capture of a register", "function", "drain_into", _captured(_drain)),
    ("SpscQueue", "capture of a register", "function", "try_dequeue", _captured(_dequeue)),
    ("SpscQueue", "try_enqueue, in viper", "function", "drain_into", _enqueued_in_viper),
    ("SpscQueue", "try_enqueue, in bytecode", "bound", "drain_into", _enqueued_in_bytecode),
    ("deque", "append, in viper", "builtin", "popleft", _appended(_in_viper)),
    ("deque", "append, in bytecode", "builtin", "popleft", _appended(_in_bytecode)),
    ("RingIO", "write, in viper", "builtin", "readinto", _written(_bytes_in_viper)),
    ("RingIO", "write, in bytecode", "builtin", "readinto", _written(_bytes_in_bytecode)),
    ("plain ring", "push, in bytecode", "idiom", "pop", _pushed_in_bytecode),
)
