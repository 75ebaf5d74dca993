from collections.abc import Iterable
from typing import Any, Final

class Plan:
    rows: Final[tuple[tuple[str, int, int], ...]]
    total: Final[int]
    padding: Final[int]
    size: Final[int | None]
    left: Final[int | None]

    def __init__(
        self, containers: Iterable[tuple[Any, ...] | int], size: int | None = None
    ) -> None: ...

def check_bytes(size: object) -> None: ...
def image_size(kind: object, arguments: tuple[Any, ...]) -> int: ...
def text_of(kind: type, arguments: tuple[Any, ...]) -> str: ...
