"""What the tests of a proof add up to: a verdict on each of its items."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from board_tests.report.files import put
from firmware.trouble import Trouble

# Everything that is claimed, in the order in which a report tells it.
ITEMS = {
    "interleavings": "every interleaving of the two sides' loads and stores",
    "preemption": "a hard interrupt at every instruction of an operation, on the chip's code",
    "differential": "CPython and MicroPython do the same, after every operation",
    "allocation": "what says it is ISR-safe allocates nothing",
    "parallel": "two threads at once, and halves that go from hand to hand",
    "arguments": "wrong arguments are refused and change nothing",
    "mutants": "the tests notice when a line of the library changes",
}

Line = Mapping[str, Any]  # of what `host_tests.evidence` writes about a test


@dataclass
class Item:
    claim: str
    verdict: str = "not run"  # or "holds", or "fails"
    tests: int = 0
    seconds: float = 0
    on: list[str] = field(default_factory=list)  # interpreters and boards, beside this Python
    explored: dict[str, int] = field(default_factory=dict)
    faults_caught: list[str] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)  # the test, and its last words
    not_run: dict[str, str] = field(default_factory=dict)  # the test, and why


def weigh(lines: Iterable[Line]) -> dict[str, Item]:
    """A verdict on each item. One of which no test ran does not hold."""
    items = {name: Item(claim) for name, claim in ITEMS.items()}
    for line in lines:
        if line["item"] not in items:
            known = ", ".join(ITEMS)
            raise Trouble(f"{line['test']} is marked {line['item']!r}; items are {known}")
        _add(items[line["item"]], line)
    for item in items.values():
        if item.failures:
            item.verdict = "fails"
        elif item.tests:
            item.verdict = "holds"
    return items


def _add(item: Item, line: Line) -> None:
    item.seconds = round(item.seconds + line["seconds"], 2)
    if line["outcome"] == "skipped":
        item.not_run[line["test"]] = line["why"]
        return
    item.tests += 1
    item.on = sorted({*item.on, *line["on"]})
    item.explored = dict(Counter(item.explored) + Counter(line["explored"]))
    if line["outcome"] == "passed":
        item.faults_caught += line["caught"]
    else:
        item.failures[line["test"]] = line["why"]


def write(items: Mapping[str, Item], provenance: Mapping[str, Any], folder: Path) -> None:
    """Keep all of it as report.json in `folder`, whole or not at all."""
    report = {
        "schema": 1,
        **provenance,
        "items": {name: asdict(item) for name, item in items.items()},
    }
    put(folder / "report.json", json.dumps(report, indent=2) + "\n")


def show(items: Mapping[str, Item], console: Console) -> None:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, collapse_padding=True)
    table.add_column("item", no_wrap=True)
    table.add_column("what was looked at")
    table.add_column("faults caught", justify="right")
    table.add_column("seconds", justify="right")
    table.add_column("verdict", no_wrap=True)
    for name, item in items.items():
        explored = ", ".join(f"{count:,} {what}" for what, count in item.explored.items())
        table.add_row(
            Text(name, style="bold"),
            Text(f"{item.claim}: {explored or f'{item.tests} tests'}"),
            f"{len(item.faults_caught):,}" if item.faults_caught else "-",
            f"{item.seconds:,.0f}",
            Text(item.verdict, style="green" if item.verdict == "holds" else "bold red"),
        )
    console.print(table)
    for item in items.values():
        _show_tests("not run", item.not_run, console)
        _show_tests("fails", item.failures, console)


def _show_tests(what: str, tests: Mapping[str, str], console: Console) -> None:
    for test, why in tests.items():
        last: Sequence[str] = why.strip().splitlines()[-1:]
        console.print(Text(f"{what}: {test}: {''.join(last)}"))
