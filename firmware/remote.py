"""Talking to a board: each word goes through mpremote, to an emulated board as to a real one."""

import contextlib
import os
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from serial.tools import list_ports

from firmware.process import Process, running
from firmware.trouble import Trouble

# The board prints this once it listens to us, so that a silent board is told from a slow program.
_READY = "heapless_py: ready"
_TRACEBACK = "Traceback (most recent call last):"

_COPY_SECONDS = 900  # the whole library takes an emulated Pico three minutes, or longer
_RESET_SECONDS = 20


class BoardException(Trouble):
    """A program raised an exception on the board; the message is its traceback's last line."""

    def __init__(self, traceback: str, output: str) -> None:
        super().__init__(traceback.splitlines()[-1])
        self.traceback = traceback
        self.output = output


@dataclass(frozen=True)
class Remote:
    """A board at a serial port.

    Every call begins with a soft reset, so that none sees what another left in memory, and then
    runs `prelude`, which mounts what a soft reset unmounts. All of it happens in `awake()`.
    """

    port: str
    prelude: str = ""
    answer_seconds: float = 10
    awake: Callable[[], AbstractContextManager[None]] = contextlib.nullcontext

    def run(
        self,
        program: Path,
        *,
        timeout: float,
        on_line: Callable[[str], None] | None = None,
        soft_reset: bool = True,
    ) -> str:
        """Run a file of ours on the board; what it printed. `on_line` gets each line at once."""
        if not program.is_file():
            raise Trouble(f"there is no program {program}")
        return self._mpremote(
            "run", str(program), timeout=timeout, on_line=on_line, soft_reset=soft_reset
        )

    def exec(self, code: str, *, timeout: float = 60, soft_reset: bool = True) -> str:
        """Run lines of code on the board; what they printed."""
        return self._mpremote("exec", code, timeout=timeout, soft_reset=soft_reset)

    def exec_with(self, folder: Path, code: str, *, timeout: float = 60) -> str:
        """Run lines of code that may import from a folder of ours; what they printed.

        The board reads it over its serial line, and keeps nothing of it.
        """
        said = self._mpremote("mount", str(folder), "exec", code, timeout=timeout)
        return "".join(f"{line}\n" for line in said.splitlines() if not _is_mounts(line))

    def copy(self, source: Path, target: str) -> None:
        """Copy a file of ours to the path `target` on the board."""
        self._mpremote("fs", "cp", "-f", str(source), f":{target}")

    def install(self, package_json: Path, target: str) -> None:
        """Have mip put a package of ours into the folder `target` on the board."""
        self._mpremote("mip", "install", "--target", target, str(package_json))

    def remove_tree(self, path: str) -> None:
        """Remove a folder of the board's, with all in it."""
        self._mpremote("fs", "rm", "-r", f":{path}")

    def reset(self) -> None:
        """Start the board anew, as its power switch would: only its files are kept."""
        self._mpremote("exec", "--no-follow", "import machine; machine.reset()")
        deadline = time.monotonic() + _RESET_SECONDS
        while True:
            time.sleep(0.5)  # a real board's port is gone for a while
            try:
                self.exec("")
                return
            except Trouble:
                if time.monotonic() >= deadline:
                    raise

    def _mpremote(
        self,
        *words: str,
        timeout: float = _COPY_SECONDS,
        on_line: Callable[[str], None] | None = None,
        soft_reset: bool = True,
    ) -> str:
        resume, prelude = ((), self.prelude) if soft_reset else (("resume",), "")
        greet = ("exec", f"{prelude}\nprint({_READY!r})")
        command = (sys.executable, "-m", "mpremote", "connect", self.port, *resume, *greet, *words)
        with self.awake(), running(command) as mpremote:
            self._await_answer(mpremote)
            output = self._follow(mpremote, timeout, on_line)
            if mpremote.status:
                raise self._failure(mpremote, output)
        return output

    def _await_answer(self, mpremote: Process) -> None:
        deadline = time.monotonic() + self.answer_seconds
        said: list[str] = []
        try:
            while (line := mpremote.line(deadline)) != _READY:
                if line is None:
                    raise self._failure(mpremote, "\n".join(said))
                said.append(line)
        except TimeoutError:
            raise self._no_answer() from None

    def _follow(
        self, mpremote: Process, timeout: float, on_line: Callable[[str], None] | None
    ) -> str:
        deadline = time.monotonic() + timeout
        output = ""
        try:
            while (line := mpremote.line(deadline)) is not None:
                output += f"{line}\n"
                if on_line:
                    on_line(line)
        except TimeoutError:
            raise Trouble(
                f"the board at {self.port} did not finish within {timeout:.0f} s; "
                "raise the time limit, or reset the board if it is stuck"
            ) from None
        return output

    def _failure(self, mpremote: Process, output: str) -> Trouble:
        """What mpremote's last words mean."""
        complaint = mpremote.complaint().strip()
        before, raised, traceback = output.rpartition(_TRACEBACK)
        if raised and not complaint:
            return BoardException((raised + traceback).strip(), before)
        if "failed to access" in complaint:
            return Trouble(why_shut(self.port))
        if _any(complaint, "ENOSPC", "Errno 28"):
            return Trouble(
                f"the file system of the board at {self.port} is full; remove what is not needed "
                f"(mpremote connect {self.port} fs tree shows it) and try again"
            )
        if _any(complaint, "SerialException", "Errno 5]", "Errno 6]", "Errno 19]"):
            return Trouble(
                f"the board at {self.port} went away in the middle (unplugged, reset, or its "
                "emulator ended); plug it in and try again"
            )
        if not complaint or _any(complaint, "raw repl", "raw paste", "struct.error", "response"):
            return self._no_answer()
        return Trouble(f"mpremote failed at {self.port}: {complaint.splitlines()[-1]}")

    def _no_answer(self) -> Trouble:
        return Trouble(
            f"what is at {self.port} does not answer as MicroPython does; "
            "check that it is the right port, put MicroPython on the board, or reset the board"
        )


def _is_mounts(line: str) -> bool:
    return line.startswith("Local directory ") and line.endswith(" is mounted at /remote")


def _any(text: str, *parts: str) -> bool:
    return any(part in text for part in parts)


def why_shut(port: str) -> str:
    """Why a port cannot be opened, and the way out."""
    try:
        terminal = os.open(port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    except FileNotFoundError:
        return f"there is no port {port}; {_ports_here()}"
    except PermissionError:
        return f"you may not use {port}; join its group ({_group(port)}) and log in again"
    except OSError as error:
        return f"cannot open {port}: {error.strerror}; {_ports_here()}"
    with os.fdopen(terminal, "rb") as opened:
        if not opened.isatty():
            return f"{port} is not a serial port; {_ports_here()}"
    return f"{port} is taken by another program; close that (a terminal, an IDE) and try again"


def _group(port: str) -> str:
    with contextlib.suppress(KeyError):
        return Path(port).group()
    return "dialout"


def _boards() -> list[str]:
    return sorted(port.device for port in list_ports.comports() if port.vid is not None)


def _ports_here() -> str:
    ports = ", ".join(_boards())
    return f"boards are at {ports}" if ports else "plug one in, or name none to emulate a board"


def find_port(port: str) -> str:
    """The port itself, or with "auto" the only one at which a board can be."""
    if port != "auto":
        return port
    boards = _boards()
    if not boards:
        raise Trouble("no board is plugged in; plug one in, or name its port instead of 'auto'")
    if len(boards) > 1:
        raise Trouble(f"there are boards at {', '.join(boards)}; name one of these ports")
    return boards[0]
