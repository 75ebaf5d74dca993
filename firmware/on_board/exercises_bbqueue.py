"""The exercises for `gates`: every operation of BBQueue that says it is ISR-safe.

The queue itself and its ends run them in every state. A write grant is of a queue that is not
full, and a read grant of one that is not empty.
"""

from heapless_py import BBQueue, bbqueue

KINDS = ("stream", "framed")

SIZE = 6  # bytes of a grant, and of a frame's payload
_CAPACITY = {"stream": 12, "framed": 36}  # the latter three frames
_BEFORE = {"stream": 9, "framed": 2}  # bytes or frames that were here before, so that others wrap
_WAITING = {
    "stream": {"empty": 0, "partly full": 6, "full": 12},
    "framed": {"empty": 0, "partly full": 2, "full": 3},
}

SOURCES = (bytes(range(SIZE)), bytearray(range(SIZE)), memoryview(bytearray(range(9)))[1:7])
TARGETS = (bytearray(SIZE), memoryview(bytearray(9))[1:7])
ERROR = ValueError("made beforehand: an interrupt handler has no memory for it")
_POLL, _POLL_READ, _POLL_WRITE = 3, 1, 4


class Case:
    """A queue in a state, and what tells the results of operations on it."""

    def __init__(self, kind, state):
        self.queue = BBQueue(_CAPACITY[kind])
        self.framed = kind == "framed"
        self.waiting = _WAITING[kind][state]
        self.room = _CAPACITY[kind] - self.waiting  # of a stream
        self.empty = state == "empty"
        self.full = state == "full"
        if self.framed:
            self.producer, self.consumer = self.queue.split_framed()
            self.grant = self.producer.grant
        else:
            self.producer, self.consumer = self.queue.split()
            self.grant = self.producer.grant_exact
        self._write(_BEFORE[kind])
        self.consumer.clear()
        self._write(self.waiting)

    def _write(self, count):
        if self.framed:
            for _ in range(count):
                self.producer.write_frame(SOURCES[0])
        else:
            self.producer.write(bytes(count))

    def write_grant(self):
        return self.grant(SIZE)

    def read_grant(self):
        return self.consumer.read()

    def split_read_grant(self):
        return self.consumer.split_read()


def exercises(kind, state):
    """Yield each operation and its call, on a queue in this state."""

    def new():
        return Case(kind, state)

    yield from _of_queue(new)
    if kind == "stream":
        yield from _of_ends("Producer", "Consumer", new)
        yield from _of_stream_ends(new)
    else:
        yield from _of_ends("FramedProducer", "FramedConsumer", new)
        yield from _of_frame_ends(new)
    if state != "full":
        yield from _of_grant("WriteGrant", new, Case.write_grant)
        yield from _of_write_grant(new)
    if state != "empty" and kind == "framed":
        yield from _of_grant("Frame", new, Case.read_grant)
        yield from _of_frame(new)
    elif state != "empty":
        for get in (Case.read_grant, Case.split_read_grant):
            yield from _of_grant("ReadGrant", new, get)
            yield from _of_read_grant(new, get)


# Each yields operations with what to call, with which arguments, and what it must return. Those
# that leave the queue as it was share one.


def _of_queue(new):
    case = new()
    queue = case.queue
    queue.release(case.producer, case.consumer)
    yield "BBQueue.is_empty", (queue.is_empty, (), case.empty)
    yield "BBQueue.is_full", (queue.is_full, (), case.full)
    yield "BBQueue.__len__", (len, (queue,), case.waiting)
    yield "BBQueue.__bool__", (bool, (queue,), not case.empty)
    yield "BBQueue.clear", (queue.clear, (), None)


def _of_ends(producer, consumer, new):
    """What the ends of both kinds have."""
    case = new()
    yield producer + ".is_empty", (case.producer.is_empty, (), case.empty)
    yield producer + ".is_full", (case.producer.is_full, (), case.full)
    yield producer + ".__len__", (len, (case.producer,), case.waiting)
    yield consumer + ".is_empty", (case.consumer.is_empty, (), case.empty)
    yield consumer + ".__len__", (len, (case.consumer,), case.waiting)
    yield consumer + ".clear", (case.consumer.clear, (), None)


def _of_stream_ends(new):
    case = new()
    producer, consumer = case.producer, case.consumer
    writable = 0 if case.full else _POLL_WRITE
    readable = 0 if case.empty else _POLL_READ
    yield "Producer.max_guaranteed_grant", (producer.max_guaranteed_grant, (), case.room)
    yield "Producer.free", (producer.free, (), case.room)
    yield "Producer.ioctl", (producer.ioctl, (_POLL, _POLL_READ | _POLL_WRITE), writable)
    yield "Producer.ioctl", (producer.ioctl, (0, 0), -22)
    yield "Consumer.ioctl", (consumer.ioctl, (_POLL, _POLL_READ | _POLL_WRITE), readable)
    yield "Consumer.ioctl", (consumer.ioctl, (0, 0), -22)
    yield "Consumer.any", (consumer.any, (), case.waiting)
    granted = None if case.full else SIZE
    yield "Producer.grant_exact", (_size_asked, (producer.grant_exact, SIZE), granted)
    yield "Producer.grant_max", (_size_asked, (new().producer.grant_max, 99), case.room or None)
    yield "Consumer.read", (_size, (consumer.read,), None if case.empty else 3)  # up to the wrap
    yield "Consumer.split_read", (_sizes, (new().consumer.split_read,), case.waiting or None)
    for source in SOURCES:
        yield "Producer.write", (new().producer.write, (source,), 0 if case.full else SIZE)
    for target in TARGETS:
        read = None if case.empty else SIZE
        yield "Consumer.readinto", (new().consumer.readinto, (target,), read)


def _of_frame_ends(new):
    case = new()
    producer, consumer = case.producer, case.consumer
    yield "FramedProducer.frames", (producer.frames, (), case.waiting)
    yield "FramedProducer.refused", (getattr, (producer, "refused"), 0)
    yield "FramedConsumer.frames", (consumer.frames, (), case.waiting)
    granted = None if case.full else SIZE
    read = None if case.empty else SIZE
    yield "FramedProducer.grant", (_size_asked, (producer.grant, SIZE), granted)
    yield "FramedConsumer.read", (_size, (consumer.read,), read)
    for source in SOURCES:
        producer = new().producer
        yield "FramedProducer.write_frame", (producer.write_frame, (source,), not case.full)
        # The same buffer again, which is not asked again whether it is bytes.
        fits = not producer.is_full()
        yield "FramedProducer.write_frame", (producer.write_frame, (source,), fits)
        image = new().producer.image
        yield "bbqueue.write_frame", (bbqueue.write_frame, (image, source, SIZE), not case.full)
    for target in TARGETS:
        yield "FramedConsumer.read_frame_into", (new().consumer.read_frame_into, (target,), read)
        image = new().consumer.image
        read_or_less = -1 if case.empty else SIZE
        yield "bbqueue.read_frame_into", (bbqueue.read_frame_into, (image, target), read_or_less)


def _of_grant(owner, new, get):
    """What grants of all kinds have."""
    grant = get(new())
    yield owner + ".__enter__", (grant.__enter__, (), grant)
    yield owner + ".__getitem__", (_item, (grant, 1), grant.view[1])
    yield owner + ".__len__", (len, (grant,), len(grant))
    yield owner + ".__exit__", (grant.__exit__, (None, None, None), None)
    yield owner + ".__exit__", (grant.__exit__, (None, None, None), None)  # of a dead one
    yield owner + ".__len__", (len, (grant,), 0)
    for kind, error in ((None, None), (ValueError, ERROR)):
        grant = get(new())
        _plan(grant)
        yield owner + ".__exit__", (grant.__exit__, (kind, error, None), None)


def _of_write_grant(new):
    grant = new().write_grant()
    yield "WriteGrant.__setitem__", (_set_item, (grant, 1, 0xFF), None)
    yield "WriteGrant.commit_on_exit", (grant.commit_on_exit, (SIZE,), None)
    for used in (0, SIZE, 99):
        yield "WriteGrant.commit", (new().write_grant().commit, (used,), None)


def _of_read_grant(new, get):
    grant = get(new())
    yield "ReadGrant.release_on_exit", (grant.release_on_exit, (SIZE,), None)
    yield "ReadGrant.end", (grant.end, (), None)
    yield "ReadGrant.end", (grant.end, (), None)  # of a dead one
    for used in (0, SIZE, 99):
        yield "ReadGrant.release", (get(new()).release, (used,), None)


def _of_frame(new):
    grant = new().read_grant()
    yield "Frame.release_on_exit", (grant.release_on_exit, (), None)
    yield "Frame.end", (grant.end, (), None)
    yield "Frame.end", (grant.end, (), None)  # of a dead one
    yield "Frame.release", (new().read_grant().release, (), None)


def _plan(grant):
    if hasattr(grant, "commit_on_exit"):
        grant.commit_on_exit(SIZE)
    elif hasattr(grant, "views"):
        grant.release_on_exit(SIZE)
    else:
        grant.release_on_exit()


def _size(ask):
    grant = ask()
    return None if grant is None else len(grant.view)


def _size_asked(ask, n):
    grant = ask(n)
    return None if grant is None else len(grant.view)


def _sizes(ask):
    grant = ask()
    return None if grant is None else len(grant.views[0]) + len(grant.views[1])


def _item(grant, index):
    return grant[index]


def _set_item(grant, index, byte):
    grant[index] = byte
