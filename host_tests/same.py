"""Compares what two interpreters make of one script: this one, and one `elsewhere`."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from pathlib import Path

from hypothesis import HealthCheck, Phase, Verbosity, assume, given, reject, settings
from hypothesis import strategies as st

from firmware.on_board import replay
from host_tests.scripts import Make, Script, script_of
from host_tests.unix import Unix

_STEPS = 72  # of a script; some ten of them make what the others work on

# Replays a script on another interpreter and reports on it: the script, and the line of code that
# reports, with `replay` the module and `lines` the script; what that printed.
Elsewhere = Callable[[Script, str], str]

# The seeds of a script's steps: in one piece, as Hypothesis takes its time for each.
_SEEDS = st.binary(min_size=4 * _STEPS, max_size=4 * _STEPS).map(
    lambda data: memoryview(data).cast("I")
)
_QUIETLY = settings(
    database=None,  # the script that differs is what can be tried again
    deadline=None,
    suppress_health_check=list(HealthCheck),
    verbosity=Verbosity.quiet,
)


class Different(Exception):
    """Two interpreters do not make the same of a script, which is the argument."""

    @property
    def script(self) -> Script:
        script: Script = self.args[0]
        return script


class Replaying:
    """MicroPython on this machine, started once and asked for the digests of many scripts."""

    def __init__(self, unix: Unix, library: Path) -> None:
        self._unix = unix
        self._library = library

    def __enter__(self) -> "Replaying":
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def _start(self) -> None:
        code = "import sys; from on_board import replay; replay.answer(sys.stdin)"
        self._process = self._unix.start(code, library=self._library)

    def _end(self) -> None:
        with self._process:
            self._process.kill()

    def digest(self, script: Script) -> str:
        """What all its steps came to; empty when one of them ended MicroPython."""
        if self._process.poll() is not None:
            self._start()
        text = "\n".join(script)
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(f"{len(text)}\n{text}")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            self._end()
        return answer.strip()


def explore(make: Make, there: Replaying, count: int, *, shrink: bool = True) -> Counter[str]:
    """Let Hypothesis make up so many scripts and compare each; how many those were.

    Raises: Different, with the smallest script that does it, or with the first if not to `shrink`.
    """
    explored: Counter[str] = Counter()

    phases = [Phase.generate, *([Phase.shrink] if shrink else [])]

    @settings(_QUIETLY, max_examples=count, phases=phases)
    @given(_SEEDS)
    def compare(seeds: Sequence[int]) -> None:
        script = script_of(make, seeds)
        assume(script)
        try:
            here = _digest(script)
        except replay.UnknownName:
            if 0 not in seeds:
                raise
            reject()  # what named it was left out
        explored.update(scripts=1, operations=operations(script))
        if there.digest(script) != here:
            raise Different(script)

    try:
        compare()
    except Different as found:
        raise Different(_needed(found.script, there) if shrink else found.script) from None
    return explored


def _needed(script: Script, there: Replaying) -> Script:
    """The script without what the difference does not need.

    Hypothesis shrinks the numbers that a script is made of, where a step less may change them all.
    """
    for fewer in _smaller(script):
        try:
            here = _digest(fewer)
        except replay.UnknownName:
            continue
        if there.digest(fewer) != here:
            return _needed(fewer, there)
    return script


def _smaller(script: Script) -> Iterator[Script]:
    """The script less a step, less two steps that need each other, less a step's last argument."""
    for left_out in range(1, min(3, len(script))):
        yield from map(list, combinations(script, len(script) - left_out))
    for step, line in enumerate(script):
        if len(parts := json.loads(line)) > 2:
            yield [*script[:step], json.dumps(parts[:-1]), *script[step + 1 :]]


def generated(make: Make, count: int) -> list[Script]:
    """So many scripts, the same ones each time."""
    scripts: list[Script] = []

    @settings(_QUIETLY, max_examples=2 * count, phases=[Phase.generate], derandomize=True)
    @given(_SEEDS)
    def collect(seeds: Sequence[int]) -> None:
        if 0 not in seeds:
            scripts.append(script_of(make, seeds))

    collect()
    return scripts[:count]


def operations(script: Script) -> int:
    return len(script) - script.count("[]")


def _digest(script: Script) -> str:
    return str([digest for _, digest, _ in replay.replay(script)][-1])


def difference(script: Script, elsewhere: Elsewhere, every: int = 1) -> str | None:
    """The first step after which the two differ, and what each of them has then.

    At first only digests are compared, `every` so many steps; they cover all that is between.
    """
    digests = [(number, digest) for number, (_, digest, _) in enumerate(replay.replay(script), 1)]
    here = [(number, digest) for number, digest in digests if number % every == 0]
    here.append(digests[-1])
    said = elsewhere(script, f"replay.report_digests(lines, {every})").splitlines()
    agreed = 0
    for ours, theirs in zip(here, said, strict=True):
        if f"{ours[0]} {ours[1]}" != theirs:
            return _first_difference(script, elsewhere, agreed + 1, ours[0])
        agreed = ours[0]
    return None


def _first_difference(script: Script, elsewhere: Elsewhere, first: int, last: int) -> str:
    report = elsewhere(script, f"replay.report_steps(lines, {first}, {last})").splitlines()
    for number, (outcome, _, memories) in enumerate(replay.replay(script), 1):
        if first <= number <= last:
            here, there = replay.in_full(number, outcome, memories), report[number - first]
            if here != there:
                return f"{script[number - 1]}\n  here:  {here}\n  there: {there}"
    return f"at steps {first} to {last}, but not when tried again"
