"""What imitates a chip on CPython: pointers, and variables in their cells."""

import struct
from array import array
from typing import Any

import pytest

from heapless_py import _port

EDGES = (0, 1, -1, 0x3FFFFFFF, -0x40000000)


def shared(known: Any) -> Any:
    """A function that shares a variable with this one, which is `known` at first."""
    variable = known

    def through(*values: Any) -> Any:
        nonlocal variable
        if values:
            (variable,) = values
        return variable

    return through


@pytest.mark.parametrize("make", [_port.ptr8, _port.ptr16, _port.ptr32])
@pytest.mark.parametrize("address", [0, 5, 0x50200020, "text"])
def test_an_address_is_believed_until_something_is_looked_for_there(
    make: Any, address: object
) -> None:
    pointer = make(address)
    with pytest.raises(TypeError, match=f"{address!r} is no memory"):
        pointer[0]


@pytest.mark.parametrize("index", [-4, -1, 4, 100])
def test_no_pointer_leaves_its_memory(index: int) -> None:
    memory = bytearray(4)
    pointer = _port.ptr8(memory)
    with pytest.raises(AssertionError, match=f"byte {index} outside the memory"):
        pointer[index]
    with pytest.raises(AssertionError, match=f"byte {index} outside the memory"):
        pointer[index] = 1
    assert memory == bytes(4)


def test_a_word_at_an_odd_place_is_a_fault() -> None:
    address = _port.int(_port.ptr8(bytearray(8)))
    for make, size in ((_port.ptr16, 2), (_port.ptr32, 4)):
        for offset in range(5):
            if offset % size:
                with pytest.raises(AssertionError, match=f"{size} bytes at {offset}"):
                    make(address + offset)
            else:
                assert make(address + offset)[0] == 0


@pytest.mark.parametrize(
    ("buffer", "answer"),
    [
        (b"ab", True),
        (bytearray(2), True),
        (memoryview(b"ab"), True),
        (memoryview(array("b", [1])), True),
        (memoryview(array("H", [1])), False),
        (memoryview(b"abcd")[::2], False),
        (array("b", [1]), False),
        ("ab", False),
        (None, False),
    ],
)
def test_what_is_bytes(buffer: object, answer: bool) -> None:
    assert _port.are_bytes(buffer) is answer


def test_a_register_stands_for_its_addresses_and_no_others() -> None:
    memory = bytearray(b"\x01\x02\x03\x04")
    with _port.registers(0x1000, memory) as there:
        assert there is memory
        assert [_port.ptr8(0x1000 + i)[0] for i in range(4)] == [1, 2, 3, 4]
        assert _port.ptr16(0x1002)[0] == 0x0403
        _port.ptr8(0x1003)[0] = 9
        assert memory[3] == 9
        for outside in (0xFFF, 0x1004):
            with pytest.raises(TypeError, match=f"{outside} is no memory"):
                _port.ptr8(outside)[0]
    with pytest.raises(TypeError, match="4096 is no memory"):
        _port.ptr8(0x1000)[0]


def test_what_a_function_finds_at_its_address() -> None:
    image = bytearray(struct.pack("<i", -7))
    known = _port.Known(image, 40, 2)
    known.find(shared(known))
    words = _port.ptr32(_port.int(known.address))
    assert _port.ptr32(words[0])[0] == -7
    assert (words[2], words[3]) == (40, 2)


@pytest.mark.parametrize("value", EDGES)
def test_a_small_integer_is_the_word_of_its_variable(value: int) -> None:
    known = _port.Known(bytearray(4))
    through = shared(known)
    known.find(through)
    word = _port.ptr32(_port.ptr32(_port.int(known.address))[1])
    through(value)
    assert word[0] == 2 * value + 1
    word[0] = 2 * ~value + 1
    assert through() == ~value
    word[0] = (2 * value + 1) & 0xFFFFFFFF  # as a chip has it, without a sign
    assert through() == value


@pytest.mark.parametrize("value", [0x40000000, -0x40000001, 1 << 40, True, 1.0, None, "x"])
def test_anything_else_is_no_odd_word(value: object) -> None:
    known = _port.Known(bytearray(4))
    through = shared(known)
    known.find(through)
    through(value)
    assert _port.ptr32(_port.ptr32(_port.int(known.address))[1])[0] & 1 == 0


def test_no_address_is_stored_for_an_object() -> None:
    known = _port.Known(bytearray(4))
    through = shared(known)
    known.find(through)
    with pytest.raises(AssertionError, match="0xe is an address"):
        _port.ptr32(_port.ptr32(_port.int(known.address))[1])[0] = 14
    assert through() is known


def test_a_function_that_does_not_have_the_variable() -> None:
    known = _port.Known(bytearray(4))
    with pytest.raises(ValueError):
        known.find(shared(None))
