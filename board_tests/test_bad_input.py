"""What goes wrong at a desk must end soon, in one line that says what to do, with nothing left."""

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import threading
import time
import tty
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from serial.tools import list_ports

import firmware.board
from board_tests.processes import Witness, hear_ctrl_c
from firmware.board import Board, emulated_rp2040, qemu_cortex_m3
from firmware.deploy import REPOSITORY, deploy
from firmware.image import Image, Kind
from firmware.remote import BoardException, Remote, find_port, why_shut
from firmware.trouble import Trouble

# The fixtures' time is their own: the first deployment to the emulated Pico takes a while.
pytestmark = pytest.mark.timeout(30, func_only=True)


def command(*options: str) -> list[str]:
    return [sys.executable, "-m", "firmware.deploy", *options]


def refusal(*options: str) -> str:
    """The one line with which `firmware.deploy` gives up."""
    done = subprocess.run(
        command(*options), cwd=REPOSITORY, capture_output=True, text=True, timeout=20
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    return done.stderr


# Ports


@contextlib.contextmanager
def terminal(answer: Callable[[int], None] | None = None) -> Iterator[str]:
    """A pseudo-terminal that is no board: `answer` plays its other end."""
    ours, theirs = pty.openpty()
    tty.setraw(theirs)

    done = threading.Event()

    def play() -> None:
        while answer and not done.is_set():
            with contextlib.suppress(OSError):
                answer(ours)

    player = threading.Thread(target=play, daemon=True)
    player.start()
    try:
        yield os.ttyname(theirs)
    finally:
        done.set()
        player.join()
        os.close(theirs)
        os.close(ours)


def echo(ours: int) -> None:
    if select.select([ours], [], [], 0.05)[0]:
        os.write(ours, os.read(ours, 100))


def babble(ours: int) -> None:
    if select.select([], [ours], [], 0.05)[1]:
        os.write(ours, b"\x00\xffUU\r\n> OK")


def test_a_port_that_is_not_there(witness: Witness) -> None:
    assert "there is no port /dev/ttyACM99; " in refusal("--port", "/dev/ttyACM99")


def test_a_file_is_no_port(witness: Witness) -> None:
    assert "pyproject.toml is not a serial port; " in refusal("--port", "pyproject.toml")


def test_a_port_that_another_program_holds(witness: Witness) -> None:
    with terminal() as port, Path(port).open("rb", buffering=0) as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # as pyserial does, and so mpremote and Thonny
        assert f"{port} is taken by another program; close" in refusal("--port", port)


def test_a_port_that_is_not_ours_to_use(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str, flags: int) -> int:
        raise PermissionError

    with terminal() as port:
        monkeypatch.setattr(os, "open", refuse)
        assert re.match(rf"you may not use {port}; join its group \(\w+\)", why_shut(port))


@pytest.mark.parametrize("answer", [None, echo, babble])
def test_a_port_where_no_micropython_answers(
    answer: Callable[[int], None] | None, witness: Witness
) -> None:
    with terminal(answer) as port:
        start = time.monotonic()
        with pytest.raises(Trouble, match=f"what is at {port} does not answer as MicroPython"):
            Remote(port, answer_seconds=1.5).exec("print(1)", timeout=100)
        assert time.monotonic() - start < 5


def test_auto_is_the_only_board(monkeypatch: pytest.MonkeyPatch) -> None:
    ports = [SimpleNamespace(device="/dev/ttyS0", vid=None)]
    monkeypatch.setattr(list_ports, "comports", lambda: ports)
    with pytest.raises(Trouble, match="no board is plugged in; plug one in"):
        find_port("auto")
    ports.append(SimpleNamespace(device="/dev/ttyACM0", vid=0x2E8A))
    assert find_port("auto") == "/dev/ttyACM0"
    ports.append(SimpleNamespace(device="/dev/ttyACM1", vid=0x2E8A))
    with pytest.raises(Trouble, match="boards at /dev/ttyACM0, /dev/ttyACM1; name one"):
        find_port("auto")


# Emulators


def test_an_image_that_is_not_a_uf2(witness: Witness) -> None:
    assert "is no image for rp2: it is not a UF2" in refusal("--image", "pyproject.toml")


def test_an_image_that_is_not_there(witness: Witness) -> None:
    assert "cannot read the image nowhere.uf2" in refusal("--image", "nowhere.uf2")


def test_a_board_that_cannot_be_emulated(witness: Witness) -> None:
    assert "no board 'esp32' can be emulated; there are" in refusal("--board", "esp32")


def test_an_image_that_is_not_micropython(
    tmp_path: Path, witness: Witness, monkeypatch: pytest.MonkeyPatch
) -> None:
    block = struct.pack("<8I476xI", 0x0A324655, 0x9E5D5157, 0x2000, 0x10000000, 256, 0, 1,
                        0xE48BFF56, 0x0AB16F30)  # fmt: skip
    path = tmp_path / "empty.uf2"
    path.write_bytes(block)
    monkeypatch.setattr(firmware.board, "_START_SECONDS", 2)
    monkeypatch.setattr(firmware.board, "_STOP_SECONDS", 0)
    image = Image(Kind.RP2, path, "a test", "")
    with pytest.raises(Trouble, match=r"check .*image"), emulated_rp2040(image):
        pass


def test_an_emulator_says_why_it_does_not_start(tmp_path: Path, witness: Witness) -> None:
    image = Image(Kind.QEMU, tmp_path / "missing.elf", "a test", "")
    with (
        pytest.raises(Trouble, match=r"QEMU ended: .*Could not load kernel .*; check its image"),
        qemu_cortex_m3(image),
    ):
        pass


def test_a_machine_without_qemu(qemu_image: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with (
        pytest.raises(Trouble, match="qemu-system-arm is missing; install it: apt-get"),
        qemu_cortex_m3(qemu_image),
    ):
        pass


@pytest.mark.parametrize("emulator", ["rp2040py", "qemu-system-arm"])
def test_a_board_that_goes_away_in_the_middle(
    emulator: str, rp2_image: Image, qemu_image: Image, tmp_path: Path, witness: Witness
) -> None:
    program = tmp_path / "endless.py"
    program.write_text("while True: print('here')")

    def kill_it(line: str) -> None:
        pid = witness.find(emulator)
        if pid:
            os.kill(pid, signal.SIGKILL)

    opened = emulated_rp2040(rp2_image) if emulator == "rp2040py" else qemu_cortex_m3(qemu_image)
    with opened as board, pytest.raises(Trouble, match=r"went away in the middle .*try again"):
        board.remote.run(program, timeout=20, on_line=kill_it)


@pytest.mark.parametrize(
    ("number", "status", "words"),
    [(signal.SIGINT, 130, "error: interrupted\n"), (signal.SIGTERM, 143, "")],
)
def test_an_interrupted_command_takes_its_emulator_with_it(
    number: signal.Signals, status: int, words: str, qemu_image: Image, witness: Witness
) -> None:
    with subprocess.Popen(
        command("--board", "qemu", "--image", str(qemu_image.path)),
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=hear_ctrl_c,
    ) as deploying:
        assert deploying.stderr
        assert deploying.stderr.readline().startswith("copying ")
        witness.wait_for("qemu-system-arm")
        witness.wait_for("mpremote")
        deploying.send_signal(number)
        assert deploying.wait(5) == status
        assert deploying.stderr.read() == words


# Programs


def test_a_program_that_is_not_there(cortex_m3: Board) -> None:
    with pytest.raises(Trouble, match=r"there is no program nowhere\.py"):
        cortex_m3.remote.run(Path("nowhere.py"), timeout=5)


def test_a_program_that_raises_on_the_board(any_board: Board, tmp_path: Path) -> None:
    program = tmp_path / "raises.py"
    program.write_text("print('before')\ndef f():\n    return [][1]\nf()\n")
    lines: list[str] = []
    with pytest.raises(BoardException) as caught:
        any_board.remote.run(program, timeout=20, on_line=lines.append)
    assert str(caught.value).startswith("IndexError: ")
    assert "line 3, in f" in caught.value.traceback
    assert caught.value.output == "before\n"
    assert lines[0] == "before"


def test_a_program_that_does_not_end_is_given_up_and_the_board_is_well(
    pico: Board, witness: Witness
) -> None:
    with pytest.raises(Trouble, match="did not finish within 1 s; "):
        pico.remote.exec("while True: pass", timeout=1)
    witness.assert_none_left()
    assert pico.remote.exec("print('well')") == "well\n"


def test_lines_come_while_the_program_runs(pico: Board, tmp_path: Path) -> None:
    program = tmp_path / "two_lines.py"
    program.write_text("print('one')\nfor i in range(9000): pass\nprint('two')\n")
    times: dict[str, float] = {}

    def note(line: str) -> None:
        times[line] = time.monotonic()

    assert pico.remote.run(program, timeout=30, on_line=note) == "one\ntwo\n"
    assert times["two"] - times["one"] > 0.05


def test_a_full_file_system(qemu_image: Image, witness: Witness) -> None:
    fill = """
import os
try:
    while True:
        with open("/filler%d" % len(os.listdir("/")), "wb") as file:
            file.write(bytearray(8192))
except OSError:
    pass
"""
    with qemu_cortex_m3(qemu_image) as board:
        board.remote.exec(fill)
        with pytest.raises(Trouble, match=r"the file system of the board at .* is full; remove"):
            deploy(board)
