"""The exercises for `gates`: every operation of RingBuffer that says it is ISR-safe."""

from heapless_py import RingBuffer, ring_buffer

KINDS = ("bytes",)

_CAPACITY = 9
_WAITING = {"empty": 0, "partly full": 5, "full": _CAPACITY}
_SIZE = 6  # bytes that are written or read: around the wrap
_BEFORE = 7  # where the ring begins

_POLL = 3
_READABLE = 1
_WRITABLE = 4


def _ring(waiting):
    ring = RingBuffer(_CAPACITY)
    ring.write(bytes(_BEFORE))
    ring.read()
    ring.write(bytes(range(waiting)))
    return ring


def exercises(kind, state):
    """Yield each operation and its call, on a ring of its own."""
    waiting = _WAITING[state]
    source = bytes(_SIZE)
    target = bytearray(_SIZE)
    taken = min(_SIZE, _CAPACITY - waiting)
    came = min(_SIZE, waiting)
    able = (_READABLE if waiting else 0) | (_WRITABLE if waiting < _CAPACITY else 0)

    def of_ring(name, arguments, expected):
        return f"RingBuffer.{name}", (getattr(_ring(waiting), name), arguments, expected)

    yield of_ring("write", (source,), taken)
    yield of_ring("write", (memoryview(source),), taken)
    yield of_ring("drain_into", (target,), came)
    yield of_ring("drain_into", (memoryview(target),), came)
    yield of_ring("readinto", (target,), came)
    yield of_ring("readinto", (target, 2), min(2, came))
    yield of_ring("peek", (), 0 if waiting else None)
    yield of_ring("peek", (_CAPACITY - 1,), 8 if waiting == _CAPACITY else None)
    yield of_ring("any", (), waiting)
    yield of_ring("free", (), _CAPACITY - waiting)
    yield of_ring("clear", (), None)
    yield of_ring("close", (), None)
    yield of_ring("is_empty", (), waiting == 0)
    yield of_ring("is_full", (), waiting == _CAPACITY)
    yield of_ring("ioctl", (_POLL, _READABLE | _WRITABLE), able)
    yield "RingBuffer.__len__", (len, (_ring(waiting),), waiting)
    yield "RingBuffer.__bool__", (bool, (_ring(waiting),), waiting > 0)
    if waiting:  # else it raises
        yield "RingBuffer.__getitem__", (_first_of, (_ring(waiting),), 0)
    image = _ring(waiting).image
    yield "ring_buffer.write", (ring_buffer.write, (image, source, _SIZE), taken)
    image = _ring(waiting).image
    yield "ring_buffer.readinto", (ring_buffer.readinto, (image, target, _SIZE), came)


def _first_of(ring):
    return ring[0]
