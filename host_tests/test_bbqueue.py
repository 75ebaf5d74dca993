"""BBQueue's stream against a plain oracle, and each of its promises by name."""

from array import array
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from heapless_py import Full
from heapless_py.bbqueue import BBQueue

Queue = Any  # wrong uses are tested as well
End = Any
Grant = Any

HEADER = BBQueue.size_of(4) - 4  # bytes of an image before the ring


class Trouble(Exception):
    """What ends a `with` block early."""


class Ring:
    """Where each byte that waits must lie: a cell for each, and where the next one goes.

    A byte of None may be anything.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.at = 0
        self.cells: deque[tuple[int, int | None]] = deque()

    def free_from(self, start: int) -> int:
        """Places in one piece from `start` on in which nothing waits."""
        taken = {place for place, _ in self.cells}
        end = start
        while end < self.capacity and end not in taken:
            end += 1
        return end - start

    def place(self, size: int) -> int | None:
        """Where a grant of `size` bytes must be, if there must be one."""
        for start in (self.at, 0):
            if size <= self.free_from(start):
                return start
        return None

    def max_grant(self) -> int:
        return max(self.free_from(self.at), self.free_from(0))

    def free(self) -> int:
        """What can be put in two pieces."""
        if not self.cells:
            return self.capacity
        return self.free_from(self.at) + self.free_from(0)

    def put(self, start: int, data: "bytes | list[int | None]") -> None:
        if data:
            self.cells.extend(enumerate(data, start))
            self.at = start + len(data)

    def run(self) -> int:
        """How many of the first cells lie side by side."""
        count = 0
        for place, _ in self.cells:
            if place != self.cells[0][0] + count:
                break
            count += 1
        return count

    def waiting(self) -> list[int | None]:
        return [byte for _, byte in self.cells]

    def take(self, count: int) -> list[int | None]:
        return [self.cells.popleft()[1] for _ in range(count)]

    def check(self, image: bytes) -> None:
        for place, byte in self.cells:
            assert byte is None or image[HEADER + place] == byte, (place, byte)


def memory_for(kind: str, size: int) -> tuple[Any, list[memoryview]]:
    """What a user may give as `buffer=`, and what of it the queue may not touch."""
    around = bytearray(b"\xa5" * (size + 12))
    if kind == "bytearray":
        return around, [memoryview(around)[size:]]
    if kind == "memoryview":
        return memoryview(around)[4:], [memoryview(around)[:4], memoryview(around)[4 + size :]]
    if kind == "array":
        words = array("I", bytes(around))
        return words, [memoryview(words).cast("B")[size:]]
    return None, []


MEMORIES = st.sampled_from(["none", "none", "bytearray", "memoryview", "array"])


@contextmanager
def unchanged(queue: Queue) -> Iterator[None]:
    before = bytes(queue.image)
    yield
    assert bytes(queue.image) == before


@contextmanager
def refused(
    queue: Queue, complaint: str, error: type[Exception] | tuple[type[Exception], ...] = ValueError
) -> Iterator[None]:
    """It raises, says why, and leaves every byte of the image alone."""
    with unchanged(queue), pytest.raises(error, match=complaint):
        yield


@contextmanager
def tried(queue: Queue) -> Iterator[None]:
    """What happens inside is taken back: only grants that are dead now may be used in it."""
    before = bytes(queue.image)
    yield
    queue.image[:] = before


def assert_dead(queue: Queue, grant: Grant) -> None:
    verb = "commit" if hasattr(grant, "commit") else "release"
    arguments: tuple[int, ...] = () if type(grant).__name__ == "Frame" else (1,)
    for name in (verb, f"{verb}_on_exit"):
        with refused(queue, f"{name}: this grant is dead"):
            getattr(grant, name)(*arguments)
    with unchanged(queue):
        assert len(grant) == len(grant.view) == 0
        with pytest.raises(IndexError):
            grant[0]
        if verb == "commit":
            with pytest.raises(IndexError):
                grant[0] = 1
        else:
            grant.end()
        with grant:
            pass
    assert "empty or dead" in repr(grant)


class Bench(RuleBasedStateMachine):
    """What the machines for streams and for frames share: the grants that are live, or were."""

    queue: Queue
    ring: Ring

    def construct_queue(self, capacity: int, kind: str) -> None:
        buffer, self.guards = memory_for(kind, BBQueue.size_of(capacity))
        self.queue = BBQueue(capacity, buffer)
        self.ring = Ring(capacity)
        self.writing: Grant = None  # the live grant
        self.reading: Grant = None
        self.start = 0  # where it lies, and how many bytes it has
        self.size = 0
        self.given_writes: list[Grant] = []  # the grants there ever were, each once
        self.given_reads: list[Grant] = []
        self.last_write: Grant = None
        self.last_read: Grant = None
        self.count = 0

    def fresh(self, size: int) -> bytes:
        """Bytes that tell themselves apart."""
        self.count += size
        return bytes((self.count - size + i) % 251 for i in range(size))

    def begin_write(self, grant: Grant, start: int, size: int, header: int) -> None:
        assert grant is not self.last_write
        assert len(grant) == len(grant.view) == size
        assert isinstance(grant.view, memoryview)
        # All of it may be written, and it lies where it should.
        noise = self.fresh(size)
        grant.view[:] = noise
        begin = HEADER + start + header
        assert bytes(self.queue.image)[begin : begin + size] == noise
        self.writing = self.last_write = grant
        self.start, self.size = start, size
        if not any(each is grant for each in self.given_writes):
            self.given_writes.append(grant)

    def begin_read(self, grant: Grant) -> None:
        assert grant is not self.last_read
        self.reading = self.last_read = grant
        if not any(each is grant for each in self.given_reads):
            self.given_reads.append(grant)

    def is_writing(self) -> bool:
        return self.writing is not None

    def is_reading(self) -> bool:
        return self.reading is not None

    @precondition(lambda self: self.given_writes or self.given_reads)
    @rule()
    def use_dead_grants(self) -> None:
        for grant in self.given_writes:
            if grant is not self.writing:
                assert_dead(self.queue, grant)
        for grant in self.given_reads:
            if grant is not self.reading:
                assert_dead(self.queue, grant)

    @rule()
    def refuse_the_split_queue(self) -> None:
        queue = self.queue
        for use in (queue.split, queue.clear, queue.is_full, queue.__len__, queue.__iter__):
            with refused(queue, "is split: use its Producer and its Consumer"):
                use()

    @invariant()
    def is_in_order(self) -> None:
        self.queue._check()
        self.ring.check(bytes(self.queue.image))
        assert all(set(guard) <= {0xA5} for guard in self.guards)


class StreamMachine(Bench):
    """Every verb of the ends of a stream, in any order."""

    @initialize(
        capacity=st.integers(1, 40),
        kind=MEMORIES,
        position=st.integers(0, 40),
        waiting=st.integers(0, 40),
    )
    def construct(self, capacity: int, kind: str, position: int, waiting: int) -> None:
        self.construct_queue(capacity, kind)
        self.producer, self.consumer = self.queue.split()
        self.write(position, bytes)
        self.readinto(position, False)
        self.write(waiting, bytes)

    # --- the producer

    @precondition(lambda self: not self.is_writing())
    @rule(size=st.integers(0, 41))
    def grant_exact(self, size: int) -> None:
        size %= self.ring.capacity + 2
        if size > self.ring.capacity:
            with refused(self.queue, f"{size} bytes is outside of 0 to {self.ring.capacity}"):
                self.producer.grant_exact(size)
            return
        start = self.ring.place(size)
        if start is None:
            with unchanged(self.queue):
                assert self.producer.grant_exact(size) is None
        else:
            self.begin_write(self.producer.grant_exact(size), start, size, header=0)

    @precondition(lambda self: not self.is_writing())
    @rule(size=st.integers(0, 45))
    def grant_max(self, size: int) -> None:
        size %= self.ring.capacity + 3
        behind = self.ring.free_from(self.ring.at)
        start = self.ring.at
        if size > behind:
            if not self.ring.cells:
                size, start = min(size, self.ring.capacity), 0
            elif behind:
                size = behind
            else:
                size, start = min(size, self.ring.free_from(0)), 0
        grant = self.producer.grant_max(size)
        if size:
            self.begin_write(grant, start, size, header=0)
        else:
            assert grant is None
            self.last_write = None

    @precondition(Bench.is_writing)
    @rule(verb=st.sampled_from(["grant_exact", "grant_max"]), size=st.integers(0, 45))
    def refuse_a_second_write_grant(self, verb: str, size: int) -> None:
        with refused(self.queue, "a grant is live"):
            getattr(self.producer, verb)(size)
        with refused(self.queue, "a grant is live"):
            self.producer.write(bytes(size))
        with refused(self.queue, "a grant is live"):
            self.queue.release(self.producer, self.consumer)

    def end_write(self, used: int, end: Callable[[], object]) -> None:
        data = self.fresh(self.size)
        self.writing.view[:] = data
        if self.size:
            self.writing[self.size - 1] = data[-1]
            assert self.writing[0] == data[0]
        before = bytes(self.queue.image)
        end()
        assert bytes(self.queue.image)[HEADER:] == before[HEADER:]
        self.ring.put(self.start, data[: min(used, self.size)])
        assert_dead(self.queue, self.writing)
        self.writing = None

    @precondition(Bench.is_writing)
    @rule(used=st.integers(0, 45))
    def commit(self, used: int) -> None:
        used %= self.size + 3
        self.end_write(used, lambda: self.writing.commit(used))

    @precondition(Bench.is_writing)
    @rule(everything=st.booleans())
    def commit_all_or_nothing(self, everything: bool) -> None:
        used = self.size if everything else 0
        self.end_write(used, lambda: self.writing.commit(used))

    @precondition(Bench.is_writing)
    @rule(verb=st.sampled_from(["commit", "commit_on_exit"]), used=st.integers(-45, -1))
    def refuse_a_negative_commit(self, verb: str, used: int) -> None:
        with refused(self.queue, f"commit of {used} bytes: a number of bytes is 0 or more"):
            getattr(self.writing, verb)(used)

    @precondition(Bench.is_writing)
    @rule(
        planned=st.none() | st.integers(0, 45),
        committed=st.none() | st.integers(0, 45),
        fails=st.booleans(),
    )
    def leave_a_write_block(self, planned: int | None, committed: int | None, fails: bool) -> None:
        def block() -> None:
            with self.writing as grant:
                assert grant is self.writing
                if planned is not None:
                    grant.commit_on_exit(planned)
                if committed is not None:
                    grant.commit(committed)
                if fails:
                    raise Trouble

        used = committed if committed is not None else 0 if fails else planned or 0
        self.end_write(used, lambda: run_block(block, fails))

    @precondition(lambda self: not self.is_writing())
    @rule(size=st.integers(0, 45), form=st.sampled_from([bytes, bytearray, memoryview]))
    def write(self, size: int, form: Any) -> None:
        size %= self.ring.capacity + 3
        data = self.fresh(size)
        first = min(size, self.ring.free_from(self.ring.at))
        taken = min(size, self.ring.free())
        assert self.producer.write(form(data)) == taken
        self.ring.put(self.ring.at, data[:first])
        self.ring.put(0, data[first:taken])

    # --- the consumer

    @precondition(lambda self: not self.is_reading())
    @rule(verb=st.sampled_from(["read", "split_read"]))
    def read(self, verb: str) -> None:
        with unchanged(self.queue) if not self.ring.cells else unlimited():
            grant = getattr(self.consumer, verb)()
        if not self.ring.cells:
            assert grant is None
            return
        self.begin_read(grant)
        run = self.ring.run()
        waiting = self.ring.waiting()
        assert list(grant.view) == waiting[:run]
        second = waiting[run:] if verb == "split_read" else []
        assert [list(view) for view in grant.views] == [waiting[:run], second]
        assert len(grant) == run + len(second)
        self.size_of_read = len(grant)
        assert grant[run - 1] == waiting[run - 1]

    @precondition(Bench.is_reading)
    @rule()
    def refuse_a_second_read_grant(self) -> None:
        consumer = self.consumer
        for verb in (consumer.read, consumer.split_read, consumer.clear):
            with refused(self.queue, "a read grant is live"):
                verb()
        with refused(self.queue, "a read grant is live"):
            consumer.readinto(bytearray(3))
        with refused(self.queue, "a grant is live"):
            self.queue.release(self.producer, consumer)

    def end_read(self, used: int, end: Callable[[], object]) -> None:
        before = bytes(self.queue.image)
        end()
        assert bytes(self.queue.image)[HEADER:] == before[HEADER:]
        self.ring.take(min(used, self.size_of_read))
        assert_dead(self.queue, self.reading)
        assert [len(view) for view in self.reading.views] == [0, 0]
        self.reading = None

    @precondition(Bench.is_reading)
    @rule(used=st.integers(0, 45))
    def release(self, used: int) -> None:
        used %= self.size_of_read + 3
        self.end_read(used, lambda: self.reading.release(used))

    @precondition(Bench.is_reading)
    @rule(by=st.sampled_from(["release", "end"]))
    def release_all(self, by: str) -> None:
        if by == "end":
            self.end_read(self.size_of_read, self.reading.end)
        else:
            self.end_read(self.size_of_read, lambda: self.reading.release(self.size_of_read))

    @precondition(Bench.is_reading)
    @rule(verb=st.sampled_from(["release", "release_on_exit"]), used=st.integers(-45, -1))
    def refuse_a_negative_release(self, verb: str, used: int) -> None:
        with refused(self.queue, f"release of {used} bytes: a number of bytes is 0 or more"):
            getattr(self.reading, verb)(used)

    @precondition(Bench.is_reading)
    @rule(
        planned=st.none() | st.integers(0, 45),
        released=st.none() | st.integers(0, 45),
        fails=st.booleans(),
    )
    def leave_a_read_block(self, planned: int | None, released: int | None, fails: bool) -> None:
        def block() -> None:
            with self.reading as grant:
                assert grant is self.reading
                if planned is not None:
                    grant.release_on_exit(planned)
                if released is not None:
                    grant.release(released)
                if fails:
                    raise Trouble

        used = released if released is not None else 0 if fails else planned or 0
        self.end_read(used, lambda: run_block(block, fails))

    @precondition(lambda self: not self.is_reading())
    @rule(size=st.integers(0, 45), as_view=st.booleans())
    def readinto(self, size: int, as_view: bool) -> None:
        size %= self.ring.capacity + 3
        target = bytearray(b"\xa5" * size)
        count = min(size, len(self.ring.cells))
        given = self.consumer.readinto(memoryview(target) if as_view else target)
        assert given == (None if size and not count else count)
        assert list(target) == self.ring.take(count) + [0xA5] * (size - count)

    @precondition(lambda self: not self.is_reading())
    @rule()
    def clear(self) -> None:
        self.consumer.clear()
        self.ring.cells.clear()

    @precondition(lambda self: not self.is_reading())
    @rule(part=st.none() | st.integers(1, 10), stop=st.none() | st.integers(1, 4))
    def iterate(self, part: int | None, stop: int | None) -> None:
        """Release `part` of each grant in the loop, or leave it to the loop; stop in the midst."""
        for turn, grant in enumerate(self.consumer, 1):
            self.begin_read(grant)
            run = self.ring.run()
            assert list(grant.view) == self.ring.waiting()[:run]
            if turn == stop:
                self.size_of_read = run
                return
            if part is not None:
                grant.release(part)
                self.ring.take(min(part, run))
            else:
                self.ring.take(run)
            self.reading = None
        assert not self.ring.cells

    # --- the queue

    @precondition(lambda self: not self.is_writing() and not self.is_reading())
    @rule(clear=st.booleans(), frame_between=st.booleans())
    def release_the_ends_and_split_again(self, clear: bool, frame_between: bool) -> None:
        queue, ring = self.queue, self.ring
        ends = self.producer, self.consumer
        queue.release(*ends)
        for verb in (
            lambda: self.producer.grant_exact(0),
            lambda: self.producer.grant_max(1),
            lambda: self.producer.write(b"1"),
            self.consumer.read,
            self.consumer.split_read,
            lambda: self.consumer.readinto(bytearray(1)),
            lambda: list(self.consumer),
        ):
            with refused(queue, "ends of a stream, and the BBQueue is split into no ends"):
                verb()
        with refused(queue, "not split"):
            queue.release(*ends)
        with unchanged(queue):
            assert list(queue) == ring.waiting()
            assert queue == ring.waiting()
            assert queue != [*ring.waiting(), 0]
            assert len(queue) == len(ring.cells)
            assert bool(queue) is bool(ring.cells)
            assert queue.is_empty() is not bool(ring.cells)
            assert queue.is_full() is (ring.free() == 0)
        if clear:
            queue.clear()
            ring.cells.clear()
        if ring.cells and ring.capacity >= 4:
            with refused(queue, "bytes of a stream wait"):
                queue.split_framed()
        elif frame_between and ring.capacity >= 4:
            framed = queue.split_framed()
            assert framed[0].write_frame(b"")
            assert framed[1].read_frame_into(bytearray(0)) == 0
            queue.release(*framed)
        if not ring.cells:
            ring.at = 0  # an empty queue begins anew
        self.producer, self.consumer = queue.split()

    @invariant()
    def tells_the_truth(self) -> None:
        ring, producer, consumer = self.ring, self.producer, self.consumer
        with unchanged(self.queue):
            count = len(ring.cells)
            assert len(producer) == len(consumer) == consumer.any() == count
            assert producer.is_empty() is consumer.is_empty() is (count == 0)
            assert producer.free() == ring.free()
            assert producer.is_full() is (ring.free() == 0)
            assert producer.capacity == consumer.capacity == ring.capacity
            assert producer.ioctl(3, 0xFF) == (4 if ring.free() else 0)
            assert consumer.ioctl(3, 0xFF) == (1 if count else 0)
            most = producer.max_guaranteed_grant()
            assert most == ring.max_grant()

    @invariant()
    def grants_exactly_what_it_guarantees(self) -> None:
        if self.is_writing():
            return
        most = self.producer.max_guaranteed_grant()
        with tried(self.queue):
            grant = self.producer.grant_exact(most)
            assert len(grant) == most
            grant.commit(0)
        if most < self.ring.capacity:
            with unchanged(self.queue):
                assert self.producer.grant_exact(most + 1) is None

    @invariant()
    def gives_what_waits(self) -> None:
        if self.is_reading():
            return
        target = bytearray(41)
        with tried(self.queue):
            count = self.consumer.readinto(target) or 0
        assert list(target[:count]) == self.ring.waiting()


@contextmanager
def unlimited() -> Iterator[None]:
    yield


def run_block(block: Callable[[], None], fails: bool) -> None:
    if fails:
        with pytest.raises(Trouble):
            block()
    else:
        block()


TestStream = StreamMachine.TestCase
TestStream.settings = settings(max_examples=100, stateful_step_count=50, deadline=None)


# --- construction -----------------------------------------------------------------------------


def ends_of(capacity: int, position: int = 0, waiting: bytes = b"") -> tuple[Queue, End, End]:
    """A split queue in which `waiting` waits, from `position` on."""
    queue: Queue = BBQueue(capacity)
    producer, consumer = queue.split()
    if position:
        producer.grant_exact(position).commit(position)
        consumer.read().release(position)
    assert producer.write(waiting) == len(waiting)
    return queue, producer, consumer


def drained(consumer: End) -> bytes:
    target = bytearray(max(1, len(consumer)))
    return bytes(target[: consumer.readinto(target) or 0])


@pytest.mark.parametrize("capacity", [1, 2, 3, 4, 5, 100, 70_001])
def test_size_of_is_the_bytes_of_the_image(capacity: int) -> None:
    size = BBQueue.size_of(capacity)
    assert size == len(BBQueue(capacity).image)
    assert size % 4 == 0
    assert 0 <= size - HEADER - capacity < 4


@pytest.mark.parametrize("capacity", [0, -1, -(1 << 40), 1 << 24, 1 << 32])
def test_a_bad_capacity_is_named_with_its_limits(capacity: int) -> None:
    largest = (1 << 24) - 1 - HEADER - 3
    with pytest.raises(ValueError, match=f"capacity {capacity} is outside of 1 to {largest}"):
        BBQueue(capacity)


@pytest.mark.parametrize("capacity", [None, "3", 3.0, True])
def test_a_capacity_that_is_no_int_is_named(capacity: Any) -> None:
    with pytest.raises(TypeError, match=f"a capacity is an int, not {capacity!r}"):
        BBQueue(capacity)


def test_the_largest_capacity_is_granted_whole() -> None:
    largest = (1 << 24) - 1 - HEADER - 3
    with pytest.raises(ValueError, match=f"1 to {largest}$"):
        BBQueue(largest + 1)
    _, producer, consumer = ends_of(largest)
    grant = producer.grant_exact(largest)
    grant.view[-1] = 0xEE
    grant.commit(largest)
    assert consumer.read().view[largest - 1] == 0xEE


@pytest.mark.parametrize("kind", ["bytearray", "memoryview", "array"])
def test_the_queue_is_in_the_callers_memory_and_touches_no_more_of_it(kind: str) -> None:
    memory, guards = memory_for(kind, BBQueue.size_of(6))
    queue = BBQueue(6, memory)
    producer, _ = queue.split()
    assert producer.write(b"abcdefg") == 6
    assert bytes(memoryview(memory).cast("B"))[HEADER:][:6] == b"abcdef"
    assert all(set(guard) == {0xA5} for guard in guards)


def test_memory_that_is_too_short_is_refused_with_the_size() -> None:
    size = BBQueue.size_of(6)
    memory = bytearray(b"x" * (size - 1))
    with pytest.raises(ValueError, match=f"shorter than the {size} bytes"):
        BBQueue(6, memory)
    assert memory == b"x" * (size - 1)


@pytest.mark.parametrize("memory", [bytes(99), memoryview(bytes(99)), "x" * 99, 99])
def test_memory_that_is_not_writable_is_refused(memory: Any) -> None:
    with pytest.raises(TypeError, match="writable memory is needed"):
        BBQueue(6, memory)


def test_a_memoryview_of_wider_items_is_refused_as_memory() -> None:
    with pytest.raises(TypeError, match="items of a memoryview must be bytes"):
        BBQueue(6, memoryview(array("I", [0] * 40)))


# --- step by step -------------------------------------------------------------------------------


def test_a_queue_of_six_step_by_step_around_the_wrap() -> None:
    queue, producer, consumer = ends_of(6)
    grant = producer.grant_exact(4)
    grant.view[:] = b"abcd"
    grant.commit(4)
    with unchanged(queue):
        assert producer.grant_exact(3) is None  # 2 are left behind, none before
    grant = consumer.read()
    assert bytes(grant.view) == b"abcd"
    grant.release(3)
    # __ __ __ d __ __: three bytes before, two behind.
    assert producer.max_guaranteed_grant() == 3
    assert producer.free() == 5
    grant = producer.grant_exact(3)  # wraps, and skips the two behind
    grant.view[:] = b"efg"
    grant.commit(2)
    # e f __ d: one byte is left until d is read.
    assert (producer.free(), producer.max_guaranteed_grant(), len(consumer)) == (1, 1, 3)
    assert producer.grant_exact(2) is None
    producer.grant_exact(1).commit(1)  # writes nothing over the g that was not committed
    assert producer.is_full()
    assert bytes(queue.image)[HEADER:][:4] == b"efgd"
    grant = consumer.read()
    assert bytes(grant.view) == b"d"
    grant.release(1)
    assert producer.max_guaranteed_grant() == 3
    assert producer.grant_exact(4) is None
    producer.write(b"hij")
    assert producer.is_full()
    grant = consumer.read()
    assert bytes(grant.view) == b"efghij"
    grant.release(5)
    # The j is at 5, and write is at 6, the end.
    assert producer.grant_exact(6) is None
    grant = producer.grant_exact(5)
    grant.view[:] = b"klmno"
    grant.commit(5)
    assert producer.is_full()
    grant = consumer.split_read()
    assert [bytes(view) for view in grant.views] == [b"j", b"klmno"]
    grant.release(6)
    assert producer.is_empty()
    assert producer.max_guaranteed_grant() == 6
    queue._check()


@pytest.mark.parametrize("capacity", [1, 2, 3, 4, 6, 7, 16])
def test_a_grant_that_exactly_fills_what_is_free_is_granted_and_one_byte_more_is_refused(
    capacity: int,
) -> None:
    """At every position, with every number of bytes waiting there."""
    for position in range(capacity + 1):
        for count in range(capacity + 1):
            queue, producer, consumer = ends_of(capacity, position, bytes(range(count)))
            begin = position % capacity
            if count == 0:
                most = capacity
            elif begin + count <= capacity:
                most = max(capacity - begin - count, begin)
            else:
                most = capacity - count
            assert producer.max_guaranteed_grant() == most
            assert producer.free() == capacity - count
            if most < capacity:
                with unchanged(queue):
                    assert producer.grant_exact(most + 1) is None
            else:
                with refused(queue, f"{capacity + 1} bytes is outside of 0 to {capacity}"):
                    producer.grant_exact(capacity + 1)
            grant = producer.grant_exact(most)
            data = bytes(range(100, 100 + most))
            grant.view[:] = data
            grant.commit(most)
            queue._check()
            assert drained(consumer) == bytes(range(count)) + data


@pytest.mark.parametrize("capacity", [1, 2, 3, 4, 6, 7, 40])
def test_an_empty_queue_grants_its_whole_capacity_at_every_position(capacity: int) -> None:
    for position in range(capacity + 1):
        queue, producer, consumer = ends_of(capacity, position)
        assert producer.max_guaranteed_grant() == producer.free() == capacity
        for verb in ("grant_exact", "grant_max"):
            with tried(queue):
                grant = getattr(producer, verb)(capacity)
                data = bytes(range(1, capacity + 1))
                grant.view[:] = data
                grant.commit(capacity)
                assert bytes(consumer.read().view) == data


@pytest.mark.parametrize("capacity", [1, 2, 3, 6, 40])
def test_all_bytes_can_be_in_use_at_every_position(capacity: int) -> None:
    for position in range(capacity + 1):
        _, producer, consumer = ends_of(capacity, position)
        data = bytes(range(1, capacity + 1))
        assert producer.write(data + b"!") == capacity
        assert producer.is_full()
        assert producer.free() == producer.max_guaranteed_grant() == 0
        assert producer.write(b"!") == 0
        assert producer.grant_max(1) is None
        assert len(consumer) == capacity
        grant = consumer.split_read()
        assert b"".join(map(bytes, grant.views)) == data


@pytest.mark.parametrize("end", ["commit", "leave", "fail", "plan nothing"])
@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_wrapped_grant_committed_with_0_leaves_the_queue_as_it_was(end: str, count: int) -> None:
    waiting = b"xy"[:count]
    # 2 bytes stay free behind the waiting ones, and 6 - count before them.
    queue, producer, consumer = ends_of(8, 6 - count, waiting)
    ring = slice(HEADER + 6, HEADER + 8)
    grant = producer.grant_exact(3)
    assert bytes(queue.image[HEADER : HEADER + 3]) == bytes(grant.view)
    grant.view[:] = b"\xee" * 3
    assert queue.image[HEADER] == 0xEE  # it wrapped
    if end == "commit":
        grant.commit(0)
    elif end == "leave":
        with grant:
            pass
    elif end == "plan nothing":
        with grant:
            grant.commit_on_exit(0)
    else:
        with pytest.raises(Trouble), grant:
            grant.commit_on_exit(3)
            raise Trouble
    queue._check()
    assert len(consumer) == count
    assert producer.free() == 8 - count
    # What is before the wrap is used first still.
    assert producer.write(b"12") == 2
    assert bytes(queue.image[ring]) == b"12"
    assert drained(consumer) == waiting + b"12"


def test_a_grant_committed_with_0_leaves_every_byte_but_its_own_account() -> None:
    _, producer, consumer = ends_of(8, 5, b"xy")
    looks = (producer.free, producer.max_guaranteed_grant, producer.__len__, consumer.any)
    before = [look() for look in looks]
    for size in (0, 1, 5):
        producer.grant_exact(size).commit(0)
        assert [look() for look in looks] == before
    assert bytes(consumer.read().view) == b"xy"


# --- nothing at all -----------------------------------------------------------------------------


def test_a_grant_of_nothing_is_given_even_when_the_queue_is_full() -> None:
    for waiting in (b"", b"abcdef"):
        queue, producer, consumer = ends_of(6, 2, waiting)
        grant = producer.grant_exact(0)
        assert len(grant) == len(grant.view) == 0
        with refused(queue, "live"):
            producer.grant_exact(0)
        grant.commit(5)
        assert_dead(queue, grant)
        assert drained(consumer) == waiting


def test_grant_max_of_nothing_is_none_and_leaves_no_grant_live() -> None:
    for waiting in (b"", b"abcdef"):
        _, producer, consumer = ends_of(6, 2, waiting)
        assert producer.grant_max(0) is None
        assert producer.write(b"") == 0
        assert drained(consumer) == waiting


def test_to_write_nothing_or_to_read_into_nothing_changes_nothing() -> None:
    for waiting in (b"", b"a", b"abcdef"):
        queue, producer, consumer = ends_of(6, 3, waiting)
        with unchanged(queue):
            for nothing in (b"", bytearray(), memoryview(b"")):
                assert producer.write(nothing) == 0
            for target in (bytearray(), memoryview(bytearray())):
                assert consumer.readinto(target) == 0


def test_to_read_from_an_empty_queue_is_none_and_changes_nothing() -> None:
    for position in range(7):
        queue, _, consumer = ends_of(6, position)
        with unchanged(queue):
            assert consumer.read() is None
            assert consumer.split_read() is None
            assert consumer.readinto(bytearray(3)) is None
            assert list(consumer) == []
            consumer.clear()


@pytest.mark.parametrize("position", range(9))
def test_no_more_is_read_than_waits(position: int) -> None:
    producer, consumer = BBQueue(9).split()
    if position:
        producer.write(bytes(position))
        consumer.readinto(bytearray(position))
    assert producer.write(b"abc") == 3
    target = bytearray(b"\xa5" * 9)
    assert consumer.readinto(target) == 3
    assert target == b"abc" + b"\xa5" * 6
    assert consumer.is_empty()


def test_a_release_of_nothing_leaves_what_waits() -> None:
    _, _, consumer = ends_of(6, 4, b"abcd")
    for verb in ("read", "split_read"):
        for _ in range(3):
            getattr(consumer, verb)().release(0)
            assert consumer.any() == 4
        with getattr(consumer, verb)():
            pass
    assert drained(consumer) == b"abcd"


# --- too much -----------------------------------------------------------------------------------


@pytest.mark.parametrize("position", [0, 3, 5])
@pytest.mark.parametrize("used", [0, 1, 3, 4, 5, 6, 1000, (1 << 31) - 1])
def test_a_commit_of_more_than_was_granted_commits_what_was_granted(
    position: int, used: int
) -> None:
    _, producer, consumer = ends_of(6, position)
    grant = producer.grant_exact(4)
    grant.view[:] = b"abcd"
    grant.commit(used)
    assert drained(consumer) == b"abcd"[:used]


@pytest.mark.parametrize("position", [0, 3, 5])
@pytest.mark.parametrize("used", [0, 1, 3, 4, 5, 6, 1000, (1 << 31) - 1])
def test_a_release_of_more_than_was_granted_releases_what_was_granted(
    position: int, used: int
) -> None:
    _, producer, consumer = ends_of(6, position, b"abcd")
    grant = consumer.read()
    first = b"abcd"[: len(grant)]
    producer.write(b"e")  # came later: it is not of this grant
    grant.release(used)
    assert drained(consumer) == first[used:] + b"abcde"[len(first) :]


@pytest.mark.parametrize("size", [7, 8, 1000, (1 << 31) - 1, -1, -7, -(1 << 31)])
def test_a_grant_that_can_never_be_is_named_with_the_capacity(size: int) -> None:
    queue, producer, _ = ends_of(6, 2, b"ab")
    with refused(queue, f"a grant of {size} bytes is outside of 0 to 6, the capacity"):
        producer.grant_exact(size)


@pytest.mark.parametrize("size", [-1, -7])
def test_grant_max_refuses_a_negative_size(size: int) -> None:
    for waiting in (b"", b"ab", b"abcdef"):
        queue, producer, _ = ends_of(6, 2, waiting)
        with refused(queue, f"a grant of {size} bytes is outside of 0 to 6, the capacity"):
            producer.grant_max(size)


def test_grant_max_of_more_than_the_capacity_gives_what_there_is() -> None:
    _, producer, _ = ends_of(6, 2)
    assert len(producer.grant_max(1000)) == 6


def test_grant_max_wastes_no_byte_before_the_wrap() -> None:
    _, producer, consumer = ends_of(6, 3, b"a")
    # 2 are free before the wrap, 3 after it.
    grant = producer.grant_max(3)
    assert len(grant) == 2
    grant.view[:] = b"bc"
    grant.commit(2)
    grant = producer.grant_max(6)
    assert len(grant) == 3
    grant.view[:] = b"def"
    grant.commit(3)
    assert drained(consumer) == b"abcdef"


@pytest.mark.parametrize("size", [1.0, "1", None, b"1"])
def test_a_size_that_is_no_int_is_a_type_error(size: object) -> None:
    queue, producer, consumer = ends_of(6, 0, b"ab")
    with refused(queue, ".", TypeError):
        producer.grant_exact(size)
    write, read = producer.grant_exact(3), consumer.read()
    for verb in (write.commit, write.commit_on_exit, read.release, read.release_on_exit):
        with refused(queue, ".", TypeError):
            verb(size)
    write.view[:] = b"cde"
    write.commit(3)
    read.release(1)
    assert drained(consumer) == b"bcde"


def test_a_negative_commit_or_release_leaves_the_grant_live() -> None:
    queue, producer, consumer = ends_of(6, 0, b"ab")
    write, read = producer.grant_exact(3), consumer.read()
    write.view[:] = b"cde"
    for verb in (write.commit, write.commit_on_exit):
        with refused(queue, "commit of -1 bytes"):
            verb(-1)
    for verb in (read.release, read.release_on_exit):
        with refused(queue, "release of -1 bytes"):
            verb(-1)
    assert bytes(write.view) == b"cde"
    assert bytes(read.view) == b"ab"
    write.commit(1)
    read.release(1)
    assert drained(consumer) == b"bc"


# --- blocks -------------------------------------------------------------------------------------


def test_the_last_plan_of_a_block_counts() -> None:
    _, producer, consumer = ends_of(6)
    with producer.grant_exact(4) as grant:
        grant.view[:] = b"abcd"
        grant.commit_on_exit(4)
        grant.commit_on_exit(3)
    with consumer.read() as grant:
        grant.release_on_exit(3)
        grant.release_on_exit(1)
    assert drained(consumer) == b"bc"


def test_a_plan_does_not_outlive_its_grant() -> None:
    _, producer, consumer = ends_of(6, 0, b"abc")
    for _ in range(4):  # both of the grants that take turns
        with producer.grant_exact(1) as grant:
            grant.commit_on_exit(1)
            grant.commit(0)
        with producer.grant_exact(1):
            pass
        with consumer.read() as grant:
            grant.release_on_exit(1)
            grant.release(0)
        with consumer.read():
            pass
    assert drained(consumer) == b"abc"


def test_an_exception_in_a_block_commits_and_releases_nothing_and_passes_on() -> None:
    _, producer, consumer = ends_of(6, 0, b"ab")
    with pytest.raises(Trouble), producer.grant_exact(3) as grant:
        grant.commit_on_exit(3)
        raise Trouble
    with pytest.raises(Trouble), consumer.read() as grant:
        grant.release_on_exit(2)
        raise Trouble
    assert drained(consumer) == b"ab"


def test_a_grant_may_be_ended_and_another_begun_in_a_block() -> None:
    _, producer, consumer = ends_of(6)
    with producer.grant_exact(2) as first:
        first.view[:] = b"ab"
        first.commit_on_exit(2)
        first.commit(1)
        second = producer.grant_exact(2)
    second.view[:] = b"cd"  # the end of the block left it alone
    second.commit(2)
    with consumer.read() as first:
        first.release(1)
        second = consumer.read()
    assert bytes(second.view) == b"cd"


# --- dead grants --------------------------------------------------------------------------------


def test_a_dead_write_grant_leaves_the_next_one_untouched() -> None:
    queue, producer, consumer = ends_of(6)
    dead = producer.grant_exact(3)
    dead.commit(0)
    for step in range(4):
        live = producer.grant_exact(1)
        live.view[:] = b"abcd"[step : step + 1]
        assert live is not dead
        assert_dead(queue, dead)
        assert bytes(live.view) == b"abcd"[step : step + 1]
        live.commit(1)
        dead = live
    assert drained(consumer) == b"abcd"


def test_a_dead_read_grant_leaves_the_next_one_untouched() -> None:
    queue, _, consumer = ends_of(6, 3, b"abcdef")
    dead = consumer.split_read()
    dead.release(0)
    for step in range(4):
        live = consumer.split_read()
        assert live is not dead
        assert_dead(queue, dead)
        assert [len(view) for view in dead.views] == [0, 0]
        assert b"".join(map(bytes, live.views)) == b"abcdef"[step:]
        live.release(1)
        dead = live
    assert drained(consumer) == b"ef"


def test_a_grant_max_that_gave_none_revives_no_dead_grant() -> None:
    """A grant is dead until the grant after the next; where none was given, there was none."""
    queue, producer, consumer = ends_of(6)
    dead = producer.grant_exact(6)
    dead.commit(6)
    assert producer.grant_max(1) is None
    consumer.read().release(6)
    live = producer.grant_exact(3)
    assert live is not dead
    assert_dead(queue, dead)


def test_the_second_views_of_a_split_read_are_not_left_to_the_next_read() -> None:
    _, _, consumer = ends_of(6, 4, b"abcd")
    for _ in range(2):
        consumer.split_read().release(0)
    for _ in range(2):
        grant = consumer.read()
        assert [bytes(view) for view in grant.views] == [b"ab", b""]
        assert len(grant) == 2
        grant.release(0)
    assert drained(consumer) == b"abcd"


# --- one grant at a time ------------------------------------------------------------------------


def test_a_second_grant_is_refused_and_the_first_lives_on() -> None:
    queue, producer, consumer = ends_of(6, 0, b"ab")
    write, read = producer.grant_exact(2), consumer.read()
    for verb, argument in (("grant_exact", 1), ("grant_max", 1), ("write", b"x")):
        with refused(queue, "a grant is live: end it"):
            getattr(producer, verb)(argument)
    for verb in ("read", "split_read", "clear"):
        with refused(queue, "a read grant is live: end it"):
            getattr(consumer, verb)()
    for target in (bytearray(1), bytearray()):
        with refused(queue, "a read grant is live: end it"):
            consumer.readinto(target)
    write.view[:] = b"cd"
    write.commit(2)
    assert bytes(read.view) == b"ab"
    read.release(2)
    assert drained(consumer) == b"cd"


# --- split_read ---------------------------------------------------------------------------------


@pytest.mark.parametrize("used", range(8))
@pytest.mark.parametrize("by", ["release", "release_on_exit"])
def test_a_release_of_a_split_read_ends_before_at_and_after_the_wrap(used: int, by: str) -> None:
    queue, producer, consumer = ends_of(8, 5, b"abcdefg")  # abc before the wrap, defg after it
    grant = consumer.split_read()
    assert [bytes(view) for view in grant.views] == [b"abc", b"defg"]
    assert bytes(grant.view) == b"abc"
    assert len(grant) == 7
    if by == "release":
        grant.release(used)
    else:
        with grant:
            grant.release_on_exit(used)
    queue._check()
    left = b"abcdefg"[used:]
    assert consumer.any() == len(left)
    assert producer.free() == 8 - len(left)
    # A release up to the wrap gives all that was there to the producer at once.
    most = 1 + used if used < 3 else max(4, used - 3) if left else 8
    assert producer.max_guaranteed_grant() == most
    grant = consumer.read()
    assert (bytes(grant.view) if grant else b"") == (left[: 3 - used] if used < 3 else left)


def test_a_split_read_of_a_full_queue_gives_all_of_it_at_every_position() -> None:
    for position in range(7):
        _, producer, consumer = ends_of(6, position, b"abcdef")
        begin = position % 6
        grant = consumer.split_read()
        first, second = grant.views
        assert (bytes(first), bytes(second)) == (b"abcdef"[: 6 - begin], b"abcdef"[6 - begin :])
        grant.release(6)
        assert producer.max_guaranteed_grant() == 6


def test_what_is_written_during_a_split_read_is_not_of_it() -> None:
    _, producer, consumer = ends_of(6, 4, b"abc")
    grant = consumer.split_read()
    producer.write(b"de")
    assert [bytes(view) for view in grant.views] == [b"ab", b"c"]
    grant.release(6)
    assert drained(consumer) == b"de"


def test_what_wraps_during_a_read_is_not_of_it() -> None:
    _, producer, consumer = ends_of(6, 2, b"abcd")
    grant = consumer.read()
    producer.write(b"ef")
    assert bytes(grant.view) == b"abcd"
    grant.release(6)
    assert drained(consumer) == b"ef"


def test_a_read_grants_bytes_may_be_changed_in_place() -> None:
    _, _, consumer = ends_of(6, 4, b"abcd")
    grant = consumer.split_read()
    grant.views[1][0] = ord("C")
    grant.view[0] = ord("A")
    grant.release(0)
    assert drained(consumer) == b"AbCd"


# --- capacities above 64 KiB --------------------------------------------------------------------


@pytest.mark.parametrize("capacity", [65_535, 65_536, 65_537, 70_000, 1 << 20])
def test_a_capacity_above_64_kib_is_used_to_its_last_byte(capacity: int) -> None:
    for position in (0, 1, 65_535, capacity - 1, capacity):
        queue, producer, consumer = ends_of(capacity, position)
        assert producer.max_guaranteed_grant() == capacity
        data = bytes(range(256)) * (capacity // 256 + 1)
        assert producer.write(data) == capacity
        assert producer.is_full()
        grant = consumer.split_read()
        first, second = grant.views
        assert len(second) == position % capacity
        assert bytes(first) == data[: capacity - position % capacity]
        assert bytes(second) == data[len(first) : capacity]
        grant.release(capacity - 1)
        assert bytes(consumer.read().view) == data[capacity - 1 : capacity]
        queue._check()


@pytest.mark.parametrize("capacity", [70_000, 1 << 20])
def test_a_grant_above_64_kib_wraps(capacity: int) -> None:
    _, producer, consumer = ends_of(capacity, capacity - 100, b"ab")
    size = capacity - 100
    assert producer.grant_exact(size + 1) is None
    grant = producer.grant_exact(size)
    data = bytes(range(256)) * (size // 256 + 1)
    grant.view[:] = data[:size]
    grant.commit(size)
    assert drained(consumer) == b"ab" + data[:size]


# --- the ends -----------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["split", "split_framed"])
def test_a_queue_is_split_once(verb: str) -> None:
    for first in ("split", "split_framed"):
        queue = BBQueue(6)
        getattr(queue, first)()
        with refused(queue, "this BBQueue is split: use its Producer and its Consumer"):
            getattr(queue, verb)()


@pytest.mark.parametrize(
    "verb", ["clear", "is_empty", "is_full", "__len__", "__bool__", "__iter__"]
)
def test_a_split_queue_refuses_to_be_used(verb: str) -> None:
    queue, _, _ = ends_of(6, 0, b"ab")
    with refused(queue, "this BBQueue is split: use its Producer and its Consumer"):
        getattr(queue, verb)()


def test_a_queue_that_is_not_split_takes_no_ends_back() -> None:
    queue = BBQueue(6)
    with refused(queue, "not split"):
        queue.release(None, None)  # type: ignore[call-overload]
    ends = queue.split()
    queue.release(*ends)
    with refused(queue, "not split"):
        queue.release(*ends)


def test_foreign_ends_are_refused() -> None:
    queue, producer, consumer = ends_of(6, 0, b"ab")
    _, other_producer, other_consumer = ends_of(6, 0, b"ab")
    framed = BBQueue(6).split_framed()
    for ends in (
        (other_producer, other_consumer),
        (producer, other_consumer),
        (other_producer, consumer),
        (consumer, producer),
        (producer, None),
        framed,
    ):
        with refused(queue, "not the Producer and the Consumer of this BBQueue"):
            queue.release(*ends)
    queue.release(producer, consumer)
    assert bytes(queue) == b"ab"


def test_ends_of_the_other_kind_are_refused_although_the_queue_gave_them() -> None:
    queue, producer, consumer = ends_of(6)
    queue.release(producer, consumer)
    framed = queue.split_framed()
    with refused(queue, "not the Producer and the Consumer"):
        queue.release(producer, consumer)
    queue.release(*framed)


@pytest.mark.parametrize("side", ["write", "read"])
def test_the_ends_are_not_taken_back_while_a_grant_is_live(side: str) -> None:
    queue, producer, consumer = ends_of(6, 0, b"ab")
    grant = producer.grant_exact(0) if side == "write" else consumer.read()
    with refused(queue, "a grant is live: end it before the ends are released"):
        queue.release(producer, consumer)
    with grant:
        pass
    queue.release(producer, consumer)
    assert bytes(queue) == b"ab"


END_VERBS: list[tuple[str, tuple[Any, ...]]] = [
    ("grant_exact", (1,)),
    ("grant_exact", (0,)),
    ("grant_max", (1,)),
    ("grant_max", (0,)),
    ("write", (b"1",)),
    ("write", (b"",)),
    ("read", ()),
    ("split_read", ()),
    ("readinto", (bytearray(1),)),
    ("readinto", (bytearray(),)),
    ("__next__", ()),
    ("clear", ()),
]


@pytest.mark.parametrize(("verb", "arguments"), END_VERBS)
@pytest.mark.parametrize("waiting", [b"", b"ab"])
def test_ends_used_after_their_release_are_refused(
    verb: str, arguments: tuple[Any, ...], waiting: bytes
) -> None:
    queue, producer, consumer = ends_of(6, 0, waiting)
    iter(consumer)
    queue.release(producer, consumer)
    end = producer if hasattr(producer, verb) and verb != "__next__" else consumer
    with refused(queue, "one of the ends of a stream.* no ends: they were released"):
        getattr(end, verb)(*arguments)
    assert bytes(queue) == waiting


@pytest.mark.parametrize(("verb", "arguments"), END_VERBS)
def test_ends_of_a_stream_are_refused_while_the_queue_is_split_for_frames(
    verb: str, arguments: tuple[Any, ...]
) -> None:
    queue, producer, consumer = ends_of(16)
    iter(consumer)
    queue.release(producer, consumer)
    framed_producer, framed_consumer = queue.split_framed()
    framed_producer.write_frame(b"abc")
    end = producer if hasattr(producer, verb) and verb != "__next__" else consumer
    with refused(queue, "one of the ends of a stream.* split into the ends for frames"):
        getattr(end, verb)(*arguments)
    assert bytes(framed_consumer.read().view) == b"abc"


def test_what_waits_at_a_release_is_the_next_consumers() -> None:
    queue, producer, consumer = ends_of(6, 4, b"abcd")
    queue.release(producer, consumer)
    producer, consumer = queue.split()
    producer.write(b"ef")
    assert drained(consumer) == b"abcdef"


def test_frames_are_not_split_off_while_bytes_of_a_stream_wait() -> None:
    queue, producer, consumer = ends_of(8, 0, b"abcd")
    queue.release(producer, consumer)
    with refused(queue, "bytes of a stream wait in this BBQueue: read or clear them first"):
        queue.split_framed()
    queue.clear()
    assert queue.split_framed()[1].read() is None


def test_an_empty_queue_begins_at_the_begin_again_when_it_is_split() -> None:
    queue, producer, consumer = ends_of(6, 4)
    queue.release(producer, consumer)
    producer, consumer = queue.split()
    producer.write(b"abcdef")
    assert bytes(consumer.read().view) == b"abcdef"


# --- as a sequence ------------------------------------------------------------------------------


def test_from_bytes_holds_the_bytes_and_is_not_split() -> None:
    for data in (b"", b"abc", bytearray(b"abcdef"), memoryview(b"abc")):
        queue = BBQueue.from_bytes(6, data)
        assert bytes(queue) == bytes(data)
        assert len(queue) == len(data)
        assert queue.capacity == 6
        assert drained(queue.split()[1]) == bytes(data)


def test_from_bytes_of_too_many_is_full() -> None:
    with pytest.raises(Full):
        BBQueue.from_bytes(2, b"abc")


@pytest.mark.parametrize("data", ["abc", [1, 2], 3, array("H", [1])])
def test_from_bytes_of_no_bytes_is_a_type_error(data: Any) -> None:
    with pytest.raises(TypeError, match=f"not a {type(data).__name__}"):
        BBQueue.from_bytes(6, data)


def test_from_bytes_uses_the_callers_memory() -> None:
    memory = bytearray(b"x" * BBQueue.size_of(6))
    BBQueue.from_bytes(6, b"abc", memory)
    assert memory[HEADER : HEADER + 6] == b"abc\0\0\0"


def test_equal_bytes_in_the_same_order_are_equal() -> None:
    queue, *ends = ends_of(6, 4, b"abc")
    queue.release(*ends)
    assert queue == BBQueue.from_bytes(9, b"abc")
    assert queue == b"abc"
    assert queue == [97, 98, 99]
    assert queue != b"ab"
    assert queue != b"abd"
    assert queue != b"abcd"
    assert queue != 5
    assert BBQueue(6) == b""


def test_iterating_a_queue_leaves_its_bytes_and_goes_around_the_wrap() -> None:
    for position in range(7):
        queue, *ends = ends_of(6, position, b"abcdef")
        queue.release(*ends)
        with unchanged(queue):
            assert bytes(queue) == bytes(queue) == b"abcdef"
            assert queue.is_full()
            assert len(queue) == 6
            assert queue


def test_a_clear_of_the_whole_queue_empties_it() -> None:
    queue, *ends = ends_of(6, 4, b"abcd")
    queue.release(*ends)
    queue.clear()
    assert queue.is_empty()
    assert not queue
    assert not queue.is_full()
    assert (len(queue), bytes(queue)) == (0, b"")
    assert queue.split()[0].max_guaranteed_grant() == 6


def test_repr_tells_what_waits_and_whether_it_is_split() -> None:
    queue, producer, consumer = ends_of(6, 4, b"abc")
    assert repr(queue) == "<BBQueue(6), split>"
    assert repr(producer) == "<Producer of BBQueue(6), 3 used>"
    assert repr(consumer) == "<Consumer of BBQueue(6), 3 used>"
    grant = producer.grant_exact(2)
    assert repr(grant) == "<WriteGrant, 2 bytes>"
    grant.commit(0)
    assert repr(grant) == "<WriteGrant, empty or dead>"
    grant = consumer.split_read()
    assert repr(grant) == "<ReadGrant, 3 bytes>"
    grant.release(0)
    queue.release(producer, consumer)
    assert repr(queue) == "<BBQueue(6), 3 waiting>"


def test_an_iteration_of_the_consumer_releases_each_grant_before_the_next() -> None:
    _, _, consumer = ends_of(6, 4, b"abcd")
    assert [bytes(grant.view) for grant in consumer] == [b"ab", b"cd"]
    assert consumer.is_empty()


def test_an_iteration_leaves_what_the_body_did_not_release() -> None:
    _, _, consumer = ends_of(6, 4, b"abcd")
    seen = []
    for grant in consumer:
        seen.append(bytes(grant.view))
        grant.release(1)
    assert seen == [b"ab", b"b", b"cd", b"d"]


def test_an_iteration_that_stops_leaves_its_grant_live() -> None:
    _, _, consumer = ends_of(6, 4, b"abcd")
    grant = next(iter(consumer))
    with pytest.raises(ValueError, match="a read grant is live"):
        consumer.read()
    grant.release(1)
    assert drained(consumer) == b"bcd"


# --- buffers ------------------------------------------------------------------------------------


NO_BYTES: list[object] = [
    "ab",
    [1, 2],
    3,
    None,
    array("H", [1, 2]),
    array("B", [1, 2]),
    memoryview(array("H", [1, 2])),
    memoryview(bytearray(4))[::2],
]


@pytest.mark.parametrize("buffer", NO_BYTES)
def test_what_is_no_bytes_is_neither_written_nor_read_into(buffer: object) -> None:
    queue, producer, consumer = ends_of(6, 0, b"ab")
    for verb in (producer.write, consumer.readinto):
        with refused(queue, f"is needed, not a {type(buffer).__name__}", TypeError):
            verb(buffer)


@pytest.mark.parametrize("target", [b"12", b"", memoryview(b"12")])
def test_a_target_that_is_not_writable_is_refused(target: object) -> None:
    for waiting in (b"", b"ab"):
        queue, _, consumer = ends_of(6, 0, waiting)
        with refused(queue, "writable memory is needed", TypeError):
            consumer.readinto(target)


def test_a_write_takes_what_fits_and_tells_how_much() -> None:
    for position in range(7):
        _, producer, consumer = ends_of(6, position, b"ab")
        assert producer.write(b"cdefgh") == 4
        assert producer.write(memoryview(b"xyz")[1:]) == 0
        assert drained(consumer) == b"abcdef"


def test_a_write_after_a_grant_that_skipped_bytes_takes_what_free_said() -> None:
    _, producer, consumer = ends_of(6, 3, b"ab")
    producer.grant_exact(2).commit(2)  # skips the byte at 5
    assert producer.free() == 1
    assert producer.write(b"xyz") == 1
    assert consumer.any() == 5
    assert drained(consumer) == b"ab\0\0x"


# --- streams ------------------------------------------------------------------------------------


def test_ioctl_tells_whether_there_is_room_and_whether_anything_waits() -> None:
    for waiting, room, ready in ((b"", 4, 0), (b"a", 4, 1), (b"abc", 0, 1)):
        _, producer, consumer = ends_of(3, 2, waiting)
        assert producer.ioctl(3, 5) == room
        assert consumer.ioctl(3, 5) == consumer.stream().ioctl(3, 5) == ready
        assert producer.ioctl(3, 1) == consumer.ioctl(3, 4) == 0
        for request in (0, 1, 2, 4):
            assert producer.ioctl(request, 5) == consumer.ioctl(request, 5) == -22


def test_a_stream_reads_up_to_so_many_bytes_and_never_waits() -> None:
    _, producer, consumer = ends_of(6, 4, b"abcdef")
    stream = consumer.stream()
    assert stream.any() == 6
    assert stream.read(0) == b""
    assert stream.read(1) == b"a"
    assert stream.read(3) == b"bcd"
    assert stream.read(9) == b"ef"
    assert stream.read(9) is stream.read(-1) is stream.read() is None
    producer.write(b"gh")
    assert stream.read(-1) == b"gh"
    producer.write(b"ij")
    assert stream.read() == b"ij"


def test_a_stream_reads_a_line_or_what_there_is_of_it() -> None:
    _, producer, consumer = ends_of(8, 5, b"ab\n\ncd")
    stream = consumer.stream()
    assert stream.readline() == b"ab\n"
    assert stream.readline() == b"\n"
    assert stream.readline() == b"cd"
    assert stream.readline() is None
    producer.write(b"\n")
    assert stream.readline() == b"\n"


def test_a_stream_reads_into_a_buffer() -> None:
    _, _, consumer = ends_of(6, 4, b"abcd")
    stream = consumer.stream()
    target = bytearray(3)
    assert stream.readinto(target) == 3
    assert target == b"abc"
    assert (stream.readinto(target), stream.readinto(target)) == (1, None)


def test_a_stream_is_refused_while_a_read_grant_is_live() -> None:
    queue, _, consumer = ends_of(6, 4, b"abcd")
    stream = consumer.stream()
    consumer.read()
    for verb in (stream.read, stream.readline):
        with refused(queue, "a read grant is live"):
            verb()


@pytest.mark.parametrize("behind", range(1, 5))
def test_both_views_of_a_released_grant_are_empty(behind: int) -> None:
    producer, consumer = BBQueue(8).split()
    producer.write(bytes(6))
    consumer.readinto(bytearray(6))
    producer.write(bytes(2 + behind))
    grant = consumer.split_read()
    assert grant is not None
    before, after = grant.views
    assert (len(before), len(after)) == (2, behind)
    grant.release(2 + behind)
    assert [len(view) for view in grant.views] == [0, 0]
    assert consumer.read() is None
