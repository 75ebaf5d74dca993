"""Sequences of operations on a container, as a strategy, and how to do them.

    @given(operations(Vec, 8, "H"))
    def test_my_list_is_a_vec(steps):
        mine, theirs = MyList(8), Vec(8, "H")
        for step in steps:
            assert step.run(mine) == step.run(theirs)

The owner of an operation may be whatever has methods of these names: a container, an end of a
queue, a model of it in plain Python.
"""

from collections.abc import Collection
from typing import Any, NamedTuple

from hypothesis import strategies as st

from .. import BBQueue, Deque, HistoryBuf, RingBuffer, SpscQueue, String, Vec
from .strategies import OF_ELEMENTS, elements

_ERRORS = (ValueError, TypeError, LookupError, OverflowError)


class Room(NamedTuple):
    """An argument that is memory to read into: so many bytes, fresh in each run."""

    size: int


class Operation(NamedTuple):
    """A method, or a property, and its arguments."""

    name: str
    arguments: tuple[Any, ...] = ()

    def run(self, *owners: Any) -> Any:
        """Do it on the first of these objects that has it.

        Returns what that returned; of an exception, its class; with a Room, a tuple of that and
        of the bytes in there afterwards.
        """
        owner = next((each for each in owners if hasattr(each, self.name)), owners[0])
        arguments = [
            bytearray(each.size) if isinstance(each, Room) else each for each in self.arguments
        ]
        found = getattr(owner, self.name)
        try:
            result = found(*arguments) if callable(found) else found
        except _ERRORS as error:
            result = type(error)
        filled = [bytes(each) for each in arguments if isinstance(each, bytearray)]
        return (result, *filled) if filled else result


def operations(
    kind: type,
    capacity: int,
    fmt: str = "B",
    *,
    verbs: Collection[str] = (),
    framed: bool = False,
    most: int = 40,
) -> st.SearchStrategy[list[Operation]]:
    """Sequences of up to `most` operations on a container of this class, capacity and format.

    Their arguments are of the right types, and now and then a little too large, too long or
    outside, as a program's are.

    verbs: the names of those wanted; else all that are known here, which is most of them.
    framed: of a BBQueue, whether its ends are for frames; both ends together have what it takes.
    """
    known = _known(kind, capacity, fmt, framed)
    unknown = [name for name in verbs if name not in known]
    if unknown:
        raise ValueError(f"{unknown} are not among the operations {sorted(known)}")
    each = [
        st.builds(Operation, st.just(name), st.tuples(*arguments))
        for name, arguments in known.items()
        if not verbs or name in verbs
    ]
    return st.lists(st.one_of(each), max_size=most)


def _arguments(kind: type, capacity: int, fmt: str) -> dict[str, st.SearchStrategy[Any]]:
    """Strategies for the arguments in `_OPERATIONS`, by what they are called there."""
    element = elements(fmt) if kind in OF_ELEMENTS else st.nothing()
    count = st.integers(0, capacity + 1)
    char = st.characters(exclude_categories=["Cs"])  # halves of a UTF-16 pair are none
    return {
        "element": element,
        "elements": st.lists(element, max_size=capacity + 1),
        "index": st.integers(-capacity - 1, capacity + 1),
        "count": count,
        "integer": st.integers(-(2**31), 2**31 - 1),
        "data": st.binary(max_size=capacity + 1),
        "room": count.map(Room),
        "char": char,
        "text": st.text(char, max_size=capacity + 1),
        "default": st.none(),
    }


def _known(kind: type, capacity: int, fmt: str, framed: bool) -> dict[str, Any]:
    """The names of the operations on such a container, and strategies for their arguments."""
    if kind not in _OPERATIONS:
        raise TypeError(f"no operations are known of {kind!r}")
    of_its_kind = _FRAMED if framed else _OPERATIONS[kind]
    arguments = _arguments(kind, capacity, fmt)
    return {
        name: [arguments[each] for each in wanted.split()]
        for wanted, names in of_its_kind.items()
        for name in names.split()
    }


# Arguments -> the operations that take them.
_OPERATIONS: dict[type, dict[str, str]] = {
    SpscQueue: {
        "": "dequeue peek clear __len__ is_empty is_full",
        "default": "try_dequeue try_peek",
        "element": "try_enqueue enqueue",
    },
    Vec: {
        "": "pop first last clear reverse sort __len__ is_empty is_full",
        "default": "try_pop try_first try_last",
        "element": "try_push push fill count index __contains__",
        "elements": "try_extend extend",
        "index": "remove swap_remove __getitem__",
        "index element": "try_insert insert __setitem__",
        "count": "truncate",
        "count element": "resize",
    },
    Deque: {
        "": "pop_back pop_front back front clear make_contiguous __len__ is_empty is_full",
        "default": "try_pop_back try_pop_front try_back try_front",
        "element": "try_push_back push_back try_push_front push_front __contains__",
        "elements": "try_extend extend",
        "index": "rotate get swap_remove_back swap_remove_front __getitem__",
        "index index": "swap",
        "index element": "__setitem__",
        "count": "truncate",
    },
    HistoryBuf: {
        "": "recent oldest written clear __len__ is_empty is_full",
        "element": "write clear_with __contains__",
        "elements": "extend",
        "index": "__getitem__",
    },
    RingBuffer: {
        "": "readline any free clear __len__ is_empty is_full",
        "data": "write",
        "room": "readinto drain_into",
        "count": "read peek",
    },
    BBQueue: {
        "": "clear is_empty",
        "data": "write",
        "room": "readinto",
    },
    String: {
        "": "pop clear __str__ __len__ is_empty is_full",
        "default": "try_pop",
        "char": "try_push push",
        "text": "try_push_str push_str push_some find startswith endswith __contains__",
        "integer": "try_push_int push_int",
        "index": "remove __getitem__",
        "index char": "try_insert insert",
        "index text": "try_insert_str insert_str",
        "count": "truncate",
    },
}
_FRAMED = {
    "": "clear is_empty frames",
    "data": "write_frame",
    "room": "read_frame_into",
}
