"""A board does what CPython does, and allocates nothing where it must not."""

import json
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from firmware.board import Board
from firmware.programs import put_programs
from host_tests.bbqueue_scripts import bbqueue_script
from host_tests.isr_safety import safe_operations
from host_tests.same import difference
from host_tests.scripts import Script, queue_script

pytestmark = pytest.mark.timeout(600)

# The emulated Pico compiles BBQueue for 20 s, and then takes 5 s for each script.
_QUEUES: dict[Callable[[Random, int], Script], int] = {queue_script: 20, bbqueue_script: 5}
_STEPS = 60  # of each queue
_EVERY = 100  # so many steps lie between the digests that are compared
# What is run for each container, and the kinds of it: an element of each size and a record; all.
_EXERCISES = {
    "SpscQueue": (("exercises_spsc_queue",), ("b", "H", "i", "IhB")),
    "BBQueue": (("exercises_bbqueue", "handlers_bbqueue"), ("stream", "framed")),
}


@pytest.fixture(scope="module", params=["pico", "cortex_m3"])
def board(request: pytest.FixtureRequest) -> Board:
    board: Board = request.getfixturevalue(request.param)
    put_programs(board)
    return board


@pytest.mark.parametrize("make", _QUEUES)
def test_queues_do_the_same(
    board: Board, tmp_path: Path, make: Callable[[Random, int], Script]
) -> None:
    def on_board(script: Script, code: str) -> str:
        file = tmp_path / "script.jsonl"
        file.write_text("\n".join(script))
        board.remote.copy(file, "/script.jsonl")
        begin = 'from on_board import replay; lines = open("/script.jsonl"); '
        return board.remote.exec(begin + code, timeout=500)

    random = Random(2040)
    script = [line for _ in range(_QUEUES[make]) for line in make(random, _STEPS)]
    assert difference(script, on_board, _EVERY) is None


@pytest.mark.parametrize("container", _EXERCISES)
def test_what_says_it_is_isr_safe_works_where_nothing_can_be_allocated(
    board: Board, container: str
) -> None:
    modules, kinds = _EXERCISES[container]
    # In one go: BBQueue is compiled anew in each.
    verdicts = _verdicts(board, *(f"verdicts({module!r}, {kinds})" for module in modules))
    assert [verdict for verdict in verdicts if verdict[4]] == []
    assert {verdict[0] for verdict in verdicts} == _gates(board)
    for gate in _gates(board):
        for kind in kinds:
            exercised = {
                name for where, name, what, *_ in verdicts if (where, what) == (gate, kind)
            }
            # The others are whole handlers.
            operations = {name for name in exercised if "." in name}
            assert operations == safe_operations(container, kind)


def test_what_allocates_is_caught(board: Board) -> None:
    verdicts = _verdicts(board, "counter_verdicts()")
    assert {verdict[0] for verdict in verdicts} == _gates(board)
    assert [verdict for verdict in verdicts if not verdict[4]] == []


def _gates(board: Board) -> set[str]:
    """Only an RP2040 has interrupts that we can raise, and its port does not count bytes."""
    return {"heap_lock", "interrupt"} if board.platform == "rp2" else {"heap_lock", "mem_total"}


def _verdicts(board: Board, *of_what: str) -> list[tuple[str, str, str, str, str | None]]:
    reports = "; ".join(f"gates.report(gates.{each})" for each in of_what)
    said = board.remote.exec(f"from on_board import gates; {reports}", timeout=500)
    return [tuple(json.loads(line)) for line in said.splitlines()]
