"""The ring buffer of every tutorial, in plain bytecode: what people write without a library.

It is here to be measured. Between an interrupt and a program it works only because each index has
one writer, which is more than most of its kind can say.
"""


class PlainRing:
    def __init__(self, size):
        self.data = [0] * size
        self.size = size
        self.head = 0
        self.tail = 0

    def push(self, value):
        after = (self.tail + 1) % self.size
        if after == self.head:
            return False
        self.data[self.tail] = value
        self.tail = after
        return True

    def pop(self):
        if self.head == self.tail:
            return None
        value = self.data[self.head]
        self.head = (self.head + 1) % self.size
        return value
