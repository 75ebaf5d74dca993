"""QEMU's STM32, whose firmware nobody can have here: what is run, and said without one."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from littlefs import LittleFS

import firmware.board
from firmware.board import open_board
from firmware.deploy import REPOSITORY
from firmware.remote import Remote
from firmware.trouble import Trouble
from host_tests.unix import Unix

_FILES = {"package/__init__.py": b"ANSWER = 42\n", "package/data": bytes(range(256)) * 40}


@pytest.fixture
def elf(tmp_path: Path) -> Path:
    path = tmp_path / "firmware.elf"
    path.write_bytes(b"\x7fELF")
    return path


class Started:
    """What would have been started."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.command: Sequence[str] = ()
        self.prelude = ""
        self.rom = b""
        monkeypatch.setattr(firmware.board, "_emulator", self._emulator)
        monkeypatch.setattr(firmware.board, "_held_open", nullcontext)
        monkeypatch.setattr(firmware.board, "_meet", lambda *of_it: None)

    @contextmanager
    def _emulator(self, name: str, command: Sequence[str], prelude: str = "") -> Iterator[Any]:
        self.command, self.prelude = command, prelude
        (device,) = (word for word in command if word.startswith("loader,"))
        self.rom = Path(device.split(",")[1].removeprefix("file=")).read_bytes()
        yield Remote("/dev/pts/9", prelude)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, elf: Path) -> Started:
    started = Started(monkeypatch)
    with open_board(board="qemu-stm32", image=elf, files=_FILES):
        return started


def test_it_is_a_netduino_that_counts_instructions_and_has_our_files(
    started: Started, elf: Path
) -> None:
    program, *words = started.command
    device = words.pop(words.index("-device") + 1)
    words.remove("-device")
    assert program == "qemu-system-arm"
    assert words == [
        *("-machine", "netduinoplus2", "-nographic", "-monitor", "null"),
        *("-icount", "shift=3", "-serial", "pty", "-kernel", str(elf)),
    ]
    assert device.startswith("loader,file=") and device.endswith(",addr=0x8080000,force-raw=on")
    rom = LittleFS(block_size=4096, block_count=128, mount=False)
    rom.context.buffer = bytearray(started.rom)
    rom.mount()
    for name, data in _FILES.items():
        with rom.open(f"/lib/{name}", "rb") as file:
            assert file.read() == data


def test_a_path_with_a_comma_is_given_as_qemu_wants_it() -> None:
    device = firmware.board.loader_of(Path("/tmp/a,b/rom.img"), 0x1000)
    assert device == "loader,file=/tmp/a,,b/rom.img,addr=0x1000,force-raw=on"


def test_micropython_reads_our_files_there_and_writes_nothing(
    started: Started, unix: Unix, tmp_path: Path
) -> None:
    """On the unix port, which is at no address of flash: there the bytes come from a file."""
    rom = tmp_path / "rom.img"
    rom.write_bytes(started.rom)
    flash = "uctypes.bytearray_at(0x8080000, 524288)"
    assert flash in started.prelude
    prelude = started.prelude.replace(flash, f'bytearray(open("{rom}", "rb").read())')
    said = unix.exec(
        f"{prelude}\n"
        "import package, os\n"
        "print(package.ANSWER, package.__file__)\n"
        'print(open("/rom/lib/package/data", "rb").read()[-3:])\n'
        "try:\n"
        '    open("/rom/lib/package/more", "w")\n'
        "except OSError as error:\n"
        '    print("not written", error.errno)\n'
    )
    assert said == ("42 /rom/lib/package/__init__.py\nb'\\xfd\\xfe\\xff'\nnot written 30\n")


def refusal(*options: str) -> str:
    command = [sys.executable, "-m", "board_tests.measure", "--board", "qemu-stm32", *options]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    return line


def test_without_an_image_it_says_where_to_get_one() -> None:
    said = refusal()
    assert said.startswith("error: no image for an STM32 can be fetched or built here")
    assert "name the firmware.elf of one for an STM32F405" in said


def test_what_is_no_elf_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "firmware.dfu"
    path.write_bytes(b"DfuSe")
    assert "is no image for stm32: it is not an ELF file" in refusal("--image", str(path))


def test_an_image_that_is_not_there_is_named() -> None:
    assert "cannot read the image nowhere.elf" in refusal("--image", "nowhere.elf")


def test_a_machine_without_qemu(elf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with (
        pytest.raises(Trouble, match="qemu-system-arm is missing; install it: apt-get"),
        open_board(board="qemu-stm32", image=elf),
    ):
        pass
