"""An Arena gives out each of its bytes once, in whole words, and says when there are no more."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heapless_py import (
    Arena,
    BBQueue,
    Deque,
    Full,
    HistoryBuf,
    Plan,
    RingBuffer,
    SpscQueue,
    String,
    Vec,
    arena,
)
from host_tests.unix import Unix

ENTRIES = st.one_of(
    st.tuples(
        st.sampled_from((SpscQueue, Vec, Deque, HistoryBuf)),
        st.integers(1, 20),
        st.sampled_from(("B", "h", "I", "IhB", "bxi")),
    ),
    st.tuples(st.sampled_from((BBQueue, RingBuffer, String)), st.integers(1, 50)),
    st.integers(1, 50),
)


def given_out(arena: Any, entry: Any) -> Any:
    """The memory of what this entry of a plan is, in the arena."""
    return arena.take(entry) if type(entry) is int else arena.place(*entry).image


@given(st.lists(ENTRIES, max_size=8))
def test_a_plan_fits_exactly(entries: list[Any]) -> None:
    plan = Plan(entries)
    if not entries:
        return
    memory = bytearray(b"\xa5" * (plan.total + 8))
    arena = Arena(memoryview(memory)[4:-4])
    views = [given_out(arena, entry) for entry in entries]
    arena._check()
    assert arena.left == 0
    assert arena.plan().rows == plan.rows
    for number, view in enumerate(views):
        view[:] = bytes([number] * len(view))
    # One behind the other: of what was taken, the bytes up to the next word stay as they were.
    expected = [
        bytes([number] * len(view)).ljust(row[1], b"\xa5")
        for number, (view, row) in enumerate(zip(views, plan.rows, strict=True))
    ]
    assert bytes(memory) == b"\xa5" * 4 + b"".join(expected) + b"\xa5" * 4


@given(st.lists(ENTRIES, min_size=1, max_size=8), st.integers(1, 2000))
def test_what_does_not_fit_takes_nothing(entries: list[Any], size: int) -> None:
    arena = Arena(size & ~3 or 4)
    for entry in entries:
        (row,) = Plan([entry]).rows
        before, rows = arena.left, arena.plan().rows
        if row[1] > before:
            with pytest.raises(Full, match=f" {row[1]} bytes, and {before} of {arena.size} are"):
                given_out(arena, entry)
            assert (arena.left, arena.plan().rows) == (before, rows)
        else:
            given_out(arena, entry)
            assert (arena.left, arena.plan().rows) == (before - row[1], (*rows, row))


def test_what_is_placed_works() -> None:
    arena = Arena(1000)
    queue = arena.place(SpscQueue, 3, "H")
    text = arena.place(String, 20, text="hello")
    producer, consumer = queue.split()
    producer.enqueue(7)
    text.push_str(" world")
    assert (list(consumer), str(text)) == ([7], "hello world")
    queue._check()
    text._check()


def test_memory_taken_is_zero_whatever_was_there() -> None:
    arena = Arena(bytearray(b"\xa5" * 16))
    taken = arena.take(6)
    assert (type(taken), bytes(taken), arena.left) == (memoryview, bytes(6), 8)


@pytest.mark.parametrize(
    ("memory", "size"), [(4, 4), (7, 4), (bytearray(11), 8), (0xFFFFFC, 0xFFFFFC)]
)
def test_an_arena_is_of_whole_words(memory: Any, size: int) -> None:
    arena = Arena(memory)
    assert arena.size == arena.left == size
    arena._check()


def test_it_shows_what_is_left() -> None:
    arena = Arena(100)
    arena.place(Vec, 10, "I")
    assert repr(arena) == "Arena(100 bytes, 44 of them left)"
    assert repr(arena.plan()).splitlines()[1:] == [
        "       56        0  Vec(10, 'I')",
        "       56        0  in all",
        "       44           left of 100",
    ]


@pytest.mark.parametrize(
    ("memory", "error", "said"),
    [
        (0, ValueError, "an arena of 0 bytes"),
        (3, ValueError, "an arena of 3 bytes is outside of 4 to 16777212"),
        (1 << 24, ValueError, "an arena of 16777216 bytes is outside of 4 to 16777212"),
        (bytearray(3), ValueError, "an arena of 3 bytes"),
        (True, TypeError, "bytes, a bytearray or a memoryview of one is needed, not a bool"),
        (4.0, TypeError, "not a float"),
        (bytes(8), TypeError, "writable memory is needed"),
        (memoryview(bytearray(8)).cast("H"), TypeError, "is needed, not a memoryview"),
        (None, TypeError, "not a NoneType"),
    ],
)
def test_what_is_no_arena(memory: Any, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        Arena(memory)


@pytest.mark.parametrize(
    ("arguments", "named", "error", "said"),
    [
        ((Vec, 100, "I"), {}, Full, r"Vec\(100, 'I'\) needs 416 bytes, and 100 of 100 are left"),
        ((Vec, 0, "I"), {}, ValueError, "capacity 0"),
        ((Vec, 3), {}, TypeError, "fmt"),
        ((int, 3), {}, TypeError, "such as SpscQueue is needed, not <class 'int'>"),
        (("Vec", 3), {}, TypeError, "is needed, not 'Vec'"),
        ((String, 3), {"text": "long"}, Full, "the container is full"),
        ((Vec, 3, "B"), {"buffer": bytearray(40)}, TypeError, "buffer"),
        ((Vec, 3, "B"), {"colour": 1}, TypeError, "colour"),
    ],
)
def test_what_cannot_be_placed(
    arguments: Any, named: Any, error: type[Exception], said: str
) -> None:
    arena = Arena(100)
    with pytest.raises(error, match=said):
        arena.place(*arguments, **named)
    assert (arena.left, arena.plan().rows) == (100, ())


@pytest.mark.parametrize(("size", "error"), [(0, ValueError), (-4, ValueError), (1.5, TypeError)])
def test_what_cannot_be_taken(size: Any, error: type[Exception]) -> None:
    arena = Arena(100)
    with pytest.raises(error, match="a number of bytes is"):
        arena.take(size)
    with pytest.raises(Full, match="a buffer of 101 needs 104 bytes, and 100 of 100 are left"):
        arena.take(101)
    assert (arena.left, arena.plan().rows) == (100, ())


@pytest.mark.parametrize("begin", range(4))
@pytest.mark.parametrize("length", range(4, 9))
def test_the_whole_words_of_any_memory(
    monkeypatch: pytest.MonkeyPatch, begin: int, length: int
) -> None:
    """As on a board, where memory that begins there is of so many bytes."""
    monkeypatch.setattr(arena, "is_aligned", lambda view: (begin + length - len(view)) % 4 == 0)
    memory = bytearray(length)
    words = (begin + length) // 4 - -(-begin // 4)
    if not words:
        with pytest.raises(ValueError, match=f"^{length} bytes from {-begin % 4} before a word"):
            Arena(memory)
        return
    made = Arena(memory)
    assert made.size == 4 * words
    made.take(4)[0] = 7
    assert memory.index(7) == -begin % 4


@pytest.mark.parametrize(("name", "value"), [("left", 96), ("size", 96), ("_given", [4])])
def test_what_is_broken_is_noticed(name: str, value: Any) -> None:
    made = Arena(100)
    made._check()
    setattr(made, name, value)
    with pytest.raises(AssertionError):
        made._check()


def test_memory_that_is_not_aligned_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Arena(100)
    monkeypatch.setattr(arena, "is_aligned", lambda view: False)
    with pytest.raises(AssertionError):
        made._check()


def test_micropython_uses_the_whole_words_of_any_memory(unix: Unix) -> None:
    said = unix.exec(
        "import uctypes\n"
        "from heapless_py import Arena\n"
        "for begin in range(4):\n"
        "    for length in range(4, 9):\n"
        "        try:\n"
        "            arena = Arena(memoryview(bytearray(12))[begin : begin + length])\n"
        "            arena._check()\n"
        "            print(begin, length, arena.size, uctypes.addressof(arena.take(1)) % 4)\n"
        "        except ValueError as error:\n"
        "            print(begin, length, error)\n"
    )
    expected = []
    for begin in range(4):
        for length in range(4, 9):
            words = (begin + length) // 4 - -(-begin // 4)
            none = f"{length} bytes from {-begin % 4} before a word on: no whole word"
            expected.append(f"{begin} {length} " + (f"{4 * words} 0" if words else none))
    assert said.splitlines() == expected


def test_what_is_in_an_arena_outlives_it_on_micropython(unix: Unix) -> None:
    said = unix.exec(
        "import gc\n"
        "from heapless_py import Arena, BBQueue, SpscQueue\n"
        "def made():\n"
        "    arena = Arena(bytearray(401))\n"
        "    arena.take(3)\n"
        "    queue, frames = arena.place(SpscQueue, 8, 'I'), arena.place(BBQueue, 64)\n"
        "    return queue.split() + frames.split_framed()\n"
        "producer, consumer, writer, reader = made()\n"
        "for _ in range(100):\n"
        "    gc.collect()\n"
        "    rubbish = [bytearray(b'\\xff' * 400) for _ in range(10)]\n"
        "    producer.enqueue(0x12345678)\n"
        "    assert writer.write_frame(b'frame')\n"
        "    assert consumer.dequeue() == 0x12345678\n"
        "    grant = reader.read()\n"
        "    assert bytes(grant.view) == b'frame'\n"
        "    grant.end()\n"
        "print('kept')"
    )
    assert said == "kept\n"
