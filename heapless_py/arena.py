"""Arena: one block of memory that all containers of a program are placed in, once, at boot.

    arena = Arena(4096)
    events = arena.place(SpscQueue, 64, "I")
    frames = arena.place(BBQueue, 1024)
    buffer = arena.take(512)  # any other memory: for DMA, for readinto

    print(arena.plan())  # what is where, and what is left

So whether a program's memory suffices is known when it has started; and no heap can be too
fragmented for it, as all of it is one piece that never moves and is never freed. `Plan` tells how
large that has to be; `no_alloc` sees to it that nothing is taken later.
"""

from ._image import check_target, new_image, whole_words
from ._port import is_aligned
from .errors import Full
from .plan import Plan, check_bytes, image_size, text_of

_LARGEST = 0x00FFFFFC  # bytes: as far as a board's memoryviews reach


class Arena:
    """Memory for containers, given out from its begin to its end.

    memory: bytes, 4 and more, up to 16 MiB, for so much fresh memory; or the memory itself, a
        bytearray or a memoryview of bytes: do not resize it any more. Of that, what is in front of
        the first whole word, and behind the last, is not used.

    Raises: ValueError or TypeError when an argument is not as above.

    Place: place, take
    Ask: size, left, plan

    size: bytes that there are, and left: those that are not given out yet. Both are whole words,
    as are images: none is lost between them.
    """

    def __init__(self, memory):
        if type(memory) is int:
            _check_size(memory)
            memory = bytearray(memory)
        check_target(memory)
        _check_size(len(memory))
        memory = memoryview(memory)
        begin = 0
        while not is_aligned(memory[begin:]):
            begin += 1
        self.size = self.left = len(memory) - begin & ~3
        if not self.size:
            raise ValueError(f"{len(memory)} bytes from {begin} before a word on: no whole word")
        self._memory = memory[begin : begin + self.size]
        self._given = []  # what a Plan is made of

    def place(self, kind, *arguments, **others):
        """Make a container of the class `kind`, with its image in the arena.

        arguments: what its `size_of` takes: a capacity, and a format if it has one.
        others: whatever else its constructor takes, by name, but `buffer`.

        ISR-safe: no.
        Complexity: O(bytes of the image).
        Raises: Full when the image is larger than what is left; ValueError or TypeError as the
            constructor of the container. Then nothing is taken.
        """
        size = image_size(kind, arguments)
        self._check_left(size, text_of(kind, arguments))
        made = kind(*arguments, buffer=self._next(size), **others)
        self._give(size, (kind,) + arguments)
        return made

    def take(self, size):
        """A memoryview of `size` zero bytes, from a whole word on, for what is no container.

        ISR-safe: no.
        Complexity: O(size).
        Raises: Full when they are more than what is left; ValueError or TypeError when `size` is
            no number of bytes, 1 and more.
        """
        check_bytes(size)
        self._check_left(whole_words(size), f"a buffer of {size}")
        taken = new_image(size, self._next(size))
        self._give(whole_words(size), size)
        return taken

    def plan(self):
        """The Plan of what was placed and taken, in this order, and of what is left.

        ISR-safe: no.
        Complexity: O(containers).
        """
        return Plan(self._given, self.size)

    def __repr__(self):
        return f"Arena({self.size} bytes, {self.left} of them left)"

    def _check_left(self, size, what):
        if size > self.left:
            raise Full(f"{what} needs {size} bytes, and {self.left} of {self.size} are left")

    def _next(self, size):
        begin = self.size - self.left
        return self._memory[begin : begin + size]

    def _give(self, size, entry):
        self._given.append(entry)
        self.left -= size

    def _check(self):
        """Assert that what was given out and what is left make up the whole."""
        assert self.plan().left == self.left, self.plan()
        assert len(self._memory) == self.size, len(self._memory)
        assert is_aligned(self._memory)


def _check_size(size):
    if not 4 <= size <= _LARGEST:
        raise ValueError(f"an arena of {size} bytes is outside of 4 to {_LARGEST}")
