"""A program that takes all its memory at boot and none later; what it prints is the same anywhere.

    report()
"""

from heapless_py import Arena, BBQueue, Plan, SpscQueue, String, Vec, no_alloc

CONTAINERS = ((SpscQueue, 8, "h"), (BBQueue, 61), (Vec, 3, "IhB"), (String, 30), 5)


def report():
    plan = Plan(CONTAINERS)
    arena = Arena(plan.total + 10)
    queue, frames, samples, line = [arena.place(*each) for each in CONTAINERS[:-1]]
    arena.take(CONTAINERS[-1])
    print(arena.plan())
    try:
        arena.place(Vec, 3, "I")
    except IndexError as error:
        print(type(error).__name__, error)
    ends = queue.split() + frames.split_framed()
    print([_loop(ends, samples, line) for _ in range(9)], samples, line)


def _loop(ends, samples, line):
    """A turn of a main loop, without allocation: the bytes of the frame that it wrote and read."""
    producer, consumer, writer, reader = ends
    with no_alloc():
        producer.enqueue(-5)
        line.clear()
        line.push_int(consumer.dequeue(), 10, 4)
        samples.clear()
        samples.push_from(_RECORD)
        writer.write_frame(line.as_bytes())
        return reader.read_frame_into(_FRAME)


def refusals():
    """How allocations went: within a stretch, within after an inner one, and after it."""
    went = [None, None, None]
    with no_alloc():
        went[0] = _refused()
        with no_alloc():
            pass
        went[1] = _refused()
    went[2] = _refused()
    return went


def _refused():
    try:
        bytearray(10)
    except MemoryError:
        return True
    return False


_RECORD = b"\x01\0\0\0\x02\0\x03"
_FRAME = bytearray(40)
