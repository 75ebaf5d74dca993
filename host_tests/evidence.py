"""What a test that belongs to `make proof` has to show for itself. A plugin of pytest.

    @pytest.mark.proof("interleavings")
    def test_no_interleaving_is_wrong(record_property):
        ...
        record_property("explored", {"states": 812})        # numbers, added up over the item
        record_property("caught", "commit flips no lap")    # a seeded fault that was found

The interpreter or board that a test runs something on is noted by the conftest ("on").

The same tests are part of `make test`, in a quick form; `make proof` sets HEAPLESS_PROOF, and they
look further. With `--evidence FILE` there is a line of JSON for each of them in that file.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

FULL = "HEAPLESS_PROOF" in os.environ


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--evidence", type=Path, help="write there what the tests of a proof show")


def pytest_configure(config: pytest.Config) -> None:
    path = config.getoption("--evidence")
    if path and not hasattr(config, "workerinput"):  # a worker's reports reach who started it
        config.pluginmanager.register(_Witness(path))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for mark in item.iter_markers("proof"):
            item.user_properties.append(("proof", mark.args[0]))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Of several workers one has the mutants, five have a Pico each, and one has all else.

    A real Pico is one only, so that all its tests are one worker's.
    """
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

    class ByMachine(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            if "test_mutants" in nodeid:
                return "mutants"
            if not nodeid.startswith("board_tests/") or "cortex_m3" in nodeid:
                return "elsewhere"
            if "HEAPLESS_PORT" not in os.environ:
                for alone in ("pico_testing", "test_measure", "test_preemption"):
                    if alone in nodeid:
                        return alone
                if "test_examples" in nodeid or "board_tests/test_docs" in nodeid:
                    return "wired_pico"
            return "pico"

    return ByMachine(config, log)


class _Witness:
    def __init__(self, path: Path) -> None:
        self._path = path

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._write({"test": report.nodeid, "item": None, "why": report.longreprtext})

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        # One of the three reports on a test says what came of it: its call, or what kept it.
        if report.when != "call" and report.passed:
            return
        properties = report.user_properties
        explored: dict[str, int] = {}
        for counts in (value for name, value in properties if name == "explored"):
            assert isinstance(counts, dict)
            for what, count in counts.items():
                explored[what] = explored.get(what, 0) + count
        self._write(
            {
                "test": report.nodeid,
                "item": dict(properties).get("proof"),
                "outcome": report.outcome,
                "seconds": round(report.duration, 2),
                "explored": explored,
                "caught": [value for name, value in properties if name == "caught"],
                "on": [value for name, value in properties if name == "on"],
                "why": _reason(report),
            }
        )

    def _write(self, line: Mapping[str, object]) -> None:
        with self._path.open("a") as file:
            print(json.dumps(line), file=file)


def _reason(report: pytest.TestReport) -> str:
    """The last words of a test that failed, or why it was not run."""
    if report.skipped and isinstance(report.longrepr, tuple):
        return report.longrepr[2].removeprefix("Skipped: ")
    return report.longreprtext
