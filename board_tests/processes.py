"""Which processes a test has started, however deep: they carry a mark in their environment."""

import signal
import time
import uuid
from pathlib import Path

_START_SECONDS = 20
_GRACE_SECONDS = 3


def hear_ctrl_c() -> None:
    """For a new process: not to ignore SIGINT, as whatever a shell runs in the background does."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


class Witness:
    def __init__(self) -> None:
        self.mark = ("HEAPLESS_WITNESS", uuid.uuid4().hex)

    def processes(self) -> dict[int, str]:
        """The command line of each marked process that runs, by its number."""
        mark = "=".join(self.mark).encode()
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    found[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
            except OSError:
                pass  # it has just ended
        return found

    def find(self, part: str) -> int | None:
        """The number of the marked process that has `part` in its command line."""
        return next((pid for pid, line in self.processes().items() if part in line), None)

    def wait_for(self, part: str, seconds: float = _START_SECONDS) -> None:
        """Wait until there is a marked process with `part` in its command line."""
        deadline = time.monotonic() + seconds
        while self.find(part) is None:
            assert time.monotonic() < deadline, f"no {part} was started"
            time.sleep(0.01)

    def assert_none_left(self) -> None:
        deadline = time.monotonic() + _GRACE_SECONDS
        while (left := self.processes()) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not left, f"still running: {left}"
