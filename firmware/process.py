"""A program that runs beside us: watched against the clock, and gone when we are done with it."""

import contextlib
import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence

# How often a program that says nothing is looked at.
_POLL_SECONDS = 0.01


class Process:
    """A program in a session of its own, so that a Ctrl-C in the terminal reaches us alone.

    What it says goes to files, not pipes: it goes on whether or not anyone reads along.
    """

    def __init__(self, command: Sequence[str], *, together: bool = False) -> None:
        """`together` mixes what it says on standard error with what it says on standard output."""
        self._out = tempfile.TemporaryFile()  # noqa: SIM115 (closed by kill)
        self._err = self._out if together else tempfile.TemporaryFile()  # noqa: SIM115
        self._seen = 0  # how much of its output was read, and
        self._pending = b""  # how much of that was not yet handed on
        self._popen = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=self._out,
            stderr=self._err,
            start_new_session=True,
        )

    @property
    def status(self) -> int | None:
        """The exit status; None while it runs."""
        return self._popen.poll()

    def line(self, deadline: float) -> str | None:
        """Its next line; None when it has ended; TimeoutError at `deadline`."""
        while b"\n" not in self._pending:
            said = self._more(deadline)
            if not said:
                line, self._pending = self._pending, b""
                return _text(line) if line else None
            self._pending += said
        line, _, self._pending = self._pending.partition(b"\n")
        return _text(line)

    def _more(self, deadline: float) -> bytes:
        while True:
            ended = self.status is not None  # asked first, so that no last words are missed
            said = os.pread(self._out.fileno(), 1 << 20, self._seen)
            if said or ended:
                self._seen += len(said)
                return said
            if time.monotonic() >= deadline:
                raise TimeoutError
            time.sleep(_POLL_SECONDS)

    def complaint(self) -> str:
        """All that it said on standard error (and `together` with it)."""
        return _text(os.pread(self._err.fileno(), 1 << 20, 0))

    def ends(self, seconds: float) -> bool:
        """Whether it ends within that time."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(seconds)
        return self.status is not None

    @contextlib.contextmanager
    def awake(self) -> Iterator[None]:
        """It runs in this block, and sleeps from the end of it to the next one."""
        self._tell(signal.SIGCONT)
        try:
            yield
        finally:
            self._tell(signal.SIGSTOP)

    def _tell(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._popen.pid, number)

    def terminate(self, seconds: float) -> None:
        """Ask it to end, and give it time to put its things away."""
        self._popen.terminate()
        self._tell(signal.SIGCONT)
        self.ends(seconds)

    def kill(self) -> None:
        """End it and its children, at once."""
        self._tell(signal.SIGKILL)
        self._popen.wait()
        self._out.close()
        self._err.close()


def _text(said: bytes) -> str:
    return said.decode(errors="replace").replace("\r", "")


@contextlib.contextmanager
def running(command: Sequence[str], *, together: bool = False) -> Iterator[Process]:
    """The program runs for as long as the block does, and not a moment longer."""
    process = None
    try:
        with _signals_put_off():
            process = Process(command, together=together)
        yield process
    finally:
        if process:
            process.kill()


@contextlib.contextmanager
def _signals_put_off() -> Iterator[None]:
    """What would end us in this block does so right after it.

    Who is stopped while a program starts does not know yet whom to end.
    """
    came: list[int] = []
    handlers = {}
    if threading.current_thread() is threading.main_thread():  # no other hears of signals
        for number in (signal.SIGINT, signal.SIGTERM):
            handlers[number] = signal.signal(number, lambda number, frame: came.append(number))
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    for each in came:
        signal.raise_signal(each)
