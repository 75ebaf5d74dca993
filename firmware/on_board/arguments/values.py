"""Values to give to whatever takes an argument: legal ones, wrong ones, and those at boundaries.

Each has a name, of which the first word says of what kind it is, and is made anew for each call,
as a call may change it, and as some are parts of the container that is called.
"""

import struct
from array import array

from heapless_py import RingBuffer, Vec


class Pretender:
    """What would be taken for memory by its length and items, and has none; its int is 5."""

    def __len__(self):
        return 4

    def __getitem__(self, index):
        if index >= 4:
            raise IndexError
        return 0

    def __setitem__(self, index, value):
        pass

    def __int__(self):
        return 5

    __index__ = __int__


class Liar(bytearray):
    """Bytes that say that they are more than they are."""

    def __len__(self):
        return 1000


class LiarString(str):
    """Text that says that it is more than it is."""

    def __len__(self):
        return 1000


class _Slices:
    def __getitem__(self, index):
        return index


_slices = _Slices()


def _function(*_):
    return True


def _failing_function(*_):
    raise LookupError


def _failing(element):
    yield element
    raise LookupError


def _constant(value):
    return lambda situation: value


def _size(situation):
    return struct.calcsize("<" + situation.fmt)


def _end(first, second):
    return lambda it: it.objects.get(first) or it.objects.get(second) or object()


def _image(it):
    return it.image


VALUES = {
    "none": _constant(None),
    "object": lambda it: object(),
    "class": _constant(Vec),
    "class of bytes": _constant(RingBuffer),
    "function": _constant(_function),
    "function failing": _constant(_failing_function),
    "pretender": lambda it: Pretender(),
    # Text.
    "str long": _constant("x" * 300),
    "str digit": _constant("0"),
    "str %d": _constant("%d"),
    "str empty": _constant(""),
    "str letter": _constant("a"),
    "str H": _constant("H"),
    "str letters": _constant("abcd"),
    "str umlaut": _constant("\xe4"),
    # Memory.
    "bytes empty": _constant(b""),
    "bytes one": _constant(b"\xc3"),
    "bytes exact": lambda it: bytes(_size(it)),
    "bytes less": lambda it: bytes(_size(it) - 1),
    "bytes long": _constant(b"abcdefgh" * 40),
    "bytes wrong": _constant(b"a\xff\xfe\x00"),
    "bytes UTF-8": _constant(b"a\xc3\xa4"),
    "bytearray empty": lambda it: bytearray(),
    "bytearray exact": lambda it: bytearray(_size(it)),
    "bytearray less": lambda it: bytearray(_size(it) - 1),
    "bytearray long": lambda it: bytearray(320),
    "frozen view": lambda it: memoryview(b"abcdefgh" * 40),
    "view empty": lambda it: memoryview(bytearray(9))[4:4],
    "view odd": lambda it: memoryview(bytearray(320))[3:],
    "view short": lambda it: memoryview(bytearray(9))[1:2],
    "view wide": lambda it: memoryview(array("H", [1] * 160)),
    "liar": lambda it: Liar(b"abcd"),
    "liar str": lambda it: LiarString("abcd"),
    # Of the container itself.
    "self": lambda it: it.container,
    "own image": _image,
    "own address": lambda it: it.container.address,
    "own part": lambda it: memoryview(_image(it))[7:],
    "end producer": _end("Producer", "FramedProducer"),
    "end consumer": _end("Consumer", "FramedConsumer"),
    "str format": lambda it: it.fmt,
    "legal element": lambda it: it.element,
    "list elements": lambda it: [it.element] * 2,
    "class own": lambda it: type(it.container),
    # Other containers.
    "other Vec": lambda it: Vec.from_iterable(2, "H", (1, 2)),
    "other RingBuffer": lambda it: RingBuffer.from_bytes(3, b"abc"),
    # What is iterated over.
    "list empty": lambda it: [],
    "list zeros": lambda it: [0] * 9,
    "list floats": lambda it: [0.5],
    "list mixed": lambda it: [it.element, None],
    "tuple empty": _constant(()),
    "tuple elements": lambda it: (it.element, it.element),
    "tuple strs": _constant(("a", "b", "c")),
    "dict empty": lambda it: {},
    "dict ints": lambda it: {0: 0, 1: 1, 2: 2, 3: 3},
    "set": lambda it: {1},
    "range": lambda it: range(3),
    "generator": lambda it: (x for x in (it.element, it.element)),
    "generator failing": lambda it: _failing(it.element),
    # Slices.
    "slice all": _constant(_slices[:]),
    "slice first": _constant(_slices[:1]),
    "slice back": _constant(_slices[::-1]),
    "slice still": _constant(_slices[::0]),
    "slice beyond": _constant(_slices[-99:99]),
    "slice strs": _constant(_slices["a":"b"]),
    "slice floats": _constant(_slices[0.5:]),
    "slice huge": _constant(_slices[: 1 << 70]),
}


def _add_numbers():
    VALUES["bool False"] = _constant(False)
    VALUES["bool True"] = _constant(True)
    for text in ("0.0", "1.0", "1.5", "-1.5", "1e9", "nan", "inf", "-inf"):
        VALUES["float " + text] = _constant(float(text))
    for n in (0, 1, 2, 3, 4, 5, 6, 7, 10, 27, 28, 29, 31, 32, 33, 37):
        VALUES["int " + str(n)] = _constant(n)
        VALUES["int -" + str(n + 1)] = _constant(-n - 1)
    for power in (7, 8, 15, 16, 30, 31, 32, 62, 63, 64):
        for sign in "", "-":
            for more in "-1", "", "+1":
                n = (1 << power) * (-1 if sign else 1) + int(more or 0)
                VALUES[f"int {sign}2**{power}{more}"] = _constant(n)
    for code in "bBhHiIqQfd":
        VALUES["array " + code] = lambda it, code=code: array(code, [1] * 40)
        VALUES["array empty " + code] = lambda it, code=code: array(code)


_add_numbers()
