from collections.abc import Callable
from typing import Any, Final, TypeVar, overload

from ._types import IntegerFormat, Target
from .deque import Deque
from .history_buf import HistoryBuf
from .plan import Plan
from .spsc_queue import SpscQueue
from .vec import Vec

_Made = TypeVar("_Made")

class Arena:
    size: Final[int]
    left: int

    def __init__(self, memory: int | Target) -> None: ...
    @overload
    def place(
        self, kind: type[SpscQueue[Any]], capacity: int, fmt: IntegerFormat
    ) -> SpscQueue[int]: ...
    @overload
    def place(self, kind: type[Vec[Any]], capacity: int, fmt: IntegerFormat) -> Vec[int]: ...
    @overload
    def place(self, kind: type[Deque[Any]], capacity: int, fmt: IntegerFormat) -> Deque[int]: ...
    @overload
    def place(
        self, kind: type[HistoryBuf[Any]], capacity: int, fmt: IntegerFormat
    ) -> HistoryBuf[int]: ...
    @overload
    def place(self, kind: Callable[..., _Made], *arguments: Any, **others: Any) -> _Made: ...
    def take(self, size: int) -> memoryview: ...
    def plan(self) -> Plan: ...
    def _check(self) -> None: ...
