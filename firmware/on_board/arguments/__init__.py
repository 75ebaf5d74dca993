"""Makes calls with all kinds of arguments, and tells what came of each.

What is called, in which situation, and with what, comes as lines of JSON:

    ["Vec", "H", "full", "Vec.try_insert", [["int 0", "none"], ["float nan", "own element"]]]

for which the answer is a line for each of the calls: what it returned, or the exception, and in
front of that what is wrong, if anything is:

    !changed    it raised, and yet the image, a view or an argument is not as before
    !scribbled  it raised, and changed bytes of the image that have no meaning, or a count
    !broken     the container's invariants do not hold
    !outside    memory around the image was written to

"await " before a name: its result is waited for. "=" behind one: it is assigned to. An argument
"name=value" is given by its name. An interpreter that crashes leaves the answers so far.
"""

import json

import heapless_py

from ..replay import show
from .situations import Situation
from .values import VALUES, Pretender


def report(lines):
    for line in lines:
        name, kind, state, path, calls = json.loads(line)
        situation = None
        for call in calls:
            situation = situation or Situation(name, kind, state)
            before = situation.memory()
            text = _judged(situation, before, path, call)
            print(text)
            if text[0] == "!" or situation.memory() != before:
                situation = None


def _judged(situation, before, path, call):
    positional, named = [], {}
    for argument in call:
        name, _, value = argument.rpartition("=")
        if name:
            named[name] = VALUES[value](situation)
        else:
            positional.append(VALUES[value](situation))
    given = [each for each, name in zip(positional, call) if name[:4] != "own "]
    contents = _contents(given)
    refused = False
    try:
        text = _text(_called(situation, path, positional, named))
    except Exception as error:
        refused, text = True, type(error).__name__
    damage = situation.damage() if situation.memory() != before else None
    if refused and not damage:
        damage = "changed" if contents != _contents(given) else situation.change(before)
    return f"!{damage} {text}" if damage else text


def _contents(arguments):
    """What is in those arguments that could be written to."""
    return [
        bytes(each)
        for each in arguments
        if isinstance(each, (bytearray, memoryview)) or type(each).__name__ == "array"
    ]


def _called(situation, path, positional, named):
    waits = path.startswith("await ")
    owner, _, name = path[6 if waits else 0 :].rpartition(".")
    if not owner:
        return type(getattr(heapless_py, name)(*positional, **named)).__name__
    home = situation.objects[owner] if owner in situation.objects else getattr(heapless_py, owner)
    if name[-1] == "=":
        setattr(home, name[:-1], *positional)
        return None
    found = getattr(home, name)
    if not callable(found):
        return found
    result = found(*positional, **named)
    return _waited(result) if waits else result


def _waited(coroutine):
    """Its result, if it has one without waiting for the other side."""
    import asyncio  # which some boards do not have

    outcome = []

    async def kept():
        try:
            outcome.append(await coroutine)
        except Exception as error:
            outcome.append(error)

    async def begun():
        task = asyncio.create_task(kept())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()

    asyncio.run(begun())
    if outcome and isinstance(outcome[0], Exception):
        raise outcome[0]
    return outcome[0] if outcome else "waits"


def _text(result):
    """The same text for the same result on every interpreter."""
    if result is NotImplemented:
        return "NotImplemented"
    if isinstance(result, (Pretender, type)) or callable(result):
        return "an object"
    return show(result)
