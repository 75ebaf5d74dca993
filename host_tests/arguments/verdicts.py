"""What is wrong with what came of the calls that `plan` made up."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from firmware.on_board.arguments.situations import Situation, states
from host_tests.arguments.answers import Interpreter
from host_tests.arguments.documented import raised
from host_tests.arguments.plan import MODULES, Call, Group, accepts

_EXCEPTION = re.compile(r"[A-Z]\w*Error|Full|Empty")


@dataclass(frozen=True)
class Known:
    """Something that is known and documented, and the reason for it.

    containers, path, parameter, value: the calls that it is about; all are regular expressions.
    here, there: what such a call may come to on CPython, and on MicroPython.
    made: where such a call is made: on "both" of them, on CPython ("here"), or "nowhere".
    """

    reason: str
    path: str = ".*"
    parameter: str = ".*"
    value: str = ".*"
    here: str = r"[^!].*"
    there: str = r"[^!].*"
    made: str = "both"
    containers: str = ".*"

    def is_about(self, group: Group, call: Call) -> bool:
        return _match(self.path, group.path) and any(
            _match(self.parameter, parameter) and _match(self.value, value)
            for parameter, value in call.odd or (("", ""),)
        )

    def explains(self, here: str, there: str | None) -> bool:
        return _match(self.here, here) and (there is None or _match(self.there, there))


@dataclass
class Findings:
    """What came of a plan.

    wrong: what it was, a line for each call; calls: how many, on either interpreter.
    needed: what had to be known.
    """

    wrong: list[str] = field(default_factory=list)
    calls: int = 0
    callables: set[str] = field(default_factory=set)
    needed: set[Known] = field(default_factory=set)


def findings(
    groups: Sequence[Group],
    known: Sequence[Known],
    here: Interpreter,
    there: Interpreter,
    seconds: float,
) -> Findings:
    """Make the calls on CPython, `here`, and on MicroPython, each in so many seconds at most."""
    found = Findings()
    groups = _without([each for each in known if each.made == "nowhere"], groups, found)
    for_both = _without([each for each in known if each.made == "here"], groups, found)
    answers = []
    for interpreter, asked in (here, groups), (there, for_both):
        said, trouble = interpreter.answers(asked, seconds)
        answers.append(said)
        found.calls += len(said)
        if trouble:
            calls = [(group, call) for group in asked for call in group.calls]
            found.wrong.append(_described(*calls[len(said)], trouble))
    if not found.wrong:
        _judge(_paired(groups, for_both, *answers), known, found)
    return found


def _without(known: Sequence[Known], groups: Sequence[Group], found: Findings) -> list[Group]:
    """The groups without the calls that these are about."""

    def stays(group: Group, call: Call) -> bool:
        about = {each for each in known if each.is_about(group, call)}
        found.needed |= about
        return not about

    return [
        replace(group, calls=[call for call in group.calls if stays(group, call)])
        for group in groups
    ]


Paired = Iterator[tuple[Group, Call, str, str | None]]


def _paired(
    groups: Sequence[Group], for_both: Sequence[Group], here: Sequence[str], there: Sequence[str]
) -> Paired:
    """Each call with both answers, or one if it was made on CPython only."""
    ours, theirs = iter(here), iter(there)
    for group, made_there in zip(groups, for_both, strict=True):
        both = {id(call) for call in made_there.calls}
        for call in group.calls:
            yield group, call, next(ours), next(theirs) if id(call) in both else None


def _judge(answers: Paired, known: Sequence[Known], found: Findings) -> None:
    for group, call, here, there in answers:
        found.callables.add(f"{group.container}: {group.path}")
        wrong = _complaint(group, call, here, there)
        if wrong:
            why = {
                each for each in known if each.is_about(group, call) and each.explains(here, there)
            }
            found.needed |= why
            if not why:
                came = f"{wrong} ({here[:60]} here, {(there or 'not made')[:60]} there)"
                found.wrong.append(_described(group, call, came))


def _described(group: Group, call: Call, what: str) -> str:
    made = f"{group.path}({', '.join(call.arguments)})"
    return f"{group.container} {group.kind}, {group.state}: {made}: {what}"


def _complaint(group: Group, call: Call, here: str, there: str | None) -> str | None:
    documented = _documented(group)
    for said in (here, there or here):
        if said.startswith("!"):
            return f"left something {said[1:].split()[0]}"
        if _match(_EXCEPTION, said) and said not in documented:
            is_of_argument = said == "LookupError" and "failing" in str(call.odd)
            if not is_of_argument and (said, group.path[-1]) != ("AttributeError", "="):
                return "raised what its docstring does not tell"
    both_refuse = all(_match(_EXCEPTION, said) for said in (here, there or here))
    # Of two that are wrong, either may be complained about.
    if there not in (None, here) and not (both_refuse and len(call.odd) > 1):
        return "differs"
    if len(call.odd) == 1 and not both_refuse and "empty" not in group.state:
        # An empty container may not look at what it is given, and a call not at one of two.
        ((parameter, value),) = call.odd
        if not accepts(group.path, parameter, value):
            return f"accepts {value!r} for {parameter!r}"
    return None


def _documented(group: Group) -> set[str]:
    return _documented_by(group.container, group.kind, group.path) | {"TypeError"}


@cache
def _documented_by(container: str, kind: str, path: str) -> set[str]:
    objects = _objects(container, kind)
    owner, _, name = path.removeprefix("await ").removesuffix("=").rpartition(".")
    if not owner:
        return raised(type(objects[name]), "", objects)
    return raised(objects[owner], name, objects)


@cache
def _objects(container: str, kind: str) -> dict[str, Any]:
    """All that a container of this kind ever hands out, itself, and modules of functions."""
    found = [Situation(container, kind, state).objects for state in states(container)]
    objects = {name: each for objects in found for name, each in objects.items()}
    if container in MODULES:
        module, _ = MODULES[container]
        objects[module.__name__.rpartition(".")[2]] = module
    return objects


def _match(pattern: str | re.Pattern[str], text: str) -> bool:
    return bool(re.fullmatch(pattern, text))
