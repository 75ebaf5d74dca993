"""Measure on the board what String's operations cost, beside how programs make text without it.

Prints a line of JSON for each: see `operations`. What makes a new str stores it in a list, where
it can be looked at. Its items are the characters that an operation adds, or compares.
"""

from on_board.operations import measure

from heapless_py.string import String

_CAPACITY = 64

_BEGIN = "log: "  # what is there before
_WORDS = "sixteen letters."
_NUMBER = 123456
_LINE = "adc 123456 at 0001e240: 123.456 V"

_string = String(_CAPACITY)
_bytes = bytearray()
_made = [None]


def _row(facts, text, statement, operands, prepare, happened):
    subject, op, form = facts
    facts = {"subject": subject, "op": op, "form": form, "job": "text"}
    facts["items"], facts["bytes"] = len(text), len(text.encode())
    measure(facts, statement, operands, prepare, happened)


def _string_row(op, text, statement, b=None):
    """What puts `text` behind the begin of a String, `a`."""

    def begin():
        _string.clear()
        _string.push_str(_BEGIN)

    expected = text if text == _LINE else _BEGIN + text
    facts = ("String", op, "method")
    _row(facts, text, statement, (_string, b), begin, lambda: _string == expected)


def _bytes_row(op, text, statement, b):
    """What puts `text` behind the begin of a bytearray, `a`."""

    def begin():
        _bytes[:] = _BEGIN.encode()

    expected = (_BEGIN + text).encode()
    facts = ("bytearray", op, "builtin")
    _row(facts, text, statement, (_bytes, b), begin, lambda: _bytes == expected)


def _str_row(op, text, expression, b):
    """What makes a str of the begin, `a`, and `text`; or the whole line."""

    def begin():
        _made[0] = None

    expected = text if text == _LINE else _BEGIN + text
    facts = ("str", op, "builtin")
    operands = (_BEGIN, b, _made)
    _row(facts, text, "c[0] = " + expression, operands, begin, lambda: _made[0] == expected)


def measure_texts():
    raw = _WORDS.encode()
    _string_row("try_push_str", _WORDS, "a.try_push_str(b)", _WORDS)
    _string_row("try_push_str(bytes)", _WORDS, "a.try_push_str(b)", raw)
    _string_row("push_str", _WORDS, "a.push_str(b)", _WORDS)
    _string_row("push_some", _WORDS, "a.push_some(b)", _WORDS)
    _string_row("write", _WORDS, "a.write(b)", raw)
    _bytes_row("extend", _WORDS, "a.extend(b)", raw)
    _str_row("a + b", _WORDS, "a + b", _WORDS)


def measure_characters():
    _string_row("try_push", "x", "a.try_push(b)", "x")
    _string_row("push", "x", "a.push(b)", "x")
    _bytes_row("append", "x", "a.append(b)", ord("x"))
    _str_row("a + 'x'", "x", "a + b", "x")


def measure_numbers():
    decimal, hexadecimal, fixed = "123456", "0001e240", "123.456"
    parts = "b // 1000, b % 1000"
    _string_row("try_push_int", decimal, "a.try_push_int(b)", _NUMBER)
    _string_row("push_int", decimal, "a.push_int(b)", _NUMBER)
    _str_row("a + str(n)", decimal, "a + str(b)", _NUMBER)
    _str_row("'%d' % n", decimal, f"'{_BEGIN}%d' % b", _NUMBER)
    _str_row("'{}'.format(n)", decimal, f"'{_BEGIN}{{}}'.format(b)", _NUMBER)
    _string_row("try_push_hex", hexadecimal, "a.try_push_hex(b, 8)", _NUMBER)
    _string_row("push_hex", hexadecimal, "a.push_hex(b, 8)", _NUMBER)
    _str_row("'%08x' % n", hexadecimal, f"'{_BEGIN}%08x' % b", _NUMBER)
    _string_row("try_push_fixed", fixed, "a.try_push_fixed(b, 3)", _NUMBER)
    _string_row("push_fixed", fixed, "a.push_fixed(b, 3)", _NUMBER)
    _str_row("'%d.%03d' % ...", fixed, f"'{_BEGIN}%d.%03d' % ({parts})", _NUMBER)


def measure_looks():
    """What makes nothing, of a String and of a str that is another one than `b`."""
    raw = _WORDS.encode()
    other = raw.decode()

    def same():
        _string.clear()
        _string.push_str(_WORDS)
        _made[0] = None

    def equal():
        return _made[0] is True

    def seen():
        return _made[0] == raw

    compare = "c[0] = a == b"
    _row(("String", "==", "method"), _WORDS, compare, (_string, other, _made), same, equal)
    _row(("str", "==", "builtin"), _WORDS, compare, (_WORDS, other, _made), same, equal)
    look = "c[0] = a.as_bytes()"
    _row(("String", "as_bytes", "method"), _WORDS, look, (_string, None, _made), same, seen)


def measure_lines():
    """A whole log line."""
    steps = (
        "a.clear(); a.try_push_str('adc '); a.try_push_int(b); a.try_push_str(' at '); "
        "a.try_push_hex(b, 8); a.try_push_str(': '); a.try_push_fixed(b, 3); a.try_push_str(' V')"
    )
    op = "clear, try_push_str, try_push_int, try_push_hex, try_push_fixed"
    _string_row(op, _LINE, steps, _NUMBER)
    parts = "(b, b, b // 1000, b % 1000)"
    _str_row(
        "'... %d ... %08x ... %d.%03d ...' % ...",
        _LINE,
        f"'adc %d at %08x: %d.%03d V' % {parts}",
        _NUMBER,
    )
    formatted = f"'adc {{}} at {{:08x}}: {{}}.{{:03d}} V'.format{parts}"
    _str_row("'... {} ... {:08x} ... {}.{:03d} ...'.format(...)", _LINE, formatted, _NUMBER)


measure_texts()
measure_characters()
measure_numbers()
measure_looks()
measure_lines()
