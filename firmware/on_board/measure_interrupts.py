"""Measure on the board what happens between a hard interrupt and the program that it feeds.

Prints what raises the interrupts, and a line of JSON for each way of doing it. Each way is run
twice. First a handler puts a sequence number for each event into the queue and the program takes
them out: how many arrive, in order? Then the program watches the cycle counter: how long is it
gone for each interrupt, from the last instruction before it to the first after it? On a board
where nothing raises hard interrupts it prints just that, and what was tried.
"""

import json
import sys
from array import array
from collections import deque

import micropython
import uctypes
from machine import mem32
from micropython import const
from on_board.cycles import elapsed, now, tally
from on_board.interrupt import SOURCE, WHY_NOT, Interrupt
from on_board.plain_ring import PlainRing

from heapless_py import SpscQueue, spsc_queue

_PERIOD_CYCLES = 12500  # 10 kHz at 125 MHz
_EVENTS = 10000
_EVENTS_OF_OTHERS = 2000  # enough to see what their handlers take
_WATCHED = 500
_CAPACITY = 256  # elements of four bytes: the events of one watch, with room to spare
_BATCH = const(100)
_SECONDS = 60  # a run that takes longer has lost its interrupts
_TIMER = const(0x40054028)  # the low word of an RP2040's microseconds: each event reads another
_HAS_TIMER = sys.implementation._machine.endswith("RP2040")

# The number of the last event that a handler saw; written by the handlers only.
_sequence = array("i", [0])


def measure(subject, handler_text, handler, take, events, changed=_sequence):
    """Print the fate of `events` events that `handler` puts in, and what one costs the program.

    `take()` gives the next number, or None when there is none; `changed` is a word that is another
    one after each event.
    """
    source = Interrupt(handler, _PERIOD_CYCLES)
    try:
        received, in_order = _receive(source, take, events)
        durations = _watch(source, take, changed)
    finally:
        source.stop()
    print(
        json.dumps(
            {
                "subject": subject,
                "handler": handler_text,
                "period_cycles": source.period_cycles,
                "events": events,
                "received": received,
                "in_order": in_order,
                "durations": durations,
            }
        )
    )


def _receive(source, take, events):
    """Take what the handler puts in, to the end: how many, and whether in ascending order."""
    _sequence[0] = 0
    received = 0
    last = 0
    in_order = True
    finished = False
    deadline = time.ticks_add(time.ticks_ms(), 1000 * _SECONDS)
    source.start(events)
    while True:
        number = take()
        if number is not None:
            received += 1
            in_order = in_order and number > last
            last = number
        elif finished:
            return received, in_order
        else:
            # Looked at while the queue is empty: what came before the end is taken after it.
            finished = source.finished()
            if time.ticks_diff(deadline, time.ticks_ms()) < 0:
                raise OSError(f"interrupts stopped after {_sequence[0]} of {events}")


def _watch(source, take, changed):
    """How often an interrupt took how many cycles."""
    cycles = array("i", bytes(4 * _BATCH))
    durations = {}
    for _ in range(_WATCHED // _BATCH):
        source.start(_BATCH, False)
        if _watch_batch(changed, now, elapsed, cycles) < _BATCH:
            raise OSError("an interrupt did not come")
        source.pause()
        while take() is not None:
            pass
        tally(cycles, durations)
    return durations


@micropython.viper
def _watch_batch(changed, now, elapsed, cycles) -> int:
    """Fill `cycles` with what each interrupt took from this loop; return how many came in time."""
    events = ptr32(changed)
    durations = ptr32(cycles)
    seen = events[0] - 1  # as if one had come: the first round is to know what a round costs
    usual = 0
    watched = -1
    last = int(now())
    for _ in range(1000000):
        look = int(now())
        if events[0] != seen:
            # It came before that look, or just after it. One more look, and it is in between.
            look = int(now())
            duration = int(elapsed(last, look))
            seen = events[0]
            if watched < 0:
                usual = duration
            else:
                durations[watched] = duration - usual
            watched += 1
            if watched == _BATCH:
                break
            look = int(now())
        last = look
    return watched


def _viper_function_handler(address):
    sequence = _sequence
    try_enqueue = spsc_queue.try_enqueue

    @micropython.viper
    def handler(pio):
        events = ptr32(sequence)
        events[0] += 1
        try_enqueue(address, events[0])

    return handler


def _viper_handler(put):
    """A viper handler that calls `put(number)`, a bound method looked up beforehand."""
    sequence = _sequence

    @micropython.viper
    def handler(pio):
        events = ptr32(sequence)
        events[0] += 1
        put(events[0])

    return handler


def _viper_bytes_handler(write):
    """A viper handler that writes the number as four bytes."""
    sequence = _sequence

    @micropython.viper
    def handler(pio):
        events = ptr32(sequence)
        events[0] += 1
        write(sequence)

    return handler


def _bytecode_handler(put):
    sequence = _sequence

    def handler(pio):
        number = sequence[0] + 1
        sequence[0] = number
        put(number)

    return handler


def measure_spsc_queue():
    producer, consumer = SpscQueue(_CAPACITY, "i").split()

    def take():
        return consumer.try_dequeue(None)

    function = _viper_function_handler(producer.address)
    measure("SpscQueue", "try_enqueue, function, in viper", function, take, _EVENTS)
    method = producer.try_enqueue
    handler = _viper_handler(method)
    measure("SpscQueue", "try_enqueue, method, in viper", handler, take, _EVENTS)
    handler = _bytecode_handler(method)
    measure("SpscQueue", "try_enqueue, method, in bytecode", handler, take, _EVENTS)
    if _HAS_TIMER:
        tail = memoryview(producer.image)[16:20]
        handler = producer.capture(_TIMER)
        measure("SpscQueue", "capture of a register", handler, take, _EVENTS, tail)


def measure_deque():
    queue = deque((), _CAPACITY)

    def take():
        return queue.popleft() if queue else None

    handler = _viper_handler(queue.append)
    measure("deque", "append, in viper", handler, take, _EVENTS_OF_OTHERS)
    if not _HAS_TIMER:
        return
    put = uctypes.bytearray_at(id(queue) + 12, 4)  # where it puts the next

    def handler(pio):
        queue.append(mem32[_TIMER])

    measure("deque", "append of a register, in bytecode", handler, take, _EVENTS_OF_OTHERS, put)


def measure_ring_io():
    ring = micropython.RingIO(4 * _CAPACITY)
    number = array("i", [0])

    def take():
        if ring.any() < 4:
            return None
        ring.readinto(number)
        return number[0]

    handler = _viper_bytes_handler(ring.write)
    measure("RingIO", "write, in viper", handler, take, _EVENTS_OF_OTHERS)


def measure_plain_ring():
    ring = PlainRing(_CAPACITY + 1)
    handler = _bytecode_handler(ring.push)
    measure("plain ring", "push, in bytecode", handler, ring.pop, _EVENTS_OF_OTHERS)


print(json.dumps({"source": SOURCE, "why_not": WHY_NOT, "register": _HAS_TIMER}))
if Interrupt:
    import time  # QEMU's Cortex-M3 has none, and interrupts neither

    measure_spsc_queue()
    measure_deque()
    measure_ring_io()
    measure_plain_ring()
