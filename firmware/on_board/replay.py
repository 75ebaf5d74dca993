"""Replays a script of operations and tells, after each step, what came of it.

The same script replayed on two interpreters must tell the same: results, exceptions, and every
byte of every container and buffer. A script is lines of JSON, so that it streams from a file:

    ["queue", "SpscQueue", 3, "H"]                   a container, by its name in heapless_py
    ["producer consumer", "queue.split"]             the results of a call, each named
    ["", "producer.try_enqueue", 7]                  a call whose result needs no name
    ["", "producer.refused"]                         an attribute
    ["memory", "bytearray", 8]                       a buffer
    ["", "consumer.drain_into", "@memory"]           "@" is what has that name,
    ["", "producer.try_enqueue_from", "#0a00"]       "#" is bytes in hexadecimal,
    ["", "spsc_queue.try_dequeue", "@queue.image", 0]    and a list is a tuple
    ["tail", "part", "@memory", 3, 8]                a memoryview of some bytes
    []                                               forget all names: another script begins
"""

import binascii
import io
import json
import struct
from array import array

import heapless_py


class UnknownName(BaseException):
    """A mistake in the script, and no outcome."""


_BUILTINS = {
    "BytesIO": io.BytesIO,
    "array": array,
    "bool": bool,
    "bytearray": bytearray,
    "len": len,
    "list": list,
    "memoryview": memoryview,
    "part": lambda memory, begin, end: memoryview(memory)[begin:end],
    "repr": repr,
}


def replay(lines):
    """Yield for each step: its outcome as text, a digest, and the memories it left.

    The digest covers all outcomes and memories up to here; the memories are the live ones.
    """
    scope = {}
    memories = []
    digest = 0
    for line in lines:
        step = json.loads(line)
        if step:
            outcome = _outcome(step, scope, memories)
        else:
            outcome = "begin"
            scope.clear()
            memories.clear()
        digest = binascii.crc32(outcome.encode(), digest)
        for memory in memories:
            digest = binascii.crc32(memory, digest)
        yield outcome, digest, memories


def answer(scripts):
    """Print the digest after each of the `scripts`: in the stream, a line with its size, then it.

    A script is read in one go, as lines take a system call for each byte.
    """
    size = scripts.readline()
    while size:
        lines = scripts.read(int(size)).split("\n")
        print([digest for _, digest, _ in replay(lines)][-1])
        size = scripts.readline()


def report_digests(lines, every=1):
    """Print the digest of every `every`-th step, and of the last."""
    number = digest = 0
    for number, (_, digest, _) in enumerate(replay(lines), 1):
        if number % every == 0:
            print(number, digest)
    print(number, digest)


def report_steps(lines, first, last):
    """Print all about the steps numbered `first` to `last`, from 1 up."""
    for number, (outcome, _, memories) in enumerate(replay(lines), 1):
        if number > last:
            break
        if number >= first:
            print(in_full(number, outcome, memories))


def in_full(number, outcome, memories):
    return f"{number} {outcome} {' '.join([show(memory) for memory in memories])}"


def show(value):
    """The same text for equal values on every interpreter, whatever its floats print as."""
    if value is None or isinstance(value, (bool, int)):
        return repr(value)
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, float):
        return "float " + struct.pack("<d", value).hex()
    if isinstance(value, (bytes, bytearray, memoryview, array)):
        return "#" + binascii.hexlify(bytes(value)).decode()
    if isinstance(value, (tuple, list)):
        return "(" + ", ".join([show(part) for part in value]) + ")"
    return type(value).__name__


def _quoted(text):
    """`text` in quotes, if it is ASCII; else its bytes, as what prints is not agreed upon."""
    data = text.encode()
    return repr(text) if len(data) == len(text) else "text #" + binascii.hexlify(data).decode()


def _outcome(step, scope, memories):
    names, path = step[:2]
    try:
        arguments = [_argument(part, scope) for part in step[2:]]
        result = _follow(*_home(path, scope))
        if callable(result):
            result = result(*arguments)
    except Exception as error:
        return type(error).__name__
    values = list(result) if " " in names else [result]
    for name in names.split():
        scope[name] = value = values.pop(0)
        _remember(value, memories)
    return show(result)


def _home(path, scope):
    name, *attributes = path.split(".")
    if name in scope:
        return scope[name], attributes
    if name in _BUILTINS:
        return _BUILTINS[name], attributes
    try:
        return getattr(heapless_py, name), attributes
    except AttributeError:
        raise UnknownName(name)


def _follow(value, attributes):
    for attribute in attributes:
        value = getattr(value, attribute)
    return value


def _argument(part, scope):
    if isinstance(part, list):
        return tuple([_argument(inner, scope) for inner in part])
    if isinstance(part, str) and part[:1] == "@":
        return _follow(*_home(part[1:], scope))
    if isinstance(part, str) and part[:1] == "#":
        return bytes.fromhex(part[1:])
    return part


def _remember(value, memories):
    memory = getattr(value, "image", value)
    if not isinstance(memory, (bytearray, memoryview, array)):
        return
    for known in memories:
        if known is memory:
            return
    memories.append(memory)
