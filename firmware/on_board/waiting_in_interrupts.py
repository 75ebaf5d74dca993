"""Tasks that wait for what a hard interrupt writes to a BBQueue.

A task waits, another one keeps running beside it, and a PIO interrupt wakes the first by writing a
frame, or a piece of a line. The same for `select.poll`.
"""

import asyncio
import gc
import select
from array import array

import micropython
from on_board import frames_in_interrupts as frames
from on_board.pio_interrupt import PioInterrupt

from heapless_py import BBQueue

_PERIOD_CYCLES = 120000  # a task that waits is reached in a part of it
_FRAMES = 100
_LINES = 30
_PIECE = 20  # bytes of the lines that an interrupt writes
_COLLECT_EVERY = 32
_SECONDS = 5  # a run that takes longer has lost its interrupts


def _begin(write, split, wanted):
    """The consumer of a queue to which interrupts write from now on, and their source."""
    producer, consumer = split(BBQueue(400))
    source = PioInterrupt(write(producer, frames.begin(wanted)), _PERIOD_CYCLES)
    source.start(1 << 29)
    return consumer, source


def _of_lines(producer, state):
    """A handler that writes the lines piece by piece."""
    text = memoryview(b"".join(lines()))
    pieces = [text[at : at + _PIECE] for at in range(0, len(text), _PIECE)]
    count = len(pieces)
    done = array("i", [0])

    @micropython.native
    def handler(pio):
        at = done[0]
        if at < count and producer.free() >= _PIECE:
            producer.write(pieces[at])
            done[0] = at + 1

    return handler


def lines():
    return [b"an interrupt wrote line %d\n" % number for number in range(_LINES)]


class Neighbour:
    """A task that keeps running: it counts."""

    def __init__(self):
        self.rounds = 0

    async def run(self):
        while True:
            self.rounds += 1
            await asyncio.sleep_ms(1)


async def by_async_for(consumer, got):
    number = 0
    async for frame in consumer:
        number = frames.verify(frame.view, len(frame.view), number, got)
        _collect(number)
        if number == _FRAMES:
            return number


async def by_wait_read(consumer, got):
    number = 0
    while number < _FRAMES:
        frame = await consumer.wait_read()
        _collect(number)
        number = frames.verify(frame.view, len(frame.view), number, got)
        frame.release()
    return number


def _collect(number):
    if number % _COLLECT_EVERY == 0:
        gc.collect()


async def _beside(task):
    """What `task` returns, and how many rounds its neighbour made meanwhile."""
    neighbour = Neighbour()
    beside = asyncio.create_task(neighbour.run())
    try:
        return await asyncio.wait_for(task, _SECONDS), neighbour.rounds
    finally:
        beside.cancel()


def run_frames(read):
    """Wait for frames in a task."""
    got = frames.begin(_FRAMES)
    consumer, source = _begin(frames.by_grant, BBQueue.split_framed, _FRAMES)
    try:
        received, rounds = asyncio.run(_beside(read(consumer, got)))
    finally:
        source.stop()
    return {
        "wait": read.__name__,
        "received": received,
        "wanted": _FRAMES,
        "wrong": frames.wrong(got),
        "rounds": rounds,
    }


async def _readline(reader):
    expected = lines()
    wrong = 0
    for line in expected:
        if await reader.readline() != line:
            wrong += 1
    return len(expected), wrong


def run_readline():
    """Wait for lines in a task, through asyncio's own stream."""
    consumer, source = _begin(_of_lines, BBQueue.split, _LINES)
    try:
        reader = asyncio.StreamReader(consumer.stream())
        (received, wrong), rounds = asyncio.run(_beside(_readline(reader)))
    finally:
        source.stop()
    return {
        "wait": "readline",
        "received": received,
        "wanted": _LINES,
        "wrong": wrong,
        "rounds": rounds,
    }


def run_poll():
    """Wait for bytes in `select.poll`."""
    expected = b"".join(lines())
    consumer, source = _begin(_of_lines, BBQueue.split, _LINES)
    poll = select.poll()
    poll.register(consumer, select.POLLIN)
    received = wrong = polls = 0
    try:
        while received < len(expected):
            if poll.poll(1000 * _SECONDS) != [(consumer, select.POLLIN)]:
                raise OSError(f"poll found nothing after {received} bytes")
            polls += 1
            grant = consumer.read()
            came = len(grant)
            if grant.view != expected[received : received + came]:
                wrong += 1
            grant.release(came)
            received += came
    finally:
        source.stop()
    return {
        "wait": "poll",
        "received": received,
        "wanted": len(expected),
        "wrong": wrong,
        "rounds": polls,
    }


def waits():
    """Yield what came of each way of waiting."""
    yield run_frames(by_async_for)
    yield run_frames(by_wait_read)
    yield run_readline()
    yield run_poll()
