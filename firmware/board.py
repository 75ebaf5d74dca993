"""A board to work with: a real one, or an emulated one, which ends with its `with` block."""

import json
import os
import re
import select
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from firmware.cache import Say
from firmware.file_system import NO_FILES, Files, flash_with
from firmware.image import Image, Kind, find_image, say_on_stderr
from firmware.process import Process, running
from firmware.remote import Remote, find_port
from firmware.trouble import Trouble

RP2040PY = "rp2040py"  # the emulator, as a module to run

_START_SECONDS = 30
_STOP_SECONDS = 5

# The processor of an emulated Pico, as mpy-cross names it.
PICO_ARCH = "armv6m"


@dataclass(frozen=True)
class Board:
    """A board, and what it says of itself."""

    remote: Remote
    emulated: bool
    firmware_sha256: str | None  # of the image that was loaded, where we loaded it
    name: str  # Raspberry Pi Pico with RP2040
    mcu: str  # RP2040
    clock_hz: int | None
    firmware: str  # MicroPython 1.25.0 (v1.25.0 on 2025-04-15; RPI_PICO)
    platform: str  # rp2
    arch: str  # of its native code, as mpy-cross names it: armv6m
    mpy_version: str  # of the .mpy files it loads: 6.3


_WHO_ARE_YOU = """
import json, machine, sys
it = sys.implementation
mpy = getattr(it, "_mpy", 0)
print(json.dumps({
    "name": it._machine,
    "version": ".".join(str(part) for part in it.version[:3]),
    "build": getattr(it, "_build", ""),
    "said": sys.version.split("; MicroPython ")[-1],
    "platform": sys.platform,
    "clock_hz": machine.freq() if hasattr(machine, "freq") else None,
    "arch": mpy >> 10 & 15,
    "mpy_version": "%d.%d" % (mpy & 0xFF, mpy >> 8 & 3),
}))
"""

# By their numbers in sys.implementation._mpy.
_ARCHITECTURES = (
    *("", "x86", "x64", "armv6", "armv6m", "armv7m", "armv7em", "armv7emsp", "armv7emdp"),
    *("xtensa", "xtensawin", "rv32imc", "rv64imc"),
)


def _meet(remote: Remote, emulated: bool, firmware_sha256: str | None) -> Board:
    it = json.loads(remote.exec(_WHO_ARE_YOU, timeout=remote.answer_seconds).splitlines()[-1])
    facts = "; ".join(fact for fact in (it["said"], it["build"]) if fact)
    return Board(
        remote=remote,
        emulated=emulated,
        firmware_sha256=firmware_sha256,
        name=it["name"],
        mcu=it["name"].rpartition(" with ")[2],
        clock_hz=it["clock_hz"],
        firmware=f"MicroPython {it['version']} ({facts})",
        platform=it["platform"],
        arch=_ARCHITECTURES[it["arch"]],
        mpy_version=it["mpy_version"],
    )


@contextmanager
def emulated_rp2040(
    image: Image, files: Files = NO_FILES, emulator: str = RP2040PY
) -> Iterator[Board]:
    """A Raspberry Pi Pico, emulated instruction by instruction, by the module `emulator`.

    It begins with `files` in its /lib, and nothing is kept: its emulated USB carries some 2 kB a
    second, so that to copy the library there takes minutes.
    """
    with tempfile.TemporaryDirectory() as folder:
        flash = Path(folder) / "flash.img"
        flash.write_bytes(flash_with(files))
        its = ("--image", str(image.path), "--littlefs", str(flash))
        command = (sys.executable, "-m", emulator, "micropython", "--pty", *its)
        with _emulator("rp2040py", command) as remote:
            _await_greeting(remote.port)
            yield _meet(remote, True, image.sha256)


# QEMU's machine has no flash to write to, and the firmware mounts nothing. Its 16 MB of external
# memory are in no heap, so that a disk there outlives the soft reset before each call.
_RAM_DISK = """
import sys, uctypes, vfs
class _RamDisk:
    memory = uctypes.bytearray_at(0x21000000, 1 << 20)
    def readblocks(self, block, buffer, offset=0):
        start = block * 512 + offset
        buffer[:] = self.memory[start:start + len(buffer)]
    def writeblocks(self, block, buffer, offset=0):
        start = block * 512 + offset
        self.memory[start:start + len(buffer)] = buffer
    def ioctl(self, request, argument):
        return {4: len(self.memory) // 512, 5: 512}.get(request, 0)
if not hasattr(vfs, "VfsLfs1"):
    raise OSError("this firmware has no file system for a RAM disk; use an image built here")
try:
    vfs.mount(vfs.VfsLfs1(_RamDisk()), "/")
except OSError:
    vfs.VfsLfs1.mkfs(_RamDisk())
    vfs.mount(vfs.VfsLfs1(_RamDisk()), "/")
sys.path.append("/lib")
del _RamDisk
"""


@contextmanager
def qemu_cortex_m3(image: Image) -> Iterator[Board]:
    """QEMU's mps2-an385: a Cortex-M3, on which no interrupt reaches Python."""
    qemu = "qemu-system-arm"
    if shutil.which(qemu) is None:
        raise Trouble(f"{qemu} is missing; install it: apt-get install qemu-system-arm")
    machine = ("-machine", "mps2-an385", "-nographic", "-monitor", "null", "-semihosting")
    command = (qemu, *machine, "-serial", "pty", "-kernel", str(image.path))
    # Held open, because QEMU looks only once a second whether a closed terminal was opened again.
    with _emulator("QEMU", command, prelude=_RAM_DISK) as remote, _held_open(remote.port):
        yield _meet(remote, True, image.sha256)


@contextmanager
def _emulator(name: str, command: Sequence[str], prelude: str = "") -> Iterator[Remote]:
    """Run an emulator; its board, which sleeps while nobody talks to it: idle ones take a core."""
    with running(command, together=True) as emulator:
        try:
            yield Remote(_port_of(name, emulator), prelude, awake=emulator.awake)
        except (Trouble, OSError):
            if not emulator.ends(0.5):  # its terminal is gone a little before it is
                raise
            last_words = ["it said nothing", *emulator.complaint().strip().splitlines()][-1]
            raise Trouble(f"{name} ended: {last_words}; check its image, or try again") from None
        finally:
            emulator.terminate(_STOP_SECONDS)  # rp2040py writes its flash to a file now


def _port_of(name: str, emulator: Process) -> str:
    deadline = time.monotonic() + _START_SECONDS
    try:
        while (line := emulator.line(deadline)) is not None:
            if found := re.search(r"(?:listening on|redirected to) (/dev/\S+)", line):
                return found[1]
    except TimeoutError:
        raise Trouble(
            f"{name} was not up within {_START_SECONDS} s; try again on an idler machine"
        ) from None
    raise Trouble(f"{name} ended before it was up")


def _await_greeting(port: str) -> None:
    """Wait for the first words of the REPL: what is sent before them is lost."""
    with _held_open(port) as terminal:
        if not select.select([terminal], [], [], _START_SECONDS)[0]:
            raise Trouble(
                f"no REPL came up within {_START_SECONDS} s of the emulator's start; "
                "check that the image is MicroPython for this board"
            )


@contextmanager
def _held_open(port: str) -> Iterator[int]:
    terminal = os.open(port, os.O_RDONLY | os.O_NOCTTY)
    try:
        yield terminal
    finally:
        os.close(terminal)


@contextmanager
def serial_board(port: str) -> Iterator[Board]:
    """A real board; "auto" is the only one plugged in."""
    yield _meet(Remote(find_port(port)), False, None)


def open_board(
    *,
    board: str = "rp2040",
    port: str | None = None,
    image: Path | None = None,
    files: Files = NO_FILES,
    emulator: str = RP2040PY,
    say: Say = say_on_stderr,
) -> AbstractContextManager[Board]:
    """The real board at `port`, or else an emulated one that runs `image`.

    files: what an emulated Pico has in its /lib already. To have it on any board, `transfer` it
        then: what is there is not copied again.
    emulator: the module that emulates an RP2040.
    """
    if port:
        return serial_board(port)
    if board == "rp2040":
        found = find_image(Kind.RP2, image, say)
        return emulated_rp2040(found, files, emulator)
    if board == "qemu":
        return qemu_cortex_m3(find_image(Kind.QEMU, image, say))
    raise Trouble(f"no board {board!r} can be emulated; there are rp2040 and qemu")
