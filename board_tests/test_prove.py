"""What `make proof` makes of its tests; with parts that end at once in place of the long ones."""

import json
import signal
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from board_tests.processes import Witness, hear_ctrl_c
from board_tests.prove import prove
from board_tests.verdicts import ITEMS, Line, show, weigh, write
from firmware.deploy import REPOSITORY
from firmware.trouble import Trouble

pytestmark = pytest.mark.timeout(240)

HOLDS = """
@pytest.mark.proof("parallel")
def test_that_passes(record_property):
    record_property("explored", {"bytes": 3})
    record_property("explored", {"bytes": 4, "threads": 2})
    record_property("caught", "a fault")

@pytest.mark.proof("parallel")
@pytest.mark.skip(reason="no second core")
def test_that_is_skipped():
    pass

def test_that_belongs_to_no_proof():
    assert False
"""
FAILS = """
@pytest.mark.proof("mutants")
def test_that_fails(record_property):
    record_property("explored", {"mutants": 5})
    record_property("caught", "what a test that fails says it caught")
    assert 2 + 2 == 5

@pytest.fixture
def broken():
    raise OSError("no such thing")

@pytest.mark.proof("differential")
def test_whose_fixture_fails(broken):
    pass
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "proof").mkdir()
    return tmp_path / "proof"


def run(folder: Path, **sources: str) -> list[Line]:
    """The evidence of some files of tests."""
    for name, source in sources.items():
        (folder / f"test_{name}.py").write_text(f"import pytest\n{source}")
    tests = [str(folder / f"test_{name}.py") for name in sources]
    return prove(folder, Console(quiet=True), [*tests, "-c", "pyproject.toml"])


def test_the_evidence_of_all_tests_is_weighed(folder: Path, witness: Witness) -> None:
    items = weigh(run(folder, holds=HOLDS, fails=FAILS))
    verdicts = {name: item.verdict for name, item in items.items()}
    assert verdicts == {
        **dict.fromkeys(ITEMS, "not run"),
        "parallel": "holds",
        "mutants": "fails",
        "differential": "fails",
    }
    parallel, mutants = items["parallel"], items["mutants"]
    assert (parallel.tests, parallel.explored) == (1, {"bytes": 7, "threads": 2})
    assert parallel.faults_caught == ["a fault"]
    assert list(parallel.not_run.values()) == ["no second core"]
    assert (mutants.explored, mutants.faults_caught) == ({"mutants": 5}, [])
    assert "assert (2 + 2) == 5" in next(iter(mutants.failures.values()))
    assert "OSError: no such thing" in next(iter(items["differential"].failures.values()))


def test_the_report_has_every_item(folder: Path) -> None:
    items = weigh([])
    write(items, {"proved_at": "now"}, folder)
    report = json.loads((folder / "report.json").read_text())
    assert (report["schema"], report["proved_at"]) == (1, "now")
    assert {name: item["claim"] for name, item in report["items"].items()} == ITEMS


def test_what_does_not_hold_is_seen() -> None:
    line = {
        "item": "arguments",
        "test": "test_it",
        "outcome": "failed",
        "seconds": 1.5,
        "explored": {"calls": 1234},
        "caught": [],
        "on": ["a board"],
        "why": "first\nE   the last words [b]",
    }
    shown = StringIO()
    show(weigh([line]), Console(width=120, file=shown))
    said = shown.getvalue()
    assert "1,234 calls" in said and "fails" in said
    assert "fails: test_it: E   the last words [b]" in said


def test_an_item_that_nobody_knows() -> None:
    with pytest.raises(Trouble, match="test_it is marked 'nonsense'; items are interleavings, "):
        weigh([{"item": "nonsense", "test": "test_it"}])


def test_tests_that_cannot_be_run(folder: Path) -> None:
    with pytest.raises(Trouble, match=r"the tests could not be run; .*pytest\.log"):
        run(folder, broken="import nothing_of_this_name")
    assert "nothing_of_this_name" in (folder / "pytest.log").read_text()


def test_an_interrupted_proof_leaves_no_process_and_the_last_report(
    folder: Path, witness: Witness
) -> None:
    (folder / "report.json").write_text("the last one")
    with subprocess.Popen(
        [sys.executable, "-m", "board_tests.prove", "--folder", str(folder)],
        cwd=REPOSITORY,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=hear_ctrl_c,
    ) as proving:
        assert proving.stderr
        witness.wait_for("tracing_emulator", seconds=120)  # all tests are collected first
        proving.send_signal(signal.SIGINT)
        assert proving.wait(40) == 130
        assert proving.stderr.read().endswith("error: interrupted\n")
    assert (folder / "report.json").read_text() == "the last one"
