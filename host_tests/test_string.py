"""String against a plain str, and each of its promises by name."""

import codecs
import operator
import string as python_string
import sys
from array import array
from collections.abc import Callable
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from heapless_py import Empty, Full
from heapless_py import string as string_module

String: Any = string_module.String  # wrong uses are tested as well

HEADER = 16  # bytes of an image before the text

# The first and the last characters of each length in UTF-8, and around the halves of pairs.
EDGES = "\0a\x7f\x80é\u07ff\u0800€\ud7ff\ue000\uffff\U00010000😀\U0010ffff"
LEAST, MOST = -(1 << 31), (1 << 32) - 1
NUMBERS = sorted(
    {sign * (1 << power) + more for power in range(33) for more in (-1, 0, 1) for sign in (1, -1)}
    | {10**power + more for power in range(10) for more in (-1, 0, 1)}
)
NUMBERS = [n for n in NUMBERS if LEAST <= n <= MOST]

NOT_UTF8 = (
    b"\x80",  # what goes on from nothing
    b"\xbf",
    b"\xc3",  # cut short
    b"\xe2\x82",
    b"\xf0\x9f\x98",
    b"\xc3a",  # not gone on with
    b"\xe2\x82a",
    b"\xf0\x9f\x98a",
    b"\xc0\x80",  # longer than need be
    b"\xc1\xbf",
    b"\xe0\x9f\xbf",
    b"\xf0\x8f\xbf\xbf",
    b"\xed\xa0\x80",  # halves of a pair
    b"\xed\xbf\xbf",
    b"\xf4\x90\x80\x80",  # beyond U+10FFFF
    b"\xf5\x80\x80\x80",
    b"\xff",
)

characters = st.sampled_from(EDGES) | st.characters(exclude_categories=["Cs"])
texts = st.text(characters, max_size=6)
numbers = st.sampled_from(NUMBERS) | st.integers(LEAST, MOST)
bases = st.sampled_from((2, 8, 10, 16))
widths = st.sampled_from((0, 0, 1, 3, 8, 255))
fills = st.sampled_from(" 0*\x7f")


def in_base(n: int, base: int) -> str:
    """The oracle for bases of which `format` knows nothing."""
    digits = ""
    rest = abs(n)
    while rest or not digits:
        rest, digit = divmod(rest, base)
        digits = (python_string.digits + python_string.ascii_lowercase)[digit] + digits
    return "-" * (n < 0) + digits


def padded(number: str, width: int, fill: str) -> str:
    return number.zfill(width) if fill == "0" else number.rjust(width, fill)


def fixed(n: int, decimals: int) -> str:
    return format(Decimal(n).scaleb(-decimals), "f")


def boundaries(text: str) -> list[int]:
    """The byte at which each character begins, and the end."""
    return [len(text[:i].encode()) for i in range(len(text) + 1)]


class StringMachine(RuleBasedStateMachine):
    """Every verb of a String, in any order."""

    @initialize(capacity=st.integers(1, 20), data=st.data())
    def construct(self, capacity: int, data: st.DataObject) -> None:
        self.capacity = capacity
        self.text = ""
        self.kept = b""  # of a character that was begun
        self.cut = False
        first = data.draw(texts)
        if len(first.encode()) > capacity:
            with pytest.raises(Full):
                String(capacity, first)
        else:
            self.text = first
        self.string = String(capacity, self.text)

    def size(self) -> int:
        return len(self.text.encode())

    def room(self) -> int:
        return self.capacity - self.size()

    def set_text(self, text: str) -> None:
        """Note what the text must be now."""
        if len(text.encode()) < self.size():
            self.kept, self.cut = b"", False
        self.text = text

    def as_some_text(self, data: st.DataObject, text: str) -> Any:
        """The text in one of the forms that are taken for one."""
        raw = text.encode()
        forms: tuple[Callable[[], Any], ...] = (
            lambda: text,
            lambda: raw,
            lambda: bytearray(raw),
            lambda: memoryview(b"<" + raw + b">")[1:-1],
            lambda: String(max(1, len(raw)), text),
        )
        return data.draw(st.sampled_from(forms))()

    def refused(self, error: Any, match: str, call: Callable[..., Any], *arguments: Any) -> None:
        before = bytes(self.string.image)
        with pytest.raises(error, match=match):
            call(*arguments)
        assert bytes(self.string.image) == before

    def grown_by(self, verb: str, added: int, text: str, *arguments: Any) -> None:
        """Call `verb` or `try_verb`, which makes it `text`, `added` bytes longer, if they fit."""
        fits = added <= self.room()
        if verb.startswith("try_"):
            before = bytes(self.string.image)
            assert getattr(self.string, verb)(*arguments) is fits
            assert fits or bytes(self.string.image) == before
        elif fits:
            assert getattr(self.string, verb)(*arguments) is None
        else:
            self.refused(Full, "full", getattr(self.string, verb), *arguments)
        if fits:
            self.text = text

    @rule(char=characters, verb=st.sampled_from(["push", "try_push"]))
    def push(self, char: str, verb: str) -> None:
        self.grown_by(verb, len(char.encode()), self.text + char, char)

    @rule(data=st.data(), text=texts, verb=st.sampled_from(["push_str", "try_push_str"]))
    def push_str(self, data: st.DataObject, text: str, verb: str) -> None:
        given_text = self.as_some_text(data, text)
        self.grown_by(verb, len(text.encode()), self.text + text, given_text)

    @rule(view=st.booleans(), verb=st.sampled_from(["push_str", "try_push_str"]))
    def push_itself(self, view: bool, verb: str) -> None:
        itself = self.string.as_bytes() if view else self.string
        self.grown_by(verb, self.size(), 2 * self.text, itself)

    @rule(data=st.data(), text=texts)
    def push_some(self, data: st.DataObject, text: str) -> None:
        fits = text
        while len(fits.encode()) > self.room():
            fits = fits[:-1]
        assert self.string.push_some(self.as_some_text(data, text)) == len(fits.encode())
        self.text += fits

    @rule()
    def push_some_of_itself(self) -> None:
        fits = self.text
        while len(fits.encode()) > self.room():
            fits = fits[:-1]
        assert self.string.push_some(self.string) == len(fits.encode())
        self.text += fits

    def place(self, data: st.DataObject) -> tuple[int, int]:
        """A boundary, as a number of characters and of bytes; the latter perhaps from the end."""
        count = data.draw(st.integers(0, len(self.text)))
        at = boundaries(self.text)[count]
        return count, at - self.size() if count < len(self.text) and data.draw(
            st.booleans()
        ) else at

    @rule(data=st.data(), char=characters, verb=st.sampled_from(["insert", "try_insert"]))
    def insert(self, data: st.DataObject, char: str, verb: str) -> None:
        count, at = self.place(data)
        text = self.text[:count] + char + self.text[count:]
        self.grown_by(verb, len(char.encode()), text, at, char)

    @rule(data=st.data(), text=texts, verb=st.sampled_from(["insert_str", "try_insert_str"]))
    def insert_str(self, data: st.DataObject, text: str, verb: str) -> None:
        count, at = self.place(data)
        after = self.text[:count] + text + self.text[count:]
        self.grown_by(verb, len(text.encode()), after, at, self.as_some_text(data, text))

    @rule(
        data=st.data(), view=st.booleans(), verb=st.sampled_from(["insert_str", "try_insert_str"])
    )
    def insert_itself(self, data: st.DataObject, view: bool, verb: str) -> None:
        count, at = self.place(data)
        text = self.text[:count] + self.text + self.text[count:]
        itself = self.string.as_bytes() if view else self.string
        self.grown_by(verb, self.size(), text, at, itself)

    @rule()
    def pop(self) -> None:
        if self.text:
            assert self.string.pop() == self.text[-1]
            self.set_text(self.text[:-1])
        else:
            self.refused(Empty, "empty", self.string.pop)

    @rule(default=st.none() | st.integers())
    def try_pop(self, default: int | None) -> None:
        assert self.string.try_pop(default) == (self.text[-1] if self.text else default)
        self.set_text(self.text[:-1])

    @rule(data=st.data(), verb=st.sampled_from(["remove", "__delitem__"]))
    def remove(self, data: st.DataObject, verb: str) -> None:
        count, at = self.place(data)
        call = getattr(self.string, verb)
        if count == len(self.text):
            self.refused(IndexError, f"index {at} is outside", call, at)
        else:
            assert call(at) == (self.text[count] if verb == "remove" else None)
            self.set_text(self.text[:count] + self.text[count + 1 :])

    @rule(data=st.data(), verb=st.sampled_from(["drain", "del", "look"]))
    def take_slices(self, data: st.DataObject, verb: str) -> None:
        begin, start = self.place(data)
        end, stop = self.place(data)
        if verb == "del":
            del self.string[start:stop]
        elif verb == "drain":
            assert self.string.drain(start, stop) == self.text[begin:end]
        else:
            assert self.string[start:stop] == self.text[begin:end]
            return
        self.set_text(self.text[:begin] + self.text[max(begin, end) :])

    @rule(data=st.data(), more=st.integers(0, 5))
    def truncate(self, data: st.DataObject, more: int) -> None:
        count = data.draw(st.integers(0, len(self.text)))
        at = boundaries(self.text)[count]
        self.string.truncate(at + more if count == len(self.text) else at)
        self.set_text(self.text[:count])

    @rule()
    def clear(self) -> None:
        self.string.clear()
        self.text, self.kept, self.cut = "", b"", False

    @rule(n=numbers, base=st.integers(2, 36), width=widths, fill=fills, trying=st.booleans())
    def push_int(self, n: int, base: int, width: int, fill: str, trying: bool) -> None:
        number = padded(in_base(n, base), width, fill)
        verb = "try_push_int" if trying else "push_int"
        self.grown_by(verb, len(number), self.text + number, n, base, width, fill)

    @rule(n=numbers, width=widths, trying=st.booleans())
    def push_hex(self, n: int, width: int, trying: bool) -> None:
        number = format(n, f"0{width}x")
        verb = "try_push_hex" if trying else "push_hex"
        self.grown_by(verb, len(number), self.text + number, n, width)

    @rule(n=numbers, decimals=st.integers(0, 9), width=widths, fill=fills, trying=st.booleans())
    def push_fixed(self, n: int, decimals: int, width: int, fill: str, trying: bool) -> None:
        number = padded(fixed(n, decimals), width, fill)
        verb = "try_push_fixed" if trying else "push_fixed"
        self.grown_by(verb, len(number), self.text + number, n, decimals, width, fill)

    def written(self, data: bytes) -> int | None:
        """Note what a write must now have done: the bytes it took, None if they are no UTF-8."""
        if self.cut:
            return 0
        decoder = codecs.getincrementaldecoder("utf-8")()
        decoder.setstate((self.kept, 0))
        try:
            come = decoder.decode(data)
        except UnicodeDecodeError:
            return None
        kept = decoder.getstate()[0]
        if b"\xed\xa0" <= kept[:2] < b"\xee":
            return None  # half of a pair, which the decoder refuses only when it is whole
        taken = -len(self.kept)
        self.kept = b""
        for char in come:
            if len(char.encode()) > self.room():
                self.cut = True
                return max(taken, 0)
            self.text += char
            taken += len(char.encode())
        self.kept = kept
        return len(data)

    @rule(data=st.data(), text=texts)
    def write(self, data: st.DataObject, text: str) -> None:
        given_text = self.as_some_text(data, text)
        before = bytes(self.string.image)
        taken = self.written(text.encode())
        if taken is None:
            with pytest.raises(ValueError, match="not UTF-8"):
                self.string.write(given_text)
            assert bytes(self.string.image) == before
        else:
            assert self.string.write(given_text) == taken

    @rule(data=st.data(), text=texts)
    def write_in_pieces(self, data: st.DataObject, text: str) -> None:
        """As it may come: bytes, cut anywhere, and now and then no UTF-8."""
        raw = text.encode()
        wrong = st.sampled_from(NOT_UTF8)
        raw = data.draw(st.just(raw) | wrong.map(lambda bad: raw + bad))
        if self.kept and data.draw(st.booleans()):
            raw = (b"\x80\x80\x80"[: data.draw(st.integers(1, 3))]) + raw
        while raw:
            count = data.draw(st.integers(1, len(raw)))
            piece, raw = raw[:count], raw[count:]
            before = bytes(self.string.image)
            taken = self.written(piece)
            if taken is None:
                with pytest.raises(ValueError, match="not UTF-8"):
                    self.string.write(piece)
                assert bytes(self.string.image) == before
            else:
                assert self.string.write(piece) == taken

    @rule(text=texts, n=numbers)
    def print(self, text: str, n: int) -> None:
        if self.kept:
            self.clear()
        print(text, n, file=self.string)
        for part in (text, " ", str(n), "\n"):
            self.written(part.encode())

    @rule(data=st.data())
    def look_at_characters(self, data: st.DataObject) -> None:
        assert list(self.string) == list(self.text)
        count, at = self.place(data)
        if count < len(self.text):
            assert self.string[at] == self.text[count]

    @rule(data=st.data(), other=texts)
    def look_for(self, data: st.DataObject, other: str) -> None:
        begin = data.draw(st.integers(0, len(self.text)))
        end = data.draw(st.integers(begin, len(self.text)))
        part = data.draw(st.sampled_from((other, self.text[begin:end])))
        count, at = self.place(data)
        found = self.text.find(part, count)
        expected = boundaries(self.text)[found] if found >= 0 else -1
        given_text = self.as_some_text(data, part)
        assert self.string.find(given_text, at) == expected
        assert (given_text in self.string) is (part in self.text)
        assert self.string.startswith(given_text) is self.text.startswith(part)
        assert self.string.endswith(given_text) is self.text.endswith(part)

    @rule(data=st.data(), other=texts, count=st.integers(0, 20))
    def compare(self, data: st.DataObject, other: str, count: int) -> None:
        other = data.draw(st.sampled_from((other, self.text, self.text[:count] + other)))
        given_text = self.as_some_text(data, other)
        assert (self.string == given_text) is (self.text == other)
        assert (self.string != given_text) is (self.text != other)
        assert (self.string < given_text) is (self.text < other)
        assert (self.string <= given_text) is (self.text <= other)
        assert (self.string > given_text) is (self.text > other)
        assert (self.string >= given_text) is (self.text >= other)

    @rule(
        data=st.data(),
        bad=st.sampled_from(NOT_UTF8),
        verb=st.sampled_from(
            [
                *("push_str", "try_push_str", "push_some", "insert_str", "try_insert_str"),
                *("find", "startswith", "endswith", "__contains__", "__lt__"),
            ]
        ),
    )
    def refuse_what_is_no_utf8(self, data: st.DataObject, bad: bytes, verb: str) -> None:
        before = data.draw(texts).encode()
        wrong = data.draw(st.sampled_from((bytes, bytearray, memoryview)))(before + bad)
        at = [0] if "insert" in verb else []
        match = f"not UTF-8: no whole character is at byte {len(before)}$"
        assert self.string != wrong
        self.refused(ValueError, match, getattr(self.string, verb), *at, wrong)

    @rule(data=st.data(), verb=st.sampled_from(["insert", "find", "truncate", "remove", "drain"]))
    def refuse_the_inside_of_a_character(self, data: st.DataObject, verb: str) -> None:
        inside = sorted(set(range(self.size())) - set(boundaries(self.text)))
        if not inside:
            return
        at = data.draw(st.sampled_from(inside))
        if verb != "truncate" and data.draw(st.booleans()):
            at -= self.size()
        call = getattr(self.string, verb)
        arguments = {"insert": (at, "x"), "find": ("x", at)}.get(verb, (at,))
        match = "inside of a character"
        self.refused(ValueError, match, call, *arguments)

    @invariant()
    def tells_the_truth(self) -> None:
        if not hasattr(self, "text"):
            return
        self.string._check()
        raw = self.text.encode()
        assert str(self.string) == self.text
        assert self.string.as_bytes() == raw
        assert len(self.string) == len(raw)
        assert bool(self.string) is bool(self.text)
        assert self.string.is_empty() is (not self.text)
        assert self.string.is_full() is (len(raw) == self.capacity)
        assert self.string.is_cut() is self.cut
        assert self.string.capacity == self.capacity
        held = b"\1" if self.cut else self.kept
        assert bytes(self.string.image[12:16]) == held.ljust(4, b"\0")


TestString = StringMachine.TestCase
TestString.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)


# --- construction and memory -------------------------------------------------------------------


def test_size_of_is_the_bytes_of_the_image() -> None:
    for capacity in range(1, 70):
        size = String.size_of(capacity)
        assert size == len(String(capacity).image) == HEADER + -(-capacity // 4) * 4


def test_the_image_is_as_drawn() -> None:
    string = String(9, "é!")
    string.write(b"\xe2\x82")
    words = b"ST\0\0\x09\0\0\0\3\0\0\0\xe2\x82\0\0"
    assert string.image == words + "é!".encode() + bytes(9)


@pytest.mark.parametrize("capacity", [0, -1, (1 << 24) - HEADER])
def test_a_bad_capacity_is_named_with_its_limits(capacity: int) -> None:
    with pytest.raises(ValueError, match=rf"capacity {capacity} is outside of 1 to 16777199$"):
        String(capacity)


@pytest.mark.parametrize("capacity", [None, "3", 3.0, True])
def test_a_capacity_that_is_no_int_is_named(capacity: object) -> None:
    with pytest.raises(TypeError, match=f"a capacity is an int, not {capacity!r}"):
        String(capacity)


def test_a_text_to_begin_with_may_have_any_form() -> None:
    for text in ("€", b"\xe2\x82\xac", memoryview(b"\xe2\x82\xac"), String(3, "€")):
        assert str(String(3, text)) == "€"


def test_a_text_to_begin_with_that_does_not_fit_leaves_the_memory_alone() -> None:
    memory = bytearray(b"x" * 20)
    for text, error in (("€€", Full), (b"\xff", ValueError), (5, TypeError)):
        with pytest.raises(error):
            String(4, text, memory)
    assert memory == b"x" * 20


def test_from_utf8_takes_bytes_only() -> None:
    assert String.from_utf8(4, b"\xe2\x82\xac") == "€"
    assert String.from_utf8(4, bytearray(b"abc"), bytearray(20)) == "abc"
    for wrong in ("abc", 5, None, [1], array("B", b"abc")):
        with pytest.raises(TypeError, match="bytes, a bytearray or a memoryview"):
            String.from_utf8(4, wrong)
    with pytest.raises(Full):
        String.from_utf8(4, b"abcde")


@pytest.mark.parametrize(
    "memory", [bytearray(b"x" * 24), bytearray(b"x" * 27), memoryview(bytearray(25))]
)
def test_the_image_is_in_the_callers_memory(memory: bytearray) -> None:
    behind = bytes(memory)[24:]
    string = String(5, "ab", memory)
    assert len(string.image) == String.size_of(5) == 24
    string.push("c")
    assert bytes(memory)[HEADER:] == b"abc\0\0\0\0\0" + behind


def test_memory_that_is_too_short_is_refused_with_the_size() -> None:
    memory = bytearray(b"x" * 23)
    with pytest.raises(ValueError, match="shorter than the 24 bytes"):
        String(5, "ab", memory)
    assert memory == b"x" * 23


# --- UTF-8 -------------------------------------------------------------------------------------

# All that table 3-7 of the Unicode standard tells apart, and what lies next to it.
_BYTES = b"\0A\x7f\x80\x8f\x90\x9f\xa0\xbf\xc0\xc1\xc2\xdf\xe0\xe1\xec\xed\xee\xef"
_BYTES += b"\xf0\xf1\xf3\xf4\xf5\xf8\xfe\xff"


def is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def accepts(string: Any, data: bytes) -> bool:
    string.clear()
    try:
        string.push_str(data)
    except ValueError:
        assert string.is_empty()
        return False
    assert string.as_bytes() == data
    return True


@pytest.mark.parametrize("size", [1, 2, 3])
def test_what_cpython_takes_for_utf8_is_taken_and_no_more(size: int) -> None:
    string = String(4)
    for data in map(bytes, product(_BYTES, repeat=size)):
        assert accepts(string, data) is is_utf8(data), data


def test_what_cpython_takes_for_four_bytes_of_utf8_is_taken_and_no_more() -> None:
    string = String(4)
    for data in map(
        bytes, product(b"\xed\xef\xf0\xf1\xf4\xf5", _BYTES[3:10], *2 * [b"A\x80\xbf\xc2"])
    ):
        assert accepts(string, data) is is_utf8(data), data


@given(data=st.binary(max_size=8))
def test_any_bytes_are_taken_as_cpython_takes_them(data: bytes) -> None:
    assert accepts(String(8), data) is is_utf8(data)


@given(char=characters)
def test_every_character_comes_back(char: str) -> None:
    string = String(4, char)
    assert list(string) == [char]
    assert string.pop() == char


@pytest.mark.parametrize("text", ["\ud800", "a\udfff", "\ud83d\ude00"])
def test_half_of_a_pair_is_no_character(text: str) -> None:
    string = String(20, "ab")
    before = bytes(string.image)
    for call in (string.push_str, string.push_some, string.write, string.find, string.startswith):
        with pytest.raises(ValueError, match="not UTF-8"):
            call(text)
    for insert in (string.insert, string.insert_str):
        with pytest.raises(ValueError, match="not UTF-8"):
            insert(0, text[-1])
    assert string != text
    assert bytes(string.image) == before


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_what_changes_while_it_is_copied_is_not_believed(
    kind: Callable[[bytes], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As DMA may change a buffer after it was found to be UTF-8."""

    def copy_garbage(target: bytearray, source: Any, count: int, to: int, at: int) -> None:
        data = source[at : at + count] if source is target else b"\xff" * count
        target[to : to + count] = data

    string = String(9, "abc")
    monkeypatch.setattr(string_module, "copy", copy_garbage)
    for call in (string.push_str, string.try_push_str, string.push_some, string.write):
        with pytest.raises(ValueError, match="not UTF-8: no whole character is at byte 0"):
            call(kind(b"ok"))
        string._check()
        assert string == "abc"
    string.write(b"\xc3")
    with pytest.raises(ValueError, match="not UTF-8: no whole character is at byte 1"):
        string.write(kind(b"\xa9ok"))
    string._check()
    assert string == "abcé"


# --- what is no text, no character, no index ---------------------------------------------------


@pytest.mark.parametrize("wrong", [None, 5, 1.5, [1], ("a",), array("B", b"a"), array("H", [1])])
def test_what_is_no_text_is_named(wrong: object) -> None:
    string = String(9, "abc")
    before = bytes(string.image)
    name = type(wrong).__name__
    calls = ("push_str", "try_push_str", "push_some", "write", "find", "startswith", "endswith")
    for verb in (*calls, "__contains__", "__lt__", "__le__", "__gt__", "__ge__"):
        with pytest.raises(TypeError, match=f"a str, a String or bytes of UTF-8 .*not a {name}"):
            getattr(string, verb)(wrong)
    with pytest.raises(TypeError, match=f"not a {name}"):
        string.insert_str(0, wrong)
    with pytest.raises(TypeError, match=f"not a {name}"):
        String(9, wrong)
    assert string != wrong
    assert bytes(string.image) == before


@pytest.mark.parametrize("wrong", ["", "ab", b"a", 97, None, String(1, "a")])
def test_what_is_no_character_is_named(wrong: object) -> None:
    string = String(9, "abc")
    for call in (string.push, string.try_push):
        with pytest.raises(TypeError, match="a character is a str of length 1, not "):
            call(wrong)
    for insert in (string.insert, string.try_insert):
        with pytest.raises(TypeError, match="a character is a str of length 1, not "):
            insert(0, wrong)
    assert string == "abc"


@pytest.mark.parametrize("index", [4, -4, 100, 1 << 40])
def test_an_index_outside_is_an_error_even_when_full(index: int) -> None:
    string = String(3, "abc")
    match = f"index {index} is outside of -3 to 3"
    for verb, more in (("insert", "x"), ("try_insert", "x"), ("insert_str", ""), ("find", "a")):
        arguments = ("a", index) if verb == "find" else (index, more)
        with pytest.raises(IndexError, match=match):
            getattr(string, verb)(*arguments)
    for verb in ("remove", "__getitem__", "__delitem__"):
        with pytest.raises(IndexError, match=f"index {index} is outside of the 3"):
            getattr(string, verb)(index)
    assert string == "abc"


@pytest.mark.parametrize("index", [None, "0", 1.0, 3.0])
def test_an_index_that_is_no_int_is_a_type_error(index: object) -> None:
    string = String(5, "abc")
    for call in (string.insert, string.insert_str):
        with pytest.raises(TypeError):
            call(index, "x")
    for call in (string.remove, string.__getitem__, string.__delitem__):
        with pytest.raises((TypeError, IndexError)):
            call(index)
    with pytest.raises(TypeError):
        string.find("b", index)
    assert string == "abc"


def test_the_inside_of_a_character_is_named() -> None:
    string = String(9, "a€b")
    for index in (2, 3, -2, -3):
        for call in (string.__getitem__, string.__delitem__, string.remove):
            with pytest.raises(ValueError, match=f"index {index} is inside of a character"):
                call(index)
    for part in (slice(2, 5), slice(0, 3), slice(-2, None)):
        for call in (string.__getitem__, string.__delitem__):
            with pytest.raises(ValueError, match="is inside of a character"):
                call(part)
        with pytest.raises(ValueError, match="is inside of a character"):
            string.drain(part.start, part.stop)
    assert string == "a€b"


def test_a_slice_has_no_step() -> None:
    string = String(9, "abc")
    assert string[::1] == "abc"
    for call in (string.__getitem__, string.__delitem__):
        with pytest.raises(ValueError, match="no step, or 1, not -1"):
            call(slice(None, None, -1))


def test_a_slice_goes_as_far_as_there_is_text() -> None:
    string = String(9, "abc")
    assert (string[1:99], string[-99:2], string[2:1], string[9:]) == ("bc", "ab", "", "")
    assert string.drain(1, 99) == "bc"
    assert string.drain() == "a"


def test_truncate_refuses_less_than_nothing() -> None:
    string = String(9, "abc")
    with pytest.raises(ValueError, match="0 or more, not -1"):
        string.truncate(-1)
    with pytest.raises(TypeError):
        string.truncate(None)
    assert string == "abc"


# --- numbers -----------------------------------------------------------------------------------


@pytest.mark.parametrize("base", range(2, 37))
def test_numbers_read_back(base: int) -> None:
    string = String(40)
    for n in NUMBERS:
        string.clear()
        string.push_int(n, base)
        assert int(str(string), base) == n
        assert string == in_base(n, base)


@pytest.mark.parametrize(("base", "code"), [(2, "b"), (8, "o"), (10, "d"), (16, "x")])
@given(n=numbers, width=st.integers(0, 50), fill=st.sampled_from(" *x0"))
def test_push_int_is_format(base: int, code: str, n: int, width: int, fill: str) -> None:
    string = String(64)
    string.push_int(n, base, width, fill)
    spec = f"0{width}{code}" if fill == "0" else f"{fill}>{width}{code}"
    assert string == format(n, spec)


@given(n=numbers, width=st.integers(0, 50))
def test_push_hex_is_format(n: int, width: int) -> None:
    string = String(64)
    string.push_hex(n, width)
    assert string == format(n, f"0{width}x")


@given(
    n=numbers, decimals=st.integers(0, 9), width=st.integers(0, 50), fill=st.sampled_from(" *0")
)
def test_push_fixed_is_format(n: int, decimals: int, width: int, fill: str) -> None:
    string = String(64)
    string.push_fixed(n, decimals, width, fill)
    width = max(width, 1)  # Decimal refuses 0
    spec = f"0{width}f" if fill == "0" else f"{fill}>{width}f"
    assert string == format(Decimal(n).scaleb(-decimals), spec)


@pytest.mark.parametrize(
    ("n", "decimals", "expected"),
    [
        (0, 0, "0"),
        (0, 2, "0.00"),
        (-1, 2, "-0.01"),
        (5, 1, "0.5"),
        (-3300, 3, "-3.300"),
        (7, 0, "7"),
    ],
)
def test_a_fixed_number_has_a_digit_before_its_point(n: int, decimals: int, expected: str) -> None:
    string = String(64)
    string.push_fixed(n, decimals)
    assert string == expected


@pytest.mark.parametrize("verb", ["push", "try_push"])
def test_a_number_is_decimal_and_unpadded_unless_told(verb: str) -> None:
    string = String(20)
    getattr(string, verb + "_int")(-19)
    getattr(string, verb + "_hex")(0x1F)
    getattr(string, verb + "_fixed")(-5, 1)
    assert string == "-191f-0.5"
    string.clear()
    getattr(string, verb + "_int")(9, width=3)
    getattr(string, verb + "_fixed")(5, 1, 5)
    assert string == "  9  0.5"


def test_unless_told_text_is_looked_for_from_its_begin() -> None:
    string = String(8, "abab")
    assert string.find("a") == 0
    assert string.find("b") == 1


@pytest.mark.parametrize("room", range(8))
def test_after_the_rest_of_a_character_goes_what_there_is_room_for(room: int) -> None:
    string = String(2 + room)
    assert string.write(b"\xc3") == 1
    assert string.write(b"\xa9abc") == 1 + min(room, 3)
    assert string == "éabc"[: 1 + room]
    string._check()


def test_text_is_found_where_it_first_is_and_nowhere_else() -> None:
    text = "abcabdébcaba"
    string = String(16, text)
    bounds = range(len(text) + 1)
    for part in {text[i:j] for i in bounds for j in bounds}:
        for other in (part, part[::-1], part + "x"):
            assert string.find(other) == text.encode().find(other.encode())


def test_what_does_not_go_on_a_character_leaves_the_text_alone() -> None:
    string = String(20, "text")
    string.write(b"\xe2\x82")
    before = bytes(string.image)
    with pytest.raises(ValueError, match="not UTF-8"):
        string.write(b"abcdefgh")
    assert bytes(string.image) == before


def test_texts_are_in_the_order_of_their_bytes() -> None:
    texts = ["".join(letters) for n in range(5) for letters in product("ab", repeat=n)]
    for one, other in product(texts, repeat=2):
        string = String(4, one)
        assert (string == other, string < other) == (one == other, one < other)
        assert (string <= String(4, other), string > other) == (one <= other, one > other)
        assert (string >= other, string != other) == (one >= other, one != other)


def test_a_character_that_is_whole_and_has_no_room_ends_the_text() -> None:
    string = String(3, "ab")
    assert string.write(b"\xc3") == 1
    assert string.write(b"\xa9c") == 0
    assert string.write(b"c") == 0
    assert string == "ab"


def test_unless_told_all_the_text_is_drained() -> None:
    string = String(4, "abc")
    assert string.drain() == "abc"
    assert string == ""


def test_text_does_not_begin_or_end_with_what_is_before_it() -> None:
    string = String(4, "ab")
    assert string.endswith("ab")
    assert not string.endswith("\0ab")  # as the image has it
    assert not string.endswith("xab")
    assert not string.startswith("\0a")


def test_a_number_needs_just_its_room() -> None:
    string = String(11)
    for n in (LEAST, -(10**9)):
        string.clear()
        assert string.try_push_int(n)
        assert string.is_full()
        assert not string.try_push_int(0)
    string = String(10, "é")
    assert not string.try_push_int(123456, width=9)
    assert string.try_push_int(123456, width=8)
    assert string == "é  123456"


@pytest.mark.parametrize("n", [LEAST - 1, MOST + 1, 1 << 64, -(1 << 32), -(1 << 64)])
def test_a_number_of_more_than_32_bits_is_named(n: int) -> None:
    string = String(99, "abc")
    calls: tuple[Callable[[], Any], ...] = (
        lambda: string.push_int(n),
        lambda: string.try_push_int(n, 16),
        lambda: string.push_hex(n),
        lambda: string.push_fixed(n, 3),
    )
    for call in calls:
        with pytest.raises(ValueError, match=f"{n} is outside of {LEAST} to {MOST}"):
            call()
    assert string == "abc"


@pytest.mark.parametrize("n", [None, "5", 5.0, [5]])
def test_a_number_that_is_no_int_is_a_type_error(n: object) -> None:
    string = String(99, "abc")
    calls: tuple[Callable[[], Any], ...] = (
        lambda: string.push_int(n),
        lambda: string.push_hex(n),
        lambda: string.push_fixed(n, 3),
        lambda: string.push_int(5, n),
        lambda: string.push_int(5, 10, n),
        lambda: string.push_hex(5, n),
        lambda: string.push_fixed(5, n),
    )
    for call in calls:
        with pytest.raises(TypeError):
            call()
    assert string == "abc"


def test_a_bool_is_a_number() -> None:
    string = String(9)
    string.push_int(True)
    string.push_hex(False)
    assert string == "10"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ((5, 1), "base 1 is outside of 2 to 36"),
        ((5, 37), "base 37 is outside of 2 to 36"),
        ((5, 10, -1), "width -1 is outside of 0 to 255"),
        ((5, 10, 256), "width 256 is outside of 0 to 255"),
        ((5, 10, 0, ""), "a fill is one ASCII character, not ''"),
        ((5, 10, 0, "\x80"), "a fill is one ASCII character, not "),
        ((5, 10, 0, "ab"), "a fill is one ASCII character, not 'ab'"),
        ((5, 10, 0, "é"), "a fill is one ASCII character, not 'é'"),
        ((5, 10, 0, b"0"), "a fill is one ASCII character, not b'0'"),
        ((5, 10, 0, 48), "a fill is one ASCII character, not 48"),
    ],
)
def test_a_layout_out_of_range_is_named(arguments: tuple[Any, ...], complaint: str) -> None:
    string = String(9, "abc")
    with pytest.raises(ValueError, match=complaint):
        string.push_int(*arguments)
    if len(arguments) > 2:
        with pytest.raises(ValueError, match=complaint):
            string.push_fixed(*arguments[:1], 2, *arguments[2:])
    assert string == "abc"


@pytest.mark.parametrize("decimals", [-1, 10])
def test_decimals_out_of_range_are_named(decimals: int) -> None:
    with pytest.raises(ValueError, match=f"{decimals} decimals are outside of 0 to 9"):
        String(99).push_fixed(5, decimals)


# --- as a stream -------------------------------------------------------------------------------


def test_print_appends_what_it_prints() -> None:
    string = String(40)
    print("é", 5, -1.5, None, sep="|", end="!", file=string)
    assert string == "é|5|-1.5|None!"


def test_what_is_printed_is_there_up_to_where_it_was_cut() -> None:
    """The shorter characters behind the first that did not fit would have found room."""
    string = String(5, "ab")
    print("c€", "d", "e", file=string)
    print("f", file=string)
    assert string == "abc"
    assert string.is_cut()
    string.truncate(1)
    assert not string.is_cut()
    print("g", file=string)
    assert string == "ag\n"


@pytest.mark.parametrize("removing", ["pop", "clear", "remove", "del", "drain", "truncate"])
def test_what_removes_text_lets_write_go_on(removing: str) -> None:
    string = String(3, "abc")
    assert string.write("d") == 0
    assert string.is_cut()
    calls: dict[str, Callable[[], Any]] = {
        "pop": string.pop,
        "clear": string.clear,
        "remove": lambda: string.remove(0),
        "del": lambda: string.__delitem__(slice(1, 2)),
        "drain": lambda: string.drain(1),
        "truncate": lambda: string.truncate(2),
    }
    calls[removing]()
    assert not string.is_cut()
    assert string.write("e") == 1
    assert str(string)[-1] == "e"


def test_what_removes_nothing_keeps_what_write_keeps() -> None:
    string = String(3, "ab")
    string.write(b"\xc3")
    string.truncate(2)
    string.drain(1, 1)
    assert string.write(b"\xa9") == 0  # whole, and too long
    assert string.is_cut()


def test_a_character_may_come_byte_by_byte() -> None:
    string = String(9, "a")
    for byte in "€é".encode():
        assert string.write(bytes((byte,))) == 1
        string._check()
    assert string == "a€é"


def test_what_goes_between_the_bytes_of_a_character_goes_before_it() -> None:
    string = String(9)
    string.write(b"\xe2\x82")
    string.push("x")
    string.write(b"\xac")
    assert string == "x€"


def test_what_goes_on_wrongly_is_named_by_its_place_in_what_was_written() -> None:
    string = String(9)
    string.write(b"\xe2")
    for data, place in ((b"a", 0), (b"\x82a", 1), (b"\x82\xac\xff", 2)):
        before = bytes(string.image)
        with pytest.raises(ValueError, match=f"no whole character is at byte {place}$"):
            string.write(data)
        assert bytes(string.image) == before
    assert string.write(b"\x82\xac") == 2
    assert string == "€"


def test_an_empty_write_takes_nothing() -> None:
    string = String(1, "a")
    assert string.write(b"") == string.write("") == 0
    assert not string.is_cut()


# --- as Python has it --------------------------------------------------------------------------


def test_a_string_is_not_hashable_as_it_changes() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(String(3))


def test_a_string_on_the_right_is_compared_too() -> None:
    string = String(3, "é")
    for other in ("é", "é".encode()):
        assert operator.eq(other, string)
    assert operator.ne("e", string)


def test_a_string_is_equal_to_no_other_thing() -> None:
    string = String(3, "1")
    for other in (1, None, ["1"], ("1",), array("b", b"1"), object()):
        assert string != other


def test_repr_is_the_constructor_with_the_text() -> None:
    assert repr(String(9, "a'é")) == 'String(9, "a\'é")'


def test_a_string_in_a_format_is_its_text() -> None:
    string = String(9, "é")
    assert f"<{string}>" == "<é>"
    assert f"{string!s:>3}" == "  é"


def test_iterating_sees_what_comes_meanwhile() -> None:
    string = String(9, "ab")
    seen = []
    for char in string:
        if char == "b":
            string.push("é")
        seen.append(char)
    assert seen == ["a", "b", "é"]


def test_empty_text_is_everywhere() -> None:
    string = String(9, "aé")
    assert (string.find(""), string.find("", 1), string.find("", 3)) == (0, 1, 3)
    assert "" in string
    assert string.startswith("")
    assert string.endswith("")


def test_what_lies_behind_the_text_is_no_part_of_it() -> None:
    string = String(9, "abc")
    string.truncate(1)
    assert not string.startswith("ab")
    assert not string.endswith("bc")
    assert "b" not in string
    assert string != "abc"
    assert string < "ab"


def test_the_view_is_of_the_latest_text() -> None:
    string = String(9, "ab")
    assert string.as_bytes().tobytes() == b"ab"
    string.push("c")
    assert string.as_bytes().tobytes() == b"abc"
    string.clear()
    assert len(string.as_bytes()) == 0


def test_the_module_hides_no_other_of_its_name() -> None:
    assert sys.modules["string"] is python_string
    assert string_module.__name__ == "heapless_py.string"
    assert python_string is not string_module


@pytest.mark.parametrize("code", [0x7E, 0x7F, 0x80, 0x7FF, 0x800, 0xFFFF, 0x10000, 0x10FFFF])
def test_a_character_at_the_limit_of_its_length_goes_in_and_out(code: int) -> None:
    text = f"a{chr(code)}b{chr(code)}"
    string = String(20)
    string.push_str(text)
    assert str(string) == text
    assert string.try_push_str(text.encode()) is (2 * len(text.encode()) <= 20)
