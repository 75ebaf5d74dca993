"""What `make doctor` finds on boards that are made up, and what it says is to be done."""

import json
import subprocess
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from io import StringIO
from pathlib import Path
from typing import Any, cast

import pytest
from rich.console import Console

from firmware import doctor
from firmware.board import Board
from firmware.deploy import REPOSITORY
from firmware.doctor import Finding, diagnose, show
from firmware.remote import BoardException, Remote
from firmware.trouble import Trouble

_FACTS = {"ram": 180_000, "flash": 1_400_000, "there": 0, "mounts": True, "native": True}
_ANSWERS: Mapping[str, Any] = {
    "on_board.cycles": {"counter": "SysTick", "resolution": 1},
    "on_board.interrupt": {"source": "PIO", "why_not": []},
    "heapless_py": {"right": True, "taken": 15_000, "free": 165_000},
}
_STEPS = (
    *("answers", "MicroPython", "version", "architecture", "precompiling", "free RAM"),
    *("free flash", "native code", "cycle counter", "interrupt source", "library"),
)


@dataclass
class FakeRemote:
    """Answers what it was made to, and notes what it could import."""

    facts: Mapping[str, Any]
    answers: Mapping[str, Any]
    port: str = "/dev/ttyACM0"
    brought: set[str] = field(default_factory=set)

    def exec(self, code: str, *, timeout: float = 60) -> str:
        assert "statvfs" in code
        return json.dumps(self.facts)

    def exec_with(self, folder: Path, code: str, *, timeout: float) -> str:
        self.brought |= {path.relative_to(folder).as_posix() for path in folder.rglob("*.*py")}
        (answer,) = (self.answers[name] for name in self.answers if f"from {name} " in code)
        if isinstance(answer, Exception):
            raise answer
        return f"something from boot.py\n{json.dumps(answer)}\n"


def board(facts: Mapping[str, Any] | None = None, **answers: object) -> Board:
    """A Pico that has nothing wrong with it, but for what is said otherwise."""
    named = {name: answers.pop(name.rpartition(".")[2], said) for name, said in _ANSWERS.items()}
    assert not answers
    remote = FakeRemote({**_FACTS, **(facts or {})}, named)
    return Board(
        remote=cast(Remote, remote),
        emulated=False,
        firmware_sha256=None,
        name="Raspberry Pi Pico with RP2040",
        mcu="RP2040",
        clock_hz=125_000_000,
        firmware="MicroPython 1.25.0 (v1.25.0; RPI_PICO)",
        platform="rp2",
        arch="armv6m",
        mpy_version="6.3",
        lib="/lib",
    )


def found(board: Board) -> dict[str, Finding]:
    return {finding.step: finding for finding in diagnose(nullcontext(board))}


def only(findings: dict[str, Finding]) -> Finding:
    """The one that is not as it should be."""
    (finding,) = (finding for finding in findings.values() if finding.verdict != "ok")
    return finding


@contextmanager
def refusing(trouble: Trouble) -> Any:
    raise trouble
    yield


def memory_error(program: str) -> BoardException:
    return BoardException(f"Traceback (most recent call last):\n{program}\nMemoryError: ", "")


def test_a_board_with_nothing_wrong_passes_each_step() -> None:
    healthy = board()
    findings = found(healthy)
    assert tuple(findings) == _STEPS
    assert {finding.verdict for finding in findings.values()} == {"ok"}
    brought = cast(FakeRemote, healthy.remote).brought
    assert {"on_board/cycles.py", "on_board/interrupt.py", "heapless_py/spsc_queue.mpy"} <= brought


def test_silence_is_told_as_it_is() -> None:
    opening: AbstractContextManager[Board] = refusing(Trouble("there is no port /dev/x; plug in"))
    assert list(diagnose(opening)) == [
        Finding("answers", "fails", "there is no port /dev/x; plug in")
    ]


def test_another_python_answers_and_is_not_micropython() -> None:
    error = BoardException("OSError: circuitpython runs here; put MicroPython on the board", "")
    first, second = diagnose(refusing(error))
    assert (first.step, first.verdict) == ("answers", "ok")
    assert (second.step, second.verdict) == ("MicroPython", "fails")
    assert "circuitpython runs here" in second.said


def test_an_unknown_architecture_gets_the_source() -> None:
    strange = replace(board(), arch="")
    findings = found(strange)
    gaps = [step for step, finding in findings.items() if finding.verdict == "gap"]
    assert gaps == ["architecture", "precompiling"]
    assert findings["library"].verdict == "ok"
    assert "heapless_py/spsc_queue.py" in cast(FakeRemote, strange.remote).brought


def test_mpy_files_of_another_version_are_not_tried() -> None:
    old = replace(board(), mpy_version="5.2")
    finding = only(found(old))
    assert (finding.step, finding.verdict) == ("precompiling", "gap")
    assert finding.said.endswith("the board loads 5.2")
    assert "install a matching mpy-cross" in finding.to_do
    assert "heapless_py/spsc_queue.py" in cast(FakeRemote, old.remote).brought


def test_little_memory_fails() -> None:
    finding = only(found(board({"ram": 9000})))
    assert (finding.step, finding.verdict) == ("free RAM", "fails")
    assert finding.said == "9,000 bytes free" and "freeze it" in finding.to_do


@pytest.mark.parametrize(
    ("flash", "there", "verdict", "to_do"),
    [
        (None, 0, "fails", "make one"),
        (20_000, 0, "fails", "remove what is not needed, or freeze"),
        (200_000, 0, "gap", "deploy it with MPY=1"),
        (1_000_000, 0, "ok", ""),
        (20_000, 900_000, "ok", ""),  # which is the library, of another day
    ],
)
def test_room_for_the_library(flash: int | None, there: int, verdict: str, to_do: str) -> None:
    finding = found(board({"flash": flash, "there": there}))["free flash"]
    assert finding.verdict == verdict
    assert finding.to_do.startswith(to_do) and bool(finding.to_do) == bool(to_do)


@pytest.mark.parametrize("native", ["invalid micropython decorator", False])
def test_without_native_code_nothing_further_is_tried(native: str | bool) -> None:
    findings = found(board({"native": native}))
    assert tuple(findings) == _STEPS[:8]
    finding = only(findings)
    assert (finding.step, finding.verdict) == ("native code", "fails")
    assert (native or "it computes what is wrong") == finding.said.removeprefix(
        "@micropython.viper: "
    )
    assert "native emitter" in finding.to_do


def test_a_coarse_counter_is_a_gap() -> None:
    finding = only(found(board(cycles={"counter": "time.ticks_us", "resolution": 168})))
    assert (finding.step, finding.verdict) == ("cycle counter", "gap")
    assert finding.said == "time.ticks_us, to 168 cycles"


def test_no_counter_is_a_gap() -> None:
    error = BoardException("ImportError: nothing counts cycles on esp32", "")
    finding = only(found(board(cycles=error)))
    assert (finding.step, finding.verdict) == ("cycle counter", "gap")
    assert "nothing counts cycles" in finding.said and "make measure" in finding.to_do


def test_no_interrupt_source_is_a_gap_that_says_what_was_tried() -> None:
    why_not = [
        "PIO: no module named 'rp2'",
        "machine.Timer(hard=True): its interrupts do not come",
    ]
    finding = only(found(board(interrupt={"source": None, "why_not": why_not})))
    assert (finding.step, finding.verdict) == ("interrupt source", "gap")
    assert finding.said == f"none ({'; '.join(why_not)})"


def test_a_library_that_cannot_be_imported_fails() -> None:
    finding = only(found(board(heapless_py=memory_error("import"))))
    assert (finding.step, finding.verdict) == ("library", "fails")
    assert "MemoryError" in finding.said and "MPY=1" in finding.to_do


def test_a_library_that_does_what_is_wrong_fails() -> None:
    finding = only(found(board(heapless_py={"right": False, "taken": 1, "free": 1})))
    assert (finding.step, finding.verdict) == ("library", "fails")


def test_each_finding_is_a_line_with_what_to_do() -> None:
    out = StringIO()
    console = Console(file=out, width=60)
    for finding in found(board({"ram": 9000})).values():
        show(finding, console)
    lines = out.getvalue().splitlines()
    assert [line[7:25].strip() for line in lines] == list(_STEPS)
    (line,) = (line for line in lines if line.startswith("fails"))
    assert line.split(maxsplit=1)[1].startswith("free RAM          9,000 bytes free; the library")


def test_a_board_on_which_the_library_is_of_no_use_ends_it_with_an_error() -> None:
    command = [sys.executable, "-m", "firmware.doctor", "--port", "/dev/null"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    (line,) = done.stdout.splitlines()
    assert line.startswith("fails  answers           /dev/null is not a serial port; ")
    assert done.stderr == "error: heapless_py can't be used on this board: answers\n"


def test_a_gap_does_not_end_it_with_an_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    incomplete = board(interrupt={"source": None, "why_not": []})
    monkeypatch.setattr(doctor, "open_board", lambda **options: nullcontext(incomplete))
    monkeypatch.setattr(doctor, "plain_errors", nullcontext)  # which takes signals to itself
    doctor.main()
    assert capsys.readouterr().out.endswith("heapless_py can be used on this board\n")
