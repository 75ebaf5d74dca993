"""Element formats: what one slot of a container holds, given as a `struct` format string.

One integer field (`b B h H i I`) reads as an `int`. Anything else, several fields, floats, 64-bit
integers, bytes, is a packed record and reads as a tuple. Elements are little-endian and unpadded
on every interpreter, so that equal contents make equal images.
"""

import struct

from ._port import integers

# An integer field's bits; its letter is lower case when it is signed.
_BITS = {"b": 8, "B": 8, "h": 16, "H": 16, "i": 32, "I": 32, "l": 32, "L": 32, "q": 64, "Q": 64}
_FIELDS = "bBhHiIlLqQfdsx"

# The smallest number that rounds to no single-precision float. No literal: a board whose floats
# are single could not hold it (there it is infinite, and no number of the board's overflows).
_SINGLE_OVERFLOW = float("3.4028235677973366e38")


class Format:
    """One element's layout.

    Fixed after construction:
        text: the format as it was given, without the redundant "<".
        fields: a tuple of its letter and its length, which is 1 but of "s", for each.
        code: the letter when an element is one integer; None for a record.
        size: bytes of one element.
    """

    def __init__(self, text):
        self.text, self.fields = _parse(text)
        self.size = struct.calcsize("<" + self.text)
        if self.size == 0:
            raise ValueError(f"format {text!r} describes an element of no bytes")
        self.code = self.text if self.text in ("b", "B", "h", "H", "i", "I") else None

    def slots(self, image, offset, count):
        """`count` elements in `image` from byte `offset`, to read and write by index.

        Writing checks nothing: give what you write to `check` before.
        """
        if self.code:
            return integers(image, offset, self.code, count)
        return _Records(image, offset, "<" + self.text, self.size)

    def skipped(self):
        """The bytes of an element that hold nothing, because the format says "x"."""
        held = [f"{length}{code}" for code, length in self.fields]
        return self.size - sum([struct.calcsize("<" + field) for field in held])

    def check(self, element):
        """Raise ValueError or TypeError unless `element` fits."""
        if self.code:
            _check_field(self.code, 1, element)
            return
        if not isinstance(element, (tuple, list)):
            raise TypeError(f"a record {self.text!r} is a tuple, not {element!r}")
        if len(element) != len(self.fields):
            raise ValueError(
                f"a record {self.text!r} has {len(self.fields)} fields, not {len(element)}"
            )
        for (code, length), value in zip(self.fields, element):
            _check_field(code, length, value)


class _Records:
    """Packed records in an image, by index. Reading one allocates its tuple."""

    def __init__(self, image, offset, form, size):
        self._image = image
        self._offset = offset
        self._format = form
        self._size = size

    def __getitem__(self, index):
        return struct.unpack_from(self._format, self._image, self._offset + index * self._size)

    def __setitem__(self, index, values):
        struct.pack_into(self._format, self._image, self._offset + index * self._size, *values)


def limits(code):
    """The smallest and the largest integer that the field `code` holds."""
    bits = _BITS[code]
    if code.islower():
        return -(1 << (bits - 1)), (1 << (bits - 1)) - 1
    return 0, (1 << bits) - 1


def small_limits(code):
    """The limits of the integer field `code`, or narrower ones that are small integers on a board.

    To compare with heap objects is slow, so integers beyond are left to `Format.check`.
    """
    low, high = limits(code)
    return max(low, -0x3FFFFFFF - 1), min(high, 0x3FFFFFFF)


def _check_field(code, length, value):
    if code == "s":
        if not isinstance(value, (bytes, bytearray)):
            raise TypeError(f"'{length}s' takes bytes, not {value!r}")
        if len(value) > length:
            raise ValueError(f"{value!r} is longer than the {length} bytes of '{length}s'")
    elif code in "fd":
        if not isinstance(value, (int, bool, float)):
            raise TypeError(f"{code!r} takes a number, not {value!r}")
        if code == "f" and _SINGLE_OVERFLOW <= abs(value) < float("inf"):
            raise ValueError(f"{value} is beyond ±3.4028235e38, the range of 'f'")
    else:
        if not isinstance(value, (int, bool)):  # on MicroPython a bool is no int
            raise TypeError(f"{code!r} takes an integer, not {value!r}")
        low, high = limits(code)
        if not low <= value <= high:
            raise ValueError(f"{value} is outside of {low} to {high}, the range of {code!r}")


def _parse(text):
    """The format without its "<", and its fields as (code, length) pairs."""
    if not isinstance(text, str):
        raise TypeError(f"a format is a str such as 'H' or 'IhB', not {text!r}")
    if text[:1] in ("@", "=", ">", "!"):
        raise ValueError(f"format {text!r}: elements are little-endian, leave {text[0]!r} out")
    text = text[1:] if text[:1] == "<" else text
    fields = []
    digits = ""
    for code in text:
        if code.isdigit():
            digits += code
            continue
        if code not in _FIELDS:
            raise ValueError(f"format {text!r}: {code!r} is none of the fields {_FIELDS!r}")
        count = int(digits) if digits else 1
        digits = ""
        if code == "s":
            fields.append((code, count))
        elif code != "x":
            fields.extend([(code, 1)] * count)
    if digits or not fields:
        raise ValueError(
            f"format {text!r} names no field" + (f" after {digits}" if digits else "")
        )
    return text, fields
