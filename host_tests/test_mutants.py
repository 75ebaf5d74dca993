"""Small faults in the library, one at a time: its tests must find 95 in 100 of them, and more.

The survivors are listed in build/proof/mutants.txt, with the reason of those that have one in
`mutation/survivors.txt`. The quick form judges two small modules, in which none survives without.
"""

import contextlib
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator

from firmware.process import running
from heapless_py import _ring
from host_tests.evidence import FULL
from host_tests.mutation.mutants import OPERATORS, Source
from host_tests.mutation.survivors import explained

_REPOSITORY = Path(__file__).parent.parent
_LIST = _REPOSITORY / "build/proof/mutants.txt"
_KILLED_AT_LEAST = 0.95
_SECONDS = 3600
_SECONDS_TO_END = 30


class Part(NamedTuple):
    """Modules of the library, and the tests that are to find what is wrong with them."""

    modules: Sequence[str]
    tests: Sequence[str]


_OF_ALL = (
    "test_invariants",
    "test_copies",
    "test_wide_addresses",
    "test_without_words",
    "test_buffers",
)
PARTS = {
    "elements": Part(
        (
            *("__init__", "errors", "spsc_queue", "vec", "deque", "history_buf", "_capture"),
            *("_checker", "_elements", "_format", "_image", "_move", "_port", "_ring"),
            *("_sequence", "_unsupported"),
        ),
        (
            *("test_spsc_queue", "test_vec", "test_deque", "test_history_buf", *_OF_ALL),
            *("test_port", "test_capture"),
            *("test_waiting", "test_ring_buffer", "test_no_alloc"),  # for _port and _sequence
            *("test_plan", "test_names"),  # for _format and __init__
        ),
    ),
    "bytes": Part(("ring_buffer", "string"), ("test_ring_buffer", "test_string", *_OF_ALL)),
    "memory": Part(("arena", "plan", "allocation"), ("test_arena", "test_plan", "test_no_alloc")),
    "bbqueue": Part(
        ("_bip", "bbqueue", "_grants", "_refuse", "_stream", "_consumer_stream", "_waiting"),
        (
            *("test_bbqueue", "test_bbqueue_framed", "test_waiting", *_OF_ALL),
            *("test_spsc_queue", "test_ring_buffer"),  # what is refused, and what waits
            "test_capture",
        ),
    ),
}
QUICK = {
    "streams": Part(
        ("_stream", "_consumer_stream"), ("test_waiting", "test_bbqueue", "test_without_words")
    )
}

Verdict = Mapping[str, Any]


def judged(parts: Iterable[Part]) -> list[Verdict]:
    """The verdict on each mutant of the parts, which are judged side by side."""
    deadline = time.monotonic() + _SECONDS
    verdicts: list[Verdict] = []
    with contextlib.ExitStack() as stack:
        for process in [stack.enter_context(running(_judge(part))) for part in parts]:
            while (line := process.line(deadline)) is not None:
                verdicts.append(json.loads(line))
            assert process.ends(_SECONDS_TO_END) and process.status == 0, process.complaint()
    return verdicts


def _judge(part: Part) -> list[str]:
    tests = [f"host_tests/{name}.py" for name in part.tests]
    command = [sys.executable, "-m", "host_tests.mutation.judge"]
    return [*command, "--modules", *part.modules, "--tests", *tests]


def listed(survivors: Sequence[Verdict]) -> str:
    """The survivors, those without a reason first."""
    reasons = explained()
    found = ((v["mutant"], v["module"], v["line"]) for v in survivors)
    lines = sorted((name in reasons, module, line, name) for name, module, line in found)
    return "".join(
        f"{module}.py:{line} {name}\n    {reasons.get(name, 'UNEXPLAINED')}\n"
        for _, module, line, name in lines
    )


@pytest.mark.proof("mutants")
@pytest.mark.timeout(_SECONDS + 60)
def test_the_tests_find_the_faults(record_property: Callable[[str, object], None]) -> None:
    parts = PARTS if FULL else QUICK
    verdicts = judged(parts.values())
    counts = Counter(verdict["verdict"] for verdict in verdicts)
    killed = counts["killed"] + counts["timeout"]
    record_property(
        "explored",
        {
            "mutants": len(verdicts),
            "killed": killed,
            "timeouts": counts["timeout"],
            "explained": counts["explained"],
        },
    )
    survivors = [v for v in verdicts if v["verdict"] in ("survived", "explained")]
    _LIST.parent.mkdir(parents=True, exist_ok=True)
    _LIST.write_text(listed(survivors))

    modules = {module for part in parts.values() for module in part.modules}
    reasons = {name for name in explained() if name.partition(".")[0] in modules}
    of_none = reasons - {verdict["mutant"] for verdict in verdicts}
    assert not of_none, f"these are explained, and are no mutants: {of_none}"
    if FULL:
        assert killed >= _KILLED_AT_LEAST * len(verdicts), listed(survivors)
    else:
        assert counts["survived"] == 0, listed(survivors)


def test_every_module_is_in_one_part() -> None:
    named = sorted(module for part in PARTS.values() for module in part.modules)
    assert named == sorted(path.stem for path in (_REPOSITORY / "heapless_py").glob("*.py"))


def test_the_mutants_are_cosmic_rays() -> None:
    source = Source("_ring", _ring)
    ours = {mutant.source for mutant in source.mutants()}
    theirs = set()
    for name in OPERATORS:
        for occurrence in range(100):
            mutant = mutate_code(source.text, get_operator(f"core/{name}")(), occurrence)
            if mutant is None:
                break
            theirs.add(mutant)
    assert len(ours) > 50
    assert ours <= theirs


# Where the tests look for a function or a value, and what a mutant makes of it.
_USES = """
import sys
from heapless_py import Deque, deque
from heapless_py.deque import Deque as same
from host_tests.mutation.graft import graft, twins
from host_tests.mutation.mutants import Source

def made():
    return Deque.from_iterable(3, "h", [7])

early = made()
source = Source({module!r}, sys.modules["heapless_py." + {module!r}]).text
assert source.count({old!r}) == 1
graft(twins({module!r}, source.replace({old!r}, {new!r}), alone={alone}))
assert deque.Deque is Deque is same is type(early)
print({use})
"""


@pytest.mark.parametrize(
    ("module", "old", "new", "alone", "use", "answer"),
    [
        # a function within a function, for what is made from now on
        ("_ring", "index >= capacity", "index >= 0", True, "made().get(0)", "None"),
        # and not for what was made before
        ("_ring", "index >= capacity", "index >= 0", True, "early.get(0)", "7"),
        # a method, for what was made before
        ("_elements", "p[_LENGTH] == 0", "p[_LENGTH] != 0", True, "early.is_empty()", "True"),
        # a class's value
        ("deque", "WORDS = 5", "WORDS = 6", False, "Deque.WORDS", "6"),
        # a module's value, where it was imported
        ("_ring", "\nHEAD = 4", "\nHEAD = 5", False, "deque.HEAD", "5"),
        # nothing
        ("deque", "WORDS = 5", "WORDS = 5", False, "made() == early", "True"),
    ],
)
def test_a_graft_is_in_all_that_was_imported_before(
    module: str, old: str, new: str, alone: bool, use: str, answer: str
) -> None:
    code = _USES.format(module=module, old=old, new=new, alone=alone, use=use)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=_REPOSITORY, capture_output=True, text=True, timeout=60
    )
    assert (done.stdout, done.stderr) == (answer + "\n", "")
