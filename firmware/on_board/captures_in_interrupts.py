"""Registers that hard interrupts capture while the program takes what they said.

A PIO state machine counts down: with each interrupt the next number is in its receive FIFO. So a
handler that reads it twice, or not at all, gives itself away, also where the queue is full.
"""

import gc
import time

import rp2
from machine import mem32
from micropython import const
from on_board.pio_interrupt import PioInterrupt

from heapless_py import BBQueue, HistoryBuf, SpscQueue

_RECEIVED = const(0x50200020)  # the FIFO of the first state machine of PIO 0
_TIMER = const(0x40054028)  # the low word of the microseconds
_PERIOD_CYCLES = const(40000)
_EVENTS = const(300)
_CAPACITY = 32
_AWAY_MS = const(15)  # for longer than the queue lasts
_SECONDS = 2  # a run that takes longer has lost its interrupts


@rp2.asm_pio()
def _count_down():
    pull()  # events, less one
    mov(y, osr)
    pull()  # steps to wait
    label("event")
    mov(x, osr)
    label("wait")
    jmp(x_dec, "wait")
    mov(isr, y)
    push(noblock)
    irq(0)
    jmp(y_dec, "event")
    label("done")
    jmp("done")


class _Count(PioInterrupt):
    """Its interrupts' numbers, the last of which is 0, come in the FIFO.

    An event takes two steps more than `period_cycles` says.
    """

    PROGRAM = _count_down


def _run(what, handler, take, refused):
    """The outcome: `take()` gives a number with its time, or None when there is none."""
    numbers, times = [], []
    deadline = time.ticks_add(time.ticks_ms(), 1000 * _SECONDS)
    began = mem32[_TIMER]
    count = _Count(handler, _PERIOD_CYCLES)
    count.start(_EVENTS)
    collections = 0
    try:
        while len(numbers) + refused() < _EVENTS:
            came = take()
            if came is not None:
                numbers.append(came[0])
                times.append(came[1])
                if len(numbers) % 64 == 0:
                    gc.collect()
                    collections += 1
                if len(numbers) == 100:
                    time.sleep_ms(_AWAY_MS)
            elif time.ticks_diff(deadline, time.ticks_ms()) < 0:
                raise OSError(
                    f"{what}: {len(numbers)} of {_EVENTS} came, {refused()} were refused"
                )
    finally:
        count.stop()
    ended = mem32[_TIMER]
    return {
        "capture": what,
        "events": _EVENTS,
        "received": len(numbers),
        "refused": refused(),
        "collections": collections,
        "in_order": sorted(set(numbers)) == numbers[::-1],
        "on_time": began <= times[0] and times == sorted(set(times)) and times[-1] <= ended,
    }


def queue_of_words():
    producer, consumer = SpscQueue(_CAPACITY, "I").split()

    def take():
        number = consumer.try_dequeue(None)
        return None if number is None else (number, mem32[_TIMER])  # its own time

    return _run("queue", producer.capture(_RECEIVED), take, lambda: producer.refused)


def queue_of_records():
    producer, consumer = SpscQueue(_CAPACITY, "HI").split()
    capture = producer.capture(_RECEIVED, _TIMER)
    return _run(
        "queue, with times", capture, lambda: consumer.try_dequeue(None), lambda: producer.refused
    )


def frames():
    producer, consumer = BBQueue(12 * _CAPACITY).split_framed()
    frame = bytearray(8)
    words = memoryview(frame)

    def take():
        if consumer.read_frame_into(frame) is None:
            return None
        return int.from_bytes(words[:4], "little"), int.from_bytes(words[4:], "little")

    capture = producer.capture(_RECEIVED, _TIMER)
    return _run("frames, with times", capture, take, lambda: producer.refused)


def history(fmt, stamp):
    """What a history holds in the end: the last numbers; nobody takes them out meanwhile."""
    kept = HistoryBuf(_CAPACITY, fmt)
    capture = kept.capture(_RECEIVED, stamp)
    deadline = time.ticks_add(time.ticks_ms(), 1000 * _SECONDS)
    count = _Count(capture, _PERIOD_CYCLES)
    count.start(_EVENTS)
    try:
        while kept.written < _EVENTS:
            gc.collect()
            if time.ticks_diff(deadline, time.ticks_ms()) < 0:
                raise OSError(f"history: {kept.written} of {_EVENTS}")
    finally:
        count.stop()
    kept._check()
    numbers = [each[0] if stamp else each for each in kept]
    return {"capture": "history of " + fmt, "numbers": numbers}


def narrow():
    """The low bits of a word that changes, read as such; beside the whole, read right before."""
    for fmt, width in (("B", 8), ("H", 16), ("I", 32)):
        kept = HistoryBuf(4, fmt)
        read = kept.capture(_TIMER, width=width)
        before = mem32[_TIMER]
        read(None)
        after = mem32[_TIMER]
        late = (kept.recent() - before) & ((1 << width) - 1)
        yield {"capture": f"{width} bits", "late": late, "most": after - before}


def captures():
    """Yield what came of each."""
    yield queue_of_words()
    yield queue_of_records()
    yield frames()
    yield history("I", None)
    yield history("HI", _TIMER)
    yield from narrow()
