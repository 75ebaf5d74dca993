"""A program that takes all its memory at boot and none later: it prints the same everywhere."""

from heapless_py import Arena, Plan, SpscQueue, Vec, no_alloc

CONTAINERS = ((SpscQueue, 8, "h"), (Vec, 3, "IhBx"), 5)


def report():
    plan = Plan(CONTAINERS)
    arena = Arena(plan.total + 10)
    queue, samples = [arena.place(*each) for each in CONTAINERS[:-1]]
    arena.take(CONTAINERS[-1])
    print(arena.plan())
    try:
        arena.place(Vec, 3, "I")
    except IndexError as error:
        print(type(error).__name__, error)
    producer, consumer = queue.split()
    print([_turn(producer, consumer, samples) for _ in range(9)], samples)


def _turn(producer, consumer, samples):
    """A turn of a main loop, without allocation: what it dequeued."""
    with no_alloc():
        producer.enqueue(-5)
        samples.clear()
        samples.push_from(_RECORD)
        return consumer.dequeue()


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


_RECORD = b"\x01\0\0\0\x02\0\x03\0"
