"""The stubs say what the source says; by them a type checker tells right programs from wrong.

Programs for a board are checked beside the stubs that are published for MicroPython, one set for
each kind of board, which `make prepare` puts into build/stubs.
"""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from firmware.deploy import LIBRARY, REPOSITORY, library, package
from host_tests import readme

BOARDS = {"rp2": "rp2", "stm32": "pyboard"}  # and what each is as sys.platform

Verdicts = dict[str, list[str]]  # of each program: "line: message" of each error

RIGHT = {
    "an interrupt and a program": """
        from collections.abc import Iterator
        from heapless_py import Empty, Full, SpscQueue, spsc_queue
        from heapless_py.spsc_queue import Consumer, Producer

        def record(producer: Producer[int]) -> None:
            producer.enqueue(7)
            producer.try_enqueue(8)

        def recorded(consumer: Consumer[int]) -> Iterator[int]:
            for x in consumer:
                yield x + 1

        producer, consumer = SpscQueue(2, "i").split()
        record(producer)
        assert not producer.try_enqueue(9) and producer.refused == 1
        try:
            producer.enqueue(9)
        except Full:
            pass
        assert_type(consumer.peek(), int)
        assert_type(consumer.try_peek(None), int | None)
        assert_type(list(recorded(consumer)), list[int])
        assert_type(consumer.try_dequeue("none"), int | str)
        assert spsc_queue.try_enqueue(producer.address, 5)
        assert spsc_queue.try_dequeue(consumer.address, -1) == 5
        try:
            consumer.dequeue()
        except Empty:
            pass
    """,
    "records": """
        from typing import Any
        from heapless_py import HistoryBuf, SpscQueue, Vec

        trace = HistoryBuf(8, "IhB")
        trace.write((1, -2, 3))
        assert_type(trace.recent(), tuple[Any, ...] | None)
        queue: SpscQueue[tuple[int, float]] = SpscQueue(8, "If")
        queue.enqueue((1, 0.5))
        count, level = queue.dequeue()
        assert_type(level, float)
        readings = Vec.from_iterable(8, "HH", [(1, 2), (3, 4)])
        readings.sort(key=lambda reading: reading[1], reverse=True)
        assert readings[0] == (3, 4)
    """,
    "a format that is told elsewhere": """
        from heapless_py import Vec

        def samples(width: int) -> Vec[int]:
            return Vec(8, "bhi"[width])

        assert samples(1).format == "h"
    """,
    "memory of the caller": """
        from array import array
        from heapless_py import Deque, RingBuffer, String, Vec

        arena = bytearray(Vec.size_of(4, "H") + String.size_of(8))
        vec = Vec(4, "H", memoryview(arena)[: Vec.size_of(4, "H")])
        vec.extend_from(array("H", [1, 2]))
        vec += [3]
        assert_type(vec[0], int)
        assert_type(vec[1:], list[int])
        with_room = vec.spare
        with_room[:2] = b"\\x04\\x00"
        vec.set_len(4)
        assert vec == [1, 2, 3, 4] and vec < [2] and sum(vec) == 10
        ring = RingBuffer(bytearray(32))
        ring.write(vec.view)
        assert_type(ring.read(), bytes)
        both = Deque.from_iterable(4, "b", [1, -1]).as_slices()
        assert_type(both, tuple[memoryview, memoryview])
    """,
    "frames that are waited for": """
        import asyncio
        import struct
        from heapless_py import BBQueue
        from heapless_py.bbqueue import FramedConsumer, Frame

        queue = BBQueue(64)
        producer, consumer = queue.split_framed()
        grant = producer.grant(6)
        if grant is not None:
            struct.pack_into("<IH", grant.view, 0, 1, 2)
            grant.commit(6)

        async def first(consumer: FramedConsumer) -> tuple[int, ...]:
            async for frame in consumer:
                assert_type(frame, Frame)
                with frame:
                    frame.release_on_exit()
                    return struct.unpack("<IH", frame.view)
            return ()

        assert asyncio.run(first(consumer)) == (1, 2)
        queue.release(producer, consumer)
    """,
    "a stream that is written in place": """
        from heapless_py import BBQueue
        from heapless_py.bbqueue import ReadGrant, WriteGrant

        def fill(grant: WriteGrant) -> None:
            with grant:
                grant[0] = 1
                grant.commit_on_exit(1)

        producer, consumer = BBQueue(16).split()
        if (grant := producer.grant_max(8)) is not None:
            fill(grant)
        waiting = consumer.split_read()
        assert_type(waiting, ReadGrant | None)
        if waiting:
            first, second = waiting.views
            waiting.release(len(first) + len(second))
        assert_type(consumer.readinto(bytearray(4)), int | None)
    """,
    "a line of a log": """
        from heapless_py import String

        line = String(64, "adc ")
        line.push_int(1234, width=6)
        line.push_fixed(3300, 3)
        print(" at", 17, file=line)
        assert_type(str(line[:3]), str)
        assert line.startswith(b"adc") and "17" in line
        assert_type([each.upper() for each in line], list[str])
        bytes(line.as_bytes())
    """,
    "a moving average": """
        from heapless_py import HistoryBuf

        history = HistoryBuf(4, "h")
        history.extend(range(9))
        assert_type(history.mean(), int)
        assert_type(history.try_max(None), int | None)
        assert_type(history.oldest(), int | None)
        assert_type(history.get(-1, 0), int)
    """,
}

# The last line of each is wrong, and what is said of it.
WRONG = {
    "a consumer that enqueues": (
        """
        _, consumer = SpscQueue(8, "H").split()
        consumer.enqueue(1)
        """,
        '"Consumer[int]" has no attribute "enqueue"',
    ),
    "a producer that dequeues": (
        """
        producer, _ = SpscQueue(8, "H").split()
        producer.try_dequeue(None)
        """,
        '"Producer[int]" has no attribute "try_dequeue"',
    ),
    "a consumer in the place of a producer": (
        """
        def produce(producer: Producer[int]) -> None: ...
        _, consumer = SpscQueue(8, "H").split()
        produce(consumer)
        """,
        'Argument 1 to "produce" has incompatible type "Consumer[int]"; expected "Producer[int]"',
    ),
    "an end that no queue gave": (
        """
        BytesConsumer(bytearray(64), 32)
        """,
        'Argument 1 to "Consumer" has incompatible type "bytearray"; expected "Never"',
    ),
    "a str in a queue of integers": (
        """
        queue = SpscQueue(8, "H")
        queue.enqueue("1")
        """,
        'Argument 1 to "enqueue" of "SpscQueue" has incompatible type "str"; expected "int"',
    ),
    "a number in a queue of records": (
        """
        producer, _ = SpscQueue(8, "HH").split()
        producer.try_enqueue(1)
        """,
        'Argument 1 to "try_enqueue" of "Producer" has incompatible type "int"; '
        'expected "tuple[Any, ...]"',
    ),
    "a queue of what is no element": (
        """
        SpscQueue[str](8, "H")
        """,
        'Value of type variable "Element" of "SpscQueue" cannot be "str"',
    ),
    "a format that is no str": (
        """
        Vec(8, 2)
        """,
        'No overload variant of "Vec" matches argument types "int", "int"',
    ),
    "integers for a container of records": (
        """
        Deque.from_iterable(8, "HH", range(2))
        """,
        'Argument 3 to "from_iterable" of "Deque" has incompatible type "range"; '
        'expected "Iterable[tuple[Any, ...]]"',
    ),
    "nothing where an element may be missing": (
        """
        _, consumer = SpscQueue(8, "H").split()
        consumer.try_dequeue(None) + 1
        """,
        'Unsupported operand types for + ("None" and "int")',
    ),
    "the mean of records": (
        """
        HistoryBuf(8, "HH").mean()
        """,
        'Invalid self argument "HistoryBuf[tuple[Any, ...]]" to attribute function "mean"',
    ),
    "a grant that may be None": (
        """
        producer, _ = BBQueue(8).split()
        producer.grant_exact(8).commit(8)
        """,
        'Item "None" of "WriteGrant | None" has no attribute "commit"',
    ),
    "a grant used as bytes": (
        """
        producer, consumer = BBQueue(8).split()
        for grant in consumer:
            RingBuffer(8).write(grant)
        """,
        'Argument 1 to "write" of "RingBuffer" has incompatible type "ReadGrant"; '
        'expected "bytes | bytearray | memoryview[int]"',
    ),
    "a frame released in part": (
        """
        _, consumer = BBQueue(8).split_framed()
        for frame in consumer:
            frame.release(1)
        """,
        'Too many arguments for "release" of "Frame"',
    ),
    "frames from the ends of a stream": (
        """
        producer, _ = BBQueue(8).split()
        producer.write_frame(b"ab")
        """,
        '"Producer" has no attribute "write_frame"',
    ),
    "ends of two kinds taken back": (
        """
        queue = BBQueue(8)
        producer, consumer = queue.split()
        framed_producer, framed_consumer = queue.split_framed()
        queue.release(producer, framed_consumer)
        """,
        'No overload variant of "release" of "BBQueue" matches argument types "Producer", '
        '"FramedConsumer"',
    ),
    "bytes that cannot be written to": (
        """
        RingBuffer(8).readinto(b"    ")
        """,
        'Argument 1 to "readinto" of "RingBuffer" has incompatible type "bytes"; '
        'expected "bytearray | memoryview[int]"',
    ),
    "a number as text": (
        """
        String(8).push_str(5)
        """,
        'Argument 1 to "push_str" of "String" has incompatible type "int"; '
        'expected "str | String | bytes | bytearray | memoryview[int]"',
    ),
    "a capacity that changes": (
        """
        vec = Vec(8, "H")
        vec.capacity = 16
        """,
        'Cannot assign to final attribute "capacity"',
    ),
}

# On CPython an annotation such as Vec[int] must not be evaluated: the source has no types.
RIGHT_BEGINS = """\
from __future__ import annotations
from typing_extensions import assert_type
"""
WRONG_BEGINS = """\
from heapless_py import BBQueue, Deque, HistoryBuf, RingBuffer, SpscQueue, String, Vec
from heapless_py.bbqueue import Consumer as BytesConsumer
from heapless_py.spsc_queue import Producer
"""

# On a board whoever programs it may write no types at all.
WRONG_ON_A_BOARD = """\
from machine import Pin
from heapless_py import SpscQueue

producer, consumer = SpscQueue(8, "i").split()

def pressed(pin):
    producer.dequeue()

Pin(15, Pin.IN).irq(pressed, Pin.IRQ_FALLING, hot=True)
"""


def unindented(program: str) -> str:
    """A program without the blanks that all of its lines begin with."""
    return re.sub(r"^ {8}", "", program, flags=re.MULTILINE).strip() + "\n"


def file_name(name: str) -> str:
    return re.sub(r"\W", "_", name) + ".py"


def checked(programs: dict[str, str], folder: Path, *options: str, **variables: str) -> Verdicts:
    """What mypy says of programs, all in one run, from a folder in which nothing else is."""
    for name, program in programs.items():
        (folder / file_name(name)).write_text(program)
    command = [sys.executable, "-m", "mypy", "--config-file=", "--hide-error-context", *options]
    said = subprocess.run(
        [*command, *(file_name(name) for name in programs)],
        cwd=folder,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
    )
    errors = re.findall(r"^(\w+\.py):(\d+): error: (.*)$", said.stdout, re.MULTILINE)
    assert said.returncode == bool(errors), said.stdout + said.stderr
    return {
        name: [f"{line}: {text}" for file, line, text in errors if file == file_name(name)]
        for name in programs
    }


# --- what the stubs say -------------------------------------------------------------------------


def test_the_stubs_say_what_the_source_says() -> None:
    command = [sys.executable, "-m", "host_tests.stubs"]
    said = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True)
    assert said.returncode == 0, said.stdout + said.stderr


def test_every_public_module_has_a_stub() -> None:
    modules = [path.stem for path in LIBRARY.glob("[!_]*.py")]
    assert modules
    assert [name for name in modules if not (LIBRARY / f"{name}.pyi").exists()] == []


def test_no_stub_goes_on_a_board() -> None:
    assert all(name.endswith(".py") for name in library(None))
    assert ".pyi" not in package() and "py.typed" not in package()


# --- programs on CPython ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> Verdicts:
    programs = {name: RIGHT_BEGINS + unindented(program) for name, program in RIGHT.items()}
    for name, (program, _) in WRONG.items():
        programs[name] = WRONG_BEGINS + unindented(program)
    return checked(programs, tmp_path_factory.mktemp("programs"), "--strict")


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_program_passes(name: str, verdicts: Verdicts) -> None:
    assert verdicts[name] == []


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_program_runs(name: str) -> None:
    scope: dict[str, Any] = {}
    exec(compile(RIGHT_BEGINS + unindented(RIGHT[name]), name, "exec"), scope)


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_program_is_refused(name: str, verdicts: Verdicts) -> None:
    program, expected = WRONG[name]
    last_line = len((WRONG_BEGINS + unindented(program)).splitlines())
    said, *more = verdicts[name]
    assert said.startswith(f"{last_line}: {expected}")
    assert all(each.startswith(f"{last_line}: ") for each in more)  # of its other arguments


# --- programs on a board ------------------------------------------------------------------------


def beside_published_stubs(board: str) -> tuple[list[str], str]:
    """mypy's options, and its path, for a board's programs."""
    stubs = REPOSITORY / "build/stubs" / board
    cache = REPOSITORY / "build/mypy" / board
    options = ["--custom-typeshed-dir", str(stubs), "--platform", BOARDS[board]]
    return [*options, "--cache-dir", str(cache)], str(stubs)


@pytest.mark.parametrize("board", BOARDS)
def test_the_programs_on_a_board_call_what_is_there(board: str) -> None:
    options, path = beside_published_stubs(board)
    said = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", "firmware/on_board.ini", *options],
        cwd=REPOSITORY,
        env={**os.environ, "MYPYPATH": path},
        capture_output=True,
        text=True,
    )
    assert said.returncode == 0, said.stdout + said.stderr


@pytest.mark.parametrize("board", BOARDS)
def test_examples_pass_beside_the_published_stubs_and_mistakes_do_not(
    board: str, tmp_path: Path
) -> None:
    press, capture, sample, plan = readme.programs()
    programs = {"elements": press + capture, "frames": sample, "plan": plan}
    programs["wrong"] = WRONG_ON_A_BOARD
    options, path = beside_published_stubs(board)
    verdicts = checked(
        programs,
        tmp_path,
        "--check-untyped-defs",
        "--follow-imports=silent",
        *options,
        MYPYPATH=f"{path}{os.pathsep}{REPOSITORY}",
    )
    assert verdicts["elements"] == verdicts["frames"] == verdicts["plan"] == []
    in_handler, in_call = verdicts["wrong"]
    assert in_handler.startswith('7: "Producer[int]" has no attribute "dequeue"')
    assert in_call.startswith('9: Unexpected keyword argument "hot" for "irq"')
