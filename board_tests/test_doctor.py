"""What `make doctor` finds on emulated boards."""

import subprocess
import sys
from contextlib import nullcontext

import pytest

from board_tests.processes import Witness
from firmware.board import Board
from firmware.deploy import REPOSITORY
from firmware.doctor import Finding, diagnose
from firmware.image import Image

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def findings(pico: Board) -> dict[str, Finding]:
    before = pico.remote.exec("import os; print(list(os.ilistdir('/')))")
    found = {finding.step: finding for finding in diagnose(nullcontext(pico))}
    assert pico.remote.exec("import os; print(list(os.ilistdir('/')))") == before
    return found


def test_a_pico_passes_each_step(findings: dict[str, Finding]) -> None:
    assert {step: finding for step, finding in findings.items() if finding.verdict != "ok"} == {}
    assert len(findings) == 11


def test_what_it_says_is_the_boards(findings: dict[str, Finding], pico: Board) -> None:
    assert pico.name in findings["answers"].said
    assert findings["version"].said == pico.firmware
    assert findings["cycle counter"].said == "SysTick, to the cycle"
    assert findings["interrupt source"].said.startswith("PIO; the heap is locked")
    assert "an SpscQueue works" in findings["library"].said


def test_a_cortex_m3_lacks_only_what_is_said(qemu_image: Image, witness: Witness) -> None:
    options = ("--board", "qemu", "--image", str(qemu_image.path))
    command = [sys.executable, "-m", "firmware.doctor", *options]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    *lines, last = done.stdout.splitlines()
    assert last == "heapless_py can be used on this board"
    (gap,) = (line for line in lines if not line.startswith("ok "))
    assert gap.startswith("gap    interrupt source  none (PIO: no module named 'rp2'; ")
