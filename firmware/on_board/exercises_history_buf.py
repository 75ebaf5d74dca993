"""The exercises for `gates`: every operation of HistoryBuf that says it is ISR-safe."""

import struct

from heapless_py.history_buf import HistoryBuf

_CAPACITY = 5
_WRITTEN = {"empty": 0, "partly full": 3, "full": _CAPACITY + 2}  # of which the last wrapped

# The oldest element and the others, of integers small ones on a board.
_ELEMENTS = {
    "b": (-128, 127),
    "B": (0, 255),
    "h": (-32768, 32767),
    "H": (0, 65535),
    "i": (-0x0FFFFFFF, 0x07FFFFFF),  # and so is their sum
    "I": (0, 0x07FFFFFF),
    "IhB": ((0, -1, 255), (0xFFFFFFFF, 1, 0)),
    "4sf": ((b"abcd", 0.5), (b"abcd", 1.5)),
}
KINDS = tuple(sorted(_ELEMENTS))
_DEFAULT = 42


class _Case:
    """Makes histories in a state: one oldest element, and others after it."""

    def __init__(self, form, state):
        self.form = form
        self.first, self.other = _ELEMENTS[form]
        self.written = _WRITTEN[state]
        self.length = min(self.written, _CAPACITY)
        self.empty = state == "empty"
        fields = self.other if isinstance(self.other, tuple) else (self.other,)
        self.packed = struct.pack("<" + form, *fields)

    def history(self):
        return self._of(self.written)

    def history_with_element(self):
        """One on which an index is no error."""
        return self._of(self.written or 1)

    def _of(self, written):
        history = HistoryBuf(_CAPACITY, self.form)
        oldest = max(0, written - _CAPACITY)
        for i in range(written):
            history.write(self.first if i == oldest else self.other)
        return history


def exercises(form, state):
    """Yield each operation and its call, on a history of its own."""
    case = _Case(form, state)
    for operations in (_of_all, _of_integers, _statistics) if len(form) == 1 else (_of_all,):
        for name, call in operations(case):
            yield f"HistoryBuf.{name}", call


# Each yields operations with what to call, with which arguments, and what it must return.


def _of_all(case):
    size = len(case.packed)
    history = case.history()
    yield "__len__", (len, (history,), case.length)
    yield "is_empty", (history.is_empty, (), case.empty)
    yield "is_full", (history.is_full, (), case.length == _CAPACITY)
    yield "written", (getattr, (history, "written"), case.written)
    yield "as_slices", (_bytes_in_slices, (history,), case.length * size)
    yield "as_unordered_bytes", (_unordered_bytes, (history,), case.length * size)
    for room in (0, 2, _CAPACITY):
        target = bytearray(room * size)
        yield "copy_into", (history.copy_into, (target,), min(room, case.length))
    for source in (case.packed, bytearray(case.packed), memoryview(2 * case.packed)[1:]):
        yield "write_from", (case.history().write_from, (source,), None)
    yield "clear", (case.history().clear, (), None)


def _of_integers(case):
    newest = None if case.empty else case.other
    oldest = None if case.empty else case.first
    history = case.history()
    yield "recent", (history.recent, (), newest)
    yield "oldest", (history.oldest, (), oldest)
    yield "get", (history.get, (0,), oldest)
    yield "get", (history.get, (_CAPACITY, _DEFAULT), _DEFAULT)
    yield "__getitem__", (_item, (case.history_with_element(), 0), case.first)
    yield "write", (case.history().write, (case.other,), None)
    yield "clear_with", (case.history().clear_with, (case.other,), None)


def _statistics(case):
    history = case.history()
    window = [] if case.empty else [case.first] + [case.other] * (case.length - 1)
    yield "sum", (history.sum, (), sum(window))
    mean = sum(window) // len(window) if window else _DEFAULT
    yield "try_mean", (history.try_mean, (_DEFAULT,), mean)
    yield "try_min", (history.try_min, (_DEFAULT,), _DEFAULT if case.empty else case.first)
    yield "try_max", (history.try_max, (_DEFAULT,), _DEFAULT if case.empty else case.other)


def _bytes_in_slices(history):
    first, second = history.as_slices()
    return len(first) + len(second)


def _unordered_bytes(history):
    return len(history.as_unordered_bytes())


def _item(history, index):
    return history[index]
