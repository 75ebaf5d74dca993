"""Hand-written rings such as a user has, right and wrong, for fake interrupts to tell apart."""

from collections.abc import Callable


class Ring:
    """One producer, one consumer; a slot stays empty."""

    def __init__(self, slots: int = 4) -> None:
        self.slots = [0] * slots
        self.tail = self.head = 0

    def put(self, x: int) -> bool:
        after = (self.tail + 1) % len(self.slots)
        if after == self.head:
            return False
        self.slots[self.tail] = x
        self.tail = after
        return True

    def get(self) -> int | None:
        if self.head == self.tail:
            return None
        x = self.slots[self.head]
        self.head = (self.head + 1) % len(self.slots)
        return x


class PublishesFirst(Ring):
    """The index is the consumer's before the slot is written."""

    def put(self, x: int) -> bool:
        at, after = self.tail, (self.tail + 1) % len(self.slots)
        if after == self.head:
            return False
        self.tail = after
        self.slots[at] = x
        return True


class Counts(Ring):
    """A count that both sides change, as every tutorial has it."""

    def __init__(self, slots: int = 4) -> None:
        super().__init__(slots)
        self.count = 0

    def put(self, x: int) -> bool:
        if self.count == len(self.slots):
            return False
        self.slots[self.tail] = x
        self.tail = (self.tail + 1) % len(self.slots)
        self.count += 1
        return True

    def get(self) -> int | None:
        if self.count == 0:
            return None
        x = self.slots[self.head]
        self.head = (self.head + 1) % len(self.slots)
        self.count -= 1
        return x


class CountsWithInterruptsOff(Counts):
    """The same, whose program keeps interrupts off while it changes the count."""

    disable_irq: Callable[[], bool]
    enable_irq: Callable[[bool], None]

    def put(self, x: int) -> bool:
        state = self.disable_irq()
        try:
            return super().put(x)
        finally:
            self.enable_irq(state)

    def get(self) -> int | None:
        state = self.disable_irq()
        try:
            return super().get()
        finally:
            self.enable_irq(state)
