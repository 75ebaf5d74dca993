"""Containers between the two cores of a real RP2040. Nothing here is run on the emulator's one."""

import json
import random
from collections import Counter
from collections.abc import Callable

import pytest

from firmware.board import Board
from firmware.programs import put_programs
from firmware.remote import BoardException
from host_tests.evidence import FULL

pytestmark = pytest.mark.timeout(3600)

Record = Callable[[str, object], None]

# What goes between the cores, by the modules of `on_board.stress`: a kind, a capacity, and how
# many bytes or elements in a run, for which the heap has to last. So there are no records: to try
# and enqueue one as a tuple takes memory each time.
RUNS = {
    "spsc_queue": [(kind, capacity, 4000) for kind in "BhiI" for capacity in (2, 100)],
    "bbqueue": [
        ("stream", 7, 800),
        ("stream", 200, 8000),
        ("framed", 12, 1500),
        ("framed", 200, 8000),
    ],
    "ring_buffer": [("bytes", 5, 8000), ("bytes", 200, 8000)],
}
EARLY = ("published_early", "stream", 200, 20_000)
_WAYS = ("apart", "around")
_ROUNDS = 50 if FULL else 2
_ATTEMPTS = 10  # of a fault to hide: it shows when both cores are at the same bytes


def program(module: str) -> str:
    """Each side of it on a core of its own, and both handed around."""
    runs = [
        f"two_cores.{way}{(module, *run, random.randrange(1 << 29))}"
        for way in _WAYS
        for run in RUNS[module]
    ]
    return "\n".join(["from on_board import two_cores", *runs])


@pytest.fixture(scope="module")
def two_cores(pico: Board) -> Board:
    if pico.emulated:
        pytest.skip("the emulated RP2040 has one core; a real one has two: PORT=")
    put_programs(pico, "stress")
    try:
        said = pico.remote.exec("from on_board import two_cores; print(two_cores.cores())")
    except BoardException as error:
        pytest.skip(f"{pico.name} runs no threads: {error}")
    assert json.loads(said) == [0, 1], "a thread does not run on the other core"
    return pico


@pytest.mark.proof("parallel")
def test_nothing_is_lost_between_two_cores(two_cores: Board, record_property: Record) -> None:
    moved: Counter[str] = Counter()
    for module in RUNS:
        for _ in range(_ROUNDS):
            for line in two_cores.remote.exec(program(module), timeout=600).splitlines():
                moved.update(json.loads(line))
    record_property("explored", {f"{what} between cores": moved[what] for what in moved})


@pytest.mark.proof("parallel")
def test_what_a_core_publishes_too_early_is_caught(
    two_cores: Board, record_property: Record
) -> None:
    for seed in range(_ATTEMPTS):
        early = f"from on_board import two_cores; two_cores.apart{(*EARLY, seed)}"
        try:
            two_cores.remote.exec(early, timeout=120)
        except BoardException as error:
            assert "is wrong" in error.output
            record_property(
                "caught", "a grant that is committed before it is filled, by two cores"
            )
            return
    pytest.fail("not caught")
