"""Makes up scripts of operations on BBQueues for `firmware.on_board.replay`."""

from collections.abc import Iterator
from random import Random
from typing import Any

from host_tests.scripts import Step, construction, hexadecimal

_HEADER_OF_IMAGE = 60
_NO_NUMBERS = (None, "x", 1.5, [1], "#00")


def bbqueue_script(random: Random) -> Iterator[Step]:
    """A BBQueue, mostly of small capacity; without end operations on it, its ends and grants."""
    return _BBQueueScript(random).steps()


class _BBQueueScript:
    """Never looks at what a step gives, so a grant may be None, or of another queue's kind."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.framed = random.randrange(2) == 0
        # Few frames go into a few bytes.
        self.capacity = random.randrange(16 if self.framed and random.randrange(8) else 1, 41)
        if random.randrange(16) == 0:
            self.capacity = 300
        self.writes = 5  # of 8 operations

    def steps(self) -> Iterator[Step]:
        yield []
        yield from self._begin()
        yield from self._moves()

    def _begin(self) -> Iterator[Step]:
        size = _HEADER_OF_IMAGE + (self.capacity + 3 & -4)
        yield from construction(self.random, size, "BBQueue", self.capacity)
        yield ["bytes", "bytearray", self.random.choice((0, 1, 4, 9, self.capacity))]
        yield ["more", "bytearray", hexadecimal(self.random, self.capacity + 9)]
        begin = self.random.randrange(5)
        yield ["part", "part", "@more", begin, self.random.randrange(begin, self.capacity + 9)]
        yield ["array", "array", self.random.choice("bBHI"), [1] * self.random.randrange(1, 8)]
        yield ["no_queue", "bytearray", 64]
        # What a grant is until one is got, and a stream until there is one.
        yield ["grant other_grant got other_got stream", "list", [0, 0, 0, 0, 0]]
        yield ["other", "BBQueue", 8]
        yield ["other_producer other_consumer", "other.split"]
        # Whatever becomes of it, these names have an image.
        yield ["producer consumer", "queue.split"]
        if self.framed:
            yield ["", "queue.release", "@producer", "@consumer"]
            yield self._split()
        # Grants that are kept when they are dead.
        yield ["other_grant", "producer.grant" if self.framed else "producer.grant_exact", 1]
        yield ["", "other_grant.commit", 1]
        yield ["other_got", "consumer.read"]
        yield ["", "other_got.end"]

    def _split(self) -> Step:
        return ["producer consumer", "queue.split_framed" if self.framed else "queue.split"]

    def _moves(self) -> Iterator[Step]:
        while True:
            chance = self.random.randrange(64)
            if chance == 63:
                yield from self._whole()
            elif chance == 62:
                # Long runs of either kind fill the queue, and empty it.
                self.writes = self.random.choice((1, 5, 7))
            elif chance == 61 and self.random.randrange(4) == 0:
                yield from self._overwrite()
            elif chance >= 60:
                yield self._odd()
            elif chance >= 52:
                yield self._question()
            elif chance >= 50:
                yield self._stale(self.random.choice(("grant", "got")))
            elif chance == 49:
                yield self._bad_construction()
            elif self.random.randrange(8) < self.writes:
                yield from self._write()
            else:
                yield from self._read()

    def _write(self) -> Iterator[Step]:
        if self.random.randrange(2):
            yield from self._write_grant()
        elif self.framed:
            yield self.random.choice(
                (
                    ["", "producer.write_frame", self._source()],
                    ["", "bbqueue.write_frame", "@producer.image", *self._frame()],
                )
            )
        else:
            yield ["", "producer.write", self._source()]

    def _write_grant(self) -> Iterator[Step]:
        if self.framed:
            yield ["grant", "producer.grant", self._size()]
        elif self.random.randrange(3):
            yield ["grant", "producer.grant_exact", self._size()]
        else:
            yield ["grant", "producer.grant_max", self._size()]
        if self.random.randrange(4):
            yield ["source", "BytesIO", hexadecimal(self.random, self.random.randrange(50))]
            yield ["", "source.readinto", "@grant.view"]
        yield from self._use_grant("grant")
        yield from self._end_grant("grant", "commit", self._used())

    def _read(self) -> Iterator[Step]:
        chance = self.random.randrange(16)
        if chance >= 9:
            yield from self._read_grant()
        elif chance == 8 and not (self.framed and self.random.randrange(8)):
            yield ["stream", "consumer.stream"]
            size = self.random.choice((0, 1, 5, -1, self.capacity))
            yield self.random.choice(
                (
                    ["", "stream.read", size],
                    ["", "stream.read"],
                    ["", "stream.readline"],
                    ["", "stream.readinto", self._target()],
                )
            )
        elif chance == 7:
            yield self.random.choice((["", "consumer.__iter__"], ["got", "consumer.__next__"]))
        elif chance == 6 and self.random.randrange(2):
            yield self.random.choice((["", "list", "@consumer"], ["", "consumer.clear"]))
        elif self.framed:
            yield self.random.choice(
                (
                    ["", "consumer.read_frame_into", self._target()],
                    ["", "bbqueue.read_frame_into", "@consumer.image", self._target()],
                )
            )
        else:
            yield ["", "consumer.readinto", self._target()]

    def _read_grant(self) -> Iterator[Step]:
        if self.framed or self.random.randrange(3):
            yield ["got", "consumer.read"]
        else:
            yield ["got", "consumer.split_read"]
            yield ["", "got.views"]
        yield ["", "got.view"]
        yield from self._use_grant("got")
        if self.random.randrange(4) == 0:
            yield ["", "got.end"]
        else:
            used = [] if self.framed else self._used()
            yield from self._end_grant("got", "release", used)

    def _end_grant(self, name: str, verb: str, used: list[Any]) -> Iterator[Step]:
        chance = self.random.randrange(16)
        if chance >= 6:
            yield ["", f"{name}.{verb}", *used]
        elif chance:
            if chance >= 3:
                yield ["", f"{name}.{verb}_on_exit", *used]
            error = self.random.choice((None, None, "an error"))
            yield ["", f"{name}.__exit__", error, error, None]
        # Else it stays as it is: the next one will be refused.
        if self.random.randrange(8) == 0:
            yield self._on_grant(name)

    def _use_grant(self, name: str) -> Iterator[Step]:
        for _ in range(self.random.randrange(3)):
            yield self._on_grant(name)
        if self.random.randrange(4) == 0:
            # Two grants after this one it is the live one again.
            yield [f"other_{name}", f"{name}.__enter__"]

    def _on_grant(self, name: str) -> Step:
        """Anything but an end."""
        index = self.random.choice((0, 1, -1, self.capacity - 1, self.capacity, -50))
        steps: tuple[Step, ...] = (
            ["", f"{name}.view"],
            ["", f"{name}.__getitem__", index],
            ["", "len", f"@{name}"],
            ["", "bool", f"@{name}"],
            ["", "repr", f"@{name}"],
            ["", f"{name}.__enter__"],
            ["", "got.views"],
            ["", "grant.__setitem__", index, self.random.randrange(256)],
        )
        return self.random.choice(steps)

    def _stale(self, name: str) -> Step:
        """An operation of a grant that was kept."""
        old = f"other_{name}"
        steps: tuple[Step, ...] = (
            ["", f"{old}.view"],
            ["", "len", f"@{old}"],
            ["", f"{old}.__exit__", None, None, None],
            ["", "other_grant.commit", *self._used()],
            ["", "other_grant.commit_on_exit", *self._used()],
            ["", "other_got.release", *([] if self.framed else self._used())],
            ["", "other_got.release_on_exit", *([] if self.framed else self._used())],
            ["", "other_got.end"],
        )
        return self.random.choice(steps)

    def _question(self) -> Step:
        end = self.random.choice(("producer", "consumer"))
        if self.framed:
            names = (f"{end}.max_frame", f"{end}.frames", "consumer.frames", "producer.frames")
        else:
            names = ("producer.max_guaranteed_grant", "producer.free", "consumer.any", "got.views")
        steps: tuple[Step, ...] = (
            *(["", name] for name in names),
            *(["", f"{end}.{name}"] for name in ("is_empty", "is_empty", "capacity")),
            ["", "producer.is_full"],
            ["", "len", f"@{end}"],
            ["", "bool", f"@{end}"],
            ["", "repr", f"@{end}"],
            ["", f"{end}.ioctl", self.random.choice((3, 3, 3, 1)), self.random.randrange(8)],
            self.random.choice(self._of_whole()),
        )
        return self.random.choice(steps)

    def _of_whole(self) -> tuple[Step, ...]:
        return (
            *(["", f"queue.{name}"] for name in ("is_empty", "is_full", "capacity")),
            *(["", name, "@queue"] for name in ("len", "bool", "repr", "list")),
            ["", "queue.__eq__", "#00"],
            ["", "queue.__eq__", []],
            ["", "queue.__eq__", ["#00"]],
            ["", "queue.__eq__", "@queue"],
            ["", "queue.clear"],
        )

    def _whole(self) -> Iterator[Step]:
        """The queue gets its ends back, and is split again, perhaps for the other use."""
        yield ["", "queue.release", "@producer", "@consumer"]
        for _ in range(self.random.randrange(4)):
            yield self.random.choice(
                (
                    *self._of_whole(),
                    ["", "producer.write", self._source()],
                    ["", "producer.grant", 1],
                    ["", "consumer.read"],
                )
            )
        if self.random.randrange(4) == 0:
            yield ["", "queue.clear"]
            self.framed = not self.framed
            # A grant of a stream may take a frame's for its own.
            yield ["other_grant other_got", "list", [0, 0]]
        yield self._split()

    def _odd(self) -> Step:
        """What is seldom right: foreign ends, images of no queue, memory of another grant."""
        steps: tuple[Step, ...] = (
            ["", "queue.release", "@producer", "@other_consumer"],
            ["", "queue.release", "@other_producer", "@consumer"],
            ["", "queue.release", None, 5],
            ["", "queue.split"],
            ["", "queue.split_framed"],
            ["", "bbqueue.write_frame", "@no_queue", "#00", 1],
            ["", "bbqueue.read_frame_into", "@no_queue", "@bytes"],
            ["", "bbqueue.write_frame", "@other_producer.image", "#00", 1],
            ["", "bbqueue.read_frame_into", "@other_consumer.image", "@bytes"],
            ["", "producer.write", "@got.view"],
            ["", "producer.write_frame", "@got.view"],
            ["", "consumer.readinto", "@grant.view"],
            ["", "consumer.read_frame_into", "@grant.view"],
        )
        return self.random.choice(steps)

    def _overwrite(self) -> Iterator[Step]:
        """Change a word in the queue's memory: perhaps a frame's header, which is wrong then."""
        at = _HEADER_OF_IMAGE + 4 * self.random.randrange(-(-self.capacity // 4))
        value = self.random.choice((0, 1, 3, 8, self.capacity, -1, -(1 << 31), (1 << 31) - 1))
        yield ["word", "part", "@queue.image", at, at + 4]
        yield ["source", "BytesIO", "#" + value.to_bytes(4, "little", signed=True).hex()]
        yield ["", "source.readinto", "@word"]

    def _bad_construction(self) -> Step:
        capacity = self.random.choice((0, -1, 1 << 24, "3", None, 1.5, True))
        memory = self.random.choice(("#0000", 5, "x", "@no_queue"))
        steps: tuple[Step, ...] = (
            ["", "BBQueue", capacity],
            ["", "BBQueue", self.capacity, memory],
            ["", "BBQueue.size_of", self.capacity],
            ["", "BBQueue.from_bytes", self.capacity, self._source()],
        )
        return self.random.choice(steps)

    def _size(self) -> object:
        if self.random.randrange(32) == 0:
            return self.random.choice(_NO_NUMBERS)
        return self._number()

    def _number(self) -> int:
        if self.random.randrange(8) == 0:
            edges = (-1, 0, self.capacity - 4, self.capacity - 1, self.capacity, self.capacity + 1)
            return self.random.choice(edges)
        largest = max(0, self.capacity - 4) if self.framed else self.capacity
        return self.random.randrange(1 + largest // self.random.choice((1, 2, 4)))

    def _used(self) -> list[Any]:
        """The argument of a commit or a release."""
        if self.random.randrange(32) == 0:
            return [self.random.choice(_NO_NUMBERS)]
        return [self.random.choice((0, 1, 3, 6, 12, self.capacity, 1000, 1000, 1000, -1))]

    def _source(self) -> object:
        if self.random.randrange(24) == 0:
            return self.random.choice(("@array", "text", 5, None, [1]))
        return self._bytes()

    def _bytes(self) -> str:
        if self.random.randrange(4) == 0:
            return self.random.choice(("@bytes", "@more", "@part"))
        return hexadecimal(self.random, max(0, self._number()))

    def _frame(self) -> tuple[object, int]:
        """A buffer and a size for the function form, which believes that they belong together."""
        source = self._source()
        if source in ("text", 5, None, [1]):
            return source, self.random.choice((0, 0, 1, 4))
        assert isinstance(source, str)
        if source[0] == "@" or self.random.randrange(16) == 0:
            return source, self._number()
        return source, len(source) // 2 + self.random.choice((-1, 0, 0, 0, 0, 0, 0, 1))

    def _target(self) -> object:
        if self.random.randrange(8) == 0:
            return self.random.choice(("text", 5, None, [1], "@array"))
        return self.random.choice(("@bytes", "@bytes", "@more", "@more", "@part", "#00"))
