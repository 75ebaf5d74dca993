"""What every container does as a sequence of elements, the same way in each."""

_INTEGERS = (int, bool)  # on MicroPython a bool is no int


def same_elements(container, other):
    """Whether `other`, a sequence, holds equal elements in the same order; else NotImplemented."""
    try:
        if len(container) != len(other):
            return False
        return all(mine == theirs for mine, theirs in zip(container, other))
    except TypeError:  # no sequence
        return NotImplemented


def description(container):
    """The container as its constructor and its elements: `Name(capacity, format, [elements])`."""
    name = type(container).__name__
    return f"{name}({container.capacity}, {container.format!r}, {list(container)!r})"


def checked_index(index, length):
    """`index`, counted from the end if it is negative, of `length` elements; else IndexError."""
    at = index + length if index < 0 else index
    if not 0 <= at < length:
        raise IndexError(f"index {index} is outside of the {length} elements")
    return at


def check_integer(n, what):
    """Raise unless `n`, which is `what`, is an integer."""
    if not isinstance(n, _INTEGERS):
        raise TypeError(f"{what} is an int, not {n!r}")


def _compared(container, other):
    """-1, 0 or 1 as `container` is before, like or after `other`, element by element."""
    for mine, theirs in zip(container, other):
        if mine != theirs:
            return -1 if mine < theirs else 1
    return (len(container) > len(other)) - (len(container) < len(other))


class Sequence:
    """What a sequence with `__len__`, `__getitem__`, `capacity` and `format` does besides."""

    def __iter__(self):
        """Iterate over the elements.

        ISR-safe: no.
        """
        for i in range(len(self)):
            yield self[i]

    def __contains__(self, x):
        """Whether an element equals `x`.

        ISR-safe: no.
        Complexity: O(n).
        """
        return any(element == x for element in self)

    def index(self, x):
        """The index of the first element that equals `x`.

        ISR-safe: no.
        Complexity: O(n).
        Raises: ValueError when there is none.
        """
        for i, element in enumerate(self):
            if element == x:
                return i
        raise ValueError(f"{x!r} is not in this {type(self).__name__}")

    def count(self, x):
        """How many elements equal `x`.

        ISR-safe: no.
        Complexity: O(n).
        """
        return sum(1 for element in self if element == x)

    def __eq__(self, other):
        """Whether `other`, a sequence, holds equal elements in the same order.

        ISR-safe: no.
        """
        return same_elements(self, other)

    def __lt__(self, other):
        """Whether this comes before `other`, a sequence, in lexicographic order.

        ISR-safe: no.
        """
        return _compared(self, other) < 0

    def __le__(self, other):
        """Whether this comes before `other`, or equals it.

        ISR-safe: no.
        """
        return _compared(self, other) <= 0

    def __gt__(self, other):
        """Whether this comes after `other`, a sequence, in lexicographic order.

        ISR-safe: no.
        """
        return _compared(self, other) > 0

    def __ge__(self, other):
        """Whether this comes after `other`, or equals it.

        ISR-safe: no.
        """
        return _compared(self, other) >= 0

    def __repr__(self):
        return description(self)
