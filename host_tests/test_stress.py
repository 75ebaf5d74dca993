"""The queues under stress, by threads: taking turns on CPython, at once on the unix port.

`on_board.stress` is the program; see there what it does. Here is how long, and that it finds what
is wrong: on faults of the kind that only shows when both sides work at the same moment.
"""

import json
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from host_tests.edited import edited_library
from host_tests.evidence import FULL
from host_tests.interleave import Edit
from host_tests.unix import Unix

_REPOSITORY = Path(__file__).parent.parent

Record = Callable[[str, object], None]


class Machine(Protocol):
    def exec(self, code: str, *, timeout: float = 60, library: Path = _REPOSITORY) -> str:
        """Run lines of code in a process; what they printed. An AssertionError if it fails."""


@dataclass(frozen=True)
class CPython:
    """This interpreter, in another process."""

    def exec(self, code: str, *, timeout: float = 60, library: Path = _REPOSITORY) -> str:
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=library,
            env={**os.environ, "PYTHONPATH": f"{library}:{_REPOSITORY / 'firmware'}"},
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(params=["cpython", "unix"])
def machine(request: pytest.FixtureRequest) -> Machine:
    if request.param == "cpython":
        return CPython()
    unix: Unix = request.getfixturevalue("unix")
    return unix


# What is stressed: a module of `on_board.stress` and a kind, in a capacity that wraps and is full
# all the time, and in a larger one, where the sides seldom wait.
QUEUES = {
    "spsc_queue": [(kind, 2, 100) for kind in ("B", "h", "i", "I", "IhB")],
    "bbqueue": [("stream", 7, 4000), ("framed", 12, 4000)],
    "ring_buffer": [("bytes", 5, 4096)],
}

# (interpreter, way, module): bytes or elements through the small one and the large one, in the
# quick form; the full form moves more. CPython imitates each load and store, at a microsecond.
_AMOUNTS = {
    ("CPython", "apart", "spsc_queue"): (500, 500),
    ("CPython", "apart", "bbqueue"): (1_000, 10_000),
    ("CPython", "apart", "ring_buffer"): (1_000, 10_000),
    ("CPython", "around", "spsc_queue"): (200, 400),
    ("CPython", "around", "bbqueue"): (500, 10_000),
    ("CPython", "around", "ring_buffer"): (500, 10_000),
    ("Unix", "apart", "spsc_queue"): (5_000, 50_000),
    ("Unix", "apart", "bbqueue"): (20_000, 2_000_000),
    ("Unix", "apart", "ring_buffer"): (20_000, 2_000_000),
    ("Unix", "around", "spsc_queue"): (1_000, 10_000),
    ("Unix", "around", "bbqueue"): (1_000, 1_000_000),
    ("Unix", "around", "ring_buffer"): (2_000, 1_000_000),
}
_FURTHER = 20 if FULL else 1

# Where the RingBuffer's two functions begin to copy.
_RING_COPIES = "    image = ptr8(int(p) + (_BYTES + at))"

# A fault, and what shows it.
_FAULTS = {
    "RingBuffer.write publishes before it copies": (
        Edit("ring_buffer", "def write(", _RING_COPIES, f"    p[_WRITE] = after\n{_RING_COPIES}"),
        "stress.apart('ring_buffer', 'bytes', 256, 2000000, {seed})",
    ),
    "RingBuffer.readinto gives back before it copies, handed around": (
        Edit(
            "ring_buffer", "def readinto(", _RING_COPIES, f"    p[_READ] = after\n{_RING_COPIES}"
        ),
        "stress.around('ring_buffer', 'bytes', 4096, 20000000, {seed})",
    ),
    "SpscQueue.try_enqueue_from publishes before it copies": (
        Edit(
            "spsc_queue",
            "def try_enqueue_from(",
            "        copy(image, buffer",
            "        p[_TAIL] = after\n        copy(image, buffer",
        ),
        "stress.apart('spsc_queue', 'h', 256, 200000, {seed})",
    ),
    "BBQueue.write publishes before it copies": (
        Edit(
            "_bip",
            "def write_bytes(",
            "    copy(image, source, first,",
            "    if not second:\n        p[_WRITE] = write + (first << 1)\n"
            "    copy(image, source, first,",
        ),
        "stress.apart('bbqueue', 'stream', 4000, 20000000, {seed})",
    ),
    "BBQueue.readinto gives back before it copies": (
        Edit(
            "_bip",
            "def read_bytes(",
            "    copy(target, image, first,",
            "    if not second:\n        p[_READ] = read + (first << 1)\n"
            "    copy(target, image, first,",
        ),
        "stress.apart('bbqueue', 'stream', 4000, 20000000, {seed})",
    ),
    "BBQueue.write_frame publishes before it copies": (
        Edit(
            "_bip",
            "def write_frame(image",
            "    image = ptr32(int(p) + (_BYTES + start))",
            "    p[_WRITE] = after\n    image = ptr32(int(p) + (_BYTES + start))",
        ),
        "stress.apart('bbqueue', 'framed', 24, 2000000, {seed})",
    ),
}
_ATTEMPTS = 20  # of a fault to hide: on a busy machine the sides seldom work at the same moment


@pytest.mark.proof("parallel")
@pytest.mark.parametrize("way", ["apart", "around"])
@pytest.mark.parametrize("module", QUEUES)
def test_nothing_is_lost_repeated_torn_or_out_of_order(
    machine: Machine, module: str, way: str, record_property: Record
) -> None:
    amounts = _AMOUNTS[type(machine).__name__, way, module]
    seed = random.randrange(1 << 29)
    runs = [
        f"stress.{way}({module!r}, {kind!r}, {capacity}, {amount * _FURTHER}, {seed})"
        for kind, *capacities in QUEUES[module]
        for capacity, amount in zip(capacities, amounts, strict=True)
    ]
    said = machine.exec("\n".join(["from on_board import stress", *runs]), timeout=600)
    reports = [json.loads(line) for line in said.splitlines()]
    assert len(reports) == len(runs)
    moved: Counter[str] = Counter()
    for report in reports:
        moved.update(report)
    record_property("explored", dict(moved))


@pytest.mark.proof("parallel")
@pytest.mark.parametrize("fault", _FAULTS)
def test_a_fault_that_shows_only_at_the_same_moment_is_caught(
    unix: Unix, tmp_path: Path, fault: str, record_property: Record
) -> None:
    edit, run = _FAULTS[fault]
    library = edited_library(tmp_path, edit)
    for seed in range(_ATTEMPTS):
        code = f"from on_board import stress; {run.format(seed=seed)}"
        try:
            unix.exec(code, library=library)
        except AssertionError as trouble:
            assert f"seed {seed}: " in str(trouble)
            record_property("caught", fault)
            return
    pytest.fail("not caught")


@pytest.mark.proof("parallel")
@pytest.mark.parametrize("way", ["apart", "around"])
def test_a_side_that_waits_for_ever_is_told(
    machine: Machine, tmp_path: Path, way: str, record_property: Record
) -> None:
    lost = [  # by the function and by the method
        Edit("ring_buffer", behind, "    p[_WRITE] = after", "    pass")
        for behind in ("def write(image", "def write(buffer")
    ]
    code = (
        "from on_board import stress\nstress.PATIENCE = 1\n"
        f"stress.{way}('ring_buffer', 'bytes', 8, 1000, 1)"
    )
    with pytest.raises(AssertionError, match=r"seed 1: no progress for 1 s; left to write and"):
        machine.exec(code, library=edited_library(tmp_path, *lost))
    record_property("caught", f"bytes that are never published, {way}")
