"""Lamport's ring, to explore: what SpscQueue and RingBuffer have in common.

One side alone stores the word `tail`, the other alone `head`; each tells how many elements, or
bytes, were put in or taken out, modulo a period. So all that a side knows at rest is that number,
and it is counted modulo twice as much as the ring has places: what is left in a place from the lap
before is not what belongs there now, and all states that there are, of any number of operations,
are finitely many.

At each state, between any two accesses:

    what was published is at most what the operation in progress may put in, or take out
    what waits is no more than the capacity, and is there, every byte of it

and at each state in which both sides are at rest, or asleep, every observer tells the truth, one
more goes in if and only if there is room, one comes out if and only if one waits, and nobody
sleeps who could go on. What is read, and what observers tell in the midst of things, is checked by
the actors: the one against what the count says, the other against the moments of the call.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from host_tests.interleave import Explorer, Note, Operation, Side, Tracer

End = Any  # of a queue or of a ring


@dataclass(frozen=True)
class Setting:
    """How large a ring, and how it is looked at.

    menu: names of the groups of operations from which each side takes any, in any order.
    operations: of each side; None for ever.
    start: elements, or bytes, that went through the ring before.
    whole: "P" or "C": the side that is an interrupt handler, and runs each operation whole.
    """

    capacity: int
    menu: tuple[str, ...]
    operations: int | None = None
    start: int = 0
    whole: str = ""

    @property
    def who_waits(self) -> str:
        """The letters of the sides that may wait to be woken."""
        return "P" * ("producer waits" in self.menu) + "C" * ("consumer waits" in self.menu)

    @property
    def period(self) -> int:
        """An index word tells a count modulo this."""
        raise NotImplementedError

    def index(self, count: int) -> int:
        """The index word after so many."""
        raise NotImplementedError

    def count(self, index: int) -> int:
        """How many an index word tells, modulo the period."""
        raise NotImplementedError

    def element(self, count: int) -> bytes:
        """What goes in after so many."""
        raise NotImplementedError

    def place(self, count: int) -> int:
        """The byte of the image at which that begins."""
        raise NotImplementedError

    @property
    def modulus(self) -> int:
        """Counts are kept modulo this."""
        raise NotImplementedError

    def elements(self, count: int, number: int) -> list[bytes]:
        """So many elements from that one on."""
        return [self.element((count + i) % self.modulus) for i in range(number)]

    def data(self, count: int, number: int) -> bytes:
        return b"".join(self.elements(count, number))


class Actor:
    """A side. `known` is how many it has put in, or taken out."""

    word: int  # its index

    def __init__(self, setting: Any, tracer: Tracer, end: End, image: bytearray) -> None:
        self.setting = setting
        self.tracer = tracer
        self.end = end
        self.image = image
        self.known: int = setting.start % setting.modulus
        self.most = 0  # how many the operation in progress may move
        self._words = memoryview(image).cast("i")
        self._words[self.word] = setting.index(self.known)

    @property
    def note(self) -> Note:
        return self.known, self.most, self.tracer.is_asleep

    def save(self) -> Hashable:
        index = self._words[self.word]
        assert index == self.setting.index(self.known), f"index {index} after {self.known}"
        return self.known

    def restore(self, saved: Any) -> None:
        self.known = saved
        self.most = 0
        self._words[self.word] = self.setting.index(saved)

    def menu(self) -> list[Operation]:
        groups = self.groups()
        return [
            Operation(name, run)
            for group in self.setting.menu
            for name, run in groups[group].items()
        ]

    def groups(self) -> dict[str, dict[str, Callable[[], object]]]:
        """The operations by their names, by their groups' names."""
        raise NotImplementedError

    def may_move(self, most: int) -> None:
        self.most = most

    def moved(self, number: int) -> None:
        self.known = (self.known + number) % self.setting.modulus
        self.most = 0


class Judge:
    """What must hold at every state.

    tail, head: the index words.
    at_rest: asserts what must hold of an image in which so many wait, and nothing is going on.
    """

    def __init__(
        self, setting: Any, tail: int, head: int, at_rest: Callable[[bytes, int], None]
    ) -> None:
        self.setting = setting
        self._tail = tail
        self._head = head
        self._at_rest = at_rest

    def waiting(self, image: bytes) -> int:
        """How many wait."""
        return int((self._told(image, self._tail) - self._told(image, self._head)) % self._period)

    def __call__(self, image: bytes, notes: tuple[Note, Note], at_rest: bool) -> None:
        (put, putting, producer_sleeps), (taken, taking, consumer_sleeps) = notes
        published = self._since(image, self._tail, put)
        released = self._since(image, self._head, taken)
        assert published <= putting, f"{published} published, of {putting} that are put in"
        assert released <= taking, f"{released} released, of {taking} that are taken out"
        setting = self.setting
        first = (taken + released) % setting.modulus
        waiting = (put + published - first) % setting.modulus
        assert waiting <= setting.capacity, f"{waiting} wait"
        for i, element in enumerate(setting.elements(first, waiting)):
            begin = setting.place((first + i) % setting.modulus)
            there = image[begin : begin + len(element)]
            assert there == element, f"{list(there)} waits instead of {list(element)}"
        if at_rest:
            assert not consumer_sleeps or waiting == 0, "the consumer sleeps while something waits"
            full = waiting == setting.capacity
            assert not producer_sleeps or full, "the producer sleeps while there is room"
            self._at_rest(image, waiting)

    @property
    def _period(self) -> int:
        return int(self.setting.period)

    def _told(self, image: bytes, word: int) -> int:
        index = int.from_bytes(image[4 * word : 4 * word + 4], "little", signed=True)
        count = int(self.setting.count(index))
        assert 0 <= count < self._period, f"index {index}"
        return count

    def _since(self, image: bytes, word: int, known: int) -> int:
        return (self._told(image, word) - known) % self._period


def explorer(
    setting: Setting,
    tracer: Tracer,
    actors: tuple[Actor, Actor],
    judge: Judge,
    names: Sequence[str],
) -> Explorer:
    producer, consumer = actors
    memory = bytearray(producer.image)
    begin = 4 * consumer.word
    memory[begin : begin + 4] = consumer.image[begin : begin + 4]
    sides = (
        Side("P", tracer, producer, setting.operations),
        Side("C", tracer, consumer, setting.operations),
    )
    return Explorer(bytes(memory), sides, judge, names, setting.whole, judge.waiting)
