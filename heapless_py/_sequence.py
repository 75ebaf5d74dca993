"""What every container does as a sequence of elements, the same way in each."""


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
