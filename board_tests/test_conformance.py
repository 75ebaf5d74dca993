"""A board does what CPython does, and allocates nothing where it must not."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from firmware.board import Board
from host_tests.containers import CONTAINERS
from host_tests.evidence import FULL
from host_tests.isr_safety import safe_operations
from host_tests.same import difference, generated, operations
from host_tests.scripts import Script

pytestmark = pytest.mark.timeout(1200)

Record = Callable[[str, object], None]

# The emulated Pico takes 1 to 5 s for each script, and twice that while others use the machine.
_SCRIPTS = 8 if FULL else 6
_SCRIPTS_BESIDES = 2
_EVERY = 100  # so many steps lie between the digests that are compared


@pytest.fixture(scope="module", params=["pico", "pico_testing", "cortex_m3"])
def board(request: pytest.FixtureRequest) -> Board:
    board: Board = request.getfixturevalue(request.param)
    return board


@pytest.fixture
def how_many(request: pytest.FixtureRequest) -> int:
    """Scripts for each container; fewer on a firmware that is looked at besides."""
    is_besides = request.node.callspec.params["board"] == "pico_testing"
    return _SCRIPTS_BESIDES if is_besides else _SCRIPTS


@pytest.mark.proof("differential")
@pytest.mark.parametrize("container", CONTAINERS)
def test_containers_do_the_same(
    board: Board,
    tmp_path: Path,
    how_many: int,
    container: str,
    record_property: Record,
) -> None:
    def on_board(script: Script, code: str) -> str:
        file = tmp_path / "script.jsonl"
        file.write_text("\n".join(script))
        board.remote.copy(file, "/script.jsonl")
        begin = "from on_board import replay, small_heap; small_heap.collect_often(); "
        begin += 'lines = open("/script.jsonl"); '
        return board.remote.exec(begin + code, timeout=500)

    scripts = generated(CONTAINERS[container].script, how_many)
    script = [step for each in scripts for step in each]
    assert difference(script, on_board, _EVERY) is None
    record_property("explored", {"operations": operations(script), "scripts": len(scripts)})


@pytest.mark.proof("allocation")
@pytest.mark.parametrize("name", CONTAINERS)
def test_what_says_it_is_isr_safe_works_where_nothing_can_be_allocated(
    board: Board, name: str, record_property: Record
) -> None:
    it = CONTAINERS[name]
    # In one go: the library is compiled anew in each.
    modules = (it.exercises, *it.handlers)
    verdicts = _verdicts(board, *(f"verdicts({each!r}, {it.some_kinds})" for each in modules))
    assert [verdict for verdict in verdicts if verdict[4]] == []
    assert {verdict[0] for verdict in verdicts} == _gates(board)
    for gate in _gates(board):
        for kind in it.some_kinds:
            exercised = {
                operation
                for where, operation, what, *_ in verdicts
                if (where, what) == (gate, kind)
            }
            # The others are whole handlers.
            operations = {each for each in exercised if "." in each}
            assert operations == safe_operations(name, kind)
    for gate in _gates(board):
        calls = sum(verdict[0] == gate for verdict in verdicts)
        record_property("explored", {f"calls through {gate}": calls})


@pytest.mark.proof("allocation")
def test_what_allocates_is_caught(board: Board, record_property: Record) -> None:
    verdicts = _verdicts(board, "counter_verdicts()")
    assert {verdict[0] for verdict in verdicts} == _gates(board)
    assert [verdict for verdict in verdicts if not verdict[4]] == []
    for gate, allocates, *_ in verdicts:
        record_property("caught", f"{allocates}, by {gate} on {board.platform}")


def _gates(board: Board) -> set[str]:
    """Ports whose interrupts reach Python do not count the heap's bytes; the others do."""
    has_interrupts = board.platform in ("rp2", "pyboard")
    return {"heap_lock", "interrupt" if has_interrupts else "mem_total"}


def _verdicts(board: Board, *of_what: str) -> list[tuple[str, str, str, str, str | None]]:
    reports = "; ".join(f"gates.report(gates.{each})" for each in of_what)
    said = board.remote.exec(f"from on_board import gates; {reports}", timeout=500)
    return [tuple(json.loads(line)) for line in said.splitlines()]
