"""Makes up scripts of operations on Deques for `firmware.on_board.replay`."""

from collections.abc import Iterator
from random import Random

from host_tests.scripts import Step, _QueueScript, construction

_HEADER = 20  # bytes of an image before the slots


def deque_script(random: Random) -> Iterator[Step]:
    """A Deque of any format and small capacity, and operations on it, without end."""
    return _DequeScript(random).steps()


class _DequeScript(_QueueScript):
    """What is put in is made up as for a SpscQueue."""

    def __init__(self, random: Random) -> None:
        super().__init__(random)
        self.pushes = 5  # of 8 operations at an end

    def steps(self) -> Iterator[Step]:
        yield []
        image = _HEADER + -(-self.capacity * self.size // 4) * 4
        yield from construction(self.random, image, "Deque", self.capacity, self.form)
        yield ["bytes", "bytearray", self.random.choice((0, 1, 2)) * self.size + 2]
        # What some of the elements are compared with, and what a predicate is of.
        some = [self._value() for _ in range(self.random.randrange(1, 4))]
        yield ["other", "Deque", 8, self.form]
        yield ["", "other.extend", some]
        while True:
            yield self._step()

    def _step(self) -> Step:
        chance = self.random.randrange(64)
        if chance == 63:
            # Long runs of either kind fill the deque, and empty it.
            self.pushes = self.random.choice((1, 5, 7))
        if chance >= 61:
            return self._construction()
        if chance >= 52:
            return self._question()
        if chance >= 44:
            return self._by_index()
        if chance >= 36:
            return self._all_of_them()
        push = self.random.randrange(8) < self.pushes
        return self._push() if push else self._pop()

    def _end(self, end: str = "") -> str:
        return self.random.choice(("back", "front"))

    def _push(self) -> Step:
        end = self._end()
        steps: tuple[Step, ...] = (
            *([["", f"queue.push_{end}", self._value()]] * 2),
            *([["", f"queue.try_push_{end}", self._value()]] * 2),
            ["", f"queue.push_{end}_from", self._packed()],
            ["", f"queue.try_push_{end}_from", self._packed()],
            self._extend(),
        )
        return self.random.choice(steps)

    def _extend(self) -> Step:
        verbs = ("extend", "extend_front", "try_extend", "try_extend_front", "__iadd__")
        items = [self._value() for _ in range(self.random.randrange(self.capacity + 1))]
        given = self.random.choice((items, items, items, items, "@queue", "@other", 5, None))
        return ["", f"queue.{self.random.choice(verbs)}", given]

    def _pop(self) -> Step:
        end = self._end()
        target = self.random.choice(("@bytes", "@bytes", "@bytes", "#00000000", 5))
        steps: tuple[Step, ...] = (
            ["", f"queue.pop_{end}"],
            ["", f"queue.try_pop_{end}", self.random.choice((None, 7))],
            ["", f"queue.pop_{end}_into", target],
            ["", f"queue.try_pop_{end}_into", target],
        )
        return self.random.choice(steps)

    def _index(self) -> object:
        if self.random.randrange(24) == 0:
            return self.random.choice((None, "x", 1.5, [1], True, 1 << 31, 1 << 32, -(1 << 40)))
        return self.random.randrange(-self.capacity, self.capacity)

    def _by_index(self) -> Step:
        i, j = self._index(), self._index()
        steps: tuple[Step, ...] = (
            ["", "queue.__getitem__", i],
            ["", "queue.get", i],
            ["", "queue.get", i, 7],
            ["", "queue.__setitem__", i, self._value()],
            ["", "queue.__delitem__", i],
            ["", "queue.swap", i, j],
            ["", "queue.swap_remove_front", i],
            ["", "queue.swap_remove_back", i],
        )
        return self.random.choice(steps)

    def _all_of_them(self) -> Step:
        if self.random.randrange(4) == 0:
            return self._drop_some()
        number = self.random.choice((self._index(), self.random.randrange(-100, 100), 1 << 70))
        steps: tuple[Step, ...] = (
            ["", "queue.rotate", number],
            ["", "queue.rotate", number],
            ["", "queue.make_contiguous"],
            ["", "queue.as_slices"],
            ["", "queue.retain", "@queue.__contains__"],
        )
        return self.random.choice(steps)

    def _drop_some(self) -> Step:
        length = self.random.choice((self._index(), self.capacity // 2, self.capacity, 1 << 40))
        steps: tuple[Step, ...] = (
            ["", "queue.truncate", length],
            ["", "queue.retain", "@other.__contains__"],
            ["", "queue.retain", self.random.choice((5, "@bool"))],
            ["", "queue.clear"],
        )
        return self.random.choice(steps)

    def _question(self) -> Step:
        items = [self._value() for _ in range(self.random.randrange(3))]
        other = self.random.choice((items, "@other", "@queue"))
        comparison = self.random.choice(("__eq__", "__lt__", "__le__", "__gt__", "__ge__"))
        steps: tuple[Step, ...] = (
            *(["", f"queue.{name}"] for name in ("is_empty", "is_full", "back", "front")),
            ["", f"queue.try_{self._end()}", None],
            *(["", name, "@queue"] for name in ("len", "bool", "list", "list")),
            ["", f"queue.{comparison}", other],
            *(["", f"queue.{name}", self._value()] for name in ("index", "count", "__contains__")),
        )
        if "f" not in self.form and "d" not in self.form:
            steps = (*steps, ["", "repr", "@queue"])
        return self.random.choice(steps)

    def _construction(self) -> Step:
        capacity = self.random.choice((0, -1, 1 << 24, "3", None, 1.5, True))
        memory = self.random.choice(("#0000", 5, "x"))
        steps: tuple[Step, ...] = (
            ["", "Deque", capacity, self.form],
            ["", "Deque", 3, self.random.choice(("", "3", ">H", "P", "0s", 5))],
            ["", "Deque", 3, self.form, memory],
            ["", "Deque.size_of", self.capacity, self.form],
            ["", "Deque.from_iterable", self.capacity, self.form, [self._value()] * 3],
        )
        return self.random.choice(steps)
