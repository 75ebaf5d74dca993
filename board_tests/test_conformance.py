"""A board does what CPython does, and allocates nothing where it must not."""

import json
from pathlib import Path
from random import Random

import pytest

from firmware.board import Board
from firmware.programs import put_programs
from host_tests.isr_safety import safe_operations
from host_tests.same import difference
from host_tests.scripts import Script, queue_script

pytestmark = pytest.mark.timeout(600)

_QUEUES = 20
_STEPS = 60  # of each queue
_EVERY = 100  # so many steps lie between the digests that are compared
_FORMS = ("b", "H", "i", "IhB")  # an element of each size, and a record


@pytest.fixture(scope="module", params=["pico", "cortex_m3"])
def board(request: pytest.FixtureRequest) -> Board:
    board: Board = request.getfixturevalue(request.param)
    put_programs(board)
    return board


def test_queues_do_the_same(board: Board, tmp_path: Path) -> None:
    def on_board(script: Script, code: str) -> str:
        file = tmp_path / "script.jsonl"
        file.write_text("\n".join(script))
        board.remote.copy(file, "/script.jsonl")
        begin = 'from on_board import replay; lines = open("/script.jsonl"); '
        return board.remote.exec(begin + code, timeout=500)

    random = Random(2040)
    script = [line for _ in range(_QUEUES) for line in queue_script(random, _STEPS)]
    assert difference(script, on_board, _EVERY) is None


def test_what_says_it_is_isr_safe_works_where_nothing_can_be_allocated(board: Board) -> None:
    verdicts = _verdicts(board, f"verdicts({_FORMS})")
    assert [verdict for verdict in verdicts if verdict[4]] == []
    assert {verdict[0] for verdict in verdicts} == _gates(board)
    for gate in _gates(board):
        for form in _FORMS:
            exercised = {
                name for where, name, what, *_ in verdicts if (where, what) == (gate, form)
            }
            assert exercised == safe_operations(form)


def test_what_allocates_is_caught(board: Board) -> None:
    verdicts = _verdicts(board, "counter_verdicts()")
    assert {verdict[0] for verdict in verdicts} == _gates(board)
    assert [verdict for verdict in verdicts if not verdict[4]] == []


def _gates(board: Board) -> set[str]:
    """Only an RP2040 has interrupts that we can raise, and its port does not count bytes."""
    return {"heap_lock", "interrupt"} if board.platform == "rp2" else {"heap_lock", "mem_total"}


def _verdicts(board: Board, of_what: str) -> list[tuple[str, str, str, int, str | None]]:
    code = f"from on_board import gates; gates.report(gates.{of_what})"
    return [tuple(json.loads(line)) for line in board.remote.exec(code, timeout=300).splitlines()]
