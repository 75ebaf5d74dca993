from typing import Final, overload

from ._elements import Elements
from ._types import Default, Element

HEAD: Final[int]

class Ring(Elements[Element]):
    @overload
    def get(self, index: int) -> Element | None: ...
    @overload
    def get(self, index: int, default: Default) -> Element | Default: ...
    @overload
    def __getitem__(self, index: int) -> Element: ...
    @overload
    def __getitem__(self, index: slice) -> list[Element]: ...
    def as_slices(self) -> tuple[memoryview, memoryview]: ...
