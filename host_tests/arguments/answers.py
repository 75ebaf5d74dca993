"""What each interpreter answers to the calls of a plan."""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

from host_tests.arguments.plan import Group

_REPOSITORY = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Interpreter:
    """One that runs `on_board.arguments` with `heapless_py` of the folder `library`."""

    name: str
    command: Sequence[str | Path]
    path: str  # what it imports from; see `cpython` and `micropython`
    library: Path

    def answers(self, groups: Sequence[Group], seconds: float) -> tuple[list[str], str | None]:
        """The answers, and why it ended before the last one, if it did."""
        with TemporaryFile("w+", encoding="utf-8") as said:
            try:
                done = subprocess.run(
                    self.command,
                    input="".join(group.line() + "\n" for group in groups),
                    cwd=self.library,  # where it looks first
                    env={**os.environ, "MICROPYPATH": self.path, "PYTHONPATH": self.path},
                    stdout=said,
                    stderr=subprocess.PIPE,
                    text=True,
                    timeout=seconds,
                )
                trouble = f"ended with {done.returncode} {done.stderr[-300:]}".strip()
            except subprocess.TimeoutExpired:
                trouble = f"had not ended after {seconds} s"
            said.seek(0)
            answers = said.read().splitlines()
        whole = len(answers) == sum(len(group.calls) for group in groups)
        return answers, None if whole else f"{self.name} {trouble}"


def cpython(library: Path = _REPOSITORY) -> Interpreter:
    code = "import sys; from firmware.on_board import arguments as it; it.report(sys.stdin)"
    command = (sys.executable, "-u", "-c", code)
    return Interpreter("CPython", command, f"{library}:{_REPOSITORY}", library)


def micropython(binary: Path, library: Path = _REPOSITORY) -> Interpreter:
    code = "import sys; from on_board import arguments as it; it.report(sys.stdin)"
    path = f"{library}:{_REPOSITORY / 'firmware'}:.frozen"
    return Interpreter("MicroPython", (binary, "-X", "heapsize=16M", "-c", code), path, library)
