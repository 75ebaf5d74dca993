from types import TracebackType

class _Stretch:
    kept: int

    def __enter__(self) -> _Stretch: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

def no_alloc() -> _Stretch: ...
