"""MicroPython's unix port, to run the library and the on-board programs in."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

_REPOSITORY = Path(__file__).parent.parent


@dataclass(frozen=True)
class Unix:
    binary: Path

    def exec(
        self, code: str, *, stdin: str = "", timeout: float = 60, library: Path = _REPOSITORY
    ) -> str:
        """Run lines of code in an interpreter of their own; what they printed.

        As on a board, `heapless_py` (of the folder `library`) and `on_board` can be imported.
        """
        done = subprocess.run(
            [self.binary, "-c", code],
            input=stdin,
            cwd=library,  # where it looks first
            env=_environment(library),
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr
        return done.stdout

    def start(self, code: str, *, library: Path = _REPOSITORY) -> subprocess.Popen[str]:
        """As `exec`, but it runs on, to be talked to; whoever starts it ends it."""
        return subprocess.Popen(
            [self.binary, "-c", code],
            cwd=library,
            env=_environment(library),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )


def _environment(library: Path) -> dict[str, str]:
    path = f"{library}:{_REPOSITORY / 'firmware'}:.frozen"
    return {**os.environ, "MICROPYPATH": path}
