"""The exercises for `gates`: every operation of String that says it is ISR-safe, and a log line.

The whole log line, which a handler builds and hands on as bytes, goes by the name of `as_bytes`.
"""

from heapless_py.string import String

KINDS = ("text",)

_CAPACITY = 40
_FULL = "°C " * 10
_TEXTS = {"empty": "", "partly full": "aé€ 😀", "full": _FULL}

# The same text in every form.
_RAW = "é€x".encode()
_SOURCES = ("é€x", _RAW, bytearray(_RAW), memoryview(b"<" + _RAW + b">")[1:-1], String(9, _RAW))
_SIZE = len(_RAW)
_HALF, _REST = _RAW[:1], _RAW[1:]

_LINE = b"adc  -1234 at 0x0000beef: -3.300 V 7\n"


def exercises(kind, state):
    """Yield each operation and its call, on a String of its own."""
    text = _TEXTS[state]
    size = len(text.encode())

    def new():
        return String(_CAPACITY, text)

    yield from _pushes(new, state != "full")
    yield from _numbers(new, state != "full")
    yield from _removals(new)
    yield from _questions(new(), text, size)
    yield "String.as_bytes", (_log_line, (new(),), True)
    yield "String.write", (new().write, (_RAW,), 0 if state == "full" else _SIZE)
    yield "String.write", (_in_pieces, (new(),), 1 if state == "full" else _SIZE)
    yield "String.write", (_print, (new(), state != "full"), True)


# Each yields operations with what to call, with which arguments, and what it must return.


def _pushes(new, fits):
    yield "String.try_push", (new().try_push, ("€",), fits)
    yield "String.try_push", (new().try_push, ("x",), fits)
    for source in _SOURCES:
        yield "String.try_push_str", (new().try_push_str, (source,), fits)
        yield "String.push_some", (new().push_some, (source,), _SIZE if fits else 0)
        yield "String.try_insert_str", (new().try_insert_str, (0, source), fits)
    string = new()
    yield "String.try_push_str", (string.try_push_str, (string,), fits)
    string = new()
    yield "String.try_insert_str", (string.try_insert_str, (0, string), fits)
    yield "String.try_insert", (new().try_insert, (0, "€"), fits)


def _numbers(new, fits):
    for n in (0, -1234567, 0x3FFFFFFF, -0x3FFFFFFF - 1):  # no heap objects on a board
        yield "String.try_push_int", (new().try_push_int, (n,), fits)
        yield "String.try_push_int", (_padded, (new(), n), fits)
        yield "String.try_push_hex", (new().try_push_hex, (n, 9), fits)
        yield "String.try_push_fixed", (new().try_push_fixed, (n, 3), fits)
        yield "String.try_push_fixed", (_padded_fixed, (new(), n), fits)


def _removals(new):
    yield "String.truncate", (new().truncate, (0,), None)
    yield "String.truncate", (new().truncate, (99,), None)
    yield "String.clear", (new().clear, (), None)
    yield "String.__delitem__", (_delete_first, (new(),), None)


def _questions(string, text, size):
    """What leaves a String as it is, so that all may share one."""
    yield "String.find", (string.find, ("€",), text.encode().find("€".encode()))
    yield "String.find", (string.find, ("", size), size)
    yield "String.__contains__", (_contains, (string, "😀"), "😀" in text)
    for source in _SOURCES:
        yield "String.startswith", (string.startswith, (source,), False)
        yield "String.endswith", (string.endswith, (source,), False)
        yield "String.__eq__", (_equal, (string, source), False)
    yield "String.__eq__", (_equal, (string, text), True)
    yield "String.__eq__", (_equal, (string, None), False)
    yield "String.__lt__", (_before, (string, "b"), text < "b")
    yield "String.__le__", (_not_after, (string, text), True)
    yield "String.__gt__", (_after, (string, "b"), text > "b")
    yield "String.__ge__", (_not_before, (string, text), True)
    yield "String.__len__", (len, (string,), size)
    yield "String.is_empty", (string.is_empty, (), size == 0)
    yield "String.is_full", (string.is_full, (), size == _CAPACITY)
    yield "String.is_cut", (string.is_cut, (), False)
    yield "String.as_bytes", (_look, (string, text.encode()), True)


def _log_line(line):
    """A log line, whole, as a handler builds it."""
    line.clear()
    line.try_push_str("adc ")
    line.try_push_int(-1234, width=6)
    line.try_push_str(b" at 0x")
    line.try_push_hex(0xBEEF, 8)
    line.try_push(":")
    line.try_push(" ")
    line.try_push_fixed(-3300, 3)
    print(" V", 7, file=line)
    return line.as_bytes() == _LINE


def _in_pieces(string):
    return string.write(_HALF) + string.write(_REST)


def _print(string, fits):
    print("°C", 5, -7, file=string)
    return string.endswith("°C 5 -7\n") is fits and string.is_cut() is not fits


def _padded(string, n):
    return string.try_push_int(n, 16, 12, "0")


def _padded_fixed(string, n):
    return string.try_push_fixed(n, 9, 14, "*")


def _delete_first(string):
    if len(string):
        del string[0]


def _contains(string, text):
    return text in string


def _equal(string, other):
    return string == other


def _before(string, other):
    return string < other


def _not_after(string, other):
    return string <= other


def _after(string, other):
    return string > other


def _not_before(string, other):
    return string >= other


def _look(string, raw):
    return string.as_bytes() == raw
