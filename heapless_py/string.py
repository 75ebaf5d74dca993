"""String: text of a fixed capacity, such as a log line that is built in an interrupt.

    line = String(64)
    line.push_str("adc ")               # raises Full; try_push_str(s) tells instead
    line.push_int(sample, width=5)      # numbers as text, without allocation
    line.push_fixed(millivolts, 3)      # 3300 as 3.300
    print(" at", ticks, file=line)
    uart.write(line.as_bytes())         # the bytes themselves, without a copy

It is `heapless::String`: UTF-8, counted in bytes, and never half a character.
"""

from io import IOBase

from ._image import check_capacity, check_source, new_image, whole_words
from ._move import move
from ._port import (
    Window,
    aim,
    are_bytes,
    const,
    copy,
    int,
    integers,
    micropython,
    ptr8,
    ptr32,
    text_bytes,
    uint,
)
from ._sequence import check_integer, checked_index
from .errors import EMPTY, FULL

# The image begins with four 32-bit words.
_KIND = const(0)  # at construction
_CAPACITY = const(1)  # at construction
_LENGTH = const(2)  # bytes of the text
_KEPT = const(3)  # bytes of a character that `write` has begun, and zeros; or _CUT
_WORDS = const(4)
_BYTES = const(16)  # of all these words

_STRING = const(0x5453)  # "ST"
_CUT = const(1)  # no character begins so
_KEPT_BYTES = const(12)  # where the bytes of _KEPT are
_LARGEST = const(0x00FFFFFF)  # bytes of an image: as far as a board's memoryviews reach
_FAR = const(0x3FFFFFFF)  # more bytes than any text has

_WIDEST = const(255)  # characters of a padded number
_DECIMALS = const(9)  # digits behind a point
# The integers that have 32 bits, signed or unsigned. Heap objects on a board, made here.
_LEAST = -(1 << 31)
_MOST = (1 << 32) - 1

_SPACE = const(32)
_MINUS = const(45)
_POINT = const(46)
_ZERO = const(48)
_TO_LETTERS = const(39)  # from the character behind "9" to "a"

_NOTHING = object()  # a default that no caller has


# --- UTF-8 ---------------------------------------------------------------------------------------


@micropython.viper
def _character(source, at: int, end: int) -> int:
    """The bytes of the character at `at`; 0 if none begins so; -1 if it goes on beyond `end`.

    By table 3-7 of the Unicode standard, "Well-Formed UTF-8 Byte Sequences".
    """
    p = ptr8(source)
    first = p[at]
    if first < 0x80:
        return 1
    if first < 0xC2 or first > 0xF4:
        return 0
    size = 2
    if first >= 0xE0:
        size = 3
    if first >= 0xF0:
        size = 4
    # The second byte has a narrower range where others would make a character longer than need
    # be (E0, F0), half of a UTF-16 pair (ED), or one beyond U+10FFFF (F4).
    low = 0x80
    high = 0xBF
    if first == 0xE0:
        low = 0xA0
    elif first == 0xED:
        high = 0x9F
    elif first == 0xF0:
        low = 0x90
    elif first == 0xF4:
        high = 0x8F
    i = 1
    while i < size:
        if at + i >= end:
            return -1
        byte = p[at + i]
        if byte < low or byte > high:
            return 0
        low = 0x80
        high = 0xBF
        i += 1
    return size


@micropython.viper
def _utf8(source, at: int, end: int, characters: int) -> int:
    """Where so many characters from `at` on end, or as many as are before `end`.

    -1 - i when no whole character is at i. Of a str, whose bytes nobody counted, the zero behind
    it takes the place of `end`.
    """
    p = ptr8(source)
    while at < end and characters > 0:
        if p[at] < 0x80:
            at += 1
        else:
            size = int(_character(source, at, end))
            if size <= 0:
                return -1 - at
            at += size
        characters -= 1
    return at


@micropython.viper
def _fitting(source, begin: int, end: int, room: int) -> int:
    """Where the last of the characters of `source[begin:end]` ends that go into `room` bytes."""
    p = ptr8(source)
    if end - begin > room:
        end = begin + room
        while end > begin and p[end] >> 6 == 2:  # inside of a character
            end -= 1
    return end


def _refuse_bytes(found):
    raise ValueError(f"not UTF-8: no whole character is at byte {-1 - found}")


@micropython.native
def _memory_of(text):
    """What `ptr8` takes to reach the bytes of `text`."""
    if type(text) is str:  # one of another class may lie about its length
        return text_bytes(text)
    if isinstance(text, String):
        return text._text
    if not are_bytes(text):
        name = type(text).__name__
        raise TypeError(f"a str, a String or bytes of UTF-8 are needed, not a {name}")
    return text


@micropython.native
def _scanned(text, memory):
    """The bytes of `text`; negative, as `_utf8` has it, if they are no UTF-8."""
    count = len(text)
    return _utf8(memory, 0, _FAR if type(text) is str else count, count)


def _size_of(text, memory):
    """The bytes of `text`; ValueError unless they are UTF-8."""
    size = _scanned(text, memory)
    if size < 0:
        _refuse_bytes(size)
    return size


@micropython.native
def _check_character(char):
    if not isinstance(char, str) or len(char) != 1:
        raise TypeError(f"a character is a str of length 1, not {char!r}")


# --- the text in an image ------------------------------------------------------------------------


@micropython.viper
def _append(image, source, end: int, characters: int) -> int:
    """Append to the text: 1; 0 when there is no room; negative, as `_utf8` has it, if no UTF-8.

    `end` and `characters` as in `_utf8`.
    """
    p = ptr8(source)
    size = 0
    while size < characters and p[size] < 0x80:
        size += 1
    if size < characters:
        size = int(_utf8(source, size, end, characters - size))
        if size < 0:
            return size
    words = ptr32(image)
    length = words[_LENGTH]
    if size > words[_CAPACITY] - length:
        return 0
    copy(image, source, size, _BYTES + length, 0)
    if end != _FAR:
        return int(_grow(image, size))
    words[_LENGTH] = length + size  # a str does not change meanwhile
    return 1


@micropython.viper
def _grow(image, size: int) -> int:
    """Let the text grow into the next `size` bytes: 1, or negative, as `_utf8`, if no UTF-8.

    They were UTF-8 in the buffer that they were copied from. But an interrupt or DMA may write to
    that, or it may be memory of this very image: so what counts is what has arrived.
    """
    p = ptr32(image)
    begin = _BYTES + p[_LENGTH]
    found = int(_utf8(image, begin, begin + size, size))
    if found < 0:
        return found + begin
    p[_LENGTH] += size
    return 1


@micropython.viper
def _cut(image, begin: int, end: int):
    """Take the bytes from `begin` to `end` out of the text."""
    p = ptr32(image)
    length = p[_LENGTH]
    if begin == end:
        return
    move(image, _BYTES + begin, _BYTES + end, length - end)
    p[_LENGTH] = length - (end - begin)
    p[_KEPT] = 0


@micropython.viper
def _reverse(image, begin: int, end: int):
    """Reverse the bytes of the text from `begin` to `end`."""
    p = ptr8(image)
    begin += _BYTES
    end += _BYTES - 1
    while begin < end:
        byte = p[begin]
        p[begin] = p[end]
        p[end] = byte
        begin += 1
        end -= 1


@micropython.viper
def _is_boundary(image, at: int) -> bool:
    """Whether a character begins at byte `at` of the text, or the text ends there."""
    at = int(at)
    if at == ptr32(image)[_LENGTH]:
        return True
    return ptr8(image)[_BYTES + at] >> 6 != 2


@micropython.viper
def _last(image) -> int:
    """Where the last character begins; -1 when there is none."""
    at = ptr32(image)[_LENGTH] - 1
    p = ptr8(image)
    while at > 0 and p[_BYTES + at] >> 6 == 2:
        at -= 1
    return at


@micropython.viper
def _matches(image, source, size: int, at: int) -> bool:
    """Whether the text has the first `size` bytes of `source` at `at`; they are in its bounds."""
    p = ptr8(image)
    s = ptr8(source)
    at += _BYTES
    i = 0
    while i < size:
        if p[at + i] != s[i]:
            return False
        i += 1
    return True


@micropython.viper
def _find(image, source, size: int, at: int) -> int:
    """Where the text has the first `size` bytes of `source`, from `at` on; -1 for nowhere."""
    at = int(at)
    p = ptr8(image)
    s = ptr8(source)
    last = ptr32(image)[_LENGTH] - size
    while at <= last:
        i = 0
        while i < size and p[_BYTES + at + i] == s[i]:
            i += 1
        if i == size:
            return at
        at += 1
    return -1


@micropython.viper
def _compared(image, source, size: int) -> int:
    """Less than 0, 0, or more, as the text is before, like or after `size` bytes of `source`.

    The order of UTF-8's bytes is that of the characters.
    """
    p = ptr8(image)
    s = ptr8(source)
    length = ptr32(image)[_LENGTH]
    i = 0
    while i < length and i < size:
        difference = p[_BYTES + i] - s[i]
        if difference != 0:
            return difference
        i += 1
    return length - size


@micropython.viper
def _write(image, source, size: int) -> int:
    """`String.write` of `size` bytes: how many were taken; negative, as `_utf8`, if no UTF-8."""
    p = ptr32(image)
    kept = p[_KEPT]
    if kept == _CUT:
        return 0
    taken = 0
    character = 0  # bytes of the one that was begun, once it is whole
    if kept:
        to = ptr8(image)
        at = _KEPT_BYTES
        while to[at]:
            at += 1
        character = -1
        while character < 0 and taken < size:
            to[at] = ptr8(source)[taken]
            at += 1
            taken += 1
            character = int(_character(image, _KEPT_BYTES, at))
        if character < 0:
            return size
    whole = -taken  # no UTF-8 from the last byte taken on, if what was begun cannot go on so
    if character or kept == 0:
        whole = int(_utf8(source, taken, size, size))
        if whole < 0 and int(_character(source, -1 - whole, size)) < 0:
            whole = -1 - whole  # and then a character that goes on in the next write
    if whole < 0:
        p[_KEPT] = kept
        return whole
    if character:
        if character > p[_CAPACITY] - p[_LENGTH]:
            p[_KEPT] = _CUT
            return 0
        copy(image, image, character, _BYTES + p[_LENGTH], _KEPT_BYTES)
        p[_LENGTH] += character
    p[_KEPT] = 0
    end = int(_fitting(source, taken, whole, p[_CAPACITY] - p[_LENGTH]))
    copy(image, source, end - taken, _BYTES + p[_LENGTH], taken)
    found = int(_grow(image, end - taken))
    if found < 0:
        return found - taken
    if end < whole:
        p[_KEPT] = _CUT
        return end
    at = _KEPT_BYTES
    while end < size:
        ptr8(image)[at] = ptr8(source)[end]
        at += 1
        end += 1
    return size


@micropython.viper
def _append_number(image, n, layout: int, fill: int) -> bool:
    """Append the integer `n`, padded with `fill`: True, or False when there is no room.

    layout: the base, and in the bytes above it the digits behind the point, the width in
        characters, and whether `n` is negative.
    """
    p = ptr8(image)
    words = ptr32(image)
    base = layout & 0xFF
    decimals = layout >> 8 & 0xFF
    negative = layout >> 24
    rest = int(n)
    if negative:
        rest = 0 - rest
    if rest < 0:
        # 2**31 and more, in 32 bits: halved, divided and doubled, as in Warren, "Hacker's
        # Delight", "Unsigned Division from Signed Division".
        quotient = int(uint(rest) >> 1) // base << 1
        digit = int(rest - quotient * base)
        if digit >= base:
            quotient += 1
            digit -= base
    else:
        quotient = rest // base
        digit = rest - quotient * base
    rest = quotient  # all but the last digit, and less than 2**31
    digits = 1
    if rest:
        digits = 2
        limit = rest // base  # so that `power` stays in 32 bits
        power = 1
        while power <= limit:
            power *= base
            digits += 1
    size = negative + digits
    if decimals:
        if digits <= decimals:
            digits = decimals + 1
        size = negative + digits + 1
    padding = (layout >> 16 & 0xFF) - size
    if padding < 0:
        padding = 0
    length = words[_LENGTH] + size + padding
    if length > words[_CAPACITY]:
        return False
    words[_LENGTH] = length
    # Backwards.
    at = _BYTES + length
    i = 0
    while i < digits:
        at -= 1
        if decimals and i == decimals:
            p[at] = _POINT
            at -= 1
        if digit > 9:
            digit += _TO_LETTERS
        p[at] = _ZERO + digit
        quotient = rest // base
        digit = rest - quotient * base
        rest = quotient
        i += 1
    if negative and fill != _ZERO:
        at -= 1
        p[at] = _MINUS
    while padding > 0:
        at -= 1
        p[at] = fill
        padding -= 1
    if negative and fill == _ZERO:
        at -= 1
        p[at] = _MINUS
    return True


@micropython.native
def _push_number(image, n, layout, width, fill):
    """`_append_number`, once its arguments are found to be in range."""
    if n < -0x3FFFFFFF - 1 or n > 0x3FFFFFFF:  # larger ones are slow to compare
        _check_number(n)
    if width < 0 or width > _WIDEST:
        raise ValueError(f"width {width} is outside of 0 to {_WIDEST}")
    layout |= width << 16
    if n < 0:
        layout |= 1 << 24
    return _append_number(image, n, layout, fill)


def _check_number(n):
    if n < _LEAST or n > _MOST:
        raise ValueError(f"{n} is outside of {_LEAST} to {_MOST}")


def _code_of(fill):
    """The code of the character that pads a number."""
    if fill == " ":
        return _SPACE
    if isinstance(fill, str) and len(fill) == 1 and ord(fill) < 0x80:
        return ord(fill)
    raise ValueError(f"a fill is one ASCII character, not {fill!r}")


def _image_size(capacity):
    return whole_words(_BYTES + capacity)


class String(IOBase):
    """Text of up to `capacity` bytes in UTF-8. One context at a time may use it.

    capacity: bytes, 1 and more, up to 16 MiB less the header; all of them can be in use.
    text: what it holds at first.
    buffer: writable memory for the image, of `size_of(capacity)` bytes or more, beginning at a
        multiple of 4: a bytearray, a memoryview of bytes, an array. So much of it is cleared; do
        not resize it any more. None for fresh memory.

    Raises: Full when `text` is longer; ValueError or TypeError when an argument is not as above.

    At the end: try_push, push, try_push_str, push_str, push_some, try_pop, pop
    Numbers: try_push_int, push_int, try_push_hex, push_hex, try_push_fixed, push_fixed
    Anywhere: try_insert, insert, try_insert_str, insert_str, remove, drain, truncate, clear
    Look: s[i], s[i:j], iteration, in, find, startswith, endswith, == != < <= > >=, str
    As bytes: as_bytes
    As a stream: print(…, file=s), write, is_cut
    Ask: len, bool, capacity, is_empty, is_full
    Plan: size_of, from_utf8

    A text is everywhere a str (not one of another class), a String, which may be this one, or
    bytes (a bytearray, a memoryview of one) of valid UTF-8; what is no UTF-8 is a ValueError. A
    character is a str of length 1. Half of a UTF-16 pair ("\\ud800") is no character.

    All lengths and indices are in bytes; negative indices count from the end. An index must be
    where a character begins, or the end: IndexError if it is outside, ValueError if it is inside
    of a character. Iteration is by characters.

    In a comparison with `<` and the like the String stands on the left: MicroPython asks no other.

    If a hard interrupt handler uses a String, the program may do so only while that interrupt is
    off.

    The image, in 32-bit little-endian words:

         0        1         2        3        4
        +--------+---------+--------+--------+------------------------------
        | kind   | capacity| length | kept   | capacity bytes, 0 … 3 unused
        +--------+---------+--------+--------+------------------------------
          at construction    changing  by write, and cleared when text is removed

    The text is in the first `length` bytes; what the others hold has no meaning.
    """

    def __init__(self, capacity, text="", buffer=None):
        check_capacity(capacity, _LARGEST - _BYTES)
        if _size_of(text, _memory_of(text)) > capacity:
            raise FULL
        self.image = image = new_image(_image_size(capacity), buffer)
        self.capacity = capacity
        words = integers(image, 0, "I", _WORDS)
        words[_KIND] = _STRING
        words[_CAPACITY] = capacity
        self._text = memoryview(image)[_BYTES:]
        self._window = Window(image)
        self.push_str(text)

    @staticmethod
    def size_of(capacity):
        """The bytes of the image of a String of `capacity` bytes.

        ISR-safe: no.
        Raises: as the constructor.
        """
        check_capacity(capacity, _LARGEST - _BYTES)
        return _image_size(capacity)

    @classmethod
    def from_utf8(cls, capacity, data, buffer=None):
        """A String of the bytes `data`.

        ISR-safe: no.
        Raises: ValueError when `data` is no UTF-8, TypeError when it is no bytes; else as the
            constructor.
        """
        check_source(data)
        return cls(capacity, data, buffer)

    # --- at the end -----------------------------------------------------------------------------

    @micropython.native
    def try_push(self, char):
        """Append the character `char`: True, or False when it does not fit.

        ISR-safe: yes.
        Complexity: O(1).
        Raises: TypeError when `char` is no str of length 1; ValueError when it is half of a pair.
        """
        _check_character(char)
        return self.try_push_str(char)

    def push(self, char):
        """Append the character `char`.

        ISR-safe: no (it raises; `try_push` does not).
        Complexity: O(1).
        Raises: Full; else as `try_push`.
        """
        if not self.try_push(char):
            raise FULL

    @micropython.native
    def try_push_str(self, text):
        """Append `text`: True, or False when not all of it fits; then nothing of it is.

        ISR-safe: yes.
        Complexity: O(bytes of `text`).
        Raises: ValueError when `text` is no UTF-8; TypeError when it is no text.
        """
        if type(text) is str:
            pushed = _append(self.image, text_bytes(text), _FAR, len(text))
        else:
            pushed = _append(self.image, _memory_of(text), len(text), len(text))
        if pushed < 0:
            _refuse_bytes(pushed)
        return pushed > 0

    def push_str(self, text):
        """Append `text`.

        ISR-safe: no (it raises; `try_push_str` does not).
        Complexity: O(bytes of `text`).
        Raises: Full when not all of it fits; else as `try_push_str`.
        """
        if not self.try_push_str(text):
            raise FULL

    @micropython.native
    def push_some(self, text):
        """Append as many characters of `text` as fit, the first ones; return their bytes.

        ISR-safe: yes.
        Complexity: O(bytes of `text`).
        Raises: as `try_push_str`.
        """
        memory = _memory_of(text)
        size = _size_of(text, memory)
        length = len(self)
        size = _fitting(memory, 0, size, self.capacity - length)
        copy(self.image, memory, size, _BYTES + length, 0)
        grown = _grow(self.image, size)
        if grown < 0:
            _refuse_bytes(grown)
        return size

    def try_pop(self, default):
        """Take the last character out; `default` when there is none.

        ISR-safe: no (a character is a str; `truncate` makes none).
        Complexity: O(1).
        """
        at = _last(self.image)
        return default if at < 0 else self.drain(at)

    def pop(self):
        """Take the last character out.

        ISR-safe: no.
        Complexity: O(1).
        Raises: Empty.
        """
        char = self.try_pop(_NOTHING)
        if char is _NOTHING:
            raise EMPTY
        return char

    # --- numbers --------------------------------------------------------------------------------

    @micropython.native
    def try_push_int(self, n, base=10, width=0, fill=" "):
        """Append the integer `n`: True, or False when it does not fit.

        n: -2**31 to 2**32 - 1. Those of 2**30 and more, or below -2**30, are heap objects on a
            board before they come here.
        base: 2 to 36; digits above 9 are the letters from "a" on.
        width: characters, 0 to 255. A shorter number is padded on the left,
        fill: with this ASCII character; "0" goes between a minus and the digits.

        So base 10 is `format(n, "5d")` for width=5, and `format(n, "05d")` with fill="0".

        ISR-safe: yes.
        Complexity: O(characters).
        Raises: ValueError when an argument is out of range; TypeError when it is no int.
        """
        if base < 2 or base > 36:
            raise ValueError(f"base {base} is outside of 2 to 36")
        return _push_number(self.image, n, base, width, _code_of(fill))

    def push_int(self, n, base=10, width=0, fill=" "):
        """Append the integer `n`.

        ISR-safe: no (it raises; `try_push_int` does not when full).
        Complexity: O(characters).
        Raises: Full; else as `try_push_int`.
        """
        if not self.try_push_int(n, base, width, fill):
            raise FULL

    @micropython.native
    def try_push_hex(self, n, width=0):
        """Append the integer `n` in hexadecimal: True, or False when it does not fit.

        n: -2**31 to 2**32 - 1.
        width: characters, 0 to 255; a shorter number gets zeros in front: `format(n, "08x")`.

        ISR-safe: yes.
        Complexity: O(characters).
        Raises: as `try_push_int`.
        """
        return _push_number(self.image, n, 16, width, _ZERO)

    def push_hex(self, n, width=0):
        """Append the integer `n` in hexadecimal.

        ISR-safe: no (it raises; `try_push_hex` does not when full).
        Complexity: O(characters).
        Raises: Full; else as `try_push_hex`.
        """
        if not self.try_push_hex(n, width):
            raise FULL

    @micropython.native
    def try_push_fixed(self, n, decimals, width=0, fill=" "):
        """Append `n` / 10**`decimals` with all its decimals: True, or False when it does not fit.

        n: -2**31 to 2**32 - 1.
        decimals: digits behind the point, 0 to 9; with 0 there is no point.
        width, fill: as in `try_push_int`.

        3300 with 3 decimals is 3.300: `format(Decimal(3300).scaleb(-3), "f")`.

        ISR-safe: yes.
        Complexity: O(characters).
        Raises: as `try_push_int`.
        """
        if decimals < 0 or decimals > _DECIMALS:
            raise ValueError(f"{decimals} decimals are outside of 0 to {_DECIMALS}")
        return _push_number(self.image, n, decimals << 8 | 10, width, _code_of(fill))

    def push_fixed(self, n, decimals, width=0, fill=" "):
        """Append `n` / 10**`decimals` with all its decimals.

        ISR-safe: no (it raises; `try_push_fixed` does not when full).
        Complexity: O(characters).
        Raises: Full; else as `try_push_fixed`.
        """
        if not self.try_push_fixed(n, decimals, width, fill):
            raise FULL

    # --- anywhere -------------------------------------------------------------------------------

    def _position(self, index):
        """`index` from the begin; IndexError or ValueError unless it is at a boundary."""
        length = len(self)
        at = index + length if index < 0 else index
        if at < 0 or at > length:
            raise IndexError(f"index {index} is outside of {-length} to {length}")
        if not _is_boundary(self.image, at):
            raise ValueError(f"index {index} is inside of a character")
        return at

    def try_insert(self, index, char):
        """Insert the character `char` before byte `index`: True, or False when it does not fit.

        ISR-safe: yes.
        Complexity: O(bytes behind it).
        Raises: as `try_insert_str` and `try_push`.
        """
        _check_character(char)
        return self.try_insert_str(index, char)

    def insert(self, index, char):
        """Insert the character `char` before byte `index`.

        ISR-safe: no (it raises; `try_insert` does not when full).
        Complexity: O(bytes behind it).
        Raises: Full; else as `try_insert`.
        """
        if not self.try_insert(index, char):
            raise FULL

    def try_insert_str(self, index, text):
        """Insert `text` before byte `index`: True, or False when not all of it fits.

        index: -`len` to `len`, where a character begins, or the end.

        It is appended, and then the two parts behind `index` change places by three reversals
        (Bentley, "Programming Pearls", column 2): so `text` may be any part of this String.

        ISR-safe: yes.
        Complexity: O(bytes of `text` and behind `index`).
        Raises: IndexError or ValueError when `index` is not as above, also when full; else as
            `try_push_str`.
        """
        image = self.image
        at = self._position(index)
        middle = len(self)
        if not self.try_push_str(text):
            return False
        _reverse(image, at, middle)
        _reverse(image, middle, len(self))
        _reverse(image, at, len(self))
        return True

    def insert_str(self, index, text):
        """Insert `text` before byte `index`.

        ISR-safe: no (it raises; `try_insert_str` does not when full).
        Complexity: O(bytes of `text` and behind `index`).
        Raises: Full; else as `try_insert_str`.
        """
        if not self.try_insert_str(index, text):
            raise FULL

    def remove(self, index):
        """Take out the character that begins at byte `index`; return it.

        ISR-safe: no (a character is a str).
        Complexity: O(bytes behind it).
        Raises: IndexError when there is none; ValueError when `index` is inside of a character.
        """
        begin = self._begin(index)
        end = self._end(begin)
        char = self._str(begin, end)
        _cut(self.image, begin, end)
        return char

    def drain(self, start=0, stop=None):
        """Take out the text that the slice `[start:stop]` names; return it as a str.

        ISR-safe: no (it makes a str).
        Complexity: O(n).
        Raises: ValueError when an index is inside of a character; TypeError when one of the two
            is neither int nor None.
        """
        taken = self[start:stop]
        del self[start:stop]
        return taken

    def truncate(self, n):
        """Keep the first `n` bytes; nothing changes when there are no more.

        ISR-safe: yes.
        Complexity: O(1).
        Raises: ValueError when `n` is negative or inside of a character; TypeError when it is no
            int.
        """
        check_integer(n, "a number of bytes")
        if n < 0:
            raise ValueError(f"a number of bytes is 0 or more, not {n}")
        length = len(self)
        if n < length:
            _cut(self.image, self._position(n), length)

    @micropython.viper
    def clear(self):
        """Drop the text, and what `write` has kept.

        ISR-safe: yes.
        Complexity: O(1).
        """
        p = ptr32(self.image)
        p[_LENGTH] = 0
        p[_KEPT] = 0

    def __delitem__(self, index):
        """Drop the character that begins at byte `index`, or the text that a slice names.

        ISR-safe: yes, for an index; a slice is a heap object.
        Complexity: O(bytes behind it).
        Raises: IndexError when there is none; ValueError when an index is inside of a character,
            or when a slice has a step; TypeError when `index` is neither int nor slice.
        """
        if isinstance(index, slice):
            begin, end = self._places(index)
        else:
            begin = self._begin(index)
            end = self._end(begin)
        _cut(self.image, begin, end)

    # --- as bytes and as a stream ---------------------------------------------------------------

    @micropython.native
    def as_bytes(self):
        """A memoryview of the text's UTF-8, without a copy, for reading only.

        On MicroPython it is the same object each time, which looks at the text of the latest call;
        so do not keep it. What is written into it is not checked: it must stay UTF-8.

        ISR-safe: yes; where the import said that memoryviews cannot be moved, each is a new one.
        Complexity: O(1).
        """
        window = self._window
        aim(window.window, _BYTES, len(self))
        return window.view

    @micropython.native
    def write(self, text):
        """Append bytes or text as `print` does; return how many bytes were taken.

        It never raises for want of room. As many characters are appended as fit. From the first
        one on that did not, nothing more is taken: 0 is returned, until `clear`, or any other
        operation that removes text, makes room. So what was printed is there up to where it was
        cut, which `is_cut` tells, and no character after it.

        A character may come in pieces: what has come of it is kept in the image, and becomes text
        when it is whole.

        ISR-safe: yes.
        Complexity: O(bytes).
        Raises: ValueError when this and what was kept cannot be UTF-8; TypeError when `text` is no
            text.
        """
        memory = _memory_of(text)
        size = _size_of(text, memory) if type(text) is str else len(text)
        taken = _write(self.image, memory, size)
        if taken < 0:
            _refuse_bytes(taken)
        return taken

    @micropython.viper
    def is_cut(self) -> bool:
        """Whether `write` did not find room for all, since text was last removed.

        ISR-safe: yes.
        Complexity: O(1).
        """
        return ptr32(self.image)[_KEPT] == _CUT

    # --- look -----------------------------------------------------------------------------------

    def _begin(self, index):
        """Byte `index`, where a character begins, from the begin."""
        checked_index(index, len(self))
        return self._position(index)

    def _end(self, begin):
        """Where the character ends that begins at byte `begin`."""
        return begin + _character(self._text, begin, len(self))

    def _places(self, index):
        """Begin and end of the text that a slice names."""
        begin, end, step = index.indices(len(self))
        if step != 1:
            raise ValueError(f"a slice of a String has no step, or 1, not {step}")
        return self._position(begin), self._position(max(begin, end))

    def _str(self, begin, end):
        return str(self._text[begin:end], "utf-8")

    def __getitem__(self, index):
        """The character that begins at byte `index`; of a slice, the text, as a str.

        ISR-safe: no (it makes a str).
        Complexity: O(1); of a slice O(n).
        Raises: IndexError when there is none; ValueError when an index is inside of a character,
            or when a slice has a step; TypeError when `index` is neither int nor slice.
        """
        if isinstance(index, slice):
            begin, end = self._places(index)
        else:
            begin = self._begin(index)
            end = self._end(begin)
        return self._str(begin, end)

    def __iter__(self):
        """Iterate over the characters.

        ISR-safe: no.
        """
        begin = 0
        while begin < len(self):
            end = self._end(self._begin(begin))
            yield self._str(begin, end)
            begin = end

    def find(self, text, start=0):
        """The index of the byte where `text` first begins, from `start` on; -1 for nowhere.

        start: -`len` to `len`, where a character begins, or the end.

        ISR-safe: yes.
        Complexity: O(bytes of both, multiplied).
        Raises: IndexError or ValueError when `start` is not as above; ValueError or TypeError as
            `try_push_str`.
        """
        memory = _memory_of(text)
        return _find(self.image, memory, _size_of(text, memory), self._position(start))

    def __contains__(self, text):
        """Whether `text` is part of this.

        ISR-safe: yes.
        Complexity: O(bytes of both, multiplied).
        Raises: as `find`.
        """
        return self.find(text) >= 0

    def startswith(self, text):
        """Whether this begins with `text`.

        ISR-safe: yes.
        Complexity: O(bytes of `text`).
        Raises: ValueError or TypeError as `try_push_str`.
        """
        memory = _memory_of(text)
        size = _size_of(text, memory)
        return size <= len(self) and _matches(self.image, memory, size, 0)

    def endswith(self, text):
        """Whether this ends with `text`.

        ISR-safe: yes.
        Complexity: O(bytes of `text`).
        Raises: ValueError or TypeError as `try_push_str`.
        """
        memory = _memory_of(text)
        at = len(self) - _size_of(text, memory)
        return at >= 0 and _matches(self.image, memory, len(self) - at, at)

    @micropython.native
    def __eq__(self, other):
        """Whether `other` is a text of the same characters.

        ISR-safe: yes.
        Complexity: O(bytes).
        """
        if not (type(other) is str or isinstance(other, String) or are_bytes(other)):
            return NotImplemented
        memory = _memory_of(other)
        size = _scanned(other, memory)
        return size == len(self) and _matches(self.image, memory, size, 0)

    def _order(self, other):
        """Less than 0, 0, or more, as this is before, like or after the text `other`."""
        memory = _memory_of(other)
        return _compared(self.image, memory, _size_of(other, memory))

    def __lt__(self, other):
        """Whether this comes before the text `other`, by the numbers of the characters.

        ISR-safe: yes.
        Complexity: O(bytes).
        Raises: ValueError or TypeError as `try_push_str`.
        """
        return self._order(other) < 0

    def __le__(self, other):
        """Whether this comes before the text `other`, or equals it.

        ISR-safe: yes.
        Raises: as `__lt__`.
        """
        return self._order(other) <= 0

    def __gt__(self, other):
        """Whether this comes after the text `other`.

        ISR-safe: yes.
        Raises: as `__lt__`.
        """
        return self._order(other) > 0

    def __ge__(self, other):
        """Whether this comes after the text `other`, or equals it.

        ISR-safe: yes.
        Raises: as `__lt__`.
        """
        return self._order(other) >= 0

    # --- ask ------------------------------------------------------------------------------------

    @micropython.viper
    def __len__(self) -> int:
        """The bytes of the text.

        ISR-safe: yes.
        Complexity: O(1).
        """
        return ptr32(self.image)[_LENGTH]

    @micropython.viper
    def is_empty(self) -> bool:
        """Whether there is no text.

        ISR-safe: yes.
        Complexity: O(1).
        """
        return ptr32(self.image)[_LENGTH] == 0

    @micropython.viper
    def is_full(self) -> bool:
        """Whether there is no room for one more byte.

        ISR-safe: yes.
        Complexity: O(1).
        """
        p = ptr32(self.image)
        return p[_LENGTH] == p[_CAPACITY]

    def __str__(self):
        """The text as a str.

        ISR-safe: no (it makes a str).
        """
        return self._str(0, len(self))

    def __repr__(self):
        return f"String({self.capacity}, {str(self)!r})"

    def _check(self):
        """Assert every invariant of the image."""
        words = [integers(self.image, 0, "I", _WORDS)[i] for i in range(_WORDS)]
        length, kept = words[_LENGTH], words[_KEPT]
        assert words[:2] == [_STRING, self.capacity], words
        assert length <= self.capacity, words
        assert _utf8(self._text, 0, length, length) == length, bytes(self._text[:length])
        assert len(self.image) == _image_size(self.capacity), len(self.image)
        if kept > _CUT:
            end = _KEPT_BYTES + 1 + (kept > 0xFF) + (kept > 0xFFFF)
            assert _character(self.image, _KEPT_BYTES, end) == -1, words
