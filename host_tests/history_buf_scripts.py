"""Makes up scripts of operations on HistoryBufs for `firmware.on_board.replay`."""

from collections.abc import Iterator
from random import Random

from host_tests.scripts import Step, _QueueScript, construction

_HEADER = 24  # bytes of an image before the slots


def history_buf_script(random: Random) -> Iterator[Step]:
    """A HistoryBuf of any format and small capacity, and operations on it, without end."""
    return _HistoryBufScript(random).steps()


class _HistoryBufScript(_QueueScript):
    """What is put in is made up as for a SpscQueue."""

    def steps(self) -> Iterator[Step]:
        yield []
        image = _HEADER + -(-self.capacity * self.size // 4) * 4
        yield from construction(self.random, image, "HistoryBuf", self.capacity, self.form)
        yield ["bytes", "bytearray", self.random.choice((0, 1, 3, 9)) * self.size + 2]
        code = self.form if self.is_integer else "B"
        yield ["array", "array", code, [0] * self.random.randrange(1, 8)]
        while True:
            yield self._step()

    def _step(self) -> Step:
        chance = self.random.randrange(64)
        if chance >= 61:
            return self._construction()
        if chance >= 48:
            return self._question()
        if chance >= 34:
            return self._statistic()
        return self._write() if chance >= 14 else self._read()

    def _write(self) -> Step:
        items = [self._value() for _ in range(self.random.randrange(self.capacity + 3))]
        steps: tuple[Step, ...] = (
            *([["", "queue.write", self._value()]] * 8),
            *([["", "queue.write_from", self._packed()]] * 4),
            *([["", "queue.extend", self.random.choice((items, items, items, "@queue", 5))]] * 3),
            ["", "queue.clear"],
            ["", "queue.clear_with", self._value()],
        )
        return self.random.choice(steps)

    def _read(self) -> Step:
        target = self.random.choice(("@bytes", "@bytes", "@bytes", "@array", "#00000000", 5))
        steps: tuple[Step, ...] = (
            ["", "queue.recent"],
            ["", "queue.oldest"],
            ["", "queue.__getitem__", self._index()],
            ["", "queue.get", self._index()],
            ["", "queue.get", self._index(), 7],
            ["", "queue.copy_into", target],
            ["", "queue.copy_into", target],
            ["", "queue.as_slices"],
            ["", "queue.as_unordered_bytes"],
        )
        return self.random.choice(steps)

    def _index(self) -> object:
        if self.random.randrange(24) == 0:
            return self.random.choice((None, "x", 1.5, [1], True, 1 << 31, 1 << 32, -(1 << 40)))
        return self.random.randrange(-self.capacity - 1, self.capacity + 1)

    def _statistic(self) -> Step:
        name = self.random.choice(("mean", "min", "max"))
        steps: tuple[Step, ...] = (
            ["", "queue.sum"],
            ["", f"queue.{name}"],
            ["", f"queue.try_{name}", self.random.choice((None, 7))],
        )
        return self.random.choice(steps)

    def _question(self) -> Step:
        items = [self._value() for _ in range(self.random.randrange(3))]
        comparison = self.random.choice(("__eq__", "__lt__", "__le__", "__gt__", "__ge__"))
        steps: tuple[Step, ...] = (
            *(["", f"queue.{name}"] for name in ("is_empty", "is_full", "written", "capacity")),
            *(["", name, "@queue"] for name in ("len", "bool", "list", "list")),
            ["", f"queue.{comparison}", self.random.choice((items, "@queue"))],
            *(["", f"queue.{name}", self._value()] for name in ("index", "count", "__contains__")),
        )
        if "f" not in self.form and "d" not in self.form:
            steps = (*steps, ["", "repr", "@queue"])
        return self.random.choice(steps)

    def _construction(self) -> Step:
        capacity = self.random.choice((0, -1, 1 << 24, "3", None, 1.5, True))
        memory = self.random.choice(("#0000", 5, "x"))
        steps: tuple[Step, ...] = (
            ["", "HistoryBuf", capacity, self.form],
            ["", "HistoryBuf", 3, self.random.choice(("", "3", ">H", "P", "0s", 5))],
            ["", "HistoryBuf", 3, self.form, memory],
            ["", "HistoryBuf.size_of", self.capacity, self.form],
            ["", "HistoryBuf.from_iterable", self.capacity, self.form, [self._value()] * 3],
        )
        return self.random.choice(steps)
