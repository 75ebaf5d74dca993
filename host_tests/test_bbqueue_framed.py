"""BBQueue's frames against a plain oracle, and each of their promises by name."""

import struct
from array import array
from collections import deque
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from heapless_py import bbqueue
from heapless_py.bbqueue import BBQueue
from host_tests.test_bbqueue import (
    HEADER,
    MEMORIES,
    Bench,
    End,
    Grant,
    Queue,
    Trouble,
    assert_dead,
    refused,
    run_block,
    tried,
    unchanged,
)

LENGTH = 4  # bytes of a frame before its payload


def framed_size(payload: int) -> int:
    """The bytes that a frame takes: the payload goes up to the next word."""
    return LENGTH + -(-payload // 4) * 4


def cells_of(payload: bytes) -> list[int | None]:
    padding: list[int | None] = [None] * (framed_size(len(payload)) - LENGTH - len(payload))
    return [*struct.pack("<I", len(payload)), *payload, *padding]


class FramedMachine(Bench):
    """Every verb of the ends for frames, in any order."""

    @initialize(
        capacity=st.integers(4, 40),
        kind=MEMORIES,
        position=st.integers(0, 40),
        waiting=st.lists(st.integers(0, 20), max_size=3),
    )
    def construct(self, capacity: int, kind: str, position: int, waiting: list[int]) -> None:
        self.construct_queue(capacity, kind)
        self.frames: deque[bytes] = deque()
        self.max_frame = max(n for n in range(capacity) if framed_size(n) <= capacity)
        self.producer, self.consumer = self.queue.split_framed()
        self.write_frame(min(position, self.max_frame), None, bytes)
        self.read_frame_into(40, False, False)
        for size in waiting:
            self.write_frame(size, None, bytes)

    def put(self, start: int, payload: bytes) -> None:
        self.ring.put(start, cells_of(payload))
        self.frames.append(payload)

    def take(self) -> bytes:
        payload = self.frames.popleft()
        self.ring.take(framed_size(len(payload)))
        return payload

    # --- the producer

    @precondition(lambda self: not self.is_writing())
    @rule(size=st.integers(0, 38))
    def grant(self, size: int) -> None:
        size %= self.max_frame + 2
        if size > self.max_frame:
            with refused(self.queue, f"a frame of {size} bytes is outside of 0 to"):
                self.producer.grant(size)
            return
        start = self.ring.place(framed_size(size))
        if start is None:
            with unchanged(self.queue):
                assert self.producer.grant(size) is None
        else:
            self.begin_write(self.producer.grant(size), start, size, LENGTH)

    @precondition(Bench.is_writing)
    @rule(size=st.integers(0, 38))
    def refuse_a_second_write_grant(self, size: int) -> None:
        uses: list[Callable[[], object]] = [
            lambda: self.producer.grant(size),
            lambda: self.producer.write_frame(bytes(size)),
            lambda: bbqueue.write_frame(self.producer.image, bytes(size), size),
            lambda: self.queue.release(self.producer, self.consumer),
        ]
        for use in uses:
            with refused(self.queue, "a grant is live"):
                use()

    def end_write(self, used: int | None, end: Callable[[], object]) -> None:
        """End the live grant; `used` bytes of it must be a frame then, or None of them."""
        data = self.fresh(self.size)
        self.writing.view[:] = data
        end()
        if used is not None:
            self.put(self.start, data[:used])
        assert_dead(self.queue, self.writing)
        self.writing = None

    @precondition(Bench.is_writing)
    @rule(used=st.integers(0, 42))
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
        planned=st.none() | st.integers(0, 42),
        committed=st.none() | st.integers(0, 42),
        fails=st.booleans(),
    )
    def leave_a_write_block(self, planned: int | None, committed: int | None, fails: bool) -> None:
        def block() -> None:
            with self.writing as grant:
                if planned is not None:
                    grant.commit_on_exit(planned)
                if committed is not None:
                    grant.commit(committed)
                if fails:
                    raise Trouble

        used = committed if committed is not None else None if fails else planned
        self.end_write(used, lambda: run_block(block, fails))

    @precondition(lambda self: not self.is_writing())
    @rule(
        size=st.integers(0, 38),
        excess=st.none() | st.integers(0, 5),
        form=st.sampled_from([bytes, bytearray, memoryview]),
    )
    def write_frame(self, size: int, excess: int | None, form: Any) -> None:
        """As a method, or with an excess of bytes in the buffer as a function."""
        size %= self.max_frame + 2
        payload = self.fresh(size)
        buffer = form(payload + b"\xee" * (excess or 0))

        def write() -> object:
            if excess is None:
                return self.producer.write_frame(buffer)
            return bbqueue.write_frame(self.producer.image, buffer, size)

        if size > self.max_frame:
            with refused(self.queue, f"a frame of {size} bytes is outside of 0 to"):
                write()
            return
        start = self.ring.place(framed_size(size))
        if start is None:
            with unchanged(self.queue):
                assert write() is False
        else:
            assert write() is True
            self.put(start, payload)

    # --- the consumer

    @precondition(lambda self: not self.is_reading())
    @rule()
    def read(self) -> None:
        if not self.frames:
            with unchanged(self.queue):
                assert self.consumer.read() is None
            return
        grant = self.consumer.read()
        self.begin_read(grant)
        assert bytes(grant.view) == self.frames[0]
        assert isinstance(grant.view, memoryview)
        assert len(grant) == len(self.frames[0])
        if self.frames[0]:
            assert grant[len(grant) - 1] == self.frames[0][-1]

    @precondition(Bench.is_reading)
    @rule()
    def refuse_a_second_read_grant(self) -> None:
        consumer = self.consumer
        for use in (
            consumer.read,
            consumer.clear,
            lambda: consumer.read_frame_into(bytearray(40)),
            lambda: bbqueue.read_frame_into(consumer.image, bytearray(40)),
            lambda: self.queue.release(self.producer, consumer),
        ):
            with refused(self.queue, "grant is live"):
                use()

    def end_read(self, is_released: bool, end: Callable[[], object]) -> None:
        before = bytes(self.queue.image)
        end()
        assert bytes(self.queue.image)[HEADER:] == before[HEADER:]
        if is_released:
            self.take()
        assert_dead(self.queue, self.reading)
        self.reading = None

    @precondition(Bench.is_reading)
    @rule(verb=st.sampled_from(["release", "end"]))
    def release(self, verb: str) -> None:
        self.end_read(True, getattr(self.reading, verb))

    @precondition(Bench.is_reading)
    @rule(is_planned=st.booleans(), is_released=st.booleans(), fails=st.booleans())
    def leave_a_read_block(self, is_planned: bool, is_released: bool, fails: bool) -> None:
        def block() -> None:
            with self.reading as grant:
                if is_planned:
                    grant.release_on_exit()
                if is_released:
                    grant.release()
                if fails:
                    raise Trouble

        self.end_read(is_released or (is_planned and not fails), lambda: run_block(block, fails))

    @precondition(lambda self: not self.is_reading())
    @rule(size=st.integers(0, 42), as_function=st.booleans(), as_view=st.booleans())
    def read_frame_into(self, size: int, as_function: bool, as_view: bool) -> None:
        target = bytearray(b"\xa5" * size)
        buffer = memoryview(target) if as_view else target

        def read() -> object:
            if as_function:
                return bbqueue.read_frame_into(self.consumer.image, buffer)
            return self.consumer.read_frame_into(buffer)

        if not self.frames:
            with unchanged(self.queue):
                assert read() == (-1 if as_function else None)
        elif len(self.frames[0]) > size:
            with refused(self.queue, "range|bounds|longer", IndexError):
                read()
        else:
            payload = self.take()
            assert read() == len(payload)
            assert target == payload + b"\xa5" * (size - len(payload))
            return
        assert target == b"\xa5" * size

    @precondition(lambda self: not self.is_reading())
    @rule()
    def clear(self) -> None:
        self.consumer.clear()
        self.ring.cells.clear()
        self.frames.clear()

    @precondition(lambda self: not self.is_reading())
    @rule(releases=st.booleans(), stop=st.none() | st.integers(1, 4))
    def iterate(self, releases: bool, stop: int | None) -> None:
        for turn, grant in enumerate(self.consumer, 1):
            self.begin_read(grant)
            assert bytes(grant.view) == self.frames[0]
            if turn == stop:
                return
            if releases:
                grant.release()
            self.take()
            self.reading = None
        assert not self.frames

    # --- the queue

    @precondition(lambda self: not self.is_writing() and not self.is_reading())
    @rule(clear=st.booleans(), stream_between=st.booleans())
    def release_the_ends_and_split_again(self, clear: bool, stream_between: bool) -> None:
        queue, ring = self.queue, self.ring
        producer, consumer = self.producer, self.consumer
        queue.release(producer, consumer)
        for use in (
            lambda: producer.grant(0),
            lambda: producer.write_frame(b""),
            lambda: bbqueue.write_frame(producer.image, b"", 0),
            consumer.read,
            lambda: consumer.read_frame_into(bytearray(40)),
            lambda: bbqueue.read_frame_into(consumer.image, bytearray(40)),
            lambda: list(consumer),
        ):
            with refused(queue, "ends for frames, and the BBQueue is split into no ends"):
                use()
        with unchanged(queue):
            assert list(queue) == list(self.frames)
            assert queue == list(self.frames)
            assert queue != [*self.frames, b""]
            assert len(queue) == len(self.frames)
            assert bool(queue) is bool(self.frames)
            assert queue.is_empty() is not bool(self.frames)
        if clear:
            queue.clear()
            ring.cells.clear()
            self.frames.clear()
        if self.frames:
            with refused(queue, "frames wait"):
                queue.split()
        elif stream_between:
            ends = queue.split()
            ends[0].write(b"abc")
            assert ends[1].readinto(bytearray(3)) == 3
            queue.release(*ends)
        if not self.frames:
            ring.at = 0  # an empty queue begins anew
        self.producer, self.consumer = queue.split_framed()

    @invariant()
    def tells_the_truth(self) -> None:
        producer, consumer = self.producer, self.consumer
        with unchanged(self.queue):
            count = len(self.frames)
            assert producer.frames() == consumer.frames() == count
            assert len(producer) == len(consumer) == count
            assert producer.is_empty() is consumer.is_empty() is (count == 0)
            assert producer.is_full() is (self.ring.place(LENGTH) is None)
            assert producer.max_frame == consumer.max_frame == self.max_frame
            assert producer.capacity == consumer.capacity == self.ring.capacity

    @invariant()
    def grants_the_longest_frame_that_fits_and_none_longer(self) -> None:
        if self.is_writing():
            return
        fitting = [n for n in range(self.max_frame + 1) if self.fits(n)]
        most = fitting[-1] if fitting else -1
        if fitting:
            with tried(self.queue):
                grant = self.producer.grant(most)
                assert len(grant) == most
                with grant:
                    pass
        if most < self.max_frame:
            with unchanged(self.queue):
                assert self.producer.grant(most + 1) is None

    def fits(self, size: int) -> bool:
        return self.ring.place(framed_size(size)) is not None

    @invariant()
    def gives_what_waits(self) -> None:
        if self.is_reading():
            return
        target = bytearray(40)
        with tried(self.queue):
            for payload in self.frames:
                assert self.consumer.read_frame_into(target) == len(payload)
                assert target[: len(payload)] == payload
            assert self.consumer.read_frame_into(target) is None


TestFrames = FramedMachine.TestCase
TestFrames.settings = settings(max_examples=80, stateful_step_count=50, deadline=None)


# --- helpers ------------------------------------------------------------------------------------


def ends_of(capacity: int, position: int = 0, *waiting: bytes) -> tuple[Queue, End, End]:
    """A queue split for frames in which `waiting` waits, from `position` (times of 4) on."""
    queue: Queue = BBQueue(capacity)
    producer, consumer = queue.split_framed()
    if position:
        with producer.grant(position - LENGTH) as grant:
            grant.commit_on_exit(position - LENGTH)
        consumer.read().release()
    for payload in waiting:
        assert producer.write_frame(payload)
    return queue, producer, consumer


def drained(consumer: End) -> list[bytes]:
    return [bytes(grant.view) for grant in consumer]


PAYLOAD = bytes(range(100, 122))  # of 22 bytes

# Both one-call forms of each side, with the same arguments and results.
WRITES: list[Callable[[End, Any], Any]] = [
    lambda producer, buffer: producer.write_frame(buffer),
    lambda producer, buffer: bbqueue.write_frame(producer.image, buffer, len(buffer)),
]
READS: list[Callable[[End, Any], Any]] = [
    lambda consumer, buffer: consumer.read_frame_into(buffer),
    lambda consumer, buffer: bbqueue.read_frame_into(consumer.image, buffer),
]
FORMS = ["method", "function"]


# --- room ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("capacity", range(1, 4))
def test_a_capacity_too_small_for_a_frame_is_refused(capacity: int) -> None:
    queue = BBQueue(capacity)
    with refused(queue, f"capacity {capacity} is less than 4, the bytes of a frame"):
        queue.split_framed()
    queue.split()  # it is still whole


@pytest.mark.parametrize(
    ("capacity", "longest"), [(4, 0), (5, 0), (7, 0), (8, 4), (11, 4), (12, 8), (70_003, 69_996)]
)
def test_max_frame_is_granted_at_every_position_of_an_empty_queue(
    capacity: int, longest: int
) -> None:
    for position in range(0, min(capacity, 44) // 4 * 4 + 1, 4):
        queue, producer, consumer = ends_of(capacity, position)
        assert producer.max_frame == consumer.max_frame == longest
        with refused(queue, f"a frame of {longest + 1} bytes is outside of 0 to {longest}"):
            producer.grant(longest + 1)
        grant = producer.grant(longest)
        assert len(grant) == longest
        grant.view[:] = bytes(i % 251 for i in range(longest))
        grant.commit(longest)
        assert producer.is_full()
        assert bytes(consumer.read().view) == bytes(i % 251 for i in range(longest))


@pytest.mark.parametrize("capacity", [4, 8, 12, 16, 18, 31, 40])
def test_a_frame_that_exactly_fills_what_is_free_is_granted_and_one_byte_more_is_refused(
    capacity: int,
) -> None:
    """At every position, with a frame of every length waiting there."""
    words = capacity // 4
    for position in range(words + 1):
        for length in range(words):  # in words, after the frame's header
            behind = capacity // 4 - position
            waiting = length + 1
            begin = position if waiting <= behind else 0
            end = begin + waiting
            free = max(words - end, begin if begin == position else 0)
            payload = bytes(range(4 * length))
            for form in ("grant", *WRITES):
                queue, producer, consumer = ends_of(capacity, 4 * position, payload)
                most = 4 * free - LENGTH if free else -1
                assert producer.is_full() is (most < 0)
                if most + 1 <= producer.max_frame:
                    with unchanged(queue):
                        assert producer.grant(most + 1) is None
                        assert producer.write_frame(bytes(most + 1)) is False
                if most < 0:
                    continue
                data = bytes(range(100, 100 + most))
                if callable(form):
                    assert form(producer, data) is True
                else:
                    grant = producer.grant(most)
                    grant.view[:] = data
                    grant.commit(most)
                queue._check()
                assert drained(consumer) == [payload, data]


def test_a_frame_of_22_bytes_goes_across_the_wrap_at_every_position() -> None:
    for capacity in (28, 30, 31, 32, 40, 52):
        for position in range(0, capacity // 4 * 4 + 1, 4):
            for write in WRITES:
                for read in READS:
                    queue, producer, consumer = ends_of(capacity, position)
                    assert write(producer, PAYLOAD) is True
                    queue._check()
                    target = bytearray(23)
                    assert read(consumer, target) == 22
                    assert target == PAYLOAD + b"\0"
                    queue._check()


def test_frames_of_22_bytes_follow_each_other_around_the_ring() -> None:
    queue, producer, consumer = ends_of(64)
    written = 0
    target = bytearray(22)
    for read in range(100):
        while producer.write_frame(bytes([written % 251]) * 22):
            written += 1
        assert producer.frames() == written - read >= 1
        assert consumer.read_frame_into(target) == 22
        assert target == bytes([read % 251]) * 22
        queue._check()


def test_a_frame_takes_4_bytes_and_whole_words() -> None:
    for size in range(10):
        capacity = 4 + (size + 3) // 4 * 4
        _, producer, _ = ends_of(capacity)
        assert producer.write_frame(bytes(size))
        assert producer.is_full()
        with pytest.raises(ValueError, match="outside"):
            BBQueue(capacity - 1 if size else 4).split_framed()[0].write_frame(bytes(size or 1))


def test_a_partly_committed_frame_gives_the_rest_back() -> None:
    queue, producer, consumer = ends_of(40)
    grant = producer.grant(36)
    grant.view[:5] = b"abcde"
    grant.commit(5)
    assert len(producer.grant(24)) == 24
    assert bytes(consumer.read().view) == b"abcde"
    queue._check()


@pytest.mark.parametrize("used", [22, 23, 1000, (1 << 31) - 1])
@pytest.mark.parametrize("position", [0, 24, 40])
def test_a_commit_of_more_than_was_granted_commits_what_was_granted(
    position: int, used: int
) -> None:
    for by in ("commit", "commit_on_exit"):
        _, producer, consumer = ends_of(40, position)
        with producer.grant(22) as grant:
            grant.view[:] = PAYLOAD
            getattr(grant, by)(used)
        assert drained(consumer) == [PAYLOAD]


@pytest.mark.parametrize("size", [-1, -4, -5, -8, 13, 16, 1000, (1 << 31) - 8, -(1 << 31)])
def test_a_frame_that_can_never_be_is_named_with_max_frame(size: int) -> None:
    queue, producer, _ = ends_of(18)
    complaint = f"a frame of {size} bytes is outside of 0 to 12, max_frame"
    with refused(queue, complaint):
        producer.grant(size)
    with refused(queue, complaint):
        bbqueue.write_frame(producer.image, bytes(20), size)
    if 0 <= size < 2000:
        with refused(queue, complaint):
            producer.write_frame(bytes(size))


@pytest.mark.parametrize("size", [1.0, "1", None, b"1"])
def test_a_size_that_is_no_int_is_a_type_error(size: Any) -> None:
    queue, producer, consumer = ends_of(16, 0, b"ab")
    with refused(queue, ".", TypeError):
        producer.grant(size)
    with refused(queue, ".", TypeError):
        bbqueue.write_frame(producer.image, b"1234", size)
    write = producer.grant(3)
    for verb in (write.commit, write.commit_on_exit):
        with refused(queue, ".", TypeError):
            verb(size)
    write.commit(0)
    assert drained(consumer) == [b"ab", b""]


# --- nothing at all -----------------------------------------------------------------------------


def test_an_empty_frame_is_a_frame() -> None:
    queue, producer, consumer = ends_of(16)
    producer.grant(0).commit(0)
    producer.grant(4).commit(0)
    assert producer.write_frame(b"")
    assert bbqueue.write_frame(producer.image, bytearray(), 0)
    assert producer.is_full()
    assert producer.frames() == len(consumer) == 4
    assert producer.write_frame(b"") is False
    grant = consumer.read()
    assert (len(grant), bytes(grant.view)) == (0, b"")
    grant.release()
    assert consumer.read_frame_into(bytearray()) == 0
    assert bbqueue.read_frame_into(consumer.image, bytearray()) == 0
    assert drained(consumer) == [b""]
    assert consumer.read_frame_into(bytearray()) is None
    assert bbqueue.read_frame_into(consumer.image, bytearray()) == -1
    queue._check()


@pytest.mark.parametrize("capacity", [4, 5, 7])
def test_the_smallest_queue_takes_one_empty_frame_again_and_again(capacity: int) -> None:
    for write in WRITES:
        _, producer, consumer = ends_of(capacity)
        for _ in range(5):
            assert write(producer, b"") is True
            assert write(producer, b"") is False
            assert producer.grant(0) is None
            assert drained(consumer) == [b""]


@pytest.mark.parametrize("position", [0, 4, 12])
@pytest.mark.parametrize("fails", [False, True])
def test_a_grant_that_is_left_without_a_commit_publishes_nothing(
    position: int, fails: bool
) -> None:
    _, producer, consumer = ends_of(16, position)

    def block() -> None:
        with producer.grant(8) as grant:
            grant.view[:] = b"\xee" * 8
            if fails:
                grant.commit_on_exit(8)
                raise Trouble

    for _ in range(3):
        run_block(block, fails)
        assert producer.frames() == 0
        assert consumer.read() is None
    assert len(producer.grant(12)) == 12  # nothing was lost


def test_a_wrapped_grant_that_is_dropped_leaves_the_queue_as_it_was() -> None:
    # 8 bytes are free behind the frame, and 12 before it.
    queue, producer, consumer = ends_of(28, 12, b"abcd")
    with producer.grant(8) as grant:
        grant.view[:] = b"\xee" * 8
        assert queue.image[HEADER + LENGTH] == 0xEE  # it wrapped
    queue._check()
    assert producer.write_frame(b"efgh")
    assert bytes(queue.image)[HEADER + 24 : HEADER + 28] == b"efgh"  # the tail was used
    assert drained(consumer) == [b"abcd", b"efgh"]


def test_a_frame_that_was_read_and_not_released_waits_on() -> None:
    _, _, consumer = ends_of(32, 12, b"ab", b"cd")
    for _ in range(3):
        with consumer.read() as frame:
            assert bytes(frame.view) == b"ab"
        with pytest.raises(Trouble), consumer.read() as frame:
            frame.release_on_exit()
            raise Trouble
    with consumer.read() as frame:
        frame.release_on_exit()
    assert drained(consumer) == [b"cd"]


def test_a_plan_does_not_outlive_its_grant() -> None:
    _, producer, consumer = ends_of(32, 0, b"ab")
    for _ in range(4):  # both of the grants that take turns
        with pytest.raises(Trouble), producer.grant(1) as grant:
            grant.commit_on_exit(1)
            raise Trouble
        with producer.grant(1):
            pass
        with pytest.raises(Trouble), consumer.read() as frame:
            frame.release_on_exit()
            raise Trouble
        with consumer.read():
            pass
    assert drained(consumer) == [b"ab"]


# --- dead grants, and one at a time -------------------------------------------------------------


def test_a_dead_grant_leaves_the_next_one_untouched() -> None:
    queue, producer, consumer = ends_of(40)
    dead = producer.grant(3)
    dead.commit(0)
    for step in range(4):
        live = producer.grant(1)
        live.view[:] = b"abcd"[step : step + 1]
        assert live is not dead
        assert_dead(queue, dead)
        assert bytes(live.view) == b"abcd"[step : step + 1]
        live.commit(1)
        dead = live
    dead = consumer.read()
    dead.release()
    for step in range(4):
        live = consumer.read()
        assert live is not dead
        assert_dead(queue, dead)
        assert bytes(live.view) == b"abcd"[step : step + 1]
        live.release()
        dead = live


def test_a_dead_grant_of_a_stream_leaves_frames_untouched_and_the_reverse() -> None:
    queue: Queue = BBQueue(60)
    dead: set[Grant] = set()  # of the other use: each end's both
    for framed in (False, True, False, True):
        producer, consumer = queue.split_framed() if framed else queue.split()
        ended: set[Grant] = set()
        for _ in range(4):
            write = producer.grant(2) if framed else producer.grant_exact(2)
            for grant in dead:
                assert_dead(queue, grant)
            write.view[:] = b"ab"
            write.commit(2)
            read = consumer.read()
            for grant in dead:
                assert_dead(queue, grant)
            assert bytes(read.view) == b"ab"
            read.end()
            ended |= {write, read}
        queue.release(producer, consumer)
        dead = ended
        assert len(dead) == 4


def test_a_second_grant_is_refused_and_the_first_lives_on() -> None:
    queue, producer, consumer = ends_of(40, 0, b"ab")
    write, read = producer.grant(2), consumer.read()
    with refused(queue, "a grant is live: end it"):
        producer.grant(1)
    for one_call in WRITES:
        with refused(queue, "a grant is live: end it"):
            one_call(producer, b"x")
    for verb in (consumer.read, consumer.clear):
        with refused(queue, "a read grant is live: end it"):
            verb()
    for one_call in READS:
        with refused(queue, "a read grant is live: end it"):
            one_call(consumer, bytearray(9))
    write.view[:] = b"cd"
    write.commit(2)
    assert bytes(read.view) == b"ab"
    read.release()
    assert drained(consumer) == [b"cd"]


# --- the one-call forms -------------------------------------------------------------------------


@pytest.mark.parametrize("write", WRITES, ids=FORMS)
@pytest.mark.parametrize("read", READS, ids=FORMS)
def test_a_frame_of_every_length_goes_through_at_every_alignment(
    write: Callable[[End, Any], Any], read: Callable[[End, Any], Any]
) -> None:
    data = bytes(i * 7 % 251 for i in range(80))
    for size in [*range(14), 30, 31, 32, 33, 36, 39, 63, 64, 65, 71]:
        for shift in range(4):
            _, producer, consumer = ends_of(76)
            source = memoryview(data)[shift : shift + size]
            assert write(producer, source) is True
            target = bytearray(b"\xa5" * (size + 8))
            assert read(consumer, memoryview(target)[shift:]) == size
            assert target == b"\xa5" * shift + source + b"\xa5" * (8 - shift)


@pytest.mark.parametrize("read", READS, ids=FORMS)
def test_a_frame_longer_than_the_buffer_waits_on(read: Callable[[End, Any], Any]) -> None:
    for position in (0, 24, 40):
        queue, _, consumer = ends_of(40, position, PAYLOAD)
        for size in (0, 1, 20, 21):
            target = bytearray(b"\xa5" * size)
            with refused(queue, "range|bounds|longer", IndexError):
                read(consumer, target)
            assert target == b"\xa5" * size
        target = bytearray(22)
        assert read(consumer, target) == 22
        assert target == PAYLOAD


@pytest.mark.parametrize("read", READS, ids=FORMS)
@pytest.mark.parametrize("target", [bytes(8), memoryview(bytes(8)), "12345678", 8, None])
def test_a_target_that_is_not_writable_memory_is_refused(
    read: Callable[[End, Any], Any], target: object
) -> None:
    queue, _, consumer = ends_of(16, 0, b"ab")
    with refused(queue, ".", TypeError):
        read(consumer, target)
    assert drained(consumer) == [b"ab"]


@pytest.mark.parametrize("read", READS, ids=FORMS)
def test_a_frame_is_read_into_an_array(read: Callable[[End, Any], Any]) -> None:
    _, _, consumer = ends_of(16, 0, struct.pack("<2I", 7, 1 << 31))
    words = array("I", [9] * 8)
    assert read(consumer, words) == 8
    assert list(words) == [7, 1 << 31, *[9] * 6]


def test_the_function_writes_a_frame_from_an_array() -> None:
    _, producer, consumer = ends_of(16)
    assert bbqueue.write_frame(producer.image, array("I", [7, 8, 9, 10]), 4)
    assert drained(consumer) == [struct.pack("<I", 7)]


@pytest.mark.parametrize(
    "buffer",
    ["ab", [1, 2], 3, None, array("H", [1]), array("B", [1]), memoryview(array("H", [1]))],
)
def test_what_is_no_bytes_is_not_written_as_a_frame(buffer: object) -> None:
    queue, producer, consumer = ends_of(16)
    for before in (b"", b"ab"):
        producer.write_frame(before)
        for _ in range(2):  # it is not taken for bytes the second time either
            with refused(queue, f"is needed, not a {type(buffer).__name__}", TypeError):
                producer.write_frame(buffer)
    assert drained(consumer) == [b"", b"ab"]


@pytest.mark.parametrize("buffer", ["ab", [1, 2], 3, None])
def test_the_function_writes_no_frame_from_what_is_no_memory(buffer: Any) -> None:
    queue, producer, _ = ends_of(16)
    with refused(queue, ".", TypeError):
        bbqueue.write_frame(producer.image, buffer, 2)


def test_the_function_refuses_a_size_beyond_the_buffer() -> None:
    queue, producer, _ = ends_of(16)
    for size in (3, 4, 12):
        with refused(queue, "range|bounds|longer", IndexError):
            bbqueue.write_frame(producer.image, b"ab", size)


def test_a_buffer_that_is_written_again_is_written_as_it_is_now() -> None:
    _, producer, consumer = ends_of(40)
    buffer = bytearray(b"ab")
    assert producer.write_frame(buffer)
    buffer[:] = b"cdefgh"
    assert producer.write_frame(buffer)
    buffer.clear()
    assert producer.write_frame(buffer)
    assert producer.write_frame(b"i")
    assert drained(consumer) == [b"ab", b"cdefgh", b"", b"i"]


@pytest.mark.parametrize("image", [bytearray(80), bytearray(b"\xff" * 80)])
def test_the_functions_refuse_what_is_no_image_of_a_bbqueue(image: bytearray) -> None:
    before = bytes(image)
    with pytest.raises(TypeError, match="not the image of a BBQueue"):
        bbqueue.write_frame(image, b"ab", 2)
    with pytest.raises(TypeError, match="not the image of a BBQueue"):
        bbqueue.read_frame_into(image, bytearray(8))
    assert bytes(image) == before


def test_the_functions_refuse_a_queue_that_is_not_split_for_frames() -> None:
    queue = BBQueue(16)
    uses: list[Callable[[], object]] = [
        lambda: bbqueue.write_frame(queue.image, b"ab", 2),
        lambda: bbqueue.read_frame_into(queue.image, bytearray(8)),
    ]
    for use in uses:
        with refused(queue, "ends for frames.* no ends"):
            use()
        ends = queue.split()
        with refused(queue, "ends for frames.* split into the ends of a stream"):
            use()
        queue.release(*ends)


# --- frames that cannot be true -----------------------------------------------------------------

# A frame of 22 bytes takes 28: its length can be told to be as long as its room, not more.
LIES = [-1, -4, -(1 << 31), 25, 26, 28, 1000, 1 << 24, (1 << 31) - 1, (1 << 31) - 8]


def poke(queue: Queue, position: int, length: int) -> None:
    struct.pack_into("<i", queue.image, HEADER + position, length)


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("position", [0, 8, 24, 40])
def test_a_header_that_cannot_be_true_is_reported_and_clear_recovers(
    position: int, lie: int
) -> None:
    queue, producer, consumer = ends_of(40, position, PAYLOAD)
    begin = position if position + 28 <= 40 else 0
    assert bytes(queue.image)[HEADER + begin :][:4] == b"\x16\0\0\0"
    poke(queue, begin, lie)
    target = bytearray(b"\xa5" * 2000)
    for _ in range(2):
        for use in (
            consumer.read,
            lambda: consumer.read_frame_into(target),
            lambda: bbqueue.read_frame_into(consumer.image, target),
            lambda: list(consumer),
        ):
            with pytest.raises(ValueError, match=f"header tells {lie} bytes where at most 24"):
                use()
    assert target == b"\xa5" * 2000
    assert producer.frames() == 0
    queue._check()
    consumer.clear()
    assert consumer.read() is None
    assert producer.write_frame(PAYLOAD)
    assert drained(consumer) == [PAYLOAD]


def test_the_frames_before_one_that_cannot_be_true_are_counted_and_read() -> None:
    queue, producer, consumer = ends_of(40, 8, b"abcd", b"efgh", b"ijkl", b"")
    poke(queue, 16, 17)  # where 4 + 8 + 4 bytes follow
    assert producer.frames() == consumer.frames() == 1
    with consumer.read() as frame:
        assert bytes(frame.view) == b"abcd"
        frame.release_on_exit()
    assert consumer.frames() == 0
    assert not consumer.is_empty()
    with pytest.raises(ValueError, match="header tells 17 bytes where at most 16"):
        consumer.read()


@pytest.mark.parametrize("use", ["method", "function"])
def test_frames_go_where_frames_were_read_before_those_that_wait(use: str) -> None:
    queue, producer, consumer = ends_of(40, 0, b"aaaa", b"bbbb", b"cccc", b"dddd", b"eeee")
    for _ in range(3):
        consumer.read_frame_into(bytearray(4))
    for frame in (b"ffff", b"gggg", b"hhhh", b""):
        if use == "method":
            written = producer.write_frame(frame)
        else:
            written = bbqueue.write_frame(producer.image, frame, len(frame))
        assert written is bool(frame)
        queue._check()
    assert drained(consumer) == [b"dddd", b"eeee", b"ffff", b"gggg", b"hhhh"]


READS_AGAIN: list[Callable[[End], Any]] = [
    lambda consumer: consumer.read(),
    lambda consumer: consumer.read_frame_into(bytearray(9)),
    lambda consumer: bbqueue.read_frame_into(consumer.image, bytearray(9)),
]


def lying_where_the_ring_begins_again() -> tuple[Queue, End]:
    """A queue in which one frame of 4 bytes waits, at 0, whose header tells 5; its consumer."""
    queue, producer, consumer = ends_of(40, 0, b"aaaa", b"bbbb", b"cccc", b"dddd", b"eeee")
    consumer.read_frame_into(bytearray(4))
    assert producer.write_frame(b"ffff")
    for _ in range(4):
        consumer.read_frame_into(bytearray(4))
    poke(queue, 0, 5)
    return queue, consumer


def test_a_header_that_cannot_be_true_is_reported_where_the_ring_begins_again() -> None:
    queue, consumer = lying_where_the_ring_begins_again()
    for use in READS_AGAIN:
        with pytest.raises(ValueError, match="header tells 5 bytes where at most 4"):
            use(consumer)
    poke(queue, 0, 4)
    assert drained(consumer) == [b"ffff"]


@pytest.mark.parametrize("use", READS_AGAIN)
def test_whoever_comes_first_to_where_the_ring_begins_again_reports_it(
    use: Callable[[End], Any],
) -> None:
    _, consumer = lying_where_the_ring_begins_again()
    with pytest.raises(ValueError, match="header tells 5 bytes where at most 4 "):
        use(consumer)


def test_the_whole_queue_says_how_much_was_committed_at_most() -> None:
    queue, *ends = ends_of(40, 8, PAYLOAD)
    queue.release(*ends)
    poke(queue, 8, 25)
    with pytest.raises(ValueError, match="header tells 25 bytes where at most 24 "):
        list(queue)


def test_a_header_that_tells_more_than_is_left_before_the_wrap_is_reported() -> None:
    # 12 bytes before the wrap, and a frame after it: the lie would fit in the two together.
    queue, producer, consumer = ends_of(40, 28, b"abcdefgh", b"ijklmnop")
    poke(queue, 28, 9)
    assert producer.frames() == 0
    with pytest.raises(ValueError, match="header tells 9 bytes where at most 8"):
        consumer.read()


@pytest.mark.parametrize("lie", LIES)
def test_the_whole_queue_does_not_believe_a_header_that_cannot_be_true(lie: int) -> None:
    queue, *ends = ends_of(40, 8, PAYLOAD)
    queue.release(*ends)
    poke(queue, 8, lie)
    assert len(queue) == 0
    try:
        frames = list(queue)
    except ValueError as error:
        assert str(lie) in str(error)
    else:
        assert frames == []  # at least it agrees with len


# --- long frames --------------------------------------------------------------------------------


@pytest.mark.parametrize("capacity", [70_000, 1 << 20])
def test_frames_above_64_kib_go_around_the_wrap(capacity: int) -> None:
    size = 66_001
    data = bytes(i % 251 for i in range(size))
    queue, producer, consumer = ends_of(capacity, capacity // 4 * 4 - 65_536)
    assert producer.write_frame(data)  # does not fit in the 64 KiB before the wrap
    assert bytes(queue.image)[HEADER:][:4] == struct.pack("<I", size)
    assert producer.frames() == 1
    target = bytearray(size + 1)
    assert consumer.read_frame_into(target) == size
    assert target == data + b"\0"
    with producer.grant(producer.max_frame) as grant:
        grant.view[-3:] = b"end"
        grant.commit_on_exit(producer.max_frame)
    assert producer.is_full()
    with consumer.read() as frame:
        assert len(frame) == producer.max_frame == (capacity & ~3) - 4
        assert bytes(frame.view[-3:]) == b"end"
        frame.release_on_exit()
    queue._check()


def test_a_header_of_a_long_frame_that_cannot_be_true_is_reported() -> None:
    queue, _, consumer = ends_of(1 << 20, 0, b"ab")
    poke(queue, 0, 65_536 + 2)  # its low 16 bits are true
    with pytest.raises(ValueError, match="header tells 65538 bytes where at most 4"):
        consumer.read()


# --- the ends -----------------------------------------------------------------------------------

END_VERBS: list[tuple[str, tuple[Any, ...]]] = [
    ("grant", (1,)),
    ("grant", (0,)),
    ("write_frame", (b"1",)),
    ("write_frame", (b"",)),
    ("read", ()),
    ("read_frame_into", (bytearray(8),)),
    ("__next__", ()),
    ("clear", ()),
]


@pytest.mark.parametrize(("verb", "arguments"), END_VERBS)
@pytest.mark.parametrize("waiting", [(), (b"ab", b"")])
def test_ends_used_after_their_release_are_refused(
    verb: str, arguments: tuple[Any, ...], waiting: tuple[bytes, ...]
) -> None:
    queue, producer, consumer = ends_of(40, 0, *waiting)
    iter(consumer)
    queue.release(producer, consumer)
    end = producer if hasattr(producer, verb) and verb != "__next__" else consumer
    with refused(queue, "one of the ends for frames.* no ends: they were released"):
        getattr(end, verb)(*arguments)
    assert queue == list(waiting)


@pytest.mark.parametrize(("verb", "arguments"), END_VERBS)
def test_ends_for_frames_are_refused_while_the_queue_is_split_for_a_stream(
    verb: str, arguments: tuple[Any, ...]
) -> None:
    queue, producer, consumer = ends_of(40)
    iter(consumer)
    queue.release(producer, consumer)
    stream_producer, stream_consumer = queue.split()
    stream_producer.write(b"abcd")
    end = producer if hasattr(producer, verb) and verb != "__next__" else consumer
    with refused(queue, "one of the ends for frames.* split into the ends of a stream"):
        getattr(end, verb)(*arguments)
    assert bytes(stream_consumer.read().view) == b"abcd"


def test_foreign_ends_are_refused() -> None:
    queue, producer, consumer = ends_of(40, 0, b"ab")
    _, other_producer, other_consumer = ends_of(40, 0, b"ab")
    for ends in (
        (other_producer, consumer),
        (producer, other_consumer),
        (consumer, producer),
        BBQueue(40).split(),
    ):
        with refused(queue, "not the Producer and the Consumer of this BBQueue"):
            queue.release(*ends)
    queue.release(producer, consumer)
    assert list(queue) == [b"ab"]


@pytest.mark.parametrize("side", ["write", "read"])
def test_the_ends_are_not_taken_back_while_a_grant_is_live(side: str) -> None:
    queue, producer, consumer = ends_of(40, 0, b"ab")
    grant = producer.grant(0) if side == "write" else consumer.read()
    with refused(queue, "a grant is live: end it before the ends are released"):
        queue.release(producer, consumer)
    with grant:
        pass
    queue.release(producer, consumer)
    assert list(queue) == [b"ab"]


def test_frames_that_wait_at_a_release_are_the_next_consumers() -> None:
    queue, producer, consumer = ends_of(40, 24, b"abcd", b"", PAYLOAD[:10])
    queue.release(producer, consumer)
    with refused(queue, "frames wait in this BBQueue: read or clear them first"):
        queue.split()
    with unchanged(queue):
        assert list(queue) == list(queue) == [b"abcd", b"", PAYLOAD[:10]]
        assert (len(queue), bool(queue)) == (3, True)
        assert repr(queue) == "<BBQueue(40), 3 waiting>"
        assert queue == [b"abcd", b"", PAYLOAD[:10]]
        assert queue != [b"abcd", b"", b"x"]
    assert drained(queue.split_framed()[1]) == [b"abcd", b"", PAYLOAD[:10]]


def test_frames_that_were_cleared_leave_the_queue_to_a_stream() -> None:
    queue, *ends = ends_of(40, 24, b"abcd", b"efgh")
    queue.release(*ends)
    queue.clear()
    assert (len(queue), list(queue), bool(queue)) == (0, [], False)
    producer, _ = queue.split()
    assert producer.max_guaranteed_grant() == 40


def test_a_frames_bytes_may_be_changed_in_place_and_nothing_else() -> None:
    _, _, consumer = ends_of(40, 24, b"abcde", b"fg")
    with consumer.read() as frame:
        frame.view[0] = ord("A")
        with pytest.raises(IndexError):
            frame.view[5] = 0
    assert drained(consumer) == [b"Abcde", b"fg"]


def test_an_iteration_of_the_consumer_releases_each_frame_before_the_next() -> None:
    _, producer, consumer = ends_of(40, 24, b"ab", b"", b"cd")
    seen = []
    for frame in consumer:
        seen.append((bytes(frame.view), producer.frames()))
    assert seen == [(b"ab", 3), (b"", 2), (b"cd", 1)]
    assert consumer.is_empty()


def test_repr_tells_what_waits() -> None:
    _, producer, consumer = ends_of(40, 0, b"abc")
    assert repr(producer) == "<FramedProducer of BBQueue(40), 8 used>"
    assert repr(consumer) == "<FramedConsumer of BBQueue(40), 8 used>"
    frame = consumer.read()
    assert repr(frame) == "<Frame, 3 bytes>"
    frame.release()
    assert repr(frame) == "<Frame, empty or dead>"
