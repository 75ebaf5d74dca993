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
    from array import array

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

    @micropython.viper
    def are_bytes(buffer) -> bool:
        """Whether `buffer` is bytes, so that its length is their number."""
        kind = type(buffer)
        if kind is bytearray or kind is bytes:
            return True
        if kind is memoryview:
            code = ptr8(int(id(buffer)) + int(_WORD))[0] & 0x7F  # see the drawing below
            return code == 0x42 or code == 0x62 or code == 1  # B, b, and a bytearray's
        return False  # not of a class of its own either: its length is whatever it says

    lock_heap = micropython.heap_lock

    def unlock_heap():
        """Undo a `lock_heap`; how many blocks more are in use since then: none could be made."""
        micropython.heap_unlock()
        return 0

    # What `ptr32` takes to reach an image soonest: its address. Keep the image alive beside it.
    pointer = uctypes.addressof

    def is_aligned(buffer):
        """Whether `buffer` begins at a word: a Cortex-M0 faults on any other word access."""
        return uctypes.addressof(buffer) % 4 == 0

    def as_bytes(buffer, size):
        """The first `size` bytes of `buffer`, without a copy; holds on to its memory."""
        if not isinstance(buffer, (bytearray, memoryview)):
            # An array, sliced by items. The collector follows a pointer to where memory begins.
            return uctypes.bytearray_at(uctypes.addressof(buffer), size)
        if not are_bytes(buffer):
            raise TypeError("the items of a memoryview must be bytes")
        return memoryview(buffer)[:size]

    # A memoryview is an object of four machine words, of 32 or of 64 bits each:
    #
    #     | its type | code of its items + 256 * offset | length | address of byte 0 |
    #
    # Writing the middle two moves the view over its memory and allocates nothing. Its memory's
    # address stays, so the garbage collector is not deceived.
    _WORD = 8 if sys.maxsize > 0x7FFFFFFF else 4
    WIDE = _WORD // 8

    if _WORD == 4:

        class AimedWindow:
            """A view that can be moved over `image`: see `Window`."""

            def __init__(self, image):
                self._image = image  # the view may hold no more of it than its address
                self.view, self.window = _aimable(image)

        class SplitAimedWindow(AimedWindow):
            """Two views that can be moved over `image`: see `SplitWindow`."""

            def __init__(self, image):
                super().__init__(image)
                second, self.second = _aimable(image)
                self.views = (self.view, second)

    else:

        class AimedWindow:
            """The same where words have 64 bits: the view is moved there when it is asked for."""

            def __init__(self, image):
                self._image = image
                self._view, self._words = _aimable(image)
                self.window = bytearray(8)

            @property
            @micropython.native
            def view(self):
                _move(self._words, self.window)
                return self._view

        class SplitAimedWindow(AimedWindow):
            """Two of them."""

            def __init__(self, image):
                super().__init__(image)
                second, self._second_words = _aimable(image)
                self.second = bytearray(8)
                self._views = (self._view, second)

            @property
            @micropython.native
            def views(self):
                _move(self._words, self.window)
                _move(self._second_words, self.second)
                return self._views

        @micropython.viper
        def _move(words, window):
            view = ptr32(words)
            w = ptr32(window)
            view[0] = (view[0] & 0xFF) | (w[0] & -0x100)
            view[2] = w[1]

    def _aimable(image):
        """A view of `image`, of no bytes yet, and the address of the words that tell so."""
        if isinstance(image, memoryview):
            # Its offset, which would be the view's too, is counted from where its memory begins.
            image = uctypes.bytearray_at(uctypes.addressof(image), len(image))
        view = memoryview(image)
        words = uctypes.bytearray_at(id(view) + _WORD, 2 * _WORD)
        for i in range(2 * _WORD):
            words[i] = 0
        words[0] = ord("B") | 0x80  # which may be written
        return view, id(view) + _WORD

    def _views_can_be_aimed():
        """Whether memoryviews are what the drawing says, found out without harm if not."""
        memory = bytearray(301)
        memory[20:23] = b"\x14\x15\x16"
        for begin in (0, 7):
            view = memoryview(memory)[begin:]
            words = uctypes.bytearray_at(id(view) + _WORD, 3 * _WORD)
            seen = struct.unpack("QQQ" if _WORD == 8 else "III", words)
            if seen[0] >> 8 != begin or seen[1] != len(view):
                return False
            if seen[2] != uctypes.addressof(memory):
                return False
        window = AimedWindow(memory)
        aim(window.window, 20, 3)
        view = window.view
        view[1] = 0xAA
        return bytes(view) == b"\x14\xaa\x16" and memory[21] == 0xAA and len(view) == 3

    # What a function shares with one inside it is kept in a cell, an object of two words: its
    # type, and what the variable is. The function inside is an object with its cells in a row:
    #
    #     | its type | code | number of cells | cell | cell …       | type of a cell | variable |
    #
    # A small integer n is 2 * n + 1 there, and anything else an address, which is even. So who
    # knows where a variable is tells small integers apart, reads them and makes them in a few
    # instructions, where a conversion is a call, and a look at the limits is two. At the address
    # of bytes, a bytearray, an array or a memoryview the first word is its type, the third its
    # length and the fourth where it begins, which Python tells in three calls; an array's second
    # word has the code of its items, too.
    BUFFER_TYPES = (id(bytearray), id(memoryview), id(bytes), id(array))

    class Known:
        """What a function finds at an address: its image's, its variable's, and numbers.

        find: to be called with the function, when the variable is this object; and of another
            variable, with what that is, and the word for it.
        """

        def __init__(self, image, *numbers):
            self._image = image  # to be kept alive
            self._words = array("I", (uctypes.addressof(image), 0) + numbers)
            self.address = uctypes.addressof(self._words)

        def find(self, function, value=None, word=1):
            count = _words_at(id(function) + 8, 1)[0]
            for cell in _words_at(id(function) + 12, count):
                if _words_at(cell, 2)[1] == id(value or self):
                    self._words[word] = cell + 4

    class Table:
        """Numbers and addresses that functions find at an address; fixed after construction.

        entries: integers of up to 32 bits; an address is two of them, its `halves`.

        A function has no more of it than the address of a word, `at`: keep the table alive. To
        load from it takes a few cycles, where an integer of a closure's own takes 63 to convert.
        """

        def __init__(self, entries):
            self._words = array("I", entries)

        def at(self, word):
            return uctypes.addressof(self._words) + 4 * word

    def halves(target):
        """The address of an image or of a window: its low 32 bits, and those above, or 0."""
        address = target if isinstance(target, int) else uctypes.addressof(target)
        return address & 0xFFFFFFFF, address >> 32

    class Mover(Known):
        """The last of its numbers are the addresses of two views that `move` moves bytes between.

        A view's words are drawn above: the function stores length and address of both, and C's
        memmove does the work, faster than a loop where there is much.
        """

        def __init__(self, image, *numbers):
            into, out_of = memoryview(bytearray(1)), memoryview(bytearray(1))
            whole = _WHOLE

            @micropython.native
            def move():
                into[whole] = out_of

            super().__init__(image, *numbers, id(into), id(out_of))
            self.move = move

    class _Slice:
        def __getitem__(self, index):
            return index

    _WHOLE = _Slice()[:]  # made anew, on the heap, wherever one is written

    def _words_at(address, count):
        return array("I", uctypes.bytearray_at(address, 4 * count))

    def _variables_can_be_found():
        """Whether functions and integers are what the drawing says, found out without harm."""
        if _WORD != 4:
            return False
        known = Known(bytearray(4))
        address = known.address
        variable = known

        @micropython.viper
        def through(x):
            nonlocal variable
            variable = x
            word = ptr32(ptr32(int(address))[1])
            word[0] += 2
            return variable

        if _words_at(id(through) + 8, 1)[0] != 2:
            return False
        known.find(through)
        if not known._words[1]:
            return False
        # No tuple: where a firmware was built with it frozen in, its integers may be heap objects.
        if [through(x) for x in [0, -2, 0x3FFFFFFE]] != [1, -1, 0x3FFFFFFF]:
            return False
        for each in (b"a longer one", bytearray(5), array("I", range(6))):
            kind, code, length, address = _words_at(id(each), 4)
            if kind != id(type(each)) or length != len(each) or address != uctypes.addressof(each):
                return False
        return code & 0xFF == ord("I")

    if not _variables_can_be_found():
        Known = Mover = None

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

    @micropython.viper
    def text_bytes(text):
        """What `ptr8` takes to reach the UTF-8 of the str `text`, which it has inside."""
        return text

else:
    import builtins
    import operator
    from array import array
    from contextlib import contextmanager

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
            if isinstance(target, (builtins.int, str)):
                # A chip believes it, and makes it an address. Harmless until something is there.
                target = _at_address(target)
            elif not isinstance(target, (_Pointer, _Address)):
                target = _Address(memoryview(target).cast("B"), 0, target)
            self.memory, self.offset, self.owner = target.memory, target.offset, target.owner
            self._size = struct.calcsize(code)
            self._signed = code.islower()
            # A Cortex-M0 faults on a word at any other address.
            assert self.offset % self._size == 0, f"{self._size} bytes at {self.offset}"

        def __getitem__(self, index):
            return builtins.int.from_bytes(
                self.memory[self._bytes_of(index)], "little", signed=self._signed
            )

        def __setitem__(self, index, value):
            value &= (1 << 8 * self._size) - 1
            self.memory[self._bytes_of(index)] = value.to_bytes(self._size, "little")
            if _watches:
                for tell in _watches.get((id(self.owner), self.offset + index * self._size), ()):
                    tell()

        def _bytes_of(self, index):
            if self.memory is None:
                raise TypeError(f"{self.owner!r} is no memory")
            begin = self.offset + index * self._size
            # A chip would read or write whatever lies there; here it is a bug that shows.
            assert 0 <= begin <= len(self.memory) - self._size, f"byte {begin} outside the memory"
            return slice(begin, begin + self._size)

    class _Address:
        """What int() makes of a pointer: an address, to count from and to ask for alignment."""

        def __init__(self, memory, offset, owner):
            self.memory, self.offset, self.owner = memory, offset, owner

        def __add__(self, count):
            return _Address(self.memory, self.offset + count, self.owner)

        def __and__(self, mask):
            return self.offset & mask

        def __or__(self, other):
            return self.offset | other.offset

    # First address -> memory that stands in for peripheral registers.
    _registers = {}

    @contextmanager
    def registers(address, memory):
        """Let the bytes of `memory`, or of what has slices as bytes have, be at `address`."""
        _registers[address] = memory
        try:
            yield memory
        finally:
            del _registers[address]

    def _at_address(target):
        for begin, memory in _registers.items():
            if isinstance(target, builtins.int) and 0 <= target - begin < len(memory):
                return _Address(memory, target - begin, memory)
        return _Address(None, 0, target)

    # (id of an image, byte in it) -> what to call when something was stored there.
    _watches = {}

    @contextmanager
    def watched(image, word, tell):
        """Call `tell()` after each store to the 32-bit word numbered `word` of `image`."""
        key = id(image), 4 * word
        _watches[key] = _watches.get(key, ()) + (tell,)
        try:
            yield
        finally:
            _watches[key] = tuple(each for each in _watches[key] if each is not tell)
            if not _watches[key]:
                del _watches[key]

    # A chip's load through ptr8 or ptr16 is unsigned; a word is a signed integer.
    def ptr8(target):
        return _Pointer(target, "B")

    def ptr16(target):
        return _Pointer(target, "H")

    def ptr32(target):
        if isinstance(target, (_Words, _Variable)):
            return target
        return _Pointer(target, "i")

    def int(value):
        """A viper integer: the low 32 bits of `value`, signed. Of a pointer, its address."""
        if isinstance(value, _Words):
            return value
        if isinstance(value, _Pointer):
            return _Address(value.memory, value.offset, value.owner)
        return (operator.index(value) + 0x80000000 & 0xFFFFFFFF) - 0x80000000

    def uint(value):
        """A viper unsigned integer: the low 32 bits of `value`."""
        return operator.index(value) & 0xFFFFFFFF

    def integers(image, offset, code, count):
        """`count` integers of struct format `code` in `image`, to read and write by index."""
        size = struct.calcsize(code)
        return memoryview(image)[offset : offset + count * size].cast(code)

    def are_bytes(buffer):
        """Whether `buffer` is bytes, so that its length is their number."""
        if isinstance(buffer, memoryview):
            return buffer.itemsize == 1 and buffer.c_contiguous
        return type(buffer) in (bytes, bytearray)  # a subclass may lie about its length

    _blocks = []  # those in use at each `lock_heap` that was not undone yet

    def lock_heap():
        """CPython cannot: it notes how many blocks of memory are in use."""
        _blocks.append(sys.getallocatedblocks())

    def unlock_heap():
        """Undo a `lock_heap`; how many blocks more are in use since then."""
        return sys.getallocatedblocks() - _blocks.pop()

    def pointer(image):
        """What `ptr32` takes to reach an image."""
        return ptr32(image)

    def is_aligned(buffer):
        """Whether `buffer` begins at a word; CPython does not mind."""
        return True

    def as_bytes(buffer, size):
        """The first `size` bytes of `buffer`, without a copy."""
        if isinstance(buffer, memoryview) and buffer.itemsize != 1:
            raise TypeError("the items of a memoryview must be bytes")
        return memoryview(buffer).cast("B")[:size]

    WIDE = 0

    BUFFER_TYPES = (4, 8, 12, 16)
    _TYPES = dict(zip((bytearray, memoryview, bytes, array), BUFFER_TYPES, strict=True))
    _OFFSET = 0xC00003  # which has the highest bit

    class Known:
        """What a function finds at an address: its image's, its variable's, and numbers.

        find: to be called with the function, when the variable is this object; and of another
            variable, with what that is, and the word for it.
        """

        def __init__(self, image, *numbers):
            self.address = _Words((image, None) + numbers)

        def find(self, function, value=None, word=1):
            wanted = value or self
            (cell,) = (it for it in function.__closure__ if it.cell_contents is wanted)
            self.address[word] = _Variable(cell)

    class Table:
        """Numbers and addresses that functions find at an address; fixed after construction."""

        def __init__(self, entries):
            self._entries = entries

        def at(self, word):
            return _Words(self._entries[word:])

    def halves(target):
        """The address of an image or of a window, and 0."""
        return int(ptr32(target)), 0

    class Mover(Known):
        """The last of its numbers are the addresses of two views that `move` moves bytes between.

        The function stores length and address of both, in the third word and the fourth.
        """

        def __init__(self, image, *numbers):
            self._into = _Words((None,) * 4)
            self._out_of = _Words((None,) * 4)
            super().__init__(image, *numbers, self._into, self._out_of)

        def move(self):
            _, _, count, to = self._into
            _, _, as_many, begin = self._out_of
            assert count == as_many, f"{as_many} bytes into {count}"
            copy(to.owner, begin.owner, count, to.offset, begin.offset)

    class _Words(list):
        """What is at an address that is none; ptr32 and int leave it as it is."""

        def __and__(self, mask):
            return 0  # as of any address of words

        def __add__(self, count):
            return _Words(self[count // 4 :])

    class _Variable:
        """A function's variable, as the word that a board keeps of it."""

        def __init__(self, cell):
            self._cell = cell

        def __getitem__(self, index):
            assert index == 0, index
            value = self._cell.cell_contents
            if type(value) is builtins.int and -0x40000000 <= value < 0x40000000:
                return 2 * value + 1
            return _words_of(value)

        def __setitem__(self, index, word):
            assert index == 0, index
            assert word & 1, f"{word:#x} is an address to a board, and nothing is there"
            self._cell.cell_contents = int(word) >> 1

    _NO_BUFFER = _Words([0] * 4)

    def _words_of(value):
        """What is at the address of an object; a memoryview is as one of the end of a memory."""
        kind = _TYPES.get(type(value), 0)
        is_view = type(value) is memoryview
        if not kind or (is_view and not value.c_contiguous):
            return _NO_BUFFER
        memory = memoryview(value)
        code = 1 if type(memory.obj) is bytearray else ord(memory.format[-1])
        if is_view and not memory.readonly:
            code |= 0x80
        offset = _OFFSET if is_view else 0
        begin = _Address(memory.cast("B"), -offset, value)
        return _Words((kind, int(code | _OFFSET << 8), len(value), begin))

    def copy(target, source, count, target_offset, source_offset):
        """Copy `count` bytes. The caller has checked both ends of both buffers."""
        to = memoryview(target).cast("B")[target_offset : target_offset + count]
        to[:] = memoryview(source).cast("B")[source_offset : source_offset + count]

    def text_bytes(text):
        """What `ptr8` takes to reach the UTF-8 of the str `text`."""
        return text.encode("utf-8", "surrogatepass")


# A queue hands out parts of its image as memoryviews. Their owner has an attribute `view` for the
# caller and, for the queue, `window`: a pointer to two words that tell where the view looks,
#
#     w = ptr32(window)
#     w[0] = 0xC2 | offset << 8    # from this byte of the image on; below 2**24
#     w[1] = length
#
# which hot functions write as they stand here, and others with `aim`. 0xC2 is the code of bytes
# that may be written: on a board these words are the view's own.


@micropython.viper
def aim(window, offset: int, length: int):
    """Let the view of `window` look at `length` bytes of its image, from `offset` on."""
    w = ptr32(window)
    w[0] = 0xC2 | offset << 8
    w[1] = length


class SlicedWindow:
    """A view of `image` that is a fresh slice each time it is asked for."""

    def __init__(self, image):
        self._image = image
        self.window = bytearray(8)

    @property
    def view(self):
        return _slice(self._image, self.window)


class SplitSlicedWindow(SlicedWindow):
    """Two of them."""

    def __init__(self, image):
        super().__init__(image)
        self.second = bytearray(8)

    @property
    def views(self):
        return self.view, _slice(self._image, self.second)


def _slice(image, window):
    where, length = struct.unpack("<II", window)
    assert where & 0xFF == 0xC2 or where == 0, hex(where)  # a board's view would have other items
    return memoryview(image)[where >> 8 :][:length]


if sys.implementation.name != "micropython":
    Window, SplitWindow = SlicedWindow, SplitSlicedWindow
elif _views_can_be_aimed():
    Window, SplitWindow = AimedWindow, SplitAimedWindow
else:
    print("heapless_py: this MicroPython's memoryviews cannot be moved; each grant allocates one")
    Window, SplitWindow = SlicedWindow, SplitSlicedWindow
