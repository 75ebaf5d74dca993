"""Makes up scripts of operations on Vecs for `firmware.on_board.replay`."""

from collections.abc import Iterator
from random import Random

from host_tests.scripts import Step, _QueueScript, construction, hexadecimal

_HEADER = 16  # bytes of an image before the slots
_NO_INDEX = (None, "x", 1.5, [1], "#00")


def vec_script(random: Random) -> Iterator[Step]:
    """A Vec of any format and small capacity, and operations on it, without end."""
    return _VecScript(random).steps()


class _VecScript(_QueueScript):
    """Takes from it the formats, their elements, and what is no element.

    Two things a script cannot tell, slices and keyword arguments: `test_vec` does.
    """

    def __init__(self, random: Random) -> None:
        super().__init__(random)
        self.pushes = 5  # of 8 operations
        self.pushed: object = 0  # the latest element, perhaps

    def _begin(self) -> Iterator[Step]:
        image = _HEADER + (self.capacity * self.size + 3 & -4)
        yield from construction(self.random, image, "Vec", self.capacity, self.form)
        yield ["bytes", "bytearray", self.random.choice((0, 1, 3, 9)) * self.size]
        code = self.form if self.is_integer else "B"
        yield ["array", "array", code, [0] * self.random.randrange(1, 8)]
        yield ["items", "queue.__iter__"]
        yield self._source()

    def _step(self) -> Step:
        chance = self.random.randrange(64)
        if chance == 63:
            # Long runs of either kind fill the Vec, and empty it.
            self.pushes = self.random.choice((1, 5, 7))
        if chance >= 62:
            return self._construction()
        if chance >= 50:
            return self._question()
        if chance >= 40:
            return self._rearrangement()
        push = self.random.randrange(8) < self.pushes
        return self._push() if push else self._pop()

    def _push(self) -> Step:
        verb = self.random.choice(("push", "insert", "extend", "from", "spare"))
        may = self.random.choice(("", "", "try_"))
        if verb == "push":
            self.pushed = self._value()
            return ["", f"queue.{may}push", self.pushed]
        if verb == "insert":
            self.pushed = self._value()
            return ["", f"queue.{may}insert", self._index(), self.pushed]
        if verb == "extend":
            may = self.random.choice(("try_extend", "extend", "__iadd__"))
            return ["", f"queue.{may}", self._items()]
        if verb == "from":
            return self._push_from(may)
        return self.random.choice((["", "source.readinto", "@queue.spare"], self._set_len()))

    def _push_from(self, may: str) -> Step:
        if self.random.randrange(2):
            return ["", f"queue.{may}push_from", self._packed()]
        more = ("@bytes", "@array", "@queue.view", "@queue.spare", "@queue.image", 5, [1, 2])
        odd = hexadecimal(self.random, self.random.randrange(3 * self.size))
        buffer = self.random.choice((*more, odd, self._packed(), self._packed()))
        if self.form.endswith("d"):  # random bytes would not be the same double on a board
            buffer = self._packed()
        return ["", f"queue.{may}extend_from", buffer]

    def _pop(self) -> Step:
        buffer = self.random.choice(("@bytes", "@bytes", "@array", "#00000000", 5))
        may = self.random.choice(("", "try_"))
        steps: tuple[Step, ...] = (
            ["", "queue.pop"],
            ["", "queue.pop"],
            ["", "queue.try_pop", self.random.choice((None, 0, 7))],
            ["", f"queue.{may}pop_into", buffer],
            ["", "queue.remove", self._index()],
            ["", "queue.swap_remove", self._index()],
            ["", "queue.__delitem__", self._index()],
            self._rare_pop(),
        )
        return self.random.choice(steps)

    def _rare_pop(self) -> Step:
        part = [self.random.choice((None, self._number(), -self._number())) for _ in range(2)]
        steps: tuple[Step, ...] = (
            ["", "queue.clear"],
            ["", "queue.truncate", self._count()],
            ["", "queue.drain", *part],
            ["", "queue.drain"],
            ["", "queue.drain", "x", 3],
            # Of integers: not 0; what has no length; of no integer a list can be made.
            ["", "queue.retain", self.random.choice(("@bool", "@len", "@list", "@repr", 5))],
        )
        return self.random.choice(steps)

    def _rearrangement(self) -> Step:
        may = self.random.choice(("", "try_"))
        steps: tuple[Step, ...] = (
            ["", "queue.__setitem__", self._index(), self._value()],
            ["", "queue.__setitem__", self._index(), self._value()],
            ["", "queue.sort"],
            ["", "queue.reverse"],
            ["", "queue.fill", self._value()],
            ["", f"queue.{may}resize", self._count(), self._value()],
            self._set_len(),
            self._source(),
            ["items", "queue.__iter__"],
        )
        return self.random.choice(steps)

    def _question(self) -> Step:
        names = ("is_empty", "is_full", "first", "last", "view", "spare", "capacity", "format")
        searches = ("index", "count", "__contains__")
        orders = ("__lt__", "__le__", "__gt__", "__ge__", "starts_with", "ends_with")
        element = self.random.choice((self.pushed, self._value()))
        steps: list[Step] = [
            ["", f"queue.{self.random.choice(names)}"],
            ["", self.random.choice(("len", "bool", "list")), "@queue"],
            ["", f"queue.{self.random.choice(('try_first', 'try_last'))}", None],
            ["", "queue.__getitem__", self._index()],
            ["", f"queue.{self.random.choice(searches)}", element],
            ["", f"queue.{self.random.choice(orders)}", self._items()],
            ["", f"queue.{self.random.choice(('starts_with', 'ends_with', '__eq__'))}", [element]],
            ["", "queue.__eq__", "@queue"],
        ]
        if "f" not in self.form and "d" not in self.form:
            steps.append(["", "repr", "@queue"])
        return self.random.choice(steps)

    def _construction(self) -> Step:
        capacity = self.random.choice((0, -1, 1 << 24, "3", None))
        form = self.random.choice(("", "3", ">H", "P", "0s", 5, "x"))
        memory = self.random.choice(("#0000", 5, "x"))
        steps: tuple[Step, ...] = (
            ["", "Vec", capacity, self.form],
            ["", "Vec", 3, form],
            ["", "Vec", 3, self.form, memory],
            ["", "Vec.size_of", self.capacity, self.form],
            ["", "Vec.from_iterable", self.capacity, self.form, self._items()],
        )
        return self.random.choice(steps)

    def _set_len(self) -> Step:
        return ["", "queue.set_len", self._count()]

    def _source(self) -> Step:
        """What the spare capacity is filled from: some elements."""
        packed = [self._packed() for _ in range(self._number())]
        return ["source", "BytesIO", "#" + "".join(str(each)[1:] for each in packed)]

    def _number(self) -> int:
        return self.random.randrange(self.random.choice((2, 4, self.capacity + 2)))

    def _index(self) -> object:
        chance = self.random.randrange(24)
        if chance == 0:
            return self.random.choice(_NO_INDEX)
        if chance == 1:
            return self.random.choice((1 << 30, -(1 << 30), True))
        return self._number() if chance % 2 else -self._number()

    def _count(self) -> object:
        if self.random.randrange(12) == 0:
            return self.random.choice((*_NO_INDEX, -1, 1 << 40, -(1 << 40), True))
        return self._number()

    def _items(self) -> object:
        """Some elements, or what may be none."""
        chance = self.random.randrange(16)
        if chance == 0:
            return self.random.choice((5, None, "x", "#0102"))
        if chance < 4:
            return self.random.choice(("@queue", "@items", "@array"))
        return [self._value() for _ in range(self.random.randrange(6))]
