"""Plan: what containers take of a board's memory, told before any of them is made.

    CONTAINERS = (SpscQueue, 64, "I"), (BBQueue, 1024), (String, 80)

    print(Plan(CONTAINERS))
    arena = Arena(Plan(CONTAINERS).total)
    events, frames, line = [arena.place(*each) for each in CONTAINERS]

It is told by the `size_of` of each of them, so nothing needs to run, and no board is needed.
"""

from ._format import Format
from ._image import whole_words


class Plan:
    """What some containers take, in bytes, on every interpreter the same.

    containers: for each a tuple of its class and what its `size_of` takes, such as
        (SpscQueue, 64, "I"); or a number of bytes, for memory that is no container's.
    size: of the memory that they are to share, in bytes; None if there is no such limit.

    rows: for each of them a tuple of three: its text, the bytes of its image, and those of them
        that are padding.
    total, padding: the same of all together.
    left: what they leave of `size`, below 0 when they do not fit; None without a `size`.

    Raises: ValueError or TypeError when an argument is not as above, or as the constructor of the
        container.

    It prints as a table. Elements are packed: whatever the order of a record's fields, none of
    them loses bytes to alignment, as it would in a C struct. Padding are the bytes that a format
    asks for by "x", in each element, and those from an image's end to the next word, 0 to 3.

    These are the images. The objects around them, which hold no contents, are on the heap.
    """

    def __init__(self, containers, size=None):
        if size is not None:
            check_bytes(size)
        self.size = size
        self.rows = tuple([_row(each) for each in containers])
        self.total = sum([row[1] for row in self.rows])
        self.padding = sum([row[2] for row in self.rows])
        self.left = None if size is None else size - self.total

    def __repr__(self):
        rows = [("container", "bytes", "padding")]
        rows.extend(self.rows)
        rows.append(("in all", self.total, self.padding))
        if self.size is not None:
            rows.append((f"left of {self.size}", self.left, ""))
        return "\n".join([f"{row[1]:>9} {row[2]:>8}  {row[0]}" for row in rows])


def check_bytes(size):
    """Raise unless `size` is a number of bytes, 1 or more."""
    if type(size) is not int:  # a bool is one on CPython, and none on MicroPython
        raise TypeError(f"a number of bytes is an int, not {size!r}")
    if size < 1:
        raise ValueError(f"{size} bytes: a number of bytes is 1 or more")


def image_size(kind, arguments):
    """The bytes of the image of a container of the class `kind`."""
    if not isinstance(kind, type) or not hasattr(kind, "size_of"):
        raise TypeError(f"a container's class such as SpscQueue is needed, not {kind!r}")
    return kind.size_of(*arguments)


def text_of(kind, arguments):
    """How one makes it."""
    return f"{kind.__name__}({', '.join([repr(each) for each in arguments])})"


def _row(entry):
    if not isinstance(entry, tuple):
        check_bytes(entry)
        size = whole_words(entry)
        return "bytes", size, size - entry
    if not entry:
        raise ValueError("an empty tuple: a container's class and its capacity are needed")
    kind, arguments = entry[0], entry[1:]
    size = image_size(kind, arguments)
    skipped = sum([Format(each).skipped() for each in arguments if isinstance(each, str)])
    padding = arguments[0] * skipped + _last_padding(kind, arguments)
    return text_of(kind, arguments), size, padding


def _last_padding(kind, arguments):
    """The bytes from the contents to the end of an image, which is of whole words.

    Told by how images grow with the capacity: among four that differ by an element each, there is
    one without such bytes.
    """
    capacity, others = arguments[0], arguments[1:]
    step = 1 if capacity <= 4 else -1  # there is a largest capacity, too
    sizes = [kind.size_of(capacity + step * i, *others) for i in range(5)]
    element = (sizes[4] - sizes[0]) // 4  # below 0 if they shrink
    return sizes[0] - min([sizes[i] - i * element for i in range(4)])
