"""Prove what the library claims, show the verdicts, and keep them as build/proof/report.json.

    python -m board_tests.prove [--port PORT] [--image IMAGE]

It runs the tests that are marked as belonging to a proof, further than `make test` does: those on
a Pico, the mutants, and all others side by side.
"""

import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from board_tests.report.files import put
from board_tests.verdicts import Line, show, weigh, write
from firmware.deploy import commit, version
from firmware.process import Process, running
from firmware.trouble import Trouble, plain_errors

_TESTS = ("host_tests", "board_tests")
_WORKERS = 4
_SECONDS = 2 * 3600
_STOP_SECONDS = 30  # its emulators want to be put away

_PASSED, _FAILED = 0, 1  # how pytest ends when its tests were run


def prove(folder: Path, console: Console, tests: Sequence[str] = _TESTS) -> list[Line]:
    """Run the tests that belong to a proof; their evidence."""
    evidence, log = folder / "evidence.jsonl", folder / "pytest.log"
    evidence.write_text("")
    workers = ("-n", str(_WORKERS), "--dist", "loadscope")
    options = ("-v", "-m", "proof", "--evidence", str(evidence), "-p", "no:cacheprovider")
    command = (sys.executable, "-m", "pytest", *workers, *options, *tests)
    with running(command, together=True) as process:
        try:
            _wait(process, console)
        finally:
            if process.status is None:
                process.terminate(_STOP_SECONDS)
            put(log, process.complaint())
    lines = [json.loads(line) for line in evidence.read_text().splitlines()]
    if process.status not in (_PASSED, _FAILED) or any(line["item"] is None for line in lines):
        raise Trouble(f"the tests could not be run; what they said is in {log}")
    return lines


def _wait(process: Process, console: Console) -> None:
    """Wait for the end of the tests, and show which of them has just ended."""
    deadline = time.monotonic() + _SECONDS
    with console.status("collecting tests") as status:
        try:
            while (line := process.line(deadline)) is not None:
                status.update(Text(line, overflow="ellipsis", no_wrap=True))
        except TimeoutError:
            raise Trouble(f"the proof did not end within {_SECONDS // 60} minutes") from None
    process.ends(_STOP_SECONDS)


def main(
    port: Annotated[str | None, typer.Option(help="a real board's port, or auto")] = None,
    image: Annotated[Path | None, typer.Option(help="the firmware to emulate it with")] = None,
    folder: Annotated[Path, typer.Option(help="where the report goes")] = Path("build/proof"),
) -> None:
    """Prove what the library claims and show the verdicts."""
    with plain_errors():
        _tell_the_tests(HEAPLESS_PROOF="1", HEAPLESS_PORT=port, HEAPLESS_IMAGE=image)
        began = time.monotonic()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lines = prove(folder, Console(stderr=True))
            seconds = round(time.monotonic() - began)
            items = weigh(lines)
            write(items, _provenance(seconds), folder)
        except OSError as error:
            raise Trouble(f"cannot write the report to {folder}: {error.strerror}") from None
        show(items, Console())
        print(f"\n{seconds / 60:.0f} minutes; all of it: {folder / 'report.json'}")
        wrong = [name for name, item in items.items() if item.verdict != "holds"]
        if wrong:
            raise Trouble(f"not shown to hold: {', '.join(wrong)}")


def _tell_the_tests(**settings: str | Path | None) -> None:
    os.environ.update({name: str(value) for name, value in settings.items() if value})


def _provenance(seconds: int) -> Mapping[str, Any]:
    return {
        "proved_at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "seconds": seconds,
        "library": {"version": version(), "commit": commit()},
        "python": sys.version.split()[0],
    }


if __name__ == "__main__":
    typer.run(main)
