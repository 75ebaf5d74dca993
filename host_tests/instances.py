"""An instance of each class of the library that has attributes for its users.

Many verbs are closures, and all of the data are attributes, that `__init__` sets: who looks for
them has to look here, and not at the classes.
"""

from collections.abc import Iterator

from heapless_py import Arena, BBQueue, Deque, HistoryBuf, Plan, RingBuffer, SpscQueue, String, Vec


def instances() -> Iterator[object]:
    yield Arena(4)
    yield Plan([4], 4)
    yield RingBuffer(4)
    yield String(4)
    yield Vec(4, "H")
    yield Deque(4, "H")
    yield HistoryBuf(4, "H")
    queue = SpscQueue(4, "H")
    yield from (queue, *queue.split())
    yield from _of_bytes(BBQueue(4))
    yield from _of_frames(BBQueue(8))


def _of_bytes(queue: BBQueue) -> Iterator[object]:
    producer, consumer = queue.split()
    producer.write(b"some")
    yield from (queue, producer, consumer, consumer.stream(), consumer.read())


def _of_frames(queue: BBQueue) -> Iterator[object]:
    producer, consumer = queue.split_framed()
    producer.write_frame(b"")
    yield from (producer, consumer, consumer.read(), producer.grant(0))
