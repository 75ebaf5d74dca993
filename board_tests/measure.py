"""Measure the library on a board, show the result, and keep it as build/measure/report.*.

    python -m board_tests.measure [--port PORT] [--image IMAGE] [--board BOARD] [--mpy]

It boots an emulated Pico (or takes the board at a port), deploys the library, runs the measuring
programs of `firmware/on_board` on it and gathers what they print.
"""

import json
from collections.abc import Iterable
from datetime import datetime, timezone
from pathlib import Path
from typing import Annotated, Any, cast

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from board_tests.report import files, terminal
from board_tests.report.schema import (
    Cycles,
    Histogram,
    Interrupts,
    Memory,
    Operation,
    Report,
    validate,
)
from firmware.board import BOARDS, Board, arch_of, open_board
from firmware.deploy import commit, deploy, library, version
from firmware.programs import PROGRAMS, programs, put_programs
from firmware.remote import BoardException
from firmware.trouble import Trouble, plain_errors
from host_tests.containers import CONTAINERS
from host_tests.isr_safety import safe_operations

# The name of each program, how many lines it prints, and how many seconds it may take: an emulated
# Pico takes some 20 times as long as a real one.
_MEMORY = (("measure_memory", 6, 120), ("measure_bbqueue_memory", 2, 120))
# Of these it is enough to make one; with what, their size_of takes too.
_MADE_WITH: dict[str, tuple[Any, ...]] = {
    "Vec": (64, "i"),
    "Deque": (64, "i"),
    "HistoryBuf": (64, "i"),
    "String": (256,),
    "RingBuffer": (256,),
}
_OPERATIONS = (
    ("measure_operations", 23, 600),
    ("measure_bbqueue", 24, 600),
    ("measure_ring_buffer", 20, 600),
    ("measure_vec", 32, 600),
    ("measure_deque", 31, 600),
    ("measure_history_buf", 21, 600),
    ("measure_string", 28, 600),
)
_INTERRUPTS = ("measure_interrupts", 9, 1800)
_RATES = ("measure_rates", 9, 1800)

# For each job the kind of container that does it, as `isr_safety` names them.
_KINDS = {
    "element": "i",
    "bytes": "stream",
    "frame": "framed",
    "stream grant": "stream",
    "frame grant": "framed",
    "sequence": "i",
    "both ends": "i",
    "window": "i",
    "text": "text",
}
# How a report shows operations that have no name of their own in a program.
_SHOWN_AS = {
    "len": "__len__",
    "==": "__eq__",
    "v[i]": "__getitem__",
    "d[i]": "__getitem__",
    "h[i]": "__getitem__",
    "v[i] = x": "__setitem__",
    "d[i] = x": "__setitem__",
}
_BINS = 24

FOLDER = Path("build/measure")  # where the report goes

Line = dict[str, Any]


def measure(board: Board, *, precompile: bool = False, console: Console) -> Report:
    """Measure the library on `board`; some ten minutes on an emulated one."""
    with _bars(console) as progress:
        task = progress.add_task("deploy", total=2)
        deploy(board, precompile=precompile, say=progress.console.print)
        progress.advance(task)
        put_programs(board, say=progress.console.print)
        progress.advance(task)
        memory = _memory(board, progress)
        counter, *operations = (
            line for of_one in _OPERATIONS for line in _run(board, progress, *of_one)
        )
        source, *interrupts = _run(board, progress, *_INTERRUPTS)
        rates = _run(board, progress, *_RATES)
        gaps = _gaps(source, rates)
        for gap in gaps:
            progress.console.print(f"not measured on {board.name}: {gap}", markup=False)
    report = {
        "schema": 1,
        "measured_at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "board": {
            "name": board.name,
            "emulated": board.emulated,
            "mcu": board.mcu,
            "clock_hz": board.clock_hz,
            "firmware": board.firmware,
            "firmware_sha256": board.firmware_sha256,
            "platform": board.platform,
            "counter": counter["counter"],
            "counter_resolution": counter["resolution_cycles"],
            "interrupt_source": source["source"],
        },
        "library": {"version": version(), "commit": commit()},
        "empty_call_cycles": counter["empty_call_cycles"],
        "ops": _operations(operations),
        "isr": [_interrupts(line) for line in interrupts],
        "rates": rates,
        "memory": memory,
        "gaps": gaps,
    }
    return validate(report)


def _gaps(source: Line, rates: list[Line]) -> list[str]:
    """What this board could not have measured, and why."""
    if source["source"] is None:
        return [f"hard interrupts: no interrupt source ({'; '.join(source['why_not'])})"]
    gaps = []
    if not source["register"]:
        gaps.append("handlers that capture a register: known is an RP2040's timer only")
    if not rates:
        gaps.append(
            f"the highest rates: {source['source']} does not count what it raises, as PIO does"
        )
    return gaps


def _bars(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description:<32}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )


def _run(board: Board, progress: Progress, name: str, lines: int, seconds: int) -> list[Line]:
    """Run one of the programs; the JSON that it prints, line by line."""
    task = progress.add_task(name.replace("_", " "), total=lines)

    def count(line: str) -> None:
        progress.advance(task)

    try:
        printed = board.remote.run(PROGRAMS / f"{name}.py", timeout=seconds, on_line=count)
    except BoardException as error:
        raise Trouble(f"{name} failed on {board.name}: {error}") from None
    try:
        return [json.loads(line) for line in printed.splitlines()]
    except ValueError as error:
        raise Trouble(
            f"{name} printed what is no result ({error}); if the board prints something at boot "
            "(main.py, boot.py), remove that and measure again"
        ) from None


def _memory(board: Board, progress: Progress) -> list[Memory]:
    lines = [line for of_one in _MEMORY for line in _run(board, progress, *of_one)]
    task = progress.add_task("measure containers memory", total=len(_MADE_WITH))
    for name, arguments in _MADE_WITH.items():
        program = f"from on_board import memory; memory.report{(name, *arguments)}"
        lines.append(json.loads(board.remote.exec(program, timeout=120)))
        progress.advance(task)
    return cast(list[Memory], lines)


def _operations(lines: Iterable[Line]) -> list[Operation]:
    """The operations; safe is what our docstrings say is safe, of others what ran heap-locked."""
    operations = []
    for line in lines:
        line["cycles"] = _spread(_durations(line))
        ran_locked = line.pop("heap_locked")
        if line["subject"] in CONTAINERS:
            line["isr_safe"] = _is_said_safe(line)
            if line["isr_safe"] and (line["allocated_bytes"] or not ran_locked):
                raise Trouble(
                    f"{line['subject']}.{line['op']} ({line['form']}) says that it is ISR-safe, "
                    f"but allocated {line['allocated_bytes']} bytes; mend it or its docstring"
                )
        else:
            line["isr_safe"] = ran_locked
        operations.append(cast(Operation, line))
    return operations


def _is_said_safe(line: Line) -> bool:
    """Whether the docstring of each step of this operation of ours says that it is ISR-safe."""
    steps = {_SHOWN_AS.get(step, step.partition("(")[0]) for step in line["op"].split(", ")}
    steps.discard("view")  # an attribute
    kind = _KINDS[line.get("job", "element")]
    said = (name.split(".") for name in safe_operations(line["subject"], kind))
    is_function = line["form"] == "function"  # its owner is a module, which is written small
    safe = {name for owner, name in said if owner.islower() == is_function}
    return steps <= safe


def _interrupts(line: Line) -> Interrupts:
    durations = _durations(line)
    line["lost"] = line["events"] - line["received"]
    line["handler_cycles"] = _spread(durations)
    line["handler_histogram"] = _histogram(durations)
    return cast(Interrupts, line)


def _durations(line: Line) -> dict[int, int]:
    """Taken out of the line: how often what was measured took how many cycles.

    Less than nothing is nothing: what is shorter than a counter's step may come out as that.
    """
    durations: dict[int, int] = {}
    for cycles, count in line.pop("durations").items():
        taken = max(0, int(cycles))
        durations[taken] = durations.get(taken, 0) + count
    return durations


def _spread(durations: dict[int, int]) -> Cycles:
    every = sorted(cycles for cycles, count in durations.items() for _ in range(count))
    return {
        "min": every[0],
        "median": every[len(every) // 2],
        "p99": every[len(every) * 99 // 100 - 1],
        "max": every[-1],
    }


def _histogram(durations: dict[int, int]) -> Histogram:
    low, high = min(durations), max(durations)
    width = max(1, -(-(high + 1 - low) // _BINS))
    counts = [0] * ((high - low) // width + 1)
    for cycles, count in durations.items():
        counts[(cycles - low) // width] += count
    return {"bin_cycles": width, "start_cycles": low, "counts": counts}


def main(
    port: Annotated[str | None, typer.Option(help="a real board's port, or auto")] = None,
    image: Annotated[Path | None, typer.Option(help="the firmware to emulate it with")] = None,
    board: Annotated[str, typer.Option(help=f"which to emulate: {BOARDS}")] = "rp2040",
    mpy: Annotated[bool, typer.Option("--mpy", help="precompile for the board")] = False,
    folder: Annotated[Path, typer.Option(help="where the report goes")] = FOLDER,
) -> None:
    """Measure the library on a board and show the result."""
    console = Console()
    with plain_errors():
        there = {**library(arch_of(board) if mpy else None), **programs()}
        with open_board(board=board, port=port, image=image, files=there, counting=True) as opened:
            report = measure(opened, precompile=mpy, console=Console(stderr=True))
        files.write(report, folder)
        terminal.show(report, console)
        console.print(f"\nThe same as a page: {folder / 'report.html'}; for tools: report.json")


if __name__ == "__main__":
    typer.run(main)
