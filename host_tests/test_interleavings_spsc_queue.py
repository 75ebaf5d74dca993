"""SpscQueue: every interleaving of its two ends, on the shipped source, and faults it must show.

Each end takes any operation of its menu, any number of times, until no new state is found: all
the states that there are, of two cores. Groups of operations:

    core     an element in and out, by method and by function, several out, clear
    more     what raises, iterates, looks; from and into buffers; what `ready` promises
    asks     all that tells of the queue's state, checked against every moment of the call; and
             why an end is refused
    waits    `wait` or `wait_ready`, on the model of asyncio in `waking`

With interrupts one end runs each operation whole, anywhere inside the other's. These schedules are
among all the others; they are run for themselves as they are what most programs have, and a fault
that shows only there would be a fault of the explorer.

HEAPLESS_PROOF in the environment looks at all groups at once in larger queues, of all formats.
"""

import struct
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from host_tests import lamport, waking
from host_tests.evidence import FULL
from host_tests.interleave import (
    Edit,
    Explorer,
    Record,
    Tracer,
    load_modules,
    must_hold,
    must_show,
)
from host_tests.lamport import Actor, End, Judge

LAYOUT = "....PCp."
NAMES = ["kind", "slots", "size", "sign", "tail", "head", "refused", "split"]
TAIL, HEAD, REFUSED = 4, 5, 6
BYTES = 4 * len(LAYOUT)
NONE = object()  # a default that no element is
REGISTER, TIMER = 0x50200020, 0x40054028

Library = Any
Element = Any  # an int or a tuple


@dataclass(frozen=True)
class Setting(lamport.Setting):
    form: str = "B"

    @property
    def period(self) -> int:
        return self.capacity + 1

    @property
    def modulus(self) -> int:
        return 2 * self.period

    @property
    def size(self) -> int:
        return struct.calcsize("<" + self.form)

    @property
    def is_record(self) -> bool:
        return len(self.form) > 1

    def index(self, count: int) -> int:
        return count % self.period

    def count(self, index: int) -> int:
        return index

    def place(self, count: int) -> int:
        return BYTES + count % self.period * self.size

    def element(self, count: int) -> bytes:
        """All bytes tell the count, none is 0, and numbers of either sign come."""
        packed = bytearray(count + 1 + 0x31 * i for i in range(self.size))
        packed[-1] ^= count % 2 << 7
        return bytes(packed)

    def unpacked(self, packed: bytes) -> Element:
        fields = struct.unpack("<" + self.form, packed)
        return fields if self.is_record else fields[0]


class Producer(Actor):
    word = TAIL
    refused = 0  # times, in the operation in progress

    def groups(self) -> dict[str, dict[str, Callable[[], object]]]:
        end, capacity = self.end, self.setting.capacity
        core: dict[str, Callable[[], object]] = {"try_enqueue": partial(self.put, end.try_enqueue)}
        if not self.setting.is_record:
            core["try_enqueue, function"] = partial(
                self.put, partial(self.library.try_enqueue, end.address)
            )
        return {
            "core": core,
            "more": {
                "enqueue": partial(self.put_or_raise, end.enqueue),
                "try_enqueue_from": partial(self.put_packed, end.try_enqueue_from),
                "enqueue_from": partial(self.put_or_raise, end.enqueue_from, packed=True),
                "if ready, enqueue": self.put_if_ready,
                "capture": partial(self.put_packed, self.capture),
            },
            "asks": {
                "len?": partial(self.tracer.ask, partial(len, end), int),
                "is_empty?": partial(self.tracer.ask, end.is_empty, lambda n: n == 0),
                "is_full?": partial(self.tracer.ask, end.is_full, lambda n: n == capacity),
                "ready?": partial(self.tracer.ask, end.ready, lambda n: n < capacity),
                "try_enqueue?": self.put_with_reason,
            },
            "in and out": {"try_enqueue": core["try_enqueue"]},
            "producer waits": {"wait_ready, enqueue": self.put_when_ready},
            "consumer waits": {},
        }

    def save(self) -> Any:
        assert self._words[REFUSED] == self.refused, f"{self._words[REFUSED]} refused"
        return super().save()

    def restore(self, saved: Any) -> None:
        super().restore(saved)
        self.refused = self._words[REFUSED] = 0

    def __init__(self, setting: Setting, tracer: Tracer, end: End, library: Library) -> None:
        super().__init__(setting, tracer, end, end.image)
        self.library = library
        self.registers = [bytearray(4) for _ in setting.form]
        there = library.pointer.__globals__["_registers"]
        there.update(zip((REGISTER, TIMER), self.registers, strict=False))
        self.handler = end.capture(REGISTER, TIMER if setting.is_record else None)

    def capture(self, packed: bytes) -> bool:
        """Let the registers say what is packed, and an interrupt come."""
        for code, register in zip(self.setting.form, self.registers, strict=True):
            size = struct.calcsize("<" + code)
            register[:size], packed = packed[:size], packed[size:]
        before = self.end.refused
        self.handler(None)
        return bool(self.end.refused == before)

    @property
    def packed(self) -> bytes:
        """The element to come."""
        return bytes(self.setting.element(self.known))

    @property
    def element(self) -> Element:
        return self.setting.unpacked(self.packed)

    def put(self, verb: Callable[[Element], bool]) -> bool:
        return self.put_it(verb, self.element)

    def put_packed(self, verb: Callable[[bytes], bool]) -> bool:
        return self.put_it(verb, self.packed + b"\xee")

    def put_it(self, verb: Callable[[Any], bool], element: Any) -> bool:
        self.may_move(1)
        accepted = verb(element)
        if accepted:
            self.moved(1)
        else:
            self.refused += 1
            assert self.end.refused == self.refused
        return accepted

    def put_or_raise(self, verb: Callable[[Any], None], packed: bool = False) -> None:
        def accepts(element: Any) -> bool:
            try:
                verb(element)
            except IndexError:  # Full
                return False
            return True

        self.put_it(accepts, self.packed if packed else self.element)

    def put_if_ready(self) -> None:
        if self.end.ready():
            assert self.put(self.end.try_enqueue), "ready, and then full"

    def put_when_ready(self) -> None:
        waking.finish(self.end.wait_ready())
        assert self.put(self.end.try_enqueue), "waited until ready, and then full"

    def put_with_reason(self) -> None:
        capacity = self.setting.capacity
        self.tracer.ask(partial(self.put, self.end.try_enqueue), lambda n: n < capacity)


class Consumer(Actor):
    word = HEAD

    def __init__(self, setting: Setting, tracer: Tracer, end: End, library: Library) -> None:
        super().__init__(setting, tracer, end, end.image)
        self.library = library

    def groups(self) -> dict[str, dict[str, Callable[[], object]]]:
        end, capacity, size = self.end, self.setting.capacity, self.setting.size
        core: dict[str, Callable[[], object]] = {
            "try_dequeue": partial(self.take, partial(end.try_dequeue, NONE)),
            f"drain_into {capacity}": partial(
                self.drain, end.drain_into, bytearray(capacity * size + 1)
            ),
            "clear": self.clear,
        }
        some = bytearray(min(2, capacity) * size)
        more: dict[str, Callable[[], object]] = {
            "dequeue": partial(self.take_or_raise, end.dequeue),
            "next": partial(self.take, partial(next, end, NONE)),
            "try_dequeue_into": partial(self.take_packed, end.try_dequeue_into),
            "dequeue_into": partial(self.take_packed, partial(_true, end.dequeue_into)),
            "drain_into, some": partial(self.drain, end.drain_into, some),
            "drain_into, on 64 bits": partial(
                self.drain, self.library._drainer(end.image, self.library._room_in), some
            ),
            "try_peek": partial(self.look, partial(end.try_peek, NONE)),
            "peek": partial(self.look, partial(_or_none, end.peek)),
            "elements": self.look_at_all,
            "if ready, dequeue": self.take_if_ready,
            "len, drain_into": self.take_as_many_as_told,
        }
        if not self.setting.is_record:
            core["try_dequeue, function"] = self.take_by_function
            items = array(self.setting.form, [0] * capacity)
            more["drain_into, array"] = partial(self.drain, end.drain_into, items)
        return {
            "core": core,
            "more": more,
            "asks": {
                "len?": partial(self.tracer.ask, partial(len, end), int),
                "is_empty?": partial(self.tracer.ask, end.is_empty, lambda n: n == 0),
                "is_full?": partial(self.tracer.ask, end.is_full, lambda n: n == capacity),
                "ready?": partial(self.tracer.ask, end.ready, lambda n: n > 0),
                "try_dequeue?": self.take_with_reason,
                "try_peek?": self.look_with_reason,
            },
            "in and out": {"try_dequeue": core["try_dequeue"]},
            "producer waits": {},
            "consumer waits": {"wait, dequeue": self.take_when_ready},
        }

    def see(self, *elements: Element) -> None:
        """Check what was read."""
        packed = self.setting.elements(self.known, len(elements))
        expected = [self.setting.unpacked(element) for element in packed]
        assert list(elements) == expected, f"read {list(elements)} instead of {expected}"

    def take(self, verb: Callable[[], Element]) -> bool:
        self.may_move(1)
        element = verb()
        if element is NONE:
            return False
        self.see(element)
        self.moved(1)
        return True

    def take_by_function(self) -> None:
        nothing = 0x7FFFFFFF  # no element is
        self.may_move(1)
        element = self.library.try_dequeue(self.end.address, nothing)
        if element != nothing:
            # Format I comes as a signed number.
            self.see(element & 0xFFFFFFFF if self.setting.form == "I" else element)
            self.moved(1)

    def take_or_raise(self, verb: Callable[[], Element]) -> None:
        self.take(partial(_or_none, verb))

    def take_packed(self, verb: Callable[[bytearray], bool]) -> None:
        self.may_move(1)
        size = self.setting.size
        buffer = bytearray(size + 1)
        if verb(buffer):
            self.see(self.setting.unpacked(buffer[:size]))
            self.moved(1)

    def drain(self, verb: Callable[[Any], int], buffer: Any) -> int:
        """Fill as much as comes of an array, or of bytes with room for half an element more."""
        packed = memoryview(buffer).cast("B")
        packed[:] = bytes(len(packed))
        size = self.setting.size
        self.may_move(len(packed) // size)
        number = int(verb(buffer))
        elements = [packed[i * size : i * size + size] for i in range(number)]
        self.see(*(self.setting.unpacked(bytes(element)) for element in elements))
        self.moved(number)
        return number

    def clear(self) -> None:
        self.may_move(self.setting.capacity)
        self.end.clear()
        # How many were dropped, its own index tells.
        self.moved((self._words[HEAD] - self.known) % self.setting.period)

    def look(self, verb: Callable[[], Element]) -> Element:
        element = verb()
        if element is not NONE:
            self.see(element)
        return element

    def look_at_all(self) -> None:
        self.see(*self.end.elements())

    def take_if_ready(self) -> None:
        if self.end.ready():
            assert self.take(partial(self.end.try_dequeue, NONE)), "ready, and then empty"

    def take_as_many_as_told(self) -> None:
        told = len(self.end)
        number = self.drain(self.end.drain_into, bytearray(told * self.setting.size))
        assert number == told, f"{number} came of {told}"

    def take_when_ready(self) -> None:
        waking.finish(self.end.wait())
        got = self.take(partial(self.end.try_dequeue, NONE))
        assert got, "waited until ready, and then empty"

    def take_with_reason(self) -> None:
        self.tracer.ask(partial(self.take, partial(self.end.try_dequeue, NONE)), lambda n: n > 0)

    def look_with_reason(self) -> None:
        peek = partial(self.end.try_peek, NONE)
        self.tracer.ask(lambda: self.look(peek) is not NONE, lambda n: n > 0)


def _true(verb: Callable[[Any], object], buffer: Any) -> bool:
    """Whether a verb that raises Empty did not."""
    try:
        verb(buffer)
    except IndexError:
        return False
    return True


def _or_none(verb: Callable[[], Element]) -> Element:
    try:
        return verb()
    except IndexError:
        return NONE


class AtRest:
    """Asks a queue of its own, in which it puts an image, everything."""

    def __init__(self, setting: Setting, queue: Library) -> None:
        self.setting = setting
        self._queue = queue
        self._ends = queue.split()

    def __call__(self, image: bytes, waiting: int) -> None:
        producer, consumer = self._ends
        capacity = self.setting.capacity
        self._queue.image[:] = image
        self._queue._check()
        for end in self._ends:
            assert len(end) == waiting, f"len is {len(end)} of {waiting}"
            assert end.is_empty() == (waiting == 0), f"is_empty is wrong of {waiting}"
            assert end.is_full() == (waiting == capacity), f"is_full is wrong of {waiting}"
        assert producer.ready() == (waiting < capacity), f"the producer's ready, of {waiting}"
        assert consumer.ready() == (waiting > 0), f"the consumer's ready, of {waiting}"
        assert (consumer.try_peek(NONE) is not NONE) == (waiting > 0), f"try_peek, of {waiting}"
        element = self.setting.unpacked(self.setting.element(0))
        accepted = producer.try_enqueue(element)
        assert accepted == (waiting < capacity), f"try_enqueue is {accepted}, {waiting} waiting"
        self._queue.image[:] = image
        came = consumer.try_dequeue(NONE) is not NONE
        assert came == (waiting > 0), f"try_dequeue, {waiting} waiting"


def explorer(setting: Setting, edits: Sequence[Edit] = ()) -> Explorer:
    tracer = Tracer(LAYOUT, by_bytes=setting.is_record)
    modules = "_format", "_waiting", "_capture", "spsc_queue"
    stand_ins = waking.stand_ins(tracer, setting.who_waits)
    library = load_modules(modules, tracer, edits, stand_ins)[-1]

    def queue() -> Library:
        return library.SpscQueue(setting.capacity, setting.form)

    actors = (
        Producer(setting, tracer, queue().split()[0], library),
        Consumer(setting, tracer, queue().split()[1], library),
    )
    judge = Judge(setting, TAIL, HEAD, AtRest(setting, queue()))
    return lamport.explorer(setting, tracer, actors, judge, NAMES)


# --- the queue as it is --------------------------------------------------------------------------

VERBS = "core", "more"
ASKS = "core", "asks"
CONSUMER_WAITS = "in and out", "consumer waits"
PRODUCER_WAITS = "in and out", "producer waits"
BOTH_WAIT = "in and out", "consumer waits", "producer waits"
RECORD = "BH"
FORMATS = "B", "h", "I", RECORD

TWO_CORES = [
    *(Setting(capacity, VERBS, form=form) for capacity in (1, 2) for form in FORMATS),
    Setting(3, VERBS),
    Setting(4, ("core",), form="h"),
    *(Setting(capacity, ("core",), form=form) for capacity in (5, 6) for form in ("i", RECORD)),
    *(Setting(capacity, ASKS) for capacity in (1, 2)),
    *(Setting(capacity, CONSUMER_WAITS) for capacity in (1, 2)),
    *(Setting(capacity, PRODUCER_WAITS) for capacity in (1, 2)),
    Setting(1, BOTH_WAIT),
]
INTERRUPTS = [
    setting
    for whole in ("P", "C")
    for setting in (
        Setting(2, (*VERBS, "asks"), whole=whole),
        Setting(6, ("core",), form="i", whole=whole),
        Setting(6, ("core",), form=RECORD, whole=whole),
    )
]
if FULL:
    TWO_CORES += [
        *(
            Setting(capacity, (*VERBS, "asks"), form=form)
            for capacity in (1, 2, 3)
            for form in FORMATS
        ),
        *(Setting(capacity, VERBS, form=form) for capacity in (4, 5, 6) for form in ("i", RECORD)),
        Setting(4, ASKS),
        *(Setting(capacity, BOTH_WAIT) for capacity in (2, 3)),
        *(
            Setting(capacity, (*VERBS, waits), form="i")
            for capacity in (1, 2, 3)
            for waits in ("consumer waits", "producer waits")
        ),
    ]
    INTERRUPTS += [
        Setting(capacity, (*VERBS, "asks"), form=form, whole=whole)
        for whole in ("P", "C")
        for capacity, form in ((4, "i"), (3, RECORD))
    ]


@pytest.mark.proof("interleavings")
@pytest.mark.parametrize("setting", TWO_CORES + INTERRUPTS, ids=str)
def test_no_interleaving_is_wrong(setting: Setting, record_property: Record) -> None:
    must_hold(explorer(setting), record_property)


# --- faults that must show -----------------------------------------------------------------------


def spsc(behind: str, old: str, new: str) -> Edit:
    return Edit("spsc_queue", behind, old, new)


def capture(old: str, new: str) -> Edit:
    return Edit("_capture", "def into_queue", old, new)


SMALL = [Setting(capacity, VERBS) for capacity in (1, 2, 3)]
INTEGERS = [Setting(capacity, VERBS, form=form) for capacity in (1, 2) for form in ("B", "h", "i")]
RECORDS = [Setting(capacity, VERBS, form=RECORD) for capacity in (1, 2)]
ASKING = [Setting(capacity, ASKS) for capacity in (1, 2, 3)]
CONSUMER_WAITING = [Setting(capacity, CONSUMER_WAITS) for capacity in (1, 2)]
PRODUCER_WAITING = [Setting(capacity, PRODUCER_WAITS) for capacity in (1, 2)]

FUNCTION_IN, FUNCTION_OUT = "def try_enqueue(address", "def try_dequeue(address"
METHOD_IN, METHOD_OUT = "def _integer_enqueuer", "def _integer_dequeuer"
ANY_IN, ANY_OUT = "def _enqueuer", "def _dequeuer"
QUICK_DRAIN = "def _quick_drainer"
FROM, INTO, DRAIN = "def try_enqueue_from", "def try_dequeue_into", "def _drainer"
CONSUMER = "class Consumer"

# What is wrong: the change, and where to look for it, the smallest queue first.
MUTANTS: dict[str, tuple[Edit, Sequence[Setting]]] = {
    "try_enqueue, the function, publishes before it writes": (
        spsc(
            FUNCTION_IN,
            "tail = ptr32(address)[_TAIL]",
            "tail = ptr32(address)[_TAIL]; "
            "ptr32(address)[_TAIL] = (tail + 1) % ptr32(address)[_SLOTS]",
        ),
        INTEGERS,
    ),
    "try_enqueue publishes before it writes": (
        spsc(METHOD_IN, "tail = p[_TAIL]", "tail = p[_TAIL]; p[_TAIL] = (tail + 1) % p[_SLOTS]"),
        INTEGERS,
    ),
    "try_enqueue of a record publishes before it writes": (
        spsc(ANY_IN, "slots[tail] = x", "p[_TAIL] = (tail + 1) % p[_SLOTS]; slots[tail] = x"),
        RECORDS,
    ),
    "try_enqueue writes to the slot before its own": (
        spsc(METHOD_IN, "tail = p[_TAIL]", "tail = (p[_TAIL] or p[_SLOTS]) - 1"),
        INTEGERS,
    ),
    "capture publishes before it writes": (
        capture("tail = p[_TAIL]", "tail = p[_TAIL]; p[_TAIL] = (tail + 1) % p[_SLOTS]"),
        INTEGERS,
    ),
    "capture of a record publishes before it writes the time": (
        capture(
            "value = ptr32(k[_STAMP])[0]",
            "p[_TAIL] = (tail + 1) % p[_SLOTS]; value = ptr32(k[_STAMP])[0]",
        ),
        RECORDS,
    ),
    "capture is never full": (capture("tail == p[_HEAD]", "False"), SMALL),
    "capture wraps a slot late": (capture("tail == p[_SLOTS]", "tail > p[_SLOTS]"), SMALL),
    "try_dequeue takes the element before it knows that there is one": (
        spsc(
            METHOD_OUT,
            "        head = p[_HEAD]\n",
            "        head = p[_HEAD]\n        value = p[_WORDS + head]\n"
            "        if p[_TAIL] != head:\n            p[_HEAD] = (head + 1) % p[_SLOTS]\n"
            "            return value\n",
        ),
        [Setting(capacity, VERBS, form="i") for capacity in (1, 2)],
    ),
    "try_dequeue releases the slot before it takes the element": (
        spsc(ANY_OUT, "return element", "return slots[head - 1]"),
        RECORDS,
    ),
    "try_enqueue_from publishes before it copies": (
        spsc(FROM, "copy(image", "p[_TAIL] = after; copy(image"),
        SMALL,
    ),
    "drain_into releases before it copies": (
        spsc(QUICK_DRAIN, "        while True:", "        p[_HEAD] = after\n        while True:"),
        SMALL,
    ),
    "drain_into releases what did not fit": (
        spsc(QUICK_DRAIN, "p[_HEAD] = after", "p[_HEAD] = p[_TAIL]"),
        SMALL,
    ),
    "drain_into copies to where it began": (
        spsc(QUICK_DRAIN, "following = int(target) + run", "following = int(target)"),
        SMALL,
    ),
    "drain_into reads past the wrap": (
        spsc(QUICK_DRAIN, "run = p[_SLOTS] - head", "run = p[_SLOTS] - head + 1"),
        SMALL,
    ),
    "drain_into goes on at the second slot": (
        spsc(
            QUICK_DRAIN,
            "place = ptr8(int(p) + _BYTES)",
            "place = ptr8(int(p) + _BYTES + size)",
        ),
        SMALL,
    ),
    "drain_into takes one slot more": (
        spsc(QUICK_DRAIN, "run = after - head", "run = after - head + 1"),
        SMALL,
    ),
    "drain_into, on 64 bits, releases before it copies": (
        spsc(
            DRAIN,
            "copy(buffer",
            "p[_HEAD] = tail if moved + run < room else p[_HEAD]; copy(buffer",
        ),
        SMALL,
    ),
    "drain_into, on 64 bits, releases what did not fit": (
        spsc(DRAIN, "p[_HEAD] = head", "p[_HEAD] = tail"),
        SMALL,
    ),
    "drain_into, on 64 bits, copies to where it began": (spsc(DRAIN, "moved * size", "0"), SMALL),
    "drain_into, on 64 bits, reads past the wrap": (
        spsc(DRAIN, "run = slots - head", "run = slots - head + 1"),
        SMALL,
    ),
    "drain_into, on 64 bits, wraps to the second slot": (
        spsc(DRAIN, "head = 0", "head = 1"),
        SMALL,
    ),
    "drain_into, on 64 bits, takes one slot more": (
        spsc(DRAIN, "run = tail - head", "run = tail - head + 1; room = moved + run"),
        SMALL,
    ),
    "try_enqueue, the function, wraps a slot late": (
        spsc(FUNCTION_IN, "tail == ptr32(address)[_SLOTS]", "tail > ptr32(address)[_SLOTS]"),
        SMALL,
    ),
    "try_enqueue wraps a slot early": (
        spsc(METHOD_IN, "tail == p[_SLOTS]", "tail >= p[_SLOTS] - 1"),
        SMALL,
    ),
    "try_dequeue wraps a slot late": (
        spsc(METHOD_OUT, "head == p[_SLOTS]", "head > p[_SLOTS]"),
        SMALL,
    ),
    "try_dequeue, the function, does not wrap": (
        spsc(FUNCTION_OUT, "    if head == ptr32(address)[_SLOTS]:\n        head = 0\n", ""),
        SMALL,
    ),
    "try_enqueue is full an element early": (
        spsc(METHOD_IN, "tail == p[_HEAD]", "(tail + 1) % p[_SLOTS] == p[_HEAD]"),
        SMALL,
    ),
    "try_enqueue, the function, is full an element late": (
        spsc(
            FUNCTION_IN,
            "tail == ptr32(address)[_HEAD]",
            "(tail + 1) % ptr32(address)[_SLOTS] == ptr32(address)[_HEAD]",
        ),
        SMALL[1:],
    ),
    "try_enqueue is never full": (spsc(METHOD_IN, "tail == p[_HEAD]", "False"), SMALL),
    "try_enqueue_from is never full": (spsc(FROM, "after == p[_HEAD]", "False"), SMALL),
    "try_enqueue counts no refusal": (spsc(METHOD_IN, "p[_REFUSED] += 1", "pass"), SMALL),
    "try_dequeue is empty an element early": (
        spsc(METHOD_OUT, "head == p[_TAIL]", "(head + 1) % p[_SLOTS] == p[_TAIL]"),
        SMALL,
    ),
    "try_dequeue, the function, is never empty": (
        spsc(FUNCTION_OUT, "head == ptr32(address)[_TAIL]", "False"),
        SMALL,
    ),
    "try_dequeue_into is never empty": (spsc(INTO, "head == p[_TAIL]", "False"), SMALL),
    "the producer stores a word of the consumer's": (
        spsc(METHOD_IN, "p[_REFUSED] += 1", "p[_HEAD] = p[_HEAD]; p[_REFUSED] += 1"),
        SMALL,
    ),
    "the consumer stores a word of the producer's": (
        spsc("def clear(self)", "p[_HEAD] = p[_TAIL]", "p[_TAIL] = p[_HEAD]"),
        SMALL,
    ),
    "try_peek looks at the next element": (
        spsc("def try_peek", "return self._slots[head]", "return self._slots[head - 1]"),
        SMALL,
    ),
    "try_peek does not look whether one waits": (
        spsc("def try_peek", "head == self._words[_TAIL]", "False"),
        SMALL,
    ),
    "len forgets the slot that stays empty": (
        spsc("class _End", "waiting += p[_SLOTS]", "waiting += p[_SLOTS] - 1"),
        ASKING,
    ),
    "is_full tells of an element more": (
        spsc("def is_full", "p[_TAIL] + 1", "p[_TAIL] + 2"),
        ASKING,
    ),
    "is_empty compares with a slot": (
        spsc("def is_empty", "p[_TAIL] == p[_HEAD]", "p[_TAIL] == 0"),
        ASKING,
    ),
    "the producer's ready looks at its own word": (
        spsc("def ready", "after != p[_HEAD]", "after != p[_TAIL]"),
        ASKING,
    ),
    "the consumer's ready looks at its own word": (
        spsc(CONSUMER, "return p[_TAIL] != p[_HEAD]", "return p[_HEAD] != 0"),
        CONSUMER_WAITING,
    ),
    "the consumer's ready looks at what was refused": (
        spsc(CONSUMER, "return p[_TAIL] != p[_HEAD]", "return p[_REFUSED] != 0"),
        ASKING,
    ),
    "the consumer's ready stays untrue once the tail wrapped": (
        spsc(CONSUMER, "return p[_TAIL] != p[_HEAD]", "return p[_TAIL] > p[_HEAD]"),
        CONSUMER_WAITING,
    ),
    "the producer's ready stays untrue where the ring wraps": (
        spsc("def ready", "            after = 0", "            pass"),
        PRODUCER_WAITING,
    ),
    "the consumer is woken before the element is published": (
        waking.TELLS_FIRST,
        CONSUMER_WAITING,
    ),
    "the producer is woken before the slot is released": (waking.TELLS_FIRST, PRODUCER_WAITING),
    "the consumer looks first, and watches then": (waking.LOOKS_FIRST, CONSUMER_WAITING),
    "the producer looks first, and watches then": (waking.LOOKS_FIRST, PRODUCER_WAITING),
    "the consumer watches its own word": (
        spsc("async def wait(", "self.image, _TAIL", "self.image, _HEAD"),
        CONSUMER_WAITING,
    ),
    "the producer watches its own word": (
        spsc("async def wait_ready", "self.image, _HEAD", "self.image, _TAIL"),
        PRODUCER_WAITING,
    ),
    "the consumer waits until it is not ready": (
        spsc("async def wait(", "while not self.ready()", "while self.ready()"),
        CONSUMER_WAITING,
    ),
    "a wake-up is dropped": (
        Edit("_waiting", "def wake()", "if not stored.done():", "if stored.done():"),
        CONSUMER_WAITING,
    ),
}


@pytest.mark.proof("interleavings")
@pytest.mark.parametrize("name", MUTANTS)
def test_a_fault_shows(name: str, record_property: Record) -> None:
    edit, settings = MUTANTS[name]
    explorers = (explorer(setting, [edit]) for setting in settings)
    must_show(f"SpscQueue: {name}", explorers, record_property)
