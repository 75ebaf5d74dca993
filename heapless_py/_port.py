"""The one file that knows which interpreter it runs on.

The containers are written once. Their hot functions are viper on MicroPython: machine code in which
`ptr8`, `ptr16`, `ptr32`, `int` and `uint` are casts that the compiler knows by name. On CPython the
same source is ordinary Python, and those names are the functions below, which imitate a 32-bit
chip: the same widths, signs and wrap-around.
"""

import struct
import sys

if sys.implementation.name == "micropython":
    import builtins

    import micropython
    import uctypes
    from micropython import const

    # The compiler replaces these inside viper functions; only the names must exist.
    int = builtins.int
    ptr8 = ptr16 = ptr32 = uint = None

    _SCALAR = {
        "b": uctypes.INT8,
        "B": uctypes.UINT8,
        "h": uctypes.INT16,
        "H": uctypes.UINT16,
        "i": uctypes.INT32,
        "I": uctypes.UINT32,
    }

    def integers(image, offset, code, count):
        """`count` integers of struct format `code` in `image`, to read and write by index.

        It holds an address: keep `image` alive beside it. Reading one allocates only if the value
        is no small integer; writing one keeps its low bits.
        """
        address = uctypes.addressof(image) + offset
        layout = {"all": (uctypes.ARRAY | 0, count | _SCALAR[code])}
        return uctypes.struct(address, layout, uctypes.NATIVE).all

    def is_aligned(buffer):
        """Whether `buffer` begins at a word: a Cortex-M0 faults on any other word access."""
        return uctypes.addressof(buffer) % 4 == 0

    def as_bytes(buffer, size):
        """The first `size` bytes of `buffer`, without a copy; holds on to its memory."""
        return memoryview(buffer)[:size]

    @micropython.viper
    def copy(target, target_offset: int, source, source_offset: int, count: int):
        """Copy `count` bytes. The caller has checked both ends of both buffers."""
        to = int(ptr8(target)) + target_offset
        start = int(ptr8(source)) + source_offset
        end = to + count
        if (to | start) & 3 == 0:
            # Both at a word: as many whole words as there are.
            while to + 4 <= end:
                ptr32(to)[0] = ptr32(start)[0]
                to += 4
                start += 4
        while to < end:
            ptr8(to)[0] = ptr8(start)[0]
            to += 1
            start += 1

else:
    import operator

    class micropython:
        """The decorators that the MicroPython compiler knows by name; here they do nothing."""

        @staticmethod
        def viper(function):
            return function

        @staticmethod
        def native(function):
            return function

    def const(value):
        return value

    class _Pointer:
        """Memory as one chip pointer sees it: items of one width, little-endian, checked."""

        def __init__(self, target, code):
            self.memory = target.memory if isinstance(target, _Pointer) else memoryview(target)
            whole = self.memory.cast("B")
            size = struct.calcsize(code)
            self._items = whole[: len(whole) // size * size].cast(code)
            self._bits = 8 * size
            self._signed = code.islower()

        def __getitem__(self, index):
            return self._items[self._checked(index)]

        def __setitem__(self, index, value):
            value &= (1 << self._bits) - 1
            if self._signed and value >> (self._bits - 1):
                value -= 1 << self._bits
            self._items[self._checked(index)] = value

        def _checked(self, index):
            # A chip would read or write whatever lies there; here it is a bug that shows.
            assert 0 <= index < len(self._items), f"pointer index {index} outside the image"
            return index

    # A chip's load through ptr8 or ptr16 is unsigned; a word is a signed integer.
    def ptr8(target):
        return _Pointer(target, "B")

    def ptr16(target):
        return _Pointer(target, "H")

    def ptr32(target):
        return _Pointer(target, "i")

    def int(value):
        """A viper integer: the low 32 bits of `value`, signed."""
        return (operator.index(value) + 0x80000000 & 0xFFFFFFFF) - 0x80000000

    def uint(value):
        """A viper unsigned integer: the low 32 bits of `value`."""
        return operator.index(value) & 0xFFFFFFFF

    def integers(image, offset, code, count):
        """`count` integers of struct format `code` in `image`, to read and write by index."""
        size = struct.calcsize(code)
        return memoryview(image)[offset : offset + count * size].cast(code)

    def is_aligned(buffer):
        """Whether `buffer` begins at a word; CPython does not mind."""
        return True

    def as_bytes(buffer, size):
        """The first `size` bytes of `buffer`, without a copy."""
        return memoryview(buffer).cast("B")[:size]

    def copy(target, target_offset, source, source_offset, count):
        """Copy `count` bytes. The caller has checked both ends of both buffers."""
        to = memoryview(target).cast("B")
        start = memoryview(source).cast("B")
        to[target_offset : target_offset + count] = start[source_offset : source_offset + count]
