"""Makes up scripts of operations on RingBuffers for `firmware.on_board.replay`."""

from collections.abc import Iterator
from random import Random

from host_tests.scripts import Step, construction, hexadecimal

_HEADER = 16  # bytes of an image before the ring


def ring_buffer_script(random: Random) -> Iterator[Step]:
    """A RingBuffer of small capacity and operations on it, without end."""
    return _RingBufferScript(random).steps()


class _RingBufferScript:
    def __init__(self, random: Random) -> None:
        self.random = random
        self.capacity = random.choice((*range(1, 20), 64, 100))
        self.writes = 4  # of 8 operations

    def steps(self) -> Iterator[Step]:
        yield []
        yield from self._begin()
        while True:
            yield self._step()

    def _begin(self) -> Iterator[Step]:
        size = _HEADER + (self.capacity + 3 & -4)
        yield from construction(self.random, size, "RingBuffer", self.capacity)
        yield ["bytes", "bytearray", self.random.choice((0, 1, 4, 9, self.capacity))]
        yield ["more", "bytearray", hexadecimal(self.random, self.capacity + 9)]
        begin = self.random.randrange(5)
        yield ["part", "part", "@more", begin, self.random.randrange(begin, self.capacity + 9)]
        yield ["array", "array", self.random.choice("bBHI"), [1] * self.random.randrange(1, 8)]
        yield ["no_ring", "bytearray", 64]

    def _step(self) -> Step:
        chance = self.random.randrange(64)
        if chance == 63:
            # Long runs of either kind fill the ring, and empty it.
            self.writes = self.random.choice((1, 4, 7))
        if chance >= 60:
            return self._construction()
        if chance >= 50:
            return self._question()
        write = self.random.randrange(8) < self.writes
        return self._write() if write else self._read()

    def _write(self) -> Step:
        source = self._source()
        if self.random.randrange(2):
            return ["", "queue.write", source]
        image = "@queue.image" if self.random.randrange(24) else "@no_ring"
        return ["", "ring_buffer.write", image, source, self._size_of(source)]

    def _read(self) -> Step:
        target, limit = self._target(), self._size()
        image = "@queue.image" if self.random.randrange(24) else "@no_ring"
        steps: tuple[Step, ...] = (
            ["", "queue.readinto", target],
            ["", "queue.drain_into", target],
            ["", "queue.readinto", target, limit],
            ["", "ring_buffer.readinto", image, target, self._size_of(target)],
            ["", "ring_buffer.readinto", image, target, self._size_of(target)],
            ["", "queue.read", limit],
            ["", "queue.read"],
            ["", "queue.readline"],
            ["", "queue.readline", limit],
            ["", "queue.clear"],
        )
        return self.random.choice(steps)

    def _question(self) -> Step:
        index = self.random.choice((0, 1, -1, self.capacity - 1, self.capacity, -50, "x"))
        names = ("any", "free", "is_empty", "is_full", "capacity", "close", "peek")
        steps: tuple[Step, ...] = (
            *(["", f"queue.{name}"] for name in names),
            *(["", name, "@queue"] for name in ("len", "bool", "repr", "list")),
            ["", "queue.peek", index],
            ["", "queue.__getitem__", index],
            ["", "queue.ioctl", self.random.choice((3, 3, 3, 1)), self.random.randrange(8)],
            ["", "queue.__eq__", "@bytes"],
            ["", "queue.__eq__", "@queue"],
        )
        return self.random.choice(steps)

    def _construction(self) -> Step:
        capacity = self.random.choice((0, -1, 1 << 30, "3", None, 1.5, True))
        memory = self.random.choice(("#0000", 5, "x", "@no_ring", "@bytes"))
        steps: tuple[Step, ...] = (
            ["", "RingBuffer", capacity],
            ["", "RingBuffer", self.capacity, memory],
            ["", "RingBuffer", "@more"],
            ["", "RingBuffer.size_of", self.capacity],
            ["", "RingBuffer.from_bytes", self.capacity, self._source()],
        )
        return self.random.choice(steps)

    def _source(self) -> object:
        if self.random.randrange(24) == 0:
            return self.random.choice(("@array", "text", 5, None, [1]))
        if self.random.randrange(4) == 0:
            return self.random.choice(("@bytes", "@more", "@part"))
        if self.random.randrange(4) == 0:
            return self.random.choice(("#0a", "#610a", "#0a620a63"))
        return hexadecimal(self.random, self.random.randrange(self.capacity + 3))

    def _target(self) -> object:
        if self.random.randrange(12) == 0:
            return self.random.choice(("text", 5, None, [1], "@array", "#00"))
        return self.random.choice(("@bytes", "@bytes", "@more", "@part"))

    def _size(self) -> object:
        if self.random.randrange(32) == 0:
            return self.random.choice((None, "x", [1]))
        return self.random.choice((-1, 0, 1, 3, self.capacity, 1000))

    def _size_of(self, buffer: object) -> object:
        """For the function form; of a buffer that is made here, mostly right."""
        if isinstance(buffer, str) and buffer[0] == "#" and self.random.randrange(8):
            return len(buffer) // 2
        return self._size()
