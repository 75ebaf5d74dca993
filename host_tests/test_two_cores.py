"""The program for the two cores of an RP2040, by two threads that share no lock: the unix port's.

What is run here is what `board_tests/test_two_cores.py` runs on a board.
"""

import json

import pytest

from board_tests.test_two_cores import EARLY, RUNS, program
from host_tests.unix import Unix

# Bytes of heap that a run may take. Here words are twice as long as on an RP2040, which has some
# 180,000 bytes of heap, and on it the library and the program.
_MOST = 130_000

# After each run, what it has left: nothing is collected before the next one.
_WITH_BYTES = """
import gc
from on_board import two_cores
def noted(way):
    def noting(*arguments):
        before = gc.mem_alloc()
        way(*arguments)
        print(gc.mem_alloc() - before)
    return noting
two_cores.stress.apart = noted(two_cores.stress.apart)
two_cores.stress.around = noted(two_cores.stress.around)
"""


@pytest.mark.parametrize("module", RUNS)
def test_it_moves_all_there_and_back_with_the_memory_of_a_board(unix: Unix, module: str) -> None:
    said = unix.exec(_WITH_BYTES + program(module), timeout=120).splitlines()
    reports, taken = said[::2], [int(bytes_) for bytes_ in said[1::2]]
    amounts = [amount for _, _, amount in RUNS[module]]
    # Each side away, and then both around.
    wanted = [*(amount for amount in amounts for _ in range(2)), *amounts]
    assert [next(iter(json.loads(line).values())) for line in reports] == wanted
    assert max(taken) < _MOST
    around = [json.loads(line)["handovers"] for line in reports[-len(amounts) :]]
    assert min(around) > 0


def test_it_catches_what_is_published_too_early(unix: Unix) -> None:
    with pytest.raises(AssertionError, match=r"published_early .*: byte \d+ is wrong") as told:
        for seed in range(20):
            unix.exec(f"from on_board import two_cores; two_cores.apart{(*EARLY, seed)}")
    assert "OSError: the line before tells what was wrong" in str(told.value)


def test_garbage_is_collected_between_runs_only(unix: Unix) -> None:
    said = unix.exec(
        "import gc\n"
        "from on_board import two_cores\n"
        "def way(*arguments): print(gc.isenabled(), arguments)\n"
        "print(gc.isenabled())\n"
        "two_cores._run(way, 'ring_buffer', 2)\n"
        "print(gc.isenabled())"
    )
    assert said.splitlines() == ["True", "False ('ring_buffer', 2)", "True"]
