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
from firmware.file_system import NO_FILES, ON_BOARD, SECTOR_BYTES, Files, flash_with
from firmware.image import Image, Kind, find_image, say_on_stderr
from firmware.process import Process, running
from firmware.remote import Remote, find_port
from firmware.trouble import Trouble

RP2040PY = "rp2040py"  # the emulator, as a module to run

_START_SECONDS = 30
_STOP_SECONDS = 5

# The processors of the boards that can be emulated, as mpy-cross names them.
_ARCHS = {"rp2040": "armv6m", "qemu": "armv7m", "qemu-stm32": "armv7emsp"}
PICO_ARCH = _ARCHS["rp2040"]
BOARDS = ", ".join(_ARCHS)


def arch_of(board: str) -> str:
    """The processor of the board that is emulated under that name."""
    if board not in _ARCHS:
        raise Trouble(f"no board {board!r} can be emulated; there are {BOARDS}")
    return _ARCHS[board]


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
    lib: str  # its folder of libraries: /lib, on an STM32 /flash/lib


_WHO_ARE_YOU = """
import sys
it = sys.implementation
if it.name != "micropython":
    raise OSError(it.name + " runs here; put MicroPython on the board")
import json, machine
mpy = getattr(it, "_mpy", 0)
freq = machine.freq() if hasattr(machine, "freq") else None
libs = [path for path in sys.path if path.endswith("/lib")]
print(json.dumps({
    "name": it._machine,
    "version": ".".join(str(part) for part in it.version[:3]),
    "build": getattr(it, "_build", ""),
    "said": sys.version.split("; MicroPython ")[-1],
    "platform": sys.platform,
    "clock_hz": freq[0] if isinstance(freq, tuple) else freq,
    "arch": mpy >> 10 & 15,
    "mpy_version": "%d.%d" % (mpy & 0xFF, mpy >> 8 & 3),
    "lib": (libs + [LIB])[0],
}))
"""

# By their numbers in sys.implementation._mpy.
_ARCHITECTURES = (
    *("", "x86", "x64", "armv6", "armv6m", "armv7m", "armv7em", "armv7emsp", "armv7emdp"),
    *("xtensa", "xtensawin", "rv32imc", "rv64imc"),
)


def _meet(remote: Remote, emulated: bool, firmware_sha256: str | None) -> Board:
    said = remote.exec(f"LIB = {ON_BOARD!r}{_WHO_ARE_YOU}", timeout=remote.answer_seconds)
    it = json.loads(said.splitlines()[-1])
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
        lib=it["lib"],
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
def qemu_cortex_m3(image: Image, counting: bool = False) -> Iterator[Board]:
    """QEMU's mps2-an385: a Cortex-M3, on which no interrupt reaches Python.

    counting: let an instruction take 32 ns, whatever it is, so that its SysTick counts them; else
        it counts this machine's time, and all goes twice as fast.
    """
    its = ("-semihosting", *(("-icount", "shift=5") if counting else ()))
    with _qemu(image, "mps2-an385", *its, prelude=_RAM_DISK) as board:
        yield board


# The half of its flash that no firmware for an STM32F405 reaches. What is there when the machine
# starts can be read, but its flash controller writes nothing.
_ROM_ADDRESS = 0x08080000
_ROM_SECTORS = 128
_ROM_DISK = f"""
import sys, uctypes, vfs
class _RomDisk:
    memory = uctypes.bytearray_at({_ROM_ADDRESS:#x}, {_ROM_SECTORS * SECTOR_BYTES})
    def readblocks(self, block, buffer, offset=0):
        start = block * {SECTOR_BYTES} + offset
        buffer[:] = self.memory[start:start + len(buffer)]
    def writeblocks(self, block, buffer, offset=0):
        raise OSError(30)
    def ioctl(self, request, argument):
        return {{4: {_ROM_SECTORS}, 5: {SECTOR_BYTES}}}.get(request, 0)
if not hasattr(vfs, "VfsLfs2"):
    raise OSError("this firmware cannot read our files; build it with MICROPY_VFS_LFS2=1")
vfs.mount(_RomDisk(), "/rom", readonly=True)
sys.path.insert(0, "/rom{ON_BOARD}")
del _RomDisk
"""


@contextmanager
def qemu_stm32(image: Image, files: Files = NO_FILES) -> Iterator[Board]:
    """QEMU's netduinoplus2: an STM32F405, which begins with `files` and can keep no others.

    An instruction takes 8 ns, so that its SysTick counts the same in each run. Of an STM32's
    timers and its CYCCNT QEMU has a semblance only: what works, the programs find out.
    """
    with tempfile.TemporaryDirectory() as folder:
        rom = Path(folder) / "rom.img"
        rom.write_bytes(flash_with(files, _ROM_SECTORS))
        its = (*("-icount", "shift=3"), *("-device", loader_of(rom, _ROM_ADDRESS)))
        with _qemu(image, "netduinoplus2", *its, prelude=_ROM_DISK) as board:
            yield board


def loader_of(file: Path, address: int) -> str:
    """The device by which QEMU has the bytes of a file in its memory."""
    path = str(file).replace(",", ",,")  # as QEMU wants it
    return f"loader,file={path},addr={address:#x},force-raw=on"


@contextmanager
def _qemu(image: Image, machine: str, *options: str, prelude: str) -> Iterator[Board]:
    """A machine of QEMU's that talks to us by its first UART."""
    qemu = "qemu-system-arm"
    if shutil.which(qemu) is None:
        raise Trouble(f"{qemu} is missing; install it: apt-get install qemu-system-arm")
    its = ("-machine", machine, "-nographic", "-monitor", "null", *options)
    command = (qemu, *its, "-serial", "pty", "-kernel", str(image.path))
    # Held open, because QEMU looks only once a second whether a closed terminal was opened again.
    with _emulator("QEMU", command, prelude=prelude) as remote, _held_open(remote.port):
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
    counting: bool = False,
    say: Say = say_on_stderr,
) -> AbstractContextManager[Board]:
    """The real board at `port`, or else an emulated one that runs `image`.

    files: what an emulated Pico or STM32 has among its libraries already. To have it on any
        board, `transfer` it then: what is there is not copied again.
    emulator: the module that emulates an RP2040.
    counting: whether cycles will be counted, for which QEMU has to go by instructions.
    """
    if port:
        return serial_board(port)
    arch_of(board)  # Trouble if there is none of that name
    if board == "rp2040":
        found = find_image(Kind.RP2, image, say)
        return emulated_rp2040(found, files, emulator)
    if board == "qemu-stm32":
        return qemu_stm32(find_image(Kind.STM32, image, say), files)
    return qemu_cortex_m3(find_image(Kind.QEMU, image, say), counting)
