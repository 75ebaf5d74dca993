"""BBQueue: every interleaving of its two ends, on the shipped source, and faults it must show.

Three ways to look, each over a menu of operations from which each end takes any, in any order:

    for ever     any number of operations: all states that there are. The consumer scrubs what it
                 releases, so that bytes read twice show, and so that there are few states. Numbers
                 that only count up are kept as far as they can matter: a grant's turn by its low
                 bit, the bytes and frames so far modulo one more than can wait. Payload moves at
                 once: the two live grants are found never to overlap, at any state; for the
                 copies of `write` and the like, see the next.
    by bytes     a few operations of each end, from several places in the ring; each byte of the
                 payload is a scheduling point.
    interrupts   one end runs each operation whole, anywhere inside the other's; larger rings.

The menu is of groups: `verbs`, the grants and the copies; `copies`, the latter alone, beside which
go `asks`, all that tells of the queue's state, checked against every moment of the call and by
what it promises, and `waits`, the two waits on the model of asyncio in `waking`.

A grant, and the commit or release that ends it, are two operations, so the other side finds it
live, and an interrupt handler may hold it from one call to the next.

Rings of more than 3 bytes are looked at with a choice of lengths. HEAPLESS_PROOF in the
environment looks further, and from 1 to 5 bytes at all lengths: minutes, and 2 gigabytes.
"""

import inspect
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from heapless_py import _bip
from host_tests import waking
from host_tests.evidence import FULL
from host_tests.interleave import (
    Counterexample,
    Edit,
    Explorer,
    Note,
    Operation,
    Record,
    Side,
    Tracer,
    load_modules,
    must_hold,
    must_show,
)

LAYOUT = "...PPpppppCcccc"
NAMES = (
    "kind capacity use write last grants start granted commit refused "
    "read reads run second release"
)
BYTES = 4 * len(LAYOUT)  # of the image before the ring
HEADER = 4  # bytes of a frame before its payload
DEAD_WORD = 0x0DEAD000  # what no operation may count on
JUNK = 0xFF  # a byte of the ring that was never committed
POLL, READABLE, WRITABLE = 3, 1, 4

Library = Any  # as it is, or edited
End = Any
Grant = Any
Run = tuple[int, int]  # where it begins and ends in the image


@dataclass(frozen=True)
class Setting:
    capacity: int
    operations: int | None = None  # of each end; None for ever
    framed: bool = False
    by_bytes: bool = False
    menu: tuple[str, ...] = ("verbs",)
    start: int = 0  # where in the ring the empty queue begins
    whole: str = ""  # "P" or "C": the end that is an interrupt handler

    @property
    def who_waits(self) -> str:
        """The letters of the ends that may wait to be woken."""
        return "PC" if "waits" in self.menu else ""

    @property
    def for_ever(self) -> bool:
        return self.operations is None

    @property
    def modulus(self) -> int:
        """The bytes, or frames, up to now are counted modulo this."""
        if not self.for_ever:
            return 15 if self.framed else 250
        return self.capacity // HEADER + 1 if self.framed else self.capacity + 1

    def lengths(self, least: int, most: int) -> list[int]:
        """Bytes of a grant, a commit, a release: all that there are, or in large rings a few."""
        if self.capacity <= (5 if FULL else 3):
            return list(range(least, most + 1))
        return sorted({least, min(most // 2 + 1, most), most})

    def data(self, count: int, length: int) -> bytes:
        """So many bytes of a stream from that one on, or the payload of that frame."""
        if self.framed:
            return bytes(16 * count + i + 1 for i in range(length))
        return bytes((count + i) % self.modulus + 1 for i in range(length))


class Actor:
    """What the four ends have in common."""

    words: slice  # of the image, its own
    turns: int  # the word that counts the grants
    dead: Sequence[int]  # words that only a live grant needs

    def __init__(
        self, setting: Setting, tracer: Tracer, end: End, library: Library, give: Any
    ) -> None:
        self.setting = setting
        self.tracer = tracer
        self.end = end
        self.library = library
        self.image: bytearray = end.image
        self.known: Any = 0  # what it has put in, or taken out
        self._words = memoryview(end.image)[:BYTES].cast("i")
        variables = inspect.getclosurevars(give).nonlocals
        self._grants: list[Grant] = [variables["first"], variables["second"]]

    @property
    def is_live(self) -> bool:
        return self._words[self.turns] & 1 == 1

    @property
    def grant(self) -> Grant:
        """The live grant."""
        return self._grants[self._words[self.turns] >> 1 & 1]

    @property
    def dead_grants(self) -> list[Grant]:
        return [grant for grant in self._grants if not self.is_live or grant is not self.grant]

    def runs(self) -> tuple[Run, ...]:
        """The memory of the live grant, with a frame's header."""
        if not self.is_live:
            return ()
        before = HEADER if self.setting.framed else 0
        places = [struct.unpack("<II", window) for window in _windows(self.grant)]
        return tuple(((at >> 8) - before, (at >> 8) + length) for at, length in places)

    def menu(self) -> list[Operation]:
        if self.is_live:
            return self.endings()
        groups = self.groups()
        return [operation for name in self.setting.menu for operation in groups[name]]

    def endings(self) -> list[Operation]:
        """What may end the live grant."""
        raise NotImplementedError

    def groups(self) -> dict[str, list[Operation]]:
        """What may come while no grant is live, by the names of the groups."""
        raise NotImplementedError

    def ask(self, name: str, call: Callable[[], Any], truth: Callable[[int], Any]) -> Operation:
        return Operation(f"{name}?", partial(self.tracer.ask, call, truth))

    def save(self) -> Any:
        if not self.is_live:
            for word in self.dead:
                self._words[word] = DEAD_WORD
        self._words[self.turns] &= 1 if self.setting.for_ever else 3
        for grant in self.dead_grants:
            for window in _windows(grant):
                assert window[4:] == bytes(4), "the view of a dead grant is not empty"
                window[:4] = bytes(4)
        windows = [bytes(window) for grant in self._grants for window in _windows(grant)]
        return bytes(self.image[self.words]), tuple(windows), self.known

    def restore(self, saved: Any) -> None:
        self.image[self.words], windows, self.known = saved
        windows = iter(windows)
        for grant in self._grants:
            for window in _windows(grant):
                window[:] = next(windows)


def _windows(grant: Grant) -> list[bytearray]:
    """The words that tell where a grant's views look."""
    return [grant.window, grant.second] if hasattr(grant, "second") else [grant.window]


def must_refuse(call: Callable[..., object], *arguments: object) -> None:
    try:
        call(*arguments)
    except ValueError:
        return
    raise AssertionError("a dead grant was accepted")


class ProducerActor(Actor):
    """`known` is what was committed; `announced`, what the operation in progress may commit."""

    words = slice(4 * 3, 4 * 10)
    turns = 5
    dead = (6, 7, 8)
    announced: Any = 0
    wanted: int = 0  # bytes of the grant that the operation in progress waits for

    @property
    def note(self) -> Note:
        wanted = self.wanted if self.tracer.is_asleep else None
        return self.known, self.announced, self.runs(), wanted

    def restore(self, saved: Any) -> None:
        super().restore(saved)
        self.announced = 0

    def wait(self, n: int) -> None:
        self.wanted = n
        grant = waking.finish(self.end.wait_grant(n))
        assert len(grant) == n

    def endings(self) -> list[Operation]:
        longest = len(self.grant)
        lengths = self.setting.lengths(0, longest)
        return [
            *(Operation(f"commit({n})", partial(self.commit, n)) for n in lengths),
            Operation("commit_on_exit, and exit", partial(self.commit, longest, on_exit=True)),
            Operation("exit", self.leave),
        ]

    def commit(self, used: int, on_exit: bool = False) -> None:
        ((_, end),) = self.runs()
        data = self.next_data(used)
        length = len(self.grant)
        self.tracer.store_bytes(end - length, data.ljust(length, bytes([JUNK])))
        for grant in self.dead_grants:
            must_refuse(grant.commit, 1)
        self.announce(used)
        grant = self.grant
        if on_exit:
            with grant:
                grant.commit_on_exit(used)
        else:
            grant.commit(used)
        self.committed(used)

    def leave(self) -> None:
        with self.grant:
            pass

    def next_data(self, length: int) -> bytes:
        raise NotImplementedError

    def announce(self, length: int) -> None:
        raise NotImplementedError

    def committed(self, length: int) -> None:
        raise NotImplementedError


class StreamProducer(ProducerActor):
    """`known` is the number of bytes."""

    def __init__(self, setting: Setting, tracer: Tracer, end: End, library: Library) -> None:
        super().__init__(setting, tracer, end, library, end.grant_exact)

    def groups(self) -> dict[str, list[Operation]]:
        end, all_of_it = self.end, self.setting.capacity
        lengths = self.setting.lengths(1, all_of_it)
        copies = [Operation(f"write of {n}", partial(self.write, n)) for n in lengths[::-2]]
        return {
            "verbs": [
                *(Operation(f"grant_exact({n})", partial(self.exact, n)) for n in lengths),
                Operation(f"grant_max({all_of_it})", partial(self.most, all_of_it)),
                *copies,
            ],
            "copies": copies,
            "asks": [
                self.ask("len", partial(len, end), int),
                self.ask("is_empty", end.is_empty, lambda n: n == 0),
                Operation("free, write", self.write_what_is_free),
                Operation("max_guaranteed_grant, grant_exact", self.exact_what_is_guaranteed),
                Operation("if not is_full, write", self.write_unless_full),
            ],
            "waits": [Operation(f"wait_grant({n})", partial(self.wait, n)) for n in lengths[1:]],
        }

    def exact(self, n: int) -> None:
        grant = self.end.grant_exact(n)
        assert grant is None or len(grant) == n

    def most(self, n: int) -> None:
        grant = self.end.grant_max(n)
        assert grant is None or 0 < len(grant) <= n

    def write(self, n: int) -> int:
        self.announce(n)
        written = int(self.end.write(self.next_data(n)))
        self.committed(written)
        return written

    def write_what_is_free(self) -> None:
        free = self.end.free()
        written = self.write(free)
        assert written == free, f"{written} written, {free} free"

    def exact_what_is_guaranteed(self) -> None:
        guaranteed = self.end.max_guaranteed_grant()
        granted = self.end.grant_exact(guaranteed)
        assert granted is not None, f"not granted: {guaranteed}"

    def write_unless_full(self) -> None:
        """As a stream it is asked in another way: both must tell it."""
        if self.end.ioctl(POLL, WRITABLE):
            assert not self.end.is_full(), "writable and full"
            assert self.write(1) == 1, "not full, and then full"

    def next_data(self, length: int) -> bytes:
        return self.setting.data(self.known, length)

    def announce(self, length: int) -> None:
        self.announced = length

    def committed(self, length: int) -> None:
        self.announced = 0
        self.known = (self.known + length) % self.setting.modulus


class FramesProducer(ProducerActor):
    """`known` is the number of frames, and the lengths of the latest of them."""

    def __init__(self, setting: Setting, tracer: Tracer, end: End, library: Library) -> None:
        super().__init__(setting, tracer, end, library, end.grant)
        self.known = 0, ()
        self.announced = ()

    def restore(self, saved: Any) -> None:
        super().restore(saved)
        self.announced = ()

    def groups(self) -> dict[str, list[Operation]]:
        end, most = self.end, self.end.max_frame
        lengths = sorted({0, 1, 5, most} & set(range(most + 1)))
        by_function = partial(self.library.write_frame, end.image)
        copies = [
            Operation(f"write_frame of {n}", partial(self.write_frame, end.write_frame, n))
            for n in lengths[::2]
        ]
        copies += [
            Operation(
                f"write_frame of {n}, function",
                partial(self.write_frame, lambda data: by_function(data, len(data)), n),
            )
            for n in lengths[1::2]
        ]
        return {
            "verbs": [
                *(Operation(f"grant({n})", partial(self.end.grant, n)) for n in lengths),
                *copies,
            ],
            "copies": copies,
            "asks": [
                self.ask("len", partial(len, end), int),
                self.ask("frames", end.frames, int),
                self.ask("is_empty", end.is_empty, lambda n: n == 0),
                Operation("if not is_full, write_frame", self.write_unless_full),
            ],
            "waits": [Operation(f"wait_grant({n})", partial(self.wait, n)) for n in (0, most)],
        }

    def write_frame(self, verb: Callable[[bytes], int], n: int) -> bool:
        self.announce(n)
        written = bool(verb(self.next_data(n)))
        if written:
            self.committed(n)
        self.announced = ()
        return written

    def write_unless_full(self) -> None:
        if not self.end.is_full():
            assert self.write_frame(self.end.write_frame, 0), "not full, and then full"

    def next_data(self, length: int) -> bytes:
        return self.setting.data(self.known[0], length)

    def announce(self, length: int) -> None:
        self.announced = (length,)

    def committed(self, length: int) -> None:
        self.announced = ()
        number, lengths = self.known
        most = self.setting.capacity // HEADER
        self.known = (number + 1) % self.setting.modulus, (*lengths, length)[-most:]


class ConsumerActor(Actor):
    """`known` is the number of bytes, or frames, that were released; None if some were dropped."""

    words = slice(4 * 10, 4 * 15)
    turns = 11
    dead = (12, 14)

    @property
    def note(self) -> Note:
        return self.known, self.runs(), self.tracer.is_asleep

    def wait(self) -> None:
        assert len(waking.finish(self.end.wait_read())) or self.setting.framed

    def see(self, data: bytes) -> None:
        """Check what was read; after a `clear`, the first byte tells how many were dropped."""
        if self.known is None and data:
            self.known = data[0] // 16 if self.setting.framed else data[0] - 1
        if self.known is None:
            return  # an empty frame, which tells nothing
        expected = self.setting.data(self.known, len(data))
        assert data == expected, f"read {list(data)} instead of {list(expected)}"

    def forward(self, count: int) -> None:
        if self.known is not None:
            self.known = (self.known + count) % self.setting.modulus

    def see_live(self) -> None:
        """Check the live grant's bytes, as late as may be."""
        before = HEADER if self.setting.framed else 0
        runs = [(begin + before, end) for begin, end in self.runs()]
        self.see(b"".join(self.tracer.load_bytes(begin, end - begin) for begin, end in runs))
        for grant in self.dead_grants:
            must_refuse(grant.release, *([] if self.setting.framed else [1]))

    def clear(self) -> None:
        self.end.clear()
        self.known = None

    def scrub(self, used: int) -> None:
        """Change in place what is about to be released."""
        for begin, end in self.runs() if self.setting.for_ever else ():
            length = min(used, end - begin)
            self.tracer.store_bytes(begin, bytes([JUNK]) * length)
            used -= length


class StreamConsumer(ConsumerActor):
    def __init__(self, setting: Setting, tracer: Tracer, end: End, library: Library) -> None:
        super().__init__(setting, tracer, end, library, end.read)

    def endings(self) -> list[Operation]:
        lengths = self.setting.lengths(0, len(self.grant))
        return [Operation(f"release({n})", partial(self.release, n)) for n in lengths]

    def groups(self) -> dict[str, list[Operation]]:
        end = self.end
        lengths = self.setting.lengths(1, self.setting.capacity)
        copies = [
            *(Operation(f"readinto of {n}", partial(self.readinto, n)) for n in lengths[::-2]),
            Operation("clear", self.clear),
        ]
        return {
            "verbs": [
                Operation("read", self.read),
                Operation("split_read", self.split_read),
                *([] if self.setting.for_ever else copies),  # they scrub nothing
            ],
            "copies": copies,
            "asks": [
                self.ask("len", partial(len, end), int),
                self.ask("any", end.any, int),
                self.ask("is_empty", end.is_empty, lambda n: n == 0),
                self.ask("poll", partial(end.ioctl, POLL, READABLE), lambda n: READABLE * (n > 0)),
                Operation("any, readinto", self.read_what_waits),
            ],
            "waits": [Operation("wait_read", self.wait)],
        }

    def read(self) -> None:
        self.end.read()

    def split_read(self) -> None:
        self.end.split_read()

    def release(self, used: int) -> None:
        self.see_live()
        self.scrub(used)
        self.grant.release(used)
        self.forward(used)

    def readinto(self, n: int) -> int:
        buffer = bytearray(n)
        done = self.end.readinto(buffer) or 0
        self.see(bytes(buffer[:done]))
        self.forward(done)
        return int(done)

    def read_what_waits(self) -> None:
        told = self.end.any()
        came = self.readinto(told)
        assert came == told, f"{came} came of {told}"


class FramesConsumer(ConsumerActor):
    def __init__(self, setting: Setting, tracer: Tracer, end: End, library: Library) -> None:
        super().__init__(setting, tracer, end, library, end.read)

    def endings(self) -> list[Operation]:
        return [Operation("release", self.release), Operation("exit", self.leave)]

    def groups(self) -> dict[str, list[Operation]]:
        end = self.end
        by_function = partial(self.library.read_frame_into, end.image)
        copies = [
            Operation("read_frame_into", partial(self.read_frame, end.read_frame_into)),
            Operation("read_frame_into, function", partial(self.read_frame, by_function)),
        ]
        if not self.setting.for_ever:
            copies.append(Operation("clear", self.clear))
        return {
            "verbs": [Operation("read", end.read), *copies],
            "copies": copies,
            "asks": [
                self.ask("len", partial(len, end), int),
                self.ask("frames", end.frames, int),
                self.ask("is_empty", end.is_empty, lambda n: n == 0),
                Operation("if not is_empty, read_frame_into", self.read_unless_empty),
            ],
            "waits": [Operation("wait_read", self.wait)],
        }

    def release(self) -> None:
        self.see_live()
        self.scrub(self.setting.capacity)
        self.grant.release()
        self.forward(1)

    def leave(self) -> None:
        with self.grant:
            pass

    def read_frame(self, verb: Callable[[bytearray], int | None]) -> bool:
        buffer = bytearray(self.end.max_frame)
        length = verb(buffer)
        if length is None or length < 0:
            return False
        self.see(bytes(buffer[:length]))
        self.forward(1)
        return True

    def read_unless_empty(self) -> None:
        if not self.end.is_empty():
            assert self.read_frame(self.end.read_frame_into), "not empty, and then empty"


class Judge:
    """What must hold at every state."""

    def __init__(self, setting: Setting, queue: Library) -> None:
        self.setting = setting
        self._queue = queue  # to try with, by turns
        self._ends = queue.split_framed() if setting.framed else queue.split()

    def waiting(self, image: bytes) -> int:
        """The bytes, or frames, that wait."""
        return int((_bip.frames_waiting if self.setting.framed else _bip.waiting)(image))

    def __call__(self, image: bytes, notes: tuple[Note, Note], at_rest: bool) -> None:
        (committed, announced, writing, wanted), (taken, reading, reader_sleeps) = notes
        _bip.check(image, self.setting.capacity)
        for begin, end in reading:
            for other_begin, other_end in writing:
                assert end <= other_begin or other_end <= begin, "the two live grants overlap"
        if self.setting.framed:
            is_empty = self._judge_frames(image, committed, announced, taken, reading, at_rest)
        else:
            is_empty = self._judge_bytes(image, committed, announced, taken, reading, at_rest)
        if at_rest:
            assert is_empty or not reader_sleeps, "the consumer sleeps while something waits"
            self._queue.image[:] = image
            if not writing:
                self._must_promise_the_truth(image, is_empty, wanted)
            if not reading:
                self._must_read(is_empty)

    def _judge_bytes(
        self,
        image: bytes,
        committed: int,
        announced: int,
        taken: int | None,
        reading: Sequence[Run],
        at_rest: bool,
    ) -> bool:
        setting = self.setting
        waiting = bytes(_bip.each_byte(image)) if at_rest else b""
        if taken is None:
            taken = (committed - len(waiting)) % setting.modulus
        elif not setting.for_ever:
            seen = taken
            for begin, end in reading:
                live = setting.data(seen, end - begin)
                assert image[begin:end] == live, "the bytes of a live read grant changed"
                seen += end - begin
            assert seen <= committed + announced, "what was not committed is read"
        expected = setting.data(taken, (committed - taken) % setting.modulus)
        assert not at_rest or waiting == expected, "what was committed is not what waits"
        return not waiting

    def _judge_frames(
        self,
        image: bytes,
        committed: tuple[int, tuple[int, ...]],
        announced: tuple[int, ...],
        taken: int | None,
        reading: Sequence[Run],
        at_rest: bool,
    ) -> bool:
        setting = self.setting
        number, lengths = committed
        if taken is None:
            if not at_rest:
                return False
            taken = (number - len(list(_bip.each_frame(image)))) % setting.modulus
        count = (number - taken) % setting.modulus
        waiting = lengths[len(lengths) - count :]
        for begin, end in reading:
            live = [*waiting, *announced][:1]
            assert [end - begin - HEADER] == live, "what is read is not the next frame"
        if at_rest:
            frames = [
                setting.data((taken + i) % setting.modulus, length)
                for i, length in enumerate(waiting)
            ]
            assert list(_bip.each_frame(image)) == frames, "what was committed is not what waits"
        return not waiting

    def _must_promise_the_truth(self, image: bytes, is_empty: bool, wanted: int | None) -> None:
        producer, capacity = self._ends[0], self.setting.capacity
        if self.setting.framed:
            lengths = range(producer.max_frame + 1)
            granted = [n for n in lengths if self._is_granted(image, producer.grant, n)]
            assert producer.is_full() == (not granted), "is_full is wrong"
            assert not is_empty or len(granted) == len(lengths), "an empty queue refuses"
        else:
            guaranteed = producer.max_guaranteed_grant()
            granted = [
                n for n in range(capacity + 1) if self._is_granted(image, producer.grant_exact, n)
            ]
            assert granted == list(range(guaranteed + 1)), "max_guaranteed_grant is wrong"
            assert not is_empty or guaranteed == capacity, "an empty queue refuses"
            free = producer.free()
            assert producer.is_full() == (free == 0), "is_full is wrong"
            assert producer.write(bytes(capacity)) == free, "free is wrong"
            self._queue.image[:] = image
        assert wanted is None or wanted not in granted, "the producer sleeps while there is room"

    def _is_granted(self, image: bytes, grant: Callable[[int], Grant], n: int) -> bool:
        granted = grant(n) is not None
        self._queue.image[:] = image
        return granted

    def _must_read(self, is_empty: bool) -> None:
        consumer = self._ends[1]
        assert consumer.is_empty() == is_empty, "is_empty is wrong"
        assert (consumer.read() is None) == is_empty, "read tells otherwise"


def explorer(setting: Setting, edits: Sequence[Edit] = ()) -> Explorer:
    tracer = Tracer(LAYOUT, setting.by_bytes)
    modules = "_bip", "_grants", "_waiting", "bbqueue"
    stand_ins = waking.stand_ins(tracer, setting.who_waits)
    library = load_modules(modules, tracer, edits, stand_ins)[-1]

    def split() -> tuple[End, End]:
        queue = library.BBQueue(setting.capacity)
        producer, consumer = queue.split_framed() if setting.framed else queue.split()
        begin_at(setting, producer, consumer)
        return producer, consumer

    make = (FramesProducer, FramesConsumer) if setting.framed else (StreamProducer, StreamConsumer)
    producer = make[0](setting, tracer, split()[0], library)
    consumer = make[1](setting, tracer, split()[1], library)
    memory = bytes(producer.image)
    sides = (
        Side("P", tracer, producer, setting.operations),
        Side("C", tracer, consumer, setting.operations),
    )
    judge = Judge(setting, library.BBQueue(setting.capacity))
    return Explorer(memory, sides, judge, NAMES.split(), setting.whole, judge.waiting)


def begin_at(setting: Setting, producer: End, consumer: End) -> None:
    """Turn the ring of an empty queue."""
    if setting.framed:
        for _ in range(setting.start // HEADER):
            producer.write_frame(b"")
            consumer.read_frame_into(bytearray())
    else:
        producer.write(bytes(setting.start))
        consumer.readinto(bytearray(setting.start))


# --- the queue as it is --------------------------------------------------------------------------


FOR_EVER = [
    *(Setting(capacity) for capacity in range(1, 6 if FULL else 5)),
    *(Setting(capacity, framed=True) for capacity in (4, 8)),
]
BY_BYTES = [
    *(Setting(1, 4, by_bytes=True, start=start) for start in (0, 1)),
    *(Setting(2, 4, by_bytes=True, start=start) for start in (1, 2)),
    *(Setting(3, 3, by_bytes=True, start=start) for start in (1, 2)),
    *(Setting(capacity, 3, by_bytes=True, start=3) for capacity in (4, 5)),
    Setting(6, 2, by_bytes=True, start=5),
    *(Setting(8, 3, framed=True, by_bytes=True, start=start) for start in (0, 4, 8)),
    *(Setting(12, 2, framed=True, by_bytes=True, start=start) for start in (4, 8)),
    *(Setting(16, 2, framed=True, by_bytes=True, start=start) for start in (8, 12)),
]
INTERRUPTS = [
    setting
    for whole in ("P", "C")
    for setting in (
        Setting(5, 3, start=4, whole=whole),
        Setting(8, 3, start=6, whole=whole),
        Setting(16, 3, framed=True, start=8, whole=whole),
    )
]
if FULL:
    BY_BYTES += [
        *(Setting(3, 4, by_bytes=True, start=start) for start in range(4)),
        *(Setting(capacity, 3, by_bytes=True, start=3) for capacity in (6, 7)),
        *(Setting(4, 3, by_bytes=True, start=start) for start in range(5)),
        *(Setting(5, 3, by_bytes=True, start=start) for start in range(6)),
        *(Setting(12, 3, framed=True, by_bytes=True, start=start) for start in range(0, 13, 4)),
        *(Setting(16, 3, framed=True, by_bytes=True, start=start) for start in range(0, 17, 4)),
    ]
    INTERRUPTS += [
        setting
        for whole in ("P", "C")
        for setting in (
            *(Setting(8, 4, start=start, whole=whole) for start in (0, 3, 6)),
            *(Setting(16, 4, framed=True, start=start, whole=whole) for start in (0, 8, 12)),
        )
    ]


ASKING = "copies", "asks"
WAITING = "copies", "waits"
ASKS = [
    Setting(1, menu=ASKING),
    *(Setting(capacity, 2, menu=ASKING, start=capacity - 1) for capacity in (2, 3, 4, 6)),
    Setting(4, framed=True, menu=ASKING),
    Setting(8, 2, framed=True, menu=ASKING),
    Setting(8, 2, framed=True, menu=ASKING, start=4),
]
WAITS = [
    *(Setting(capacity, 2, menu=WAITING, start=1) for capacity in (1, 2, 3)),
    *(Setting(8, 2, framed=True, menu=WAITING, start=start) for start in (0, 4)),
]
if FULL:
    ASKS += [
        *(Setting(capacity, 3, menu=ASKING, start=1) for capacity in (2, 3)),
        *(
            Setting(capacity, 3, menu=ASKING, start=start)
            for capacity in (4, 6)
            for start in (0, 3)
        ),
        *(Setting(12, 3, framed=True, menu=ASKING, start=start) for start in (0, 8)),
    ]
    WAITS += [
        Setting(1, menu=WAITING),
        Setting(2, 3, menu=WAITING, start=1),
        Setting(4, framed=True, menu=WAITING),
        *(Setting(capacity, 2, menu=WAITING, start=3) for capacity in (4, 5, 6)),
        *(Setting(12, 2, framed=True, menu=WAITING, start=start) for start in (0, 8)),
    ]


@pytest.mark.proof("interleavings")
@pytest.mark.parametrize("setting", FOR_EVER + BY_BYTES + INTERRUPTS + ASKS + WAITS, ids=str)
def test_no_interleaving_is_wrong(setting: Setting, record_property: Record) -> None:
    must_hold(explorer(setting), record_property)


# --- faults that must show -----------------------------------------------------------------------

STREAMS = [Setting(capacity) for capacity in range(1, 5)]
INTO_BUFFERS = [Setting(capacity, 4, by_bytes=True) for capacity in range(1, 4)]
FRAMES = [Setting(capacity, framed=True) for capacity in (4, 8)]

_WRITE_THEN_LAST = "write = p[_WRITE]\n{}last = p[_LAST]"
_LAST_THEN_WRITE = "last = p[_LAST]\n{}write = p[_WRITE]"


def bip(behind: str, old: str, new: str) -> Edit:
    return Edit("_bip", f"def {behind}(", old, new)


def loads_swapped(function: str, indent: int) -> Edit:
    spaces = " " * indent
    return bip(function, _WRITE_THEN_LAST.format(spaces), _LAST_THEN_WRITE.format(spaces))


LAP = "(write & 1 ^ 1)"
WRITER, READER = "quick_frame_writer", "quick_frame_reader"  # the methods for whole frames
ASKED = [Setting(capacity, 3, menu=ASKING) for capacity in (1, 2, 3)]
ASKED_FRAMES = [Setting(8, 3, framed=True, menu=ASKING, start=4)]
WAITED = [Setting(capacity, 3, menu=WAITING, start=1) for capacity in (1, 2)]
WAITED_FRAMES = [Setting(8, 3, framed=True, menu=WAITING)]


def end(behind: str, old: str, new: str) -> Edit:
    return Edit("bbqueue", behind, old, new)


GUARANTEED = "max(_bip.room_behind(self.image), _bip.room_at_zero(self.image))"

# What is wrong: the change, and where to look for it, the smallest ring first.
MUTANTS: dict[str, tuple[Edit, Sequence[Setting]]] = {
    "commit stores last after write": (
        bip(
            "commit",
            "p[_LAST] = write >> 1\n",
            "p[_WRITE] = size << 1 | (write & 1 ^ 1); p[_LAST] = write >> 1\n",
        ),
        STREAMS,
    ),
    "write stores last after write": (
        bip(
            "write_bytes",
            "p[_LAST] = (write >> 1) + first\n",
            "p[_WRITE] = second << 1 | (write & 1 ^ 1); p[_LAST] = (write >> 1) + first\n",
        ),
        STREAMS,
    ),
    "write publishes before it copies": (
        bip("write_bytes", "    copy(", "    p[_WRITE] = write + (first << 1)\n    copy("),
        STREAMS,
    ),
    "read loads last before write": (loads_swapped("read", 8), STREAMS),
    "release loads last before write": (loads_swapped("release", 8), STREAMS),
    "split_read loads last before write": (loads_swapped("add_second_run", 4), STREAMS),
    "readinto loads last before write": (
        loads_swapped("read_bytes", 4),
        [Setting(4, 4, by_bytes=True)],
    ),
    "a grant wraps a byte too far": (
        bip("grant", "needed > read >> 1", "needed > (read >> 1) + 1"),
        STREAMS,
    ),
    "a grant never wraps to all of an empty queue": (
        bip("grant", "write != read and ", ""),
        STREAMS,
    ),
    "a grant wraps while bytes wait": (
        bip("grant", "(write != read and ", "(False and "),
        STREAMS,
    ),
    "a grant runs over what waits": (bip("grant", "end = read >> 1", "pass"), STREAMS),
    "commit flips no lap": (bip("commit", LAP, "(write & 1)"), STREAMS),
    "write flips no lap": (bip("write_bytes", LAP, "(write & 1)"), STREAMS),
    "a dead write grant is accepted": (
        bip("commit", "(p[_GRANTS] & 3 | p[_USE] << 2) ^ own[_TURN]", "p[_GRANTS] & 1 == 0"),
        STREAMS,
    ),
    "a dead read grant is accepted": (
        bip("release", "(p[_READS] & 3 | p[_USE] << 2) ^ own[_TURN]", "p[_READS] & 1 == 0"),
        STREAMS,
    ),
    "release gives back a byte too many": (
        bip("release", "read + (size << 1)", "read + (size + 1 << 1)"),
        STREAMS,
    ),
    "release forgets the wrap": (bip("release", "read = write & 1", "pass"), STREAMS),
    "read releases what it grants": (
        bip("read", "turn = p[_READS] + 1", "turn = p[_READS] + 1; p[_READ] = read + (run << 1)"),
        STREAMS,
    ),
    "readinto releases before it copies": (
        bip("read_bytes", "    copy(", "    p[_READ] = read + (first << 1)\n    copy("),
        INTO_BUFFERS,
    ),
    "the consumer stores a word of the producer's": (
        bip("release", "p[_READS] += 1", "p[_READS] += 1; p[_LAST] = 0"),
        STREAMS,
    ),
    "commit of a frame stores last after write": (
        bip(
            "commit",
            "p[_LAST] = write >> 1\n",
            "p[_WRITE] = size << 1 | (write & 1 ^ 1); p[_LAST] = write >> 1\n",
        ),
        FRAMES,
    ),
    "write_frame, the function, stores last after write": (
        bip(
            "write_frame",
            "        p[_LAST] = start\n",
            "        p[_WRITE] = needed << 1 | (write & 1 ^ 1); p[_LAST] = start\n",
        ),
        FRAMES,
    ),
    "write_frame, the function, publishes before it copies": (
        bip("write_frame", "    image[0] = size", "    p[_WRITE] = after\n    image[0] = size"),
        FRAMES,
    ),
    "write_frame, the function, publishes before its payload": (
        bip("write_frame", "    image[0] = size", "    image[0] = size\n    p[_WRITE] = after"),
        FRAMES,
    ),
    "write_frame, the function, flips no lap": (bip("write_frame", LAP, "(write & 1)"), FRAMES),
    "write_frame, the function, wraps too far": (
        bip("write_frame", "needed > read >> 1", "needed > (read >> 1) + 4"),
        FRAMES,
    ),
    "write_frame stores last after write": (
        bip(
            WRITER,
            "            p[_LAST] = start\n",
            "            p[_WRITE] = needed << 1 | (write & 1 ^ 1); p[_LAST] = start\n",
        ),
        FRAMES,
    ),
    "write_frame publishes before it copies": (
        bip(WRITER, "    place[0] = size", "    p[_WRITE] = after\n        place[0] = size"),
        FRAMES,
    ),
    "write_frame publishes before its payload": (
        bip(WRITER, "    place[0] = size", "    place[0] = size\n        p[_WRITE] = after"),
        FRAMES,
    ),
    "write_frame flips no lap": (bip(WRITER, LAP, "(write & 1)"), FRAMES),
    "write_frame wraps too far": (
        bip(WRITER, "needed > read >> 1", "needed > (read >> 1) + 4"),
        FRAMES,
    ),
    "read_frame_into, the function, loads last before write": (
        loads_swapped("read_frame_into", 4),
        FRAMES,
    ),
    "read_frame_into, the function, releases before it copies": (
        bip(
            "read_frame_into",
            "    length = size",
            "    length = size; p[_READ] = read + ((_HEADER + (length + 3 & -4)) << 1)",
        ),
        FRAMES,
    ),
    "read_frame_into loads last before write": (loads_swapped(READER, 8), FRAMES),
    "read_frame_into releases before it copies": (
        bip(
            READER,
            "        place = ptr32(int(place) + _HEADER)",
            "        p[_READ] = read\n        place = ptr32(int(place) + _HEADER)",
        ),
        FRAMES,
    ),
    "read of a frame does not store that it wrapped": (
        bip("read", "                p[_READ] = read\n", ""),
        FRAMES,
    ),
    "len loads last before write": (loads_swapped("waiting", 4), [Setting(3, 4, menu=ASKING)]),
    "frames loads last before write": (
        loads_swapped("frames_waiting", 4),
        [Setting(8, 4, framed=True, menu=ASKING)],
    ),
    "len forgets what is after the wrap": (bip("waiting", "+ (write >> 1)", "+ 0"), ASKED),
    "free tells of a byte more": (bip("room", "free += read >> 1", "free += 1"), ASKED),
    "free tells of the begin of the ring while that waits": (
        bip("room", "if (write ^ read) & 1 == 0:", "if True:"),
        ASKED,
    ),
    "max_guaranteed_grant tells of two pieces as of one": (
        end("def max_guaranteed_grant", GUARANTEED, GUARANTEED.replace("max(", "sum((") + ")"),
        ASKED,
    ),
    "is_empty says so of a full queue": (
        bip("is_empty", "p[_WRITE] == p[_READ]", "p[_WRITE] >> 1 == p[_READ] >> 1"),
        ASKED,
    ),
    "is_empty knows of a wrap before it is published": (
        bip("is_empty", "p[_WRITE] == p[_READ]", "p[_WRITE] == p[_READ] and p[_LAST] == 0"),
        ASKED,
    ),
    "is_full looks before the wrap only": (
        bip("room", "free += read >> 1", "pass"),
        ASKED,
    ),
    "is_full of frames looks for more than an empty one": (
        end("not self._fits(0)", "self._fits(0)", "self._fits(1)"),
        ASKED_FRAMES,
    ),
    "the consumer is woken before the bytes are published": (waking.TELLS_FIRST, WAITED),
    "the consumer of frames is woken before they are published": (
        waking.TELLS_FIRST,
        WAITED_FRAMES,
    ),
    "who waits looks first, and watches then": (waking.LOOKS_FIRST, WAITED),
    "who waits for frames looks first, and watches then": (waking.LOOKS_FIRST, WAITED_FRAMES),
    "wait_read watches another word": (
        end("async def wait_read", "_bip.WRITE", "_bip.WRITE + 1"),
        WAITED,
    ),
    "wait_grant watches another word": (
        end("class Producer", "self.image, _bip.READ", "self.image, _bip.WRITE"),
        WAITED,
    ),
    "wait_grant waits for a byte more": (
        end("class Producer", "max_guaranteed_grant() >= n", "max_guaranteed_grant() > n"),
        WAITED,
    ),
    "wait_grant of a frame waits for a word more": (
        end("class FramedProducer", "self._fits(n)", "self._fits(n + 4)"),
        WAITED_FRAMES,
    ),
    "wait_read sleeps over a full queue": (
        bip("is_empty", "p[_WRITE] == p[_READ]", "p[_WRITE] >> 1 == p[_READ] >> 1"),
        WAITED,
    ),
}


@pytest.mark.proof("interleavings")
@pytest.mark.parametrize("name", MUTANTS)
def test_a_fault_shows(name: str, record_property: Record) -> None:
    edit, settings = MUTANTS[name]
    explorers = (explorer(setting, [edit]) for setting in settings)
    must_show(f"BBQueue: {name}", explorers, record_property)


@pytest.mark.proof("interleavings")
@pytest.mark.parametrize("capacity", [4, 5, 6])
@pytest.mark.parametrize(
    "name", ["commit stores last after write", "read loads last before write"]
)
def test_an_order_that_carries_the_proof_shows(
    name: str, capacity: int, record_property: Record
) -> None:
    explorers = [explorer(Setting(capacity), [MUTANTS[name][0]])]
    must_show(f"BBQueue of {capacity} bytes: {name}", explorers, record_property)


def test_a_counterexample_is_a_schedule() -> None:
    edit, _ = MUTANTS["write publishes before it copies"]
    with pytest.raises(Counterexample) as raised:
        explorer(Setting(1), [edit]).explore()
    lines = str(raised.value).splitlines()
    assert lines[0] == "producer: write of 1"
    assert "producer:     stores write = 2" in lines
    assert "consumer:     loads byte 0 = 0" in lines
    assert "\n=> the consumer: " in str(raised.value)
    assert "read [0] instead of [1]" in str(raised.value)
