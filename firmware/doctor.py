"""Check step by step whether a board can be worked with, and say what to do where it can't.

    python -m firmware.doctor [--port PORT] [--board BOARD] [--image IMAGE]

What the board runs for it, it reads from here, over its serial line, and keeps nothing. (To a
firmware that lacks what this takes, as QEMU's, it is copied.) The exit status is 1 if the library
can't be used.
"""

import json
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import Console
from rich.text import Text

from firmware.board import BOARDS, Board, open_board
from firmware.deploy import LIBRARY, library, mpy_version
from firmware.file_system import Files
from firmware.image import say_on_stderr
from firmware.programs import programs
from firmware.remote import BoardException
from firmware.transfer import transfer
from firmware.trouble import Trouble, plain_errors

Execute = Callable[[str], str]  # a program; what it printed

# A gap keeps something from being measured or done one way; the library is of use all the same.
Verdict = Literal["ok", "gap", "fails"]
_STYLES: dict[Verdict, str] = {"ok": "green", "gap": "yellow", "fails": "bold red"}

_SECONDS = 300  # an emulated board's serial line carries some 2 kB a second
_STEP_COLUMNS = 16


@dataclass(frozen=True)
class Finding:
    step: str
    verdict: Verdict
    said: str
    to_do: str = ""


def diagnose(opening: AbstractContextManager[Board]) -> Iterator[Finding]:
    """What is found on a board, step by step; nothing further once a step needs it."""
    with ExitStack() as stack:
        try:
            board = stack.enter_context(opening)
        except BoardException as error:  # it answered, in Python
            yield Finding("answers", "ok", "in Python")
            yield Finding("MicroPython", "fails", str(error))
            return
        except Trouble as trouble:
            yield Finding("answers", "fails", str(trouble))
            return
        yield Finding("answers", "ok", f"at {board.remote.port}: {board.name}")
        yield from _introduced(board)
        yield from examine(board)


def _introduced(board: Board) -> Iterator[Finding]:
    """What it has said of itself."""
    emulated = ", emulated" if board.emulated else ""
    clock = "" if board.clock_hz is None else f", {board.clock_hz / 1e6:g} MHz"
    yield Finding("MicroPython", "ok", f"on the port {board.platform}{emulated}")
    yield Finding("version", "ok", board.firmware)
    if board.arch:
        yield Finding("architecture", "ok", f"{board.arch}{clock}")
    else:
        to_do = "deploy the library as source, without MPY=1"
        yield Finding("architecture", "gap", f"none that .mpy files know{clock}", to_do)


def examine(board: Board) -> Iterator[Finding]:
    """What it finds when it looks at itself."""
    precompiles, finding = _precompiling(board)
    yield finding
    source = library(None)
    compiled = library(board.arch) if precompiles else None
    facts = json.loads(board.remote.exec(_look(board)))
    yield _ram(facts)
    yield _room(facts, _size(source), _size(compiled) if compiled else None)
    yield _native_code(facts)
    if facts["native"] is not True:
        return
    with _with_files(board, {**_asking(), **(compiled or source)}, facts["mounts"]) as execute:
        yield _counter(_answer(execute, _COUNT))
        yield _interrupt_source(_answer(execute, _INTERRUPT))
        yield _library(_answer(execute, _IMPORT))


def _precompiling(board: Board) -> tuple[bool, Finding]:
    step = "precompiling"
    if not board.arch:
        return False, Finding(step, "gap", "not without a known architecture", "leave out MPY=1")
    made = mpy_version()
    if made == board.mpy_version:
        return True, Finding(step, "ok", f"mpy-cross here and the board agree on version {made}")
    said = (
        f"mpy-cross here makes .mpy files of version {made}, the board loads {board.mpy_version}"
    )
    return False, Finding(step, "gap", said, "install a matching mpy-cross, or leave out MPY=1")


def _size(files: Files) -> int:
    return sum(len(data) for data in files.values())


def _asking() -> Files:
    """The programs that ask a board what it has."""
    return {
        name: data
        for name, data in programs().items()
        if re.search(r"/(__init__|clock|cycles|counter_\w+|\w*interrupt)\.py$", name)
    }


@contextmanager
def _with_files(board: Board, files: Files, mounts: bool) -> Iterator[Execute]:
    """How to run a program on the board that imports from `files`."""
    if not mounts:
        for package in sorted({name.partition("/")[0] for name in files}):
            its = {name: data for name, data in files.items() if name.startswith(f"{package}/")}
            transfer(board, package, its, say_on_stderr)
        yield lambda program: board.remote.exec(program, timeout=_SECONDS)
        return
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        yield lambda program: board.remote.exec_with(Path(folder), program, timeout=_SECONDS)


def _answer(execute: Execute, program: str) -> dict[str, Any]:
    """The line of JSON that a program prints; or what it raised, under "error"."""
    try:
        said = execute(program)
        answer: dict[str, Any] = json.loads(said.splitlines()[-1])
    except BoardException as error:
        return {"error": str(error)}
    except (ValueError, IndexError):
        return {"error": "it printed what is no answer"}
    return answer


_VIPER = """
import micropython
@micropython.viper
def more(x: int) -> int:
    return x + 1
"""
# What the board has. Its free memory is told first: what comes later takes some.
_LOOK = """
import gc, json, os
gc.collect()
facts = {{"ram": gc.mem_free()}}
lib, package = {lib!r}, {package!r}
try:
    size = os.statvfs(lib.rpartition("/")[0] or "/")
    facts["flash"] = size[1] * size[4]
except OSError:
    facts["flash"] = None
def taken(folder):
    try:
        return sum(it[3] for it in os.ilistdir(folder))
    except OSError:
        return 0
facts["there"] = taken(lib + "/" + package)
try:
    import io, select  # with which mpremote has it read our files
    facts["mounts"] = True
except ImportError:
    facts["mounts"] = False
names = {{}}
try:
    exec({viper!r}, names)
    facts["native"] = names["more"](1) == 2
except Exception as error:
    facts["native"] = str(error)
print(json.dumps(facts))
"""


def _look(board: Board) -> str:
    return _LOOK.format(lib=board.lib, package=LIBRARY.name, viper=_VIPER)


# What an SpscQueue takes on an RP2040, imported precompiled, and a little to work with.
_LEAST_RAM = 45_000


def _ram(facts: dict[str, Any]) -> Finding:
    said = f"{facts['ram']:,} bytes free"
    if facts["ram"] >= _LEAST_RAM:
        return Finding("free RAM", "ok", said)
    to_do = f"the library wants {_LEAST_RAM:,}: freeze it into the firmware, or do less in boot.py"
    return Finding("free RAM", "fails", said, to_do)


def _room(facts: dict[str, Any], source: int, compiled: int | None) -> Finding:
    """Whether the library has room where libraries are; a file system takes some beside it."""
    step = "free flash"
    if facts["flash"] is None:
        to_do = "make one (vfs.VfsLfs2.mkfs, vfs.mount), or freeze the library into the firmware"
        return Finding(step, "fails", "there is no file system", to_do)
    room = facts["flash"] + facts["there"]
    said = f"{room:,} bytes for the library, which takes {source:,} as source"
    if compiled is not None:
        said += f", {compiled:,} precompiled"
    if room >= source:
        return Finding(step, "ok", said)
    if compiled is not None and room >= compiled:
        return Finding(step, "gap", said, "deploy it with MPY=1, or remove what is not needed")
    to_do = "remove what is not needed, or freeze the library into the firmware"
    return Finding(step, "fails", said, to_do)


def _native_code(facts: dict[str, Any]) -> Finding:
    if facts["native"] is True:
        return Finding("native code", "ok", "@micropython.viper compiles and runs")
    why = facts["native"] or "it computes what is wrong"
    to_do = "take a firmware whose compiler has a native emitter for this processor"
    return Finding("native code", "fails", f"@micropython.viper: {why}", to_do)


_COUNT = """
from on_board.cycles import COUNTER, RESOLUTION
import json
print(json.dumps({"counter": COUNTER, "resolution": RESOLUTION}))
"""


def _counter(answer: dict[str, Any]) -> Finding:
    step = "cycle counter"
    if "error" in answer:
        to_do = "make measure will not run; the library does"
        return Finding(step, "gap", answer["error"], to_do)
    if answer["resolution"] == 1:
        return Finding(step, "ok", f"{answer['counter']}, to the cycle")
    said = f"{answer['counter']}, to {answer['resolution']:,} cycles"
    return Finding(step, "gap", said, "what make measure says of one call is no finer than that")


_INTERRUPT = """
from on_board.interrupt import SOURCE, WHY_NOT
import json
print(json.dumps({"source": SOURCE, "why_not": WHY_NOT}))
"""


def _interrupt_source(answer: dict[str, Any]) -> Finding:
    step = "interrupt source"
    if answer.get("source"):
        return Finding(step, "ok", f"{answer['source']}; the heap is locked in its interrupts")
    why = answer.get("error") or f"none ({'; '.join(answer['why_not'])})"
    to_do = "make measure leaves out hard interrupts; Pin.irq(hard=True) may work all the same"
    return Finding(step, "gap", why, to_do)


_IMPORT = """
import gc, json
gc.threshold(4096)
gc.collect()
before = gc.mem_free()
from heapless_py import SpscQueue
queue = SpscQueue(4, "i")
queue.enqueue(7)
right = queue.dequeue() == 7
gc.collect()
print(json.dumps({"right": right, "taken": before - gc.mem_free(), "free": gc.mem_free()}))
"""


def _library(answer: dict[str, Any]) -> Finding:
    if "error" in answer:
        to_do = "see above; if it is a MemoryError, deploy with MPY=1, or freeze the library"
        return Finding("library", "fails", answer["error"], to_do)
    if not answer["right"]:
        to_do = "the firmware's native code is not to be trusted; take another one"
        return Finding("library", "fails", "what came out of a SpscQueue did not go in", to_do)
    said = (
        f"an SpscQueue works; its import took {answer['taken']:,} bytes, {answer['free']:,} left"
    )
    return Finding("library", "ok", said)


def show(finding: Finding, console: Console) -> None:
    line = Text(f"{finding.verdict:<7}", style=_STYLES[finding.verdict])
    line.append(f"{finding.step:<{_STEP_COLUMNS + 2}}", style="bold")
    line.append(finding.said, style="none")
    if finding.to_do:
        line.append(f"; {finding.to_do}", style="none")
    console.print(line, soft_wrap=True)


def main(
    port: Annotated[str | None, typer.Option(help="a real board's port, or auto")] = None,
    board: Annotated[str, typer.Option(help=f"which to emulate: {BOARDS}")] = "rp2040",
    image: Annotated[Path | None, typer.Option(help="the firmware to emulate it with")] = None,
) -> None:
    """Check whether a board can be worked with, and say what to do where it can't."""
    console = Console(highlight=False)
    with plain_errors():
        failed = []
        for finding in diagnose(open_board(board=board, port=port, image=image)):
            show(finding, console)
            if finding.verdict == "fails":
                failed.append(finding.step)
        if failed:
            raise Trouble(f"heapless_py can't be used on this board: {', '.join(failed)}")
        console.print("heapless_py can be used on this board")


if __name__ == "__main__":
    typer.run(main)
