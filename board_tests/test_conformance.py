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

_QUEUES = 20
_STEPS = 60  # of each queue
_EVERY = 100  # so many steps lie between the digests that are compared
# Of each container the kinds that are tried: an element of each size and a record; and all.
_KINDS = {
    "SpscQueue": ("exercises_spsc_queue", ("b", "H", "i", "IhB")),
    "BBQueue": ("exercises_bbqueue", ("stream", "framed")),
}


@pytest.fixture(scope="module", params=["pico", "cortex_m3"])
def board(request: pytest.FixtureRequest) -> Board:
    board: Board = request.getfixturevalue(request.param)
    put_programs(board)
    return board


@pytest.mark.parametrize("make", [queue_script, bbqueue_script])
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
    script = [line for _ in range(_QUEUES) for line in make(random, _STEPS)]
    assert difference(script, on_board, _EVERY) is None


@pytest.mark.parametrize("container", _KINDS)
def test_what_says_it_is_isr_safe_works_where_nothing_can_be_allocated(
    board: Board, container: str
) -> None:
    module, kinds = _KINDS[container]
    verdicts = _verdicts(board, f"verdicts({module!r}, {kinds})")
    assert [verdict for verdict in verdicts if verdict[4]] == []
    assert {verdict[0] for verdict in verdicts} == _gates(board)
    for gate in _gates(board):
        for kind in kinds:
            exercised = {
                name for where, name, what, *_ in verdicts if (where, what) == (gate, kind)
            }
            assert exercised == safe_operations(container, kind)


def test_whole_handlers_work_where_nothing_can_be_allocated(board: Board) -> None:
    verdicts = _verdicts(board, 'verdicts("handlers_bbqueue")')
    assert [verdict for verdict in verdicts if verdict[4]] == []
    assert {verdict[0] for verdict in verdicts} == _gates(board)


def test_what_allocates_is_caught(board: Board) -> None:
    verdicts = _verdicts(board, "counter_verdicts()")
    assert {verdict[0] for verdict in verdicts} == _gates(board)
    assert [verdict for verdict in verdicts if not verdict[4]] == []


def _gates(board: Board) -> set[str]:
    """Only an RP2040 has interrupts that we can raise, and its port does not count bytes."""
    return {"heap_lock", "interrupt"} if board.platform == "rp2" else {"heap_lock", "mem_total"}


def _verdicts(board: Board, of_what: str) -> list[tuple[str, str, str, str, str | None]]:
    code = f"from on_board import gates; gates.report(gates.{of_what})"
    return [tuple(json.loads(line)) for line in board.remote.exec(code, timeout=300).splitlines()]
