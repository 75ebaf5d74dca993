"""A hard interrupt comes at every instruction of every operation, and nothing is lost or torn.

What is on the chip is in `firmware/on_board/preemption/`. Each instruction that an operation
executes, from its call to its return and in all that it calls, must have been interrupted: what
these are, the emulator tells. On a real board there is no such witness, and how many distinct
instructions were interrupted is only told.
"""

import ast
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import heapless_py
from firmware.board import Board
from firmware.programs import put_programs
from host_tests.evidence import FULL
from host_tests.interleave import Edit

pytestmark = [pytest.mark.proof("preemption"), pytest.mark.timeout(2400)]

_LIBRARY = Path(heapless_py.__file__).parent

# By container, so that each test ends in time. The core of `write` and `readinto` is for faults.
_CONTAINERS = ("SpscQueue", "RingBuffer", "BBQueue")

# Those of `make test`: what publishes, from either side.
_QUICK = (
    "SpscQueue: try_dequeue, the function",
    "SpscQueue: try_enqueue, the function",
    "RingBuffer: readinto, the function",
    "BBQueue: read",
    "BBQueue: commit",
)


@dataclass(frozen=True)
class _Fault:
    """A function of the library with a fault, and the operation in which that has to show."""

    what: str
    function: str
    operation: str
    edit: Edit

    def source(self) -> str:
        """The function, with the constants of its module and without its docstrings."""
        module = (_LIBRARY / f"{self.edit.module}.py").read_text()
        constants = "\n".join(re.findall(r"^_[A-Z]\w* = const\(\w+\)", module, re.MULTILINE))
        for part in ast.parse(self.edit.apply(module)).body:
            if isinstance(part, ast.FunctionDef) and part.name == self.function:
                _drop_docstrings(part)
                return f"{constants}\n{ast.unparse(part)}\n"
        raise ValueError(f"heapless_py/{self.edit.module}.py has no function {self.function}")


def _drop_docstrings(function: ast.FunctionDef) -> None:
    for part in ast.walk(function):
        if isinstance(part, ast.FunctionDef) and ast.get_docstring(part) is not None:
            del part.body[0]


# Of spsc_queue.try_dequeue.
_IS_THERE_ONE = """\
    if head == ptr32(address)[_TAIL]:
        kind = ptr32(address)[_KIND]
        if kind != _INTEGERS_1 and kind != _INTEGERS_2 and kind != _INTEGERS_4:
            from heapless_py._refuse import refuse_image

            refuse_image()
        return int(default)
"""
_TAKE_IT = """\
    if ptr32(address)[_KIND] == _INTEGERS_4:
        element = ptr32(address)[_WORDS + head]
    elif ptr32(address)[_KIND] == _INTEGERS_2:
        element = ptr16(address)[2 * _WORDS + head]
    elif ptr32(address)[_KIND] == _INTEGERS_1:
        element = ptr8(address)[_BYTES + head]
    else:
        from heapless_py._refuse import refuse_image

        refuse_image()
"""

_FAULTS = (
    _Fault(
        "try_dequeue takes the element before it knows that there is one",
        "try_dequeue",
        "SpscQueue: try_dequeue, the function",
        Edit(
            "spsc_queue",
            "def try_dequeue(address",
            _IS_THERE_ONE + _TAKE_IT,
            _TAKE_IT + _IS_THERE_ONE,
        ),
    ),
    _Fault(
        "try_enqueue publishes the slot before it has written it",
        "try_enqueue",
        "SpscQueue: try_enqueue, the function",
        Edit(
            "spsc_queue",
            "def try_enqueue(address",
            "    if ptr32(address)[_KIND] == _INTEGERS_4:\n",
            "    ptr32(address)[_TAIL] = tail + 1\n    if ptr32(address)[_KIND] == _INTEGERS_4:\n",
        ),
    ),
    _Fault(
        "RingBuffer's write publishes the bytes before it has copied them",
        "write",
        "RingBuffer: write, the function",
        Edit(
            "ring_buffer",
            "def write(image",
            "    image = ptr8(int(p) + (_BYTES + at))",
            "    p[_WRITE] = after\n    image = ptr8(int(p) + (_BYTES + at))",
        ),
    ),
    _Fault(
        "RingBuffer's readinto gives the bytes back before it has copied them",
        "readinto",
        "RingBuffer: readinto, the function",
        Edit(
            "ring_buffer",
            "def readinto(image",
            "    image = ptr8(int(p) + (_BYTES + at))",
            "    p[_READ] = after\n    image = ptr8(int(p) + (_BYTES + at))",
        ),
    ),
    _Fault(
        "write_frame publishes the frame before it has copied it",
        "write_frame",
        "BBQueue: write_frame, the function",
        Edit(
            "_bip",
            "def write_frame(image",
            "    image[0] = size\n",
            "    p[_WRITE] = after\n    image[0] = size\n",
        ),
    ),
    _Fault(
        "read_frame_into gives the frame back before it has copied it",
        "read_frame_into",
        "BBQueue: read_frame_into, the function",
        Edit(
            "_bip",
            "def read_frame_into(image",
            "    length = size\n",
            "    length = size\n    p[_READ] = read + ((_HEADER + (length + 3 & -4)) << 1)\n",
        ),
    ),
    _Fault(
        "a stream's write publishes the bytes before it has copied them",
        "write_bytes",
        "BBQueue: write, its core",
        Edit(
            "_bip",
            "def write_bytes(image",
            "    copy(image, source, first,",
            "    if second == 0:\n"
            "        p[_WRITE] = write + (first << 1)\n"
            "    copy(image, source, first,",
        ),
    ),
    _Fault(
        "a stream's readinto gives the bytes back before it has copied them",
        "read_bytes",
        "BBQueue: readinto, its core",
        Edit(
            "_bip",
            "def read_bytes(image",
            "    copy(target, image, first,",
            "    if second == 0:\n"
            "        p[_READ] = read + (first << 1)\n"
            "    copy(target, image, first,",
        ),
    ),
    _Fault(
        "commit stores where the lap ends after it has published the next",
        "committer",
        "BBQueue: commit",
        Edit(
            "_bip",
            "def committer(",
            "            p[_LAST] = write >> 1\n            write = size << 1 | (write & 1 ^ 1)\n",
            "            p[_WRITE] = size << 1 | (write & 1 ^ 1)\n"
            "            p[_LAST] = write >> 1\n"
            "            return\n",
        ),
    ),
    _Fault(
        "read loads where the lap ends before it knows which lap it is",
        "reader",
        "BBQueue: read",
        Edit(
            "_bip",
            "def reader(",
            "        write = p[_WRITE]\n"
            "        last = p[_LAST]  # after write, or it may be that of the lap before\n",
            "        last = p[_LAST]\n        write = p[_WRITE]\n",
        ),
    ),
)

_SET_UP = """
import gc
from on_board.small_heap import collect_often, collect_when_full
collect_often()
import heapless_py._bip, heapless_py.ring_buffer, heapless_py.spsc_queue
from on_board.preemption import Preemption, cases
collect_when_full()
gc.collect()
preemption = Preemption({traced})
"""

# What is found out on the board: ("case", operation, state, what came of it), and the like.
Line = tuple[str, str, str, dict[str, Any]]
Run = Callable[[str], list[Line]]


@pytest.fixture(scope="module")
def run(pico: Board) -> Run:
    """Has the board report what an expression yields, once it is set up for that."""
    if pico.platform != "rp2":
        pytest.skip("only an RP2040 has interrupts that can be raised without a wire")
    put_programs(pico, "preemption")
    pico.remote.exec(_SET_UP.format(traced=pico.emulated), timeout=600)

    def report(expression: str) -> list[Line]:
        code = f"cases.report({expression})"
        said = pico.remote.exec(code, timeout=1800, soft_reset=False)
        return [json.loads(line) for line in said.splitlines()]

    return report


@pytest.mark.parametrize("container", _CONTAINERS)
def test_an_interrupt_at_any_instruction_does_no_harm(
    container: str, run: Run, pico: Board, record_property: Callable[[str, object], None]
) -> None:
    lines = run(f"cases.outcomes(preemption, {container!r}, {None if FULL else _QUICK!r})")
    cases = [line for line in lines if line[0] == "case"]
    assert [line for line in cases if "wrong" in line[3]] == []
    outcomes = [line[3] for line in cases]
    assert outcomes
    assert all(outcome["inside"] >= outcome["addresses"] > 20 for outcome in outcomes)
    if pico.emulated:
        assert [line for line in cases if line[3]["missed"]] == []
        # Where interrupts are disabled none can come: counted, and not silently left out.
        executed = sum(outcome["executed"] - outcome["masked"] for outcome in outcomes)
        assert sum(outcome["addresses"] for outcome in outcomes) >= executed
    operations = [line[3] for line in lines if line[0] == "operation"]
    record_property(
        "explored",
        {
            "operations": len(operations),
            "states": len(cases),
            "interrupts": sum(outcome["inside"] for outcome in outcomes),
            "addresses": sum(operation["addresses"] for operation in operations),
            "addresses with interrupts disabled": sum(outcome["masked"] for outcome in outcomes),
            "outcomes": sum(outcome["outcomes"] for outcome in outcomes),
        },
    )


def test_a_sweep_that_leaves_out_instructions_is_noticed(
    run: Run, pico: Board, record_property: Callable[[str, object], None]
) -> None:
    if not pico.emulated:
        pytest.skip("what was executed is known in the emulator only")
    (line,) = run(f"cases.sparse(preemption, {_QUICK[0]!r})")
    assert len(line[3]["missed"]) > line[3]["executed"] // 3
    record_property("caught", "every other instruction is not interrupted")


@pytest.mark.parametrize(
    "fault",
    [fault for fault in _FAULTS if FULL or fault.operation in _QUICK],
    ids=lambda fault: fault.function,
)
def test_a_fault_of_an_operation_is_found(
    fault: _Fault, run: Run, record_property: Callable[[str, object], None]
) -> None:
    arguments = f"heapless_py.{fault.edit.module}, {fault.function!r}, {fault.source()!r}"
    *others, (_, _, _, last) = run(f"cases.faulty(preemption, {fault.operation!r}, {arguments})")
    assert "wrong" in last, others
    record_property("caught", fault.what)
