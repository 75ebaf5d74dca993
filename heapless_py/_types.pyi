# What the stubs share. There is no such module at run time: it holds types, and nothing that runs.

from array import array
from typing import Any, Literal, TypeAlias

from typing_extensions import Buffer, TypeVar

from .string import String

# Formats whose elements are integers; those of any other are records.
IntegerFormat: TypeAlias = Literal["b", "B", "h", "H", "i", "I"]
Record: TypeAlias = tuple[Any, ...]

# A record, where the format tells no more; unless it is declared: `vec: Vec[int] = Vec(8, fmt)`.
Element = TypeVar("Element", bound=int | Record, default=Record)
ElementIn = TypeVar("ElementIn", bound=int | Record, contravariant=True)
ElementOut = TypeVar("ElementOut", bound=int | Record, covariant=True)
Default = TypeVar("Default")

# Where an image lies: fresh memory, or a part of the caller's.
Image: TypeAlias = bytearray | memoryview

# Memory to read from, to write to, and bytes, whose length is their number.
Readable: TypeAlias = Buffer
Writable: TypeAlias = bytearray | memoryview | array[Any]
Source: TypeAlias = bytes | bytearray | memoryview
Target: TypeAlias = bytearray | memoryview

Text: TypeAlias = str | String | Source
