"""Containers under stress: two sides at once, in threads, or passed from thread to thread.

    stress.apart("bbqueue", "stream", 7, 1000000, seed)     each side in a thread of its own
    stress.around("bbqueue", "framed", 64, 100000, seed)    both handed around three threads

A side goes in small steps: a write grant is asked for in one, filled in the next, and committed in
a third. `apart` lets each thread go on with its own side. `around` lets whichever thread holds a
side go one step, a grant perhaps live, and hand it to the next thread, through an SpscQueue.

What goes in looks random and is known to the reader (`data`), so whatever is lost, repeated, torn
or out of order is a difference. Chunks are of random sizes, from the seed. On an interpreter
without a global lock the sides run truly at once: MicroPython on unix, or the cores of an RP2040.

Each run prints what was moved as a line of JSON. Trouble, or no progress for some seconds, is one
line that tells where it stands; the exit status is 1 then.
"""

import _thread
import json
import sys
import time

from heapless_py import SpscQueue
from heapless_py.spsc_queue import try_dequeue, try_enqueue

PATIENCE = 10  # seconds without progress, after which something hangs
_THREADS = 3  # that a side goes around
SPINS = 10  # turns with nothing to do, before the other threads may need the processor
_NOBODY = -1

if hasattr(sys, "setswitchinterval"):
    sys.setswitchinterval(1e-5)  # CPython's threads take turns; as short ones as it allows


def apart(name, kind, capacity, amount, seed, away=0):
    """Each side in a thread of its own, until `amount` bytes or elements were moved.

    away: which of them goes to a new thread: 0 the writing one, 1 the reading one.
    """
    pair = _Pair(name, kind, capacity, amount, seed)
    _run([_Alone(pair, pair.sides[away]), _Alone(pair, pair.sides[1 - away])], pair)


def around(name, kind, capacity, amount, seed, threads=_THREADS):
    """Both sides handed around the threads, until `amount` bytes or elements were moved."""
    pair = _Pair(name, kind, capacity, amount, seed)
    boxes = [SpscQueue(len(pair.sides), "b").split() for _ in range(threads)]
    for number in range(len(pair.sides)):
        boxes[number][0].enqueue(number)
    # Each takes from its own box and puts into the next one's.
    _run([_Holder(pair, boxes[i][1], boxes[i + 1 - threads][0]) for i in range(threads)], pair)


class _Pair:
    """The two sides of a container, and what stops them."""

    def __init__(self, name, kind, capacity, amount, seed):
        module = getattr(__import__("on_board.stress." + name).stress, name)
        self.title = f"{name} {kind}, capacity {capacity}, seed {seed}"
        self.check, *self.sides = module.sides(kind, capacity, amount, seed)
        self.trouble = None

    def left(self):
        return [side.left for side in self.sides]

    def stop(self, why):
        if self.trouble is None:
            self.trouble = why


class _Worker:
    """A thread: it takes turns until all is done, or nothing moves any more."""

    def __init__(self, pair):
        self.pair = pair
        self.ended = False
        self.handovers = 0

    def run(self):
        try:
            self._run()
        except BaseException as error:  # a thread's would only be printed
            self.pair.stop(f"{type(error).__name__}: {error}")
        self.ended = True

    def _run(self):
        pair, turn = self.pair, self.turn
        idle = 0
        watch = _Watch(pair)
        while pair.trouble is None and not self.is_done():
            if turn():
                idle = 0
            else:
                idle += 1
                time.sleep(0)
                if idle % SPINS == 0:
                    time.sleep(1e-5)
                    watch.look()


class _Watch:
    """Sees whether anything moves."""

    def __init__(self, pair):
        self.sides = pair.sides
        self.pair = pair
        self.left = -1
        self.since = time.time()

    def look(self):
        first, second = self.sides
        left = first.left + second.left  # a number: the heap may not be collected meanwhile
        if left != self.left:
            self.left = left
            self.since = time.time()
        elif time.time() - self.since > PATIENCE:
            self.pair.stop(f"no progress for {PATIENCE} s")


class _Alone(_Worker):
    """A thread that has one side for itself."""

    def __init__(self, pair, side):
        super().__init__(pair)
        self.turn = side.step
        self.is_done = side.is_done


class _Holder(_Worker):
    """A thread that has the sides it was handed, for one step each."""

    def __init__(self, pair, inbox, outbox):
        super().__init__(pair)
        self.ends = inbox, outbox  # kept, for what is at their addresses
        self.inbox = inbox.address
        self.outbox = outbox.address

    def is_done(self):
        first, second = self.pair.sides
        return first.is_done() and second.is_done()

    def turn(self):
        number = try_dequeue(self.inbox, _NOBODY)
        if number == _NOBODY:
            return False
        side = self.pair.sides[number]
        moved = not side.is_done() and side.step()
        self.handovers += 1
        if not try_enqueue(self.outbox, number):
            raise RuntimeError("a box has no room for both sides")
        return moved


def _run(workers, pair):
    """Run them, the last one in this thread, and report."""
    for worker in workers[:-1]:
        _thread.start_new_thread(worker.run, ())
    workers[-1].run()
    since = time.time()
    while not all(worker.ended for worker in workers) and time.time() - since < PATIENCE:
        time.sleep(1e-3)
    for worker in workers:
        if not worker.ended:
            pair.stop("a thread does not end")
    if pair.trouble is None:
        try:
            pair.check()
        except AssertionError as error:
            pair.stop(f"at the end {error}")
    if pair.trouble is not None:
        print(f"{pair.title}: {pair.trouble}; left to write and to read {pair.left()}")
        sys.exit(1)
    side = pair.sides[0]
    handovers = sum([worker.handovers for worker in workers])
    print(json.dumps({side.unit: side.amount, "handovers": handovers}))
