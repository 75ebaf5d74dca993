"""The exercises for `gates`: stretches without allocation, alone and within one another."""

from heapless_py import SpscQueue, no_alloc

KINDS = ("h",)

_COUNTS = {"empty": 0, "partly full": 2, "full": 3}


def exercises(kind, state):
    """Yield the operation and a call with it, on a queue of its own."""
    for function in (_stretch, _nested):
        queue = SpscQueue.from_iterable(3, kind, range(_COUNTS[state]))
        yield "allocation.no_alloc", (function, (queue,), state != "full")


def _stretch(queue):
    with no_alloc():
        return queue.try_enqueue(7)


def _nested(queue):
    with no_alloc() as stretch:
        return _stretch(queue) and stretch.kept == 0
