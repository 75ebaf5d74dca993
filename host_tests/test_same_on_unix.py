"""CPython and MicroPython's unix port do the same, to the last byte, after every operation."""

from collections.abc import Callable
from pathlib import Path

import pytest

import heapless_py
from host_tests.containers import CONTAINERS
from host_tests.edited import edited_library
from host_tests.evidence import FULL
from host_tests.interleave import Edit
from host_tests.same import Different, Replaying, difference, explore
from host_tests.scripts import Script
from host_tests.unix import Unix

Record = Callable[[str, object], None]

_LIBRARY = Path(heapless_py.__file__).parent.parent
_SCRIPTS = 6000 if FULL else 250  # for each container, of some 70 operations
_TO_FIND = 2000  # scripts, in any of which a fault may show

# A branch that is wrong by one in MicroPython's copy, where few operations come by.
_FAULTS = {
    "SpscQueue": Edit("spsc_queue", "def __len__", "+= p[_SLOTS]", "+= p[_SLOTS] - 1"),
    "BBQueue": Edit("_bip", "def room_at_zero", "return read >> 1", "return (read >> 1) - 1"),
    "RingBuffer": Edit(
        "ring_buffer", "def _line_length", "== p[_CAPACITY]", "== p[_CAPACITY] - 1"
    ),
    "Vec": Edit("vec", "def try_insert", "at > length", "at >= length"),
    "Deque": Edit("deque", "def _rotate", "2 * count <= length", "2 * count < length"),
    "HistoryBuf": Edit("history_buf", "def _end_write", "== p[_CAPACITY]", "== p[_CAPACITY] - 1"),
    "String": Edit("string", "def _append_number", "digits <= decimals", "digits < decimals"),
}
_SMALL = 12  # steps, from which one sees what is wrong


@pytest.mark.proof("differential")
@pytest.mark.parametrize("container", CONTAINERS)
def test_containers_do_the_same(unix: Unix, container: str, record_property: Record) -> None:
    try:
        with Replaying(unix, _LIBRARY) as there:
            explored = explore(CONTAINERS[container].script, there, _SCRIPTS)
    except Different as found:
        pytest.fail(_told(found.script, unix))
    assert explored["scripts"] >= _SCRIPTS
    record_property("explored", dict(explored))


@pytest.mark.proof("differential")
@pytest.mark.parametrize("container", CONTAINERS)
def test_a_branch_that_is_wrong_by_one_is_found_and_shown_in_few_steps(
    unix: Unix, tmp_path: Path, container: str, record_property: Record
) -> None:
    fault = _FAULTS[container]
    shrink = FULL or container == "RingBuffer"  # it takes some seconds
    library = edited_library(tmp_path, fault)
    with Replaying(unix, library) as there, pytest.raises(Different) as found:
        explore(CONTAINERS[container].script, there, _TO_FIND, shrink=shrink)
    assert not shrink or len(found.value.script) <= _SMALL, found.value.script
    record_property("caught", f"{container}: {fault.new} for {fault.old}")


def _told(script: Script, unix: Unix) -> str:
    def on_unix(script: Script, code: str) -> str:
        begin = "import sys; from on_board import replay; lines = sys.stdin; "
        return unix.exec(begin + code, stdin="\n".join(script))

    return "\n".join([*script, "differs after", difference(script, on_unix) or "nothing"])
