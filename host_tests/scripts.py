"""Makes up scripts of operations for `firmware.on_board.replay`."""

import json
import struct
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any

Step = list[Any]  # what it names, what it calls, and arguments
Script = list[str]  # steps, as lines of JSON
Make = Callable[[Random], Iterator[Step]]  # makes up steps without end

_LIMITS = {
    "b": (-(1 << 7), (1 << 7) - 1),
    "B": (0, (1 << 8) - 1),
    "h": (-(1 << 15), (1 << 15) - 1),
    "H": (0, (1 << 16) - 1),
    "i": (-(1 << 31), (1 << 31) - 1),
    "I": (0, (1 << 32) - 1),
    "q": (-(1 << 63), (1 << 63) - 1),
}
INTEGERS = ("b", "B", "h", "H", "i", "I")
_RECORDS: dict[str, tuple[str, ...]] = {
    "IhB": ("I", "h", "B"),
    "2H": ("H", "H"),
    "bxi": ("b", "i"),
    "q": ("q",),
    "4sq": ("4s", "q"),
    "f": ("f",),
    "B3sd": ("B", "3s", "f"),
}


def script_of(make: Make, seeds: Sequence[int]) -> Script:
    """As many steps as there are seeds: each is made up from its own, and 0 leaves one out.

    So a step can be changed, or go, while the others stay what they are.
    """
    random = Random(seeds[0])
    steps = make(random)
    script = []
    for seed in seeds:
        random.seed(seed)
        step = next(steps)
        if seed:
            script.append(json.dumps(step))
    return script


def hexadecimal(random: Random, size: int) -> str:
    """So many bytes, as they stand in a script."""
    return "#" + random.randbytes(size).hex()


def construction(random: Random, image_size: int, *call: Any) -> Iterator[Step]:
    """Name "queue" what this call constructs; now and then in "memory", perhaps too short."""
    yield ["queue", *call]
    if random.randrange(4) == 0:
        if random.randrange(2):
            yield ["memory", "bytearray", image_size + random.choice((-1, 0, 1, 4, 9))]
        else:
            # Its items are words: neither their number nor a slice of them is in bytes.
            words = image_size // 4 + random.choice((-1, 0, 1, image_size))
            yield ["memory", "array", "I", [0xA5A5A5A5] * words]
        yield ["queue", *call, "@memory"]
    elif random.randrange(4) == 0:
        # In the middle of other memory, which nobody may touch.
        yield ["around", "bytearray", image_size + 16]
        yield ["memory", "part", "@around", 8, 8 + image_size]
        yield ["queue", *call, "@memory"]


def queue_script(random: Random) -> Iterator[Step]:
    """A queue of any format and small capacity, and operations on it and its ends, without end."""
    return _QueueScript(random).steps()


class _QueueScript:
    def __init__(self, random: Random) -> None:
        self.random = random
        self.form = random.choice((*INTEGERS, *INTEGERS, *_RECORDS))
        self.size = struct.calcsize("<" + self.form)
        self.is_integer = self.form in INTEGERS
        self.capacity = random.choice((1, 2, 3, 5, 8, 40))
        self.is_split = False
        self.enqueues = 4  # of 8 operations

    def steps(self) -> Iterator[Step]:
        yield []
        yield from self._begin()
        while True:
            yield self._step()

    def _begin(self) -> Iterator[Step]:
        image = 32 + -(-(self.capacity + 1) * self.size // 4) * 4
        yield from construction(self.random, image, "SpscQueue", self.capacity, self.form)
        yield ["bytes", "bytearray", self.random.choice((0, 1, 3, 9)) * self.size + 2]
        yield ["no_queue", "bytearray", 36]
        code = self.form if self.is_integer else "B"
        yield ["array", "array", code, [0] * self.random.randrange(1, 8)]
        if self.random.randrange(3):
            yield self._split()

    def _split(self) -> Step:
        self.is_split = True
        return ["producer consumer", "queue.split"]

    def _step(self) -> Step:
        chance = self.random.randrange(64)
        if chance == 63:
            return self._split()
        if chance == 62:
            # Long runs of either kind fill the queue, and empty it.
            self.enqueues = self.random.choice((1, 4, 7))
        if chance >= 60:
            return self._bad_construction()
        if chance >= 48:
            return self._question()
        enqueue = self.random.randrange(8) < self.enqueues
        return self._enqueue() if enqueue else self._dequeue()

    def _enqueue(self) -> Step:
        name = self._end("producer")
        verb = self.random.choice(("try_enqueue", "try_enqueue", "enqueue", "from", "function"))
        if verb == "function":
            value = self._value(range_of="i" if self.form != "I" else "I")
            return ["", "spsc_queue.try_enqueue", f"@{name}.address", value]
        if verb == "from":
            verb = self.random.choice(("try_enqueue_from", "enqueue_from"))
            return ["", f"{name}.{verb}", self._packed()]
        return ["", f"{name}.{verb}", self._value()]

    def _dequeue(self) -> Step:
        name = self._end("consumer")
        default = self.random.choice((0, -1, 7))
        buffer = self.random.choice(("@bytes", "@bytes", "@array", "#00000000", 5))
        steps: tuple[Step, ...] = (
            ["", f"{name}.try_dequeue", default],
            ["", f"{name}.try_dequeue", None],
            ["", f"{name}.dequeue"],
            ["", "spsc_queue.try_dequeue", f"@{name}.address", default],
            ["", f"{name}.try_dequeue_into", buffer],
            ["", f"{name}.dequeue_into", buffer],
            ["", f"{name}.drain_into", buffer],
            self._rare_dequeue(name),
        )
        return self.random.choice(steps)

    def _rare_dequeue(self, name: str) -> Step:
        steps: tuple[Step, ...] = (
            ["", f"{name}.clear"],
            ["", "list", f"@{name}"],
            *([["", f"{name}.dequeue"]] * 6),
        )
        return self.random.choice(steps)

    def _question(self) -> Step:
        end = self.random.choice(("producer", "consumer"))
        name = self._end(end)
        questions: list[Step] = [
            ["", f"{name}.is_empty"],
            ["", f"{name}.is_full"],
            ["", "len", f"@{name}"],
            ["", "bool", f"@{name}"],
            ["", f"{self._end('producer')}.refused"],
            ["", f"{self._end('consumer')}.peek"],
            ["", f"{self._end('consumer')}.try_peek", None],
            ["", "spsc_queue.try_dequeue", "@no_queue", 0],
            ["", "spsc_queue.try_enqueue", "@no_queue", 0],
            ["", "queue.__eq__", [self._value() for _ in range(self.random.randrange(3))]],
        ]
        if self.is_split:
            questions += [["", f"{end}.ready"], ["waiting", "consumer.elements"]]
        if "f" not in self.form and "d" not in self.form:
            questions.append(["", "repr", f"@{name}"])
        return self.random.choice(questions)

    def _bad_construction(self) -> Step:
        capacity = self.random.choice((0, -1, 1 << 27, "3", None))
        form = self.random.choice(("", "3", ">H", "P", "0s", 5, "x"))
        memory = self.random.choice(("#0000", 5, "x"))
        steps: tuple[Step, ...] = (
            ["", "SpscQueue", capacity, self.form],
            ["", "SpscQueue", 3, form],
            ["", "SpscQueue", 3, self.form, memory],
            ["", "SpscQueue.size_of", self.capacity, self.form],
            ["", "SpscQueue.from_iterable", self.capacity, self.form, [self._value()] * 3],
        )
        return self.random.choice(steps)

    def _end(self, end: str) -> str:
        """The end's name, or now and then the queue's although it was split."""
        return end if self.is_split and self.random.randrange(32) else "queue"

    def _value(self, range_of: str | None = None) -> object:
        if self.random.randrange(24) == 0:
            return self.random.choice((None, "x", 1.5, [], [1], "#00", True))
        if self.is_integer:
            return self._field(self.form, range_of)
        value: list[object] = [self._field(code) for code in _RECORDS[self.form]]
        if self.random.randrange(24) == 0:
            value.pop()
        return value

    def _field(self, code: str, range_of: str | None = None) -> object:
        if code == "f":
            return self.random.randrange(-64, 65) / 8  # exact in single precision
        if code.endswith("s"):
            length = int(code[:-1])
            if self.random.randrange(24) == 0:
                length += 1
            return hexadecimal(self.random, length)
        low, high = _LIMITS[code]
        chance = self.random.randrange(16)
        if chance == 15:
            return bool(self.random.randrange(2))
        if chance == 0:
            # Just outside; but within what the function form tells apart.
            lowest, highest = _LIMITS[range_of] if range_of else (low - 1, high + 1)
            return self.random.choice((max(low - 1, lowest), min(high + 1, highest)))
        if chance < 4:
            return self.random.choice((low, high, 0, high // 2, high // 2 + 1))
        return self.random.randrange(low, high + 1)

    def _packed(self) -> str | int:
        """An element's bytes, or a byte too few or too many."""
        chance = self.random.randrange(16)
        if chance == 0:
            return 5
        data = self.random.randbytes(self.size)
        if self.form.endswith("d"):  # which a board reads into a single-precision float
            data = data[:-8] + struct.pack("<d", self._field("f"))
        return "#" + {1: data[:-1], 2: data + b"\xa5"}.get(chance, data).hex()
