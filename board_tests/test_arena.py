"""On a board an Arena is what it is on CPython, and `no_alloc` really locks the heap."""

import contextlib
import io
import json

import pytest

from firmware.board import Board
from firmware.on_board import arena_at_boot

pytestmark = pytest.mark.timeout(600)


# The library may be compiled there, on a small heap.
_IMPORT = "from on_board import small_heap; small_heap.collect_often(); "
_IMPORT += "from on_board import arena_at_boot as it; "


def test_a_program_takes_its_memory_once(any_board: Board) -> None:
    here = io.StringIO()
    with contextlib.redirect_stdout(here):
        arena_at_boot.report()
    there = any_board.remote.exec(_IMPORT + "it.report()")
    assert there.splitlines() == here.getvalue().splitlines()


def test_what_allocates_is_refused_within_a_stretch_and_not_after_it(any_board: Board) -> None:
    assert any_board.remote.exec(_IMPORT + "print(it.refusals())").strip() == "[True, True, False]"


@pytest.mark.proof("allocation")
def test_a_stretch_allocates_nothing_itself(any_board: Board) -> None:
    code = "from on_board import gates; gates.report(gates.verdicts('exercises_no_alloc'))"
    verdicts = [json.loads(line) for line in any_board.remote.exec(code, timeout=300).splitlines()]
    assert {verdict[0] for verdict in verdicts} >= {"heap_lock"}
    assert len(verdicts) == 6 * len({verdict[0] for verdict in verdicts})
    assert [verdict for verdict in verdicts if verdict[4]] == []
