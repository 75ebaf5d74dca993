"""The cases of `preemption`: each operation of either side of each queue, in several states.

What the reading side got, and what is left when both sides are done, has to be what went in, all
of it, once and in order.
"""

import json

from on_board.preemption import benches
from on_board.preemption.benches import ELEMENTS, FAULTY, FRAMES, RINGS, SOME, STREAMS

from heapless_py import _bip, bbqueue, ring_buffer, spsc_queue

_CORE = ", its core"


class Case:
    """An operation on a queue in a state, and what interrupts it."""

    def __init__(self, bench, act, operation):
        self._bench = bench
        self.act, self._acted = act(bench)
        self.function, self.arguments, self._finish = operation(bench)
        self.pieces = [bench.queue.image, bench.mine, bench.theirs]
        self.pieces += bench.windows()

    def judge(self, returned, theirs):
        """Assert that nothing was lost, torn or doubled; how much the program and handler got."""
        bench = self._bench
        bench.queue._check()
        mine = self._finish and self._finish(returned)
        theirs = self._acted(theirs)
        rest = bench.rest()
        bench.queue._check()
        wrote = bench.waiting
        came = rest
        if isinstance(theirs, int):
            wrote += theirs
        else:
            came = theirs + came
        if mine is None:
            mine = wrote - len(rest)  # as much was dropped
            came = bench.content(mine) + came
        elif isinstance(mine, int):
            wrote += mine
        else:
            came = mine + came
        assert came == bench.content(wrote), (came, wrote)
        return _amount(mine), _amount(theirs)


def _amount(of):
    return of if isinstance(of, int) else len(of)


# Operations, each a function of a bench that returns the function to call, its arguments, and what
# tells from the value it returned what the program has read, or how much it has written; None in
# its place where what waited was dropped.


def _function(function):
    return FAULTY.get(function, function)


def _release_some(bench):
    grant = bench.consumer.read()
    came = bench.content(min(4, len(grant)))
    return bench.ender(grant, _bip.releaser, grant.release), (4,), lambda returned: came


def _release_both(bench):
    grant = bench.consumer.split_read()
    came = bench.content(len(grant))
    return bench.ender(grant, _bip.releaser, grant.release), (len(came),), lambda returned: came


def _release_frame(bench):
    frame = bench.consumer.read()
    return bench.ender(frame, _bip.frame_releaser, frame.release), (), bench.first


def _commit_some(bench):
    grant = bench.grant(3)
    grant.view[:] = bench.source[:3]
    return bench.ender(grant, _bip.committer, grant.commit), (2,), lambda returned: 2


def _commit_frame(bench):
    size = len(bench.source)
    grant = bench.grant(size)
    grant.view[:] = bench.source
    return bench.ender(grant, _bip.committer, grant.commit), (size,), lambda returned: 1


_DEQUEUING = {
    "SpscQueue: try_dequeue": lambda b: (b.consumer.try_dequeue, (0,), b.taken),
    "SpscQueue: try_dequeue, the function": lambda b: (
        _function(spsc_queue.try_dequeue),
        (b.queue.address, 0),
        b.taken,
    ),
}
_DEQUEUING_PACKED = {
    "SpscQueue: drain_into": lambda b: (b.consumer.drain_into, (b.mine,), b.drained),
    "SpscQueue: try_dequeue_into": lambda b: (
        b.consumer.try_dequeue_into,
        (b.mine,),
        b.taken_into,
    ),
}
_LOOKING_AT_ELEMENTS = {
    "SpscQueue: try_peek": lambda b: (b.consumer.try_peek, (0,), b.looked),
    "SpscQueue: clear": lambda b: (b.consumer.clear, (), None),
}
_DEQUEUING_OR_RAISING = {
    "SpscQueue: dequeue": lambda b: (b.consumer.dequeue, (), b.taken),
}
_ENQUEUING = {
    "SpscQueue: try_enqueue": lambda b: (b.producer.try_enqueue, (b.next,), b.written),
    "SpscQueue: try_enqueue, the function": lambda b: (
        _function(spsc_queue.try_enqueue),
        (b.queue.address, b.next),
        b.written,
    ),
}
_ENQUEUING_PACKED = {
    "SpscQueue: try_enqueue_from": lambda b: (
        b.producer.try_enqueue_from,
        (b.packed(),),
        b.written,
    ),
}
_ENQUEUING_OR_RAISING = {
    "SpscQueue: enqueue": lambda b: (b.producer.enqueue, (b.next,), b.one_written),
}
_READING_RING = {
    "RingBuffer: readinto": lambda b: (b.queue.readinto, (b.some_of_mine,), b.counted_bytes),
    "RingBuffer: readinto, the function": lambda b: (
        _function(ring_buffer.readinto),
        (b.image, b.mine, SOME + 3),
        b.counted_bytes,
    ),
}
_LOOKING_AT_RING = {
    "RingBuffer: readinto, of a size": lambda b: (
        b.queue.readinto,
        (b.mine, SOME + 2),
        b.counted_bytes,
    ),
    "RingBuffer: peek": lambda b: (b.queue.peek, (), b.looked),
    "RingBuffer: clear": lambda b: (b.queue.clear, (), None),
}
_WRITING_RING = {
    "RingBuffer: write": lambda b: (b.queue.write, (b.source[: SOME + 1],), b.written),
    "RingBuffer: write, the function": lambda b: (
        _function(ring_buffer.write),
        (b.image, b.source, SOME + 3),
        b.written,
    ),
}
_READING_STREAM = {
    "BBQueue: read": lambda b: (b.reader_of_grants(), (), b.released),
}
_READING_MORE = {
    "BBQueue: split_read": lambda b: (b.consumer.split_read, (), b.released),
    "BBQueue: readinto": lambda b: (b.consumer.readinto, (b.some_of_mine,), b.counted_bytes),
}
_READING_CORE = {
    "BBQueue: readinto, its core": lambda b: (
        _function(_bip.read_bytes),
        (b.image, b.mine, SOME + 3),
        b.counted_bytes,
    ),
}
_CLEARING_STREAM = {
    "BBQueue: clear": lambda b: (b.consumer.clear, (), None),
}
_RELEASING_STREAM = {
    "BBQueue: release": _release_some,
    "BBQueue: release of both pieces": _release_both,
}
_WRITING_STREAM = {
    "BBQueue: grant_exact": lambda b: (b.producer.grant_exact, (SOME,), b.filled),
}
_WRITING_MORE = {
    "BBQueue: grant_max": lambda b: (b.producer.grant_max, (SOME + 4,), b.filled),
    "BBQueue: write": lambda b: (b.producer.write, (b.source[: SOME + 1],), b.written),
}
_WRITING_CORE = {
    "BBQueue: write, its core": lambda b: (
        _function(_bip.write_bytes),
        (b.image, b.source, SOME + 3),
        b.written,
    ),
}
_COMMITTING_STREAM = {"BBQueue: commit": _commit_some}
_READING_FRAMES = {
    "BBQueue: read of a frame": lambda b: (b.reader_of_grants(), (), b.released),
    "BBQueue: read_frame_into": lambda b: (b.consumer.read_frame_into, (b.mine,), b.counted_bytes),
    "BBQueue: read_frame_into, the function": lambda b: (
        _function(bbqueue.read_frame_into),
        (b.image, b.mine),
        b.counted_bytes,
    ),
}
_CLEARING_FRAMES = {
    "BBQueue: clear of frames": lambda b: (b.consumer.clear, (), None),
}
_RELEASING_FRAMES = {"BBQueue: release of a frame": _release_frame}
_WRITING_FRAMES = {
    "BBQueue: grant of a frame": lambda b: (b.producer.grant, (len(b.source),), b.filled),
    "BBQueue: write_frame": lambda b: (b.producer.write_frame, (b.source,), b.written),
    "BBQueue: write_frame, the function": lambda b: (
        _function(bbqueue.write_frame),
        (b.image, b.source, len(b.source)),
        b.written,
    ),
}
_COMMITTING_FRAMES = {"BBQueue: commit of a frame": _commit_frame}

# Bytecode that takes its frame from the heap is no operation here: what it executes depends on
# what is free there, and it only calls one that is. An operation that would raise is not run; and
# those that are slow, or much like another, are run in some of the states.
_GROUPS = (
    (_DEQUEUING, ELEMENTS, (benches.enqueues, benches.enqueues_by_method)),
    (
        _LOOKING_AT_ELEMENTS,
        (ELEMENTS[0], ELEMENTS[3]),
        (benches.enqueues, benches.enqueues_by_method),
    ),
    (
        _DEQUEUING_OR_RAISING,
        (ELEMENTS[1], ELEMENTS[3]),
        (benches.enqueues, benches.enqueues_by_method),
    ),
    (
        _DEQUEUING_PACKED,
        (ELEMENTS[0], ELEMENTS[2]),
        (benches.enqueues, benches.enqueues_by_method),
    ),
    (_ENQUEUING, ELEMENTS, (benches.dequeues, benches.dequeues_by_method)),
    (
        _ENQUEUING_PACKED,
        (ELEMENTS[1], ELEMENTS[3]),
        (benches.dequeues, benches.dequeues_by_method),
    ),
    (_ENQUEUING_OR_RAISING, ELEMENTS[:2], (benches.dequeues, benches.dequeues_by_method)),
    (_READING_RING, RINGS, (benches.writes, benches.writes_ring)),
    (_LOOKING_AT_RING, (RINGS[0], RINGS[4]), (benches.writes, benches.writes_ring)),
    (_WRITING_RING, RINGS, (benches.reads, benches.reads_ring)),
    (_READING_STREAM, STREAMS, (benches.commits, benches.writes)),
    (_READING_MORE, STREAMS[3:], (benches.commits, benches.writes)),
    (_READING_CORE, STREAMS, (benches.commits, benches.writes)),
    (_CLEARING_STREAM, (STREAMS[0], STREAMS[5]), (benches.commits, benches.writes)),
    (_RELEASING_STREAM, STREAMS[2:], (benches.writes, benches.commits)),
    (_WRITING_STREAM, STREAMS, (benches.releases, benches.reads)),
    (
        _WRITING_MORE,
        (STREAMS[1], STREAMS[2], STREAMS[3], STREAMS[5]),
        (benches.releases, benches.reads),
    ),
    (_WRITING_CORE, STREAMS, (benches.releases, benches.reads)),
    (_COMMITTING_STREAM, STREAMS[:-1], (benches.releases, benches.reads)),
    (_READING_FRAMES, FRAMES, (benches.commits_frame, benches.writes_frame)),
    (_CLEARING_FRAMES, (FRAMES[0], FRAMES[4]), (benches.commits_frame, benches.writes_frame)),
    (_RELEASING_FRAMES, FRAMES[2:], (benches.writes_frame, benches.commits_frame)),
    (_WRITING_FRAMES, FRAMES, (benches.releases_frame, benches.reads_frame)),
    (_COMMITTING_FRAMES, FRAMES[:2], (benches.reads_frame, benches.releases_frame)),
)


def _names(container):
    for operations, _, _ in _GROUPS:
        for name in sorted(operations):
            if name.startswith(container):
                yield name


def _cases(name):
    """Yield (state, case) for an operation: each of its states, with what interrupts it there."""
    for operations, states, acts in _GROUPS:
        if name in operations:
            for number, (state, bench) in enumerate(states):
                act = acts[number % len(acts)]
                yield state, Case(bench[0](*bench[1:]), act, operations[name])


def outcomes(preemption, container, wanted=None):
    """Yield what came of each case of the operations of a container, and of each of these.

    wanted: the names of the operations; None for all but those that are there for their faults.
    """
    for name in _names(container):
        if name in wanted if wanted else not name.endswith(_CORE):
            preemption.begin_operation()
            for state, case in _cases(name):
                yield "case", name, state, _outcome(preemption, case)
            yield "operation", name, None, {"addresses": preemption.addresses()}


def _outcome(preemption, case):
    try:
        return preemption.run(case)
    except AssertionError as error:
        return {"wrong": repr(error)}


def faulty(preemption, name, module, function, source):
    """Yield what came of the cases of an operation, until one is wrong, when this has a fault.

    source: what the `function` of the `module` is instead.
    """
    names = dict(module.__dict__)
    exec(source, names)
    FAULTY[getattr(module, function)] = names[function]
    try:
        for state, case in _cases(name):
            outcome = _outcome(preemption, case)
            yield "faulty", name, state, outcome
            if "wrong" in outcome:
                break
    finally:
        FAULTY.clear()


def sparse(preemption, name):
    """Yield what comes of a case of an operation when every other step is left out."""
    for state, case in _cases(name):
        yield "sparse", name, state, preemption.run(case, 2)
        break


def report(found):
    """Print a line of JSON for each, as soon as it is there."""
    for line in found:
        print(json.dumps(line))
