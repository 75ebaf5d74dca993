"""Makes up scripts of operations on Strings for `firmware.on_board.replay`."""

from collections.abc import Iterator
from random import Random

from host_tests.scripts import Step, construction, hexadecimal

_HEADER = 16  # bytes of an image before the text

_ASCII = "abc 09\0\x7f"
# Characters of each length. Those of four bytes are in a script as bytes only: what JSON makes of
# them in ASCII, MicroPython reads as the halves of a pair.
_SHORT = "ab\x80é\u07ff\u0800€\ud7ff\ue000\uffff"
_LONG = "\U00010000😀\U0010ffff"
_HALVES = ("\ud800", "\udbff", "\udc00", "a\udfff")
_NOT_UTF8 = ("80", "c3", "c0af", "e282", "e0809f", "eda080", "f09f98", "f4908080", "f5", "61ff")
_NOT_TEXT = (None, 5, 1.5, [1], "@array", "@whole")

_LEAST, _MOST = -(1 << 31), (1 << 32) - 1


def string_script(random: Random) -> Iterator[Step]:
    """A String of small capacity and operations on it, without end."""
    return _StringScript(random).steps()


class _StringScript:
    def __init__(self, random: Random) -> None:
        self.random = random
        self.capacity = random.choice((*range(1, 24), 40, 100))
        # Else half of all indices are inside of a character.
        self.is_ascii = random.randrange(3) == 0
        self.grows = 4  # of 8 operations

    def steps(self) -> Iterator[Step]:
        yield []
        yield from self._begin()
        while True:
            yield self._step()

    def _begin(self) -> Iterator[Step]:
        size = _HEADER + (self.capacity + 3 & -4)
        text = self._chars(self.capacity // 3) if self.capacity >= 3 else ""
        yield from construction(self.random, size, "String", self.capacity, text)
        yield ["other", "String", 9, self._chars(3)]
        yield ["bytes", "bytearray", self._utf8()]
        yield ["more", "bytearray", "#3c" + self._chars(4).encode().hex() + "3e"]
        yield ["part", "part", "@more", 1, self.random.randrange(1, 9)]
        yield ["array", "array", self.random.choice("bBHI"), [1] * self.random.randrange(1, 8)]
        yield ["whole", "array", "B", [65, 66]]

    def _step(self) -> Step:
        chance = self.random.randrange(64)
        if chance == 63:
            # Long runs of either kind fill the String, and empty it.
            self.grows = self.random.choice((1, 4, 7))
        if chance >= 60:
            return self._construction()
        if chance >= 48:
            return self._question()
        return self._grow() if self.random.randrange(8) < self.grows else self._shrink()

    def _grow(self) -> Step:
        tried = self.random.choice(("", "try_"))
        steps: tuple[Step, ...] = (
            ["", f"queue.{tried}push", self._char()],
            ["", f"queue.{tried}push_str", self._text()],
            ["", f"queue.{tried}push_str", self._text()],
            ["", "queue.push_some", self._text()],
            ["", f"queue.{tried}insert", self._index(), self._char()],
            ["", f"queue.{tried}insert_str", self._index(), self._text()],
            ["", "queue.write", self._text()],
            ["", "queue.write", self._piece()],
            ["", "queue.write", self._piece()],
            *(self._number(tried) for _ in range(3)),
        )
        return self.random.choice(steps)

    def _number(self, tried: str) -> Step:
        n = self._integer()
        width = self._layout(0, 4, 9, 255, -1, 256)
        fill = self._layout(" ", "0", "*", "é", "", "ab")
        steps: tuple[Step, ...] = (
            ["", f"queue.{tried}push_int", n],
            ["", f"queue.{tried}push_int", n, self._layout(2, 16, 36, 1, 37, 10)],
            ["", f"queue.{tried}push_int", n, 10, width],
            ["", f"queue.{tried}push_int", n, 10, width, fill],
            ["", f"queue.{tried}push_hex", n],
            ["", f"queue.{tried}push_hex", n, width],
            ["", f"queue.{tried}push_fixed", n, self._layout(0, 3, 9, -1, 10, 1)],
            ["", f"queue.{tried}push_fixed", n, 2, width, fill],
        )
        return self.random.choice(steps)

    def _integer(self) -> object:
        chance = self.random.randrange(16)
        if chance == 0:
            return self.random.choice((None, "5", 1.5, True, [1]))
        if chance == 1:
            return self.random.choice((_LEAST - 1, _MOST + 1, 1 << 64, -(1 << 64)))
        if chance < 8:
            power = self.random.choice((7, 15, 16, 29, 30, 31))
            n = self.random.choice((1, -1)) * (1 << power) + self.random.choice((-1, 0, 1))
            return self.random.choice((n, _LEAST, _MOST, 0, -1))
        digits = self.random.randrange(1, 10)
        return self.random.choice((1, -1)) * self.random.randrange(10**digits)

    def _layout(self, *choices: object) -> object:
        if self.random.randrange(24) == 0:
            return self.random.choice((None, 1.5, "x", [1]))
        # The first half more often: they are right.
        return self.random.choice((*choices, *choices[: len(choices) // 2] * 4))

    def _shrink(self) -> Step:
        start, stop = self._index(), self._index()
        steps: tuple[Step, ...] = (
            ["", "queue.pop"],
            ["", "queue.pop"],
            ["", "queue.try_pop", None],
            ["", "queue.try_pop", 7],
            ["", "queue.remove", start],
            ["", "queue.remove", start],
            ["", "queue.__delitem__", start],
            ["", "queue.drain", start, stop],
            ["", "queue.drain", start, None],
            ["", "queue.truncate", start],
            self.random.choice((["", "queue.clear"], ["", "queue.drain"], ["", "queue.pop"])),
        )
        return self.random.choice(steps)

    def _question(self) -> Step:
        names = ("as_bytes", "is_cut", "is_empty", "is_full", "capacity", "__str__")
        shown = ("len", "bool", "list")  # repr differs, by interpreter as that of a str does
        verbs = ("find", "__contains__", "startswith", "endswith")
        orders = ("__eq__", "__lt__", "__le__", "__gt__", "__ge__")
        steps: tuple[Step, ...] = (
            *(["", f"queue.{name}"] for name in names),
            *(["", name, "@queue"] for name in shown),
            *(["", f"queue.{verb}", self._text()] for verb in verbs),
            *(["", f"queue.{verb}", self._chars(1)] for verb in verbs),
            ["", "queue.find", self._chars(1), self._index()],
            *(["", f"queue.{order}", self._text()] for order in orders if order != "__eq__"),
            ["", "queue.__eq__", self.random.choice(("@queue", "@other", self._utf8()))],
            ["", "queue.__getitem__", self._index()],
            ["", "queue.__getitem__", self._index()],
        )
        return self.random.choice(steps)

    def _construction(self) -> Step:
        capacity = self.random.choice((0, -1, 1 << 24, "3", None, 1.5))
        memory = self.random.choice(("#0000", 5, "x", "@bytes", "@array"))
        steps: tuple[Step, ...] = (
            ["", "String", capacity],
            ["", "String", self.capacity, "", memory],
            ["", "String", self.capacity, self._text()],
            ["", "String.size_of", self.capacity],
            ["", "String.from_utf8", self.capacity, self._text()],
            ["other", "String", 9, self._chars(3)],
        )
        return self.random.choice(steps)

    def _chars(self, most: int) -> str:
        count = self.random.randrange(1, most + 1)
        alphabet = _ASCII if self.is_ascii else _SHORT
        return "".join(self.random.choice(alphabet) for _ in range(count))

    def _utf8(self) -> str:
        text = self._chars(6)
        if not self.is_ascii and self.random.randrange(2):
            text += self.random.choice(_LONG)
        return "#" + text.encode().hex()

    def _piece(self) -> str:
        """Bytes of UTF-8 that begin and end anywhere; now and then others."""
        if self.random.randrange(8) == 0:
            return hexadecimal(self.random, self.random.randrange(4))
        raw = bytes.fromhex(self._utf8()[1:])
        begin = self.random.randrange(len(raw))
        return "#" + raw[begin : begin + self.random.randrange(4)].hex()

    def _text(self) -> object:
        chance = self.random.randrange(24)
        if chance == 0:
            return self.random.choice(_NOT_TEXT)
        if chance == 1:
            return "#" + self.random.choice(("", "61", "c3a9")) + self.random.choice(_NOT_UTF8)
        if chance == 2:
            return self.random.choice(_HALVES)
        if chance < 8:
            return self.random.choice(("@queue", "@other", "@bytes", "@part", "", "#"))
        return self._utf8() if chance < 14 else self._chars(8)

    def _char(self) -> object:
        if self.random.randrange(16) == 0:
            return self.random.choice((*_HALVES, *_NOT_TEXT, "", "ab", "#61", "@other"))
        return self._chars(1)

    def _index(self) -> object:
        if self.random.randrange(24) == 0:
            return self.random.choice((None, "x", 1.5, [1], 1 << 40, -(1 << 40)))
        low = -self.capacity // 2 - 1
        return self.random.choice((0, 0, 1, 2, -1, self.random.randrange(low, self.capacity + 2)))
