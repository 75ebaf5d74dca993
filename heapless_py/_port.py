"""The one file that knows which interpreter it runs on.

The containers are written once. Their hot functions are viper on MicroPython: machine code in
which `ptr8`, `ptr16`, `ptr32`, `int` and `uint` are casts that the compiler knows by name. On
CPython the same source is ordinary Python, and those names are the functions below, which imitate
a 32-bit chip: the same widths, signs and wrap-around.
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
        if not isinstance(buffer, (bytearray, memoryview)):
            # An array, sliced by items. The collector follows a pointer to where memory begins.
            return uctypes.bytearray_at(uctypes.addressof(buffer), size)
        view = memoryview(buffer)
        if uctypes.addressof(view[1:]) - uctypes.addressof(view) != 1:
            raise TypeError("the items of a memoryview must be bytes")
        return view[:size]

    @micropython.viper
    def copy(target: ptr8, source: ptr8, count: int, target_offset: int, source_offset: int):
        """Copy `count` bytes. The caller has checked both ends of both buffers."""
        # The first three names of a viper function live in registers: the loops use no others.
        target = ptr8(int(target) + target_offset)
        source = ptr8(int(source) + source_offset)
        if (int(target) | int(source)) & 3 == 0:
            while count >= 32:
                ptr32(target)[0] = ptr32(source)[0]
                ptr32(target)[1] = ptr32(source)[1]
                ptr32(target)[2] = ptr32(source)[2]
                ptr32(target)[3] = ptr32(source)[3]
                ptr32(target)[4] = ptr32(source)[4]
                ptr32(target)[5] = ptr32(source)[5]
                ptr32(target)[6] = ptr32(source)[6]
                ptr32(target)[7] = ptr32(source)[7]
                target = ptr8(int(target) + 32)
                source = ptr8(int(source) + 32)
                count -= 32
            while count >= 4:
                ptr32(target)[0] = ptr32(source)[0]
                target = ptr8(int(target) + 4)
                source = ptr8(int(source) + 4)
                count -= 4
        while count > 0:
            target[0] = source[0]
            target = ptr8(int(target) + 1)
            source = ptr8(int(source) + 1)
            count -= 1

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
        if isinstance(buffer, memoryview) and buffer.itemsize != 1:
            raise TypeError("the items of a memoryview must be bytes")
        return memoryview(buffer).cast("B")[:size]

    def copy(target, source, count, target_offset, source_offset):
        """Copy `count` bytes. The caller has checked both ends of both buffers."""
        to = memoryview(target).cast("B")[target_offset : target_offset + count]
        to[:] = memoryview(source).cast("B")[source_offset : source_offset + count]
