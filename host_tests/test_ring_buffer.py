"""RingBuffer against a bytearray, and each of its promises by name."""

import json
import random
import threading
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from heapless_py import Full, RingBuffer, ring_buffer
from host_tests.unix import Unix

Ring = Any  # wrong uses are tested as well
HEADER = 16  # bytes of an image before the ring
JUNK = 0xA5

FORMS = ("method", "function")


def write(form: str, ring: Ring, data: bytes | memoryview) -> Any:
    if form == "method":
        return ring.write(data)
    return ring_buffer.write(ring.image, data, len(data))


def readinto(form: str, ring: Ring, target: bytearray | memoryview) -> Any:
    if form == "method":
        return ring.readinto(target)
    return ring_buffer.readinto(ring.image, target, len(target))


@contextmanager
def refused(ring: Ring, complaint: str, error: type[Exception] = ValueError) -> Iterator[None]:
    """It raises, says why, and leaves every byte of the image alone."""
    before = bytes(ring.image)
    with pytest.raises(error, match=complaint):
        yield
    assert bytes(ring.image) == before


class RingMachine(RuleBasedStateMachine):
    """Every verb, in any order."""

    @initialize(capacity=st.integers(1, 40), position=st.integers(0, 80), in_buffer=st.booleans())
    def construct(self, capacity: int, position: int, in_buffer: bool) -> None:
        memory = bytearray(b"\xff" * (RingBuffer.size_of(capacity) + 3)) if in_buffer else None
        self.ring = RingBuffer(capacity, memory)
        self.model = bytearray()
        self.next = 0  # so that every byte differs from its neighbours
        for _ in range(position):
            self.ring.write(b"?")
            self.ring.read(1)

    def fresh(self, size: int, shift: int) -> memoryview:
        """The next bytes of the stream, which begin so many bytes after a word."""
        data = bytes((self.next + i) % 251 for i in range(size))
        return memoryview(bytes(shift) + data)[shift:]

    @rule(form=st.sampled_from(FORMS), size=st.integers(0, 45), shift=st.integers(0, 3))
    def write(self, form: str, size: int, shift: int) -> None:
        data = self.fresh(size, shift)
        taken = min(size, self.ring.capacity - len(self.model))
        assert write(form, self.ring, data) == taken
        self.model += data[:taken]
        self.next += taken

    @rule(form=st.sampled_from(FORMS), size=st.integers(0, 45), shift=st.integers(0, 3))
    def readinto(self, form: str, size: int, shift: int) -> None:
        memory = bytearray([JUNK]) * (shift + size + 4)
        count = min(size, len(self.model))
        assert readinto(form, self.ring, memoryview(memory)[shift : shift + size]) == count
        assert memory[shift : shift + count] == self.taken(count)
        assert set(memory[:shift] + memory[shift + count :]) == {JUNK}

    @rule(size=st.integers(-3, 45), limit=st.integers(-3, 50))
    def readinto_at_most(self, size: int, limit: int) -> None:
        memory = bytearray(max(0, size))
        count = min(len(memory), len(self.model), limit if limit >= 0 else 99)
        assert self.ring.readinto(memory, limit) == count
        assert memory == self.taken(count) + bytes(len(memory) - count)

    def taken(self, count: int) -> bytes:
        data = bytes(self.model[:count])
        del self.model[:count]
        return data

    @rule(size=st.integers(-2, 45))
    def read(self, size: int) -> None:
        count = len(self.model) if size < 0 else min(size, len(self.model))
        assert self.ring.read(size) == self.taken(count)

    @rule(size=st.integers(-2, 45))
    def readline(self, size: int) -> None:
        end = self.model.find(b"\n") + 1 or len(self.model)
        count = end if size < 0 else min(size, end)
        assert self.ring.readline(size) == self.taken(count)

    @rule()
    def read_all(self) -> None:
        assert self.ring.read() == self.taken(len(self.model))

    @rule(line=st.sampled_from([b"\n", b"ab\n", b"\n\n", b"a\nb"]))
    def write_lines(self, line: bytes) -> None:
        taken = self.ring.write(line)
        assert taken == min(len(line), self.ring.capacity - len(self.model))
        self.model += line[:taken]

    @rule()
    def clear(self) -> None:
        self.ring.clear()
        self.model.clear()

    @rule(index=st.integers(-50, 50))
    def look(self, index: int) -> None:
        waits = 0 <= index < len(self.model)
        assert self.ring.peek(index) == (self.model[index] if waits else None)
        if -len(self.model) <= index < len(self.model):
            assert self.ring[index] == self.model[index]
        else:
            with refused(
                self.ring, f"index {index} is outside of the {len(self.model)}", IndexError
            ):
                self.ring[index]

    @invariant()
    def is_like_the_model(self) -> None:
        self.ring._check()
        used, room = len(self.model), self.ring.capacity - len(self.model)
        assert list(self.ring) == list(self.model)
        assert self.ring == self.model
        assert self.ring != bytes([*self.model, 0])
        assert len(self.ring) == self.ring.any() == used
        assert self.ring.free() == room
        assert self.ring.is_empty() is (used == 0)
        assert self.ring.is_full() is (room == 0)
        assert bool(self.ring) is (used > 0)
        assert self.ring.ioctl(3, 5) == (1 if used else 0) | (4 if room else 0)
        assert repr(self.ring) == f"<RingBuffer({self.ring.capacity}), {used} waiting>"


TestRing = RingMachine.TestCase
TestRing.settings = settings(max_examples=150, stateful_step_count=50, deadline=None)


# --- construction -------------------------------------------------------------------------------


@pytest.mark.parametrize("capacity", [0, -1, 1 << 30])
def test_a_capacity_out_of_range_is_refused(capacity: int) -> None:
    with pytest.raises(ValueError, match=f"capacity {capacity} is outside of 1 to 1073741823"):
        RingBuffer(capacity)


@pytest.mark.parametrize("capacity", ["8", None, 1.5, True, [8]])
def test_a_capacity_that_is_no_int_is_refused(capacity: Any) -> None:
    with pytest.raises(TypeError, match="a capacity is an int"):
        RingBuffer(capacity)


@pytest.mark.parametrize("size", [20, 23, 24, 100])
def test_memory_in_the_place_of_a_capacity_becomes_the_ring(size: int) -> None:
    memory = bytearray(size)
    ring = RingBuffer(memory)
    assert ring.capacity == size // 4 * 4 - HEADER
    assert ring.write(bytes(range(size))) == ring.capacity
    assert memory[HEADER : HEADER + ring.capacity] == bytes(range(ring.capacity))


@pytest.mark.parametrize("size", [0, 16, 19])
def test_memory_of_no_more_than_the_header_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match=f"a buffer of {size} bytes leaves none"):
        RingBuffer(bytearray(size))


def test_a_buffer_that_is_too_short_is_refused() -> None:
    with pytest.raises(ValueError, match="shorter than the 24 bytes needed"):
        RingBuffer(8, bytearray(23))


def test_size_of_is_the_image() -> None:
    for capacity in range(1, 20):
        assert len(RingBuffer(capacity).image) == RingBuffer.size_of(capacity)


def test_from_bytes_holds_them_and_refuses_more_than_fit() -> None:
    assert RingBuffer.from_bytes(3, b"abc") == b"abc"
    with pytest.raises(Full):
        RingBuffer.from_bytes(3, b"abcd")
    with pytest.raises(TypeError, match="bytes, a bytearray"):
        RingBuffer.from_bytes(3, "abc")  # type: ignore[arg-type]


def test_a_ring_beyond_64_kib_keeps_every_byte() -> None:
    ring = RingBuffer(200_003)
    chunk = bytes(range(256)) * 300
    expected = bytearray()
    for _ in range(7):
        expected += chunk[: ring.write(chunk)]
        target = bytearray(70_001)
        count = ring.readinto(target)
        assert target[:count] == expected[:count]
        del expected[:count]
    assert ring == expected


# --- what is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize("data", ["text", 5, None, [1], array("H", [1])])
def test_what_is_no_bytes_is_not_written(data: Any) -> None:
    ring = RingBuffer.from_bytes(8, b"ab")
    for _ in range(2):  # it is not taken for bytes the second time either
        with refused(ring, f"is needed, not a {type(data).__name__}", TypeError):
            ring.write(data)


@pytest.mark.parametrize(
    "target", [bytes(4), memoryview(bytes(4)), "text", 5, None, array("H", [1])]
)
def test_a_target_that_is_no_writable_bytes_is_refused(target: Any) -> None:
    ring = RingBuffer.from_bytes(8, b"ab")
    with refused(ring, "needed.*, not a", TypeError):
        ring.readinto(target)


def test_the_functions_refuse_what_is_no_ring() -> None:
    ring = RingBuffer(8)
    images: tuple[Any, ...] = (bytearray(24), array("I", [0] * 8))
    for image in images:
        for size in (0, 1):
            with refused(ring, "not the image of a RingBuffer", TypeError):
                ring_buffer.write(image, b"a", size)
        with refused(ring, "not the image of a RingBuffer", TypeError):
            ring_buffer.readinto(image, bytearray(1), 1)


def test_the_functions_refuse_sizes_that_the_buffer_has_not() -> None:
    ring = RingBuffer.from_bytes(8, b"abcd")
    for size in (3, 4, 100):
        with refused(ring, "range|bounds", IndexError):
            ring_buffer.write(ring.image, b"ab", size)
        with refused(ring, "range|bounds", IndexError):
            ring_buffer.readinto(ring.image, bytearray(2), size)
    with refused(ring, "write of -1 bytes"):
        ring_buffer.write(ring.image, b"ab", -1)
    with refused(ring, "read of -1 bytes"):
        ring_buffer.readinto(ring.image, bytearray(2), -1)


@pytest.mark.parametrize("buffer", ["ab", 5, None, [1, 2]])
def test_the_functions_refuse_what_is_no_memory(buffer: Any) -> None:
    ring = RingBuffer.from_bytes(8, b"abcd")
    with refused(ring, ".", TypeError):
        ring_buffer.write(ring.image, buffer, 2)
    with refused(ring, ".", TypeError):
        ring_buffer.readinto(ring.image, buffer, 2)


def test_the_functions_move_the_bytes_of_an_array() -> None:
    ring = RingBuffer(8)
    assert ring_buffer.write(ring.image, array("B", [1, 2, 3]), 3) == 3
    target = array("B", bytes(4))
    assert ring_buffer.readinto(ring.image, target, 4) == 3
    assert target == array("B", [1, 2, 3, 0])


def test_a_byte_0_is_seen() -> None:
    ring = RingBuffer.from_bytes(8, b"\0\1\0")
    assert [ring.peek(index) for index in range(4)] == [0, 1, 0, None]


def test_a_negative_size_reads_all_that_fits() -> None:
    for size in (-1, -2, None, 5, 99):
        ring = RingBuffer.from_bytes(8, b"abcdef")
        target = bytearray(5)
        assert ring.readinto(target, size) == 5
        assert target == b"abcde"
        assert ring.read() == b"f"
    with pytest.raises(TypeError):
        ring.readinto(target, 1.0)  # type: ignore[arg-type]


def test_unless_told_a_line_is_whole_and_a_look_is_at_the_oldest_byte() -> None:
    ring = RingBuffer.from_bytes(16, b"one\ntwo\nthree")
    assert ring.peek() == ord("o")
    assert (ring.readline(), ring.readline(), ring.readline()) == (b"one\n", b"two\n", b"three")
    assert ring.peek() is None
    ring.write(b"rest")
    assert ring.read() == b"rest"


# --- two contexts -------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_two_threads_lose_nothing(form: str) -> None:
    ring = RingBuffer(29)
    total = 2_000
    stream = bytes(i * 7 % 251 for i in range(total + 40))

    def writing() -> None:
        chance, sent = random.Random(1), 0
        while sent < total:
            size = min(chance.randrange(40), total - sent)
            sent += write(form, ring, memoryview(stream)[sent : sent + size])

    thread = threading.Thread(target=writing, daemon=True)
    thread.start()
    chance, came = random.Random(2), bytearray()
    while len(came) < total:
        target = bytearray(chance.randrange(40))
        came += target[: readinto(form, ring, target)]
    thread.join(20)
    assert came == stream[:total]


# --- a drop-in for RingIO -----------------------------------------------------------------------

# What a program does with a ring, each line's outcome to be shown.
DROP_IN = """
import json
import select
outcomes = []
def try_all(make):
    ring = make()
    into = bytearray(4)
    for line in LINES.strip().splitlines():
        try:
            outcome = eval(line, {"ring": ring, "into": into, "poll": poll})
        except Exception as error:
            outcome = type(error).__name__
        outcomes.append(str(outcome) + " " + str(ring.any()) + " " + str(into))
def poll(ring):
    poller = select.poll()
    poller.register(ring)
    return [event for _, event in poller.poll(0)]
"""

LINES = r"""
ring.any()
ring.read()
ring.read(3)
ring.readline()
ring.readinto(into)
ring.write(b"")
poll(ring)
ring.write(b"one\ntwo\nthree")
poll(ring)
ring.read(0)
ring.readline()
ring.readline(2)
ring.readline(-1)
ring.readinto(into, 2)
ring.readinto(into, 9)
ring.readinto(into, 0)
ring.readinto(into, -1)
ring.write(bytearray(b"0123456789abcdefghij"))
ring.write(b"x")
poll(ring)
ring.read(-1)
ring.write(memoryview(b"<a slice>")[1:6])
print("printed", file=ring)
print(1, 2.5, file=ring, end="")
ring.read()
ring.write(b'{"a": [1, 2]}')
__import__("json").load(ring)
ring.readinto(b"xx")
ring.readinto(5)
ring.write(5)
ring.read("x")
ring.close()
ring.write(b"after")
ring.read()
"""


@pytest.mark.parametrize("argument", ["16", "bytearray({})"])
def test_the_same_program_runs_on_a_ring_io(unix: Unix, argument: str) -> None:
    def outcomes(begin: str, name: str, size: int) -> list[str]:
        # RingIO keeps one byte of given memory for itself, and we the header.
        make = f"lambda: {name}({argument.format(size)})"
        code = (
            f"LINES = {LINES!r}\n{DROP_IN}\n{begin}\ntry_all({make})\nprint(json.dumps(outcomes))"
        )
        found: list[str] = json.loads(unix.exec(code))
        return found

    ours = outcomes("from heapless_py import RingBuffer", "RingBuffer", 16 + HEADER)
    theirs = outcomes("from micropython import RingIO", "RingIO", 17)
    assert ours == theirs
    assert len(ours) == len(LINES.strip().splitlines())


ASYNC = """
import asyncio
from {module} import {name}

async def main():
    ring = {name}(16)
    got = []
    async def send():
        writer = asyncio.StreamWriter(ring, {{}})
        for line in (b"one\\n", b"two\\n", b"a line longer than the ring\\n", b"end\\n"):
            writer.write(line)
            await writer.drain()
    task = asyncio.create_task(send())
    reader = asyncio.StreamReader(ring)
    while got[-1:] != [b"end\\n"]:
        got.append(await reader.readline())
    await task
    print(b"".join(got))

asyncio.run(asyncio.wait_for(main(), 5))
"""


def test_asyncio_streams_run_over_it_as_over_a_ring_io(unix: Unix) -> None:
    ours = unix.exec(ASYNC.format(module="heapless_py", name="RingBuffer"))
    theirs = unix.exec(ASYNC.format(module="micropython", name="RingIO"))
    assert ours == theirs
    assert ours == "b'one\\ntwo\\na line longer than the ring\\nend\\n'\n"


def test_python_streams_print_to_it() -> None:
    ring = RingBuffer(64)
    ring.write(b"%d bytes" % 7)
    ring.close()
    assert ring.read() == b"7 bytes"


Move = Callable[[str, Ring, Any], Any]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("move", [write, readinto])
def test_every_length_at_every_alignment_of_both(form: str, move: Move) -> None:
    data = bytes(i * 7 % 251 + 1 for i in range(80))
    for position in (0, 1, 3, 30, 76, 79):
        for shift in range(4):
            for size in (0, 1, 3, 4, 5, 31, 32, 33, 40, 63, 64, 67, 80):
                ring = RingBuffer(80)
                ring.write(bytes(position))
                ring.read()
                if move is write:
                    source = memoryview(bytes(shift) + data)[shift : shift + size]
                    assert write(form, ring, source) == size
                else:
                    ring.write(data[:size])
                    memory = bytearray(shift + size + 1)
                    target = memoryview(memory)[shift : shift + size]
                    assert readinto(form, ring, target) == size
                    assert memory == bytes(shift) + data[:size] + b"\0"
                    assert ring.is_empty()
                assert ring.read() == (data[:size] if move is write else b"")


def test_a_byte_is_got_by_every_index() -> None:
    for begin in range(5):
        ring = RingBuffer(5)
        ring.write(bytes(begin))
        ring.read()
        ring.write(b"abcd")
        for index in range(-4, 4):
            assert ring[index] == b"abcd"[index]
        for index in (-5, 4):
            with pytest.raises(IndexError):
                ring[index]


def test_memory_with_holes_in_it_is_refused() -> None:
    ring = RingBuffer(5)
    with pytest.raises(TypeError):
        ring.write(memoryview(b"abcd")[::2])
    assert ring.any() == 0
