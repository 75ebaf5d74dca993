"""Compares what two interpreters make of one script: this one, and one `elsewhere`."""

from collections.abc import Callable
from itertools import pairwise

from firmware.on_board import replay
from host_tests.scripts import Script

# Replays a script on another interpreter and reports on it: the script, and the line of code that
# reports, with `replay` the module and `lines` the script; what that printed.
Elsewhere = Callable[[Script, str], str]


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


def smallest(script: Script, elsewhere: Elsewhere) -> Script:
    """A script that still differs when it is cut out of `script` and all that can go is gone."""
    begins = [number for number, line in enumerate(script) if line == "[]"] + [len(script)]
    for begin, end in pairwise(begins):
        if difference(script[begin:end], elsewhere):
            script = script[begin:end]
            break
    part = len(script) // 2
    while part:
        for begin in range(len(script) - part, -1, -part):
            shorter = script[:begin] + script[begin + part :]
            # What others may need stays: the steps that name something.
            if all(_is_unnamed(line) for line in script[begin : begin + part]) and difference(
                shorter, elsewhere
            ):
                script = shorter
        part //= 2
    return script


def _is_unnamed(line: str) -> bool:
    return line.startswith('["", ')
