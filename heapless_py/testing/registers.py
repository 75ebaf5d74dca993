"""Peripheral registers for tests: memory stands at their addresses, where `capture` reads.

    FIFO, TIMER = 0x50200020, 0x40054028
    handler = producer.capture(FIFO, TIMER)
    with Registers(FIFO, TIMER) as registers:
        registers.say(FIFO, 1, 2, 3)  # another word at each reading
        registers[TIMER] = 1000
        handler(None)

What no register is at has no value: to read there is a TypeError.
"""

from collections import Counter
from contextlib import ExitStack

from .. import _port


class Registers:
    """Registers of 32 bits at these addresses, within a `with` block; each says 0 at first.

    `registers[address]` reads and writes one as the program under test does, so that this can
    stand for `machine.mem32`, too.

    reads: how often each was read, by address, by the program or by a handler.
    """

    def __init__(self, *addresses: int) -> None:
        for address in addresses:
            if type(address) is not int or address < 0 or address % 4:
                raise ValueError(f"{address!r} is no address of a word: a multiple of 4")
        if len(set(addresses)) != len(addresses):
            raise ValueError(f"an address comes twice in {addresses!r}")
        self.reads: Counter[int] = Counter()
        self._words = {address: _Word(address, self.reads) for address in addresses}
        self._stack = ExitStack()

    def __enter__(self) -> "Registers":
        for address, word in self._words.items():
            self._stack.enter_context(_port.registers(address, word))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def say(self, address: int, *values: int) -> None:
        """Let each reading give the next of these values, and those behind the last one that."""
        self._words[address].say(values)

    def __getitem__(self, address: int) -> int:
        return int.from_bytes(self._words[address][0:4], "little")

    def __setitem__(self, address: int, value: int) -> None:
        self._words[address].say((value,))


class _Word:
    """Four bytes, as the library's pointers take memory, which need not say the same twice."""

    def __init__(self, address: int, reads: "Counter[int]") -> None:
        self._address = address
        self._reads = reads
        self._values = [bytes(4)]

    def say(self, values: tuple[int, ...]) -> None:
        if not values:
            raise ValueError("a register says at least one value")
        for value in values:
            if type(value) is not int or not -0x80000000 <= value <= 0xFFFFFFFF:
                raise ValueError(f"{value!r} is no value of 32 bits")
        self._values = [(value & 0xFFFFFFFF).to_bytes(4, "little") for value in values]

    def __len__(self) -> int:
        return 4

    def __getitem__(self, place: slice) -> bytes:
        self._reads[self._address] += 1
        said = self._values[0]
        if len(self._values) > 1:
            del self._values[0]
        return said[place]

    def __setitem__(self, place: slice, data: bytes) -> None:
        said = bytearray(self._values[0])
        said[place] = data
        self._values = [bytes(said)]
