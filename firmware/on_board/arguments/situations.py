"""Every container in each of its states, with all the objects that it hands out.

A situation has them by the names of their classes. The container's image lies in the middle of
other memory, which nobody may touch; in the state "own" it is a bytearray, all of it.
"""

import struct

import heapless_py

CAPACITY = 5  # elements
_ARENA = 64
_BYTES = 32  # a BBQueue's, a RingBuffer's, a String's
_GUARD = 32  # bytes on either side of an image
_CANARY = 0xA5

_RECORDS = {"IhB": (70000, -6, 7), "4sf": (b"abcd", 1.5)}


class Situation:
    """A container of this name and kind, in this state.

    container: itself; objects: what has public operations, by the names of the classes.
    element: one that it takes; fmt: their format.
    """

    def __init__(self, name, kind, state):
        self.name, self.fmt = name, kind if name in _OF_ELEMENTS else "B"
        self.element = _RECORDS.get(self.fmt, 5)
        size, make = _construction(name, kind)
        self._guard = 0 if state == "own" else _GUARD
        self._around = bytearray([_CANARY] * (size + 2 * self._guard))
        view = memoryview(self._around)[self._guard : self._guard + size]
        self.container = make(view if self._guard else self._around)
        self.image = getattr(self.container, "image", view)
        self.objects = {name: self.container}
        _SET[name](self, kind, "part" if state == "own" else state)

    def add(self, *objects):
        for each in objects:
            self.objects[type(each).__name__] = each

    def memory(self):
        """All the bytes in and around the image, and where live grants look, or what is left."""
        views = [bytes(each.view) for name, each in self.objects.items() if name in _GRANTS]
        if self.name == "Arena":
            views.append(self.container.left)
        return bytes(self._around), views

    def change(self, before):
        """How that memory is no more as it was before, although nothing was done; else None."""
        after = self.memory()
        if after == before:
            return None
        if after[1] == before[1] and self._meaning(after[0]) == self._meaning(before[0]):
            return "scribbled"
        return "changed"

    def _meaning(self, memory):
        """Those of its bytes that have a meaning, and are no mere count of refusals."""
        begin = self._guard
        if self.name == "SpscQueue":
            size, _, tail = struct.unpack_from("<3I", memory, begin + 8)
            free = begin + 32 + tail * size  # the slot that stays empty
            return memory[: begin + 24] + memory[begin + 28 : free] + memory[free + size :]
        if self.name == "Vec":
            return memory[: begin + 16 + len(self.container.view)]
        if self.name == "String":
            return memory[: begin + 16 + len(self.container)]
        return memory

    def damage(self):
        """What is wrong with the container and the memory around it; None if nothing is."""
        guard, end = bytes([_CANARY] * self._guard), len(self._around) - self._guard
        if self._around[: self._guard] != guard or self._around[end:] != guard:
            return "outside"
        try:
            self.container._check()
        except AssertionError:
            return "broken"
        return None


def _construction(name, kind):
    """How many bytes such a container is given, and what makes it of them."""
    make = getattr(heapless_py, name)
    if name == "Arena":
        return _ARENA, make
    arguments = (CAPACITY, kind) if name in _OF_ELEMENTS else (_BYTES,)
    return make.size_of(*arguments), lambda memory: make(*arguments, buffer=memory)


def states(name):
    """The states in which a container of this name can be."""
    return ("own, empty, part, full" + _MORE_STATES.get(name, "")).split(", ")


def _set_queue(situation, kind, state):
    queue, element = situation.container, situation.element
    how, _, filled = state.rpartition(" ")
    if filled != "empty":
        for _ in range(4):  # so that it wraps
            queue.enqueue(element)
            queue.dequeue()
        for _ in range(CAPACITY if filled == "full" else 3):
            queue.enqueue(element)
    if how:
        situation.add(*queue.split())


def _set_bip(situation, kind, state):
    queue = situation.container
    if kind == "stream":
        ends = producer, consumer = queue.split()
        grant, largest, size = producer.grant_exact, _BYTES, 8
    else:
        ends = producer, consumer = queue.split_framed()
        grant, largest, size = producer.grant, producer.max_frame, 4
    how, _, filled = state.rpartition(" ")
    if filled == "full":
        _commit(grant(largest))
    elif filled != "empty":
        for _ in range(2):  # up to the middle
            _commit(grant(size))
            consumer.read().end()
        for wanted in (size, size, 2):  # the last of them wraps
            _commit(grant(wanted))
    if state in ("granted", "dead"):
        write, read = grant(2), consumer.read()
        situation.add(write, read)
        if state == "dead":
            write.commit(2)
            read.end()
            _commit(grant(2))  # the other of the producer's two
    if how or state in ("granted", "dead"):
        situation.add(*ends)
        if kind == "stream":
            situation.add(consumer.stream())
    else:
        queue.release(*ends)
        if state == "released":
            situation.add(*ends)


def _commit(grant):
    for i in range(len(grant)):
        grant[i] = i + 1
    grant.commit(len(grant))


def _set_ring_buffer(situation, kind, state):
    ring = situation.container
    if state != "empty":
        ring.write(bytes(25))  # so that it wraps
        ring.read()
        ring.write((b"first\nand second\n" * 2)[: _BYTES if state == "full" else 13])


def _set_vec(situation, kind, state):
    count = {"empty": 0, "part": 3, "full": CAPACITY}[state]
    situation.container.extend([situation.element] * count)


def _set_deque(situation, kind, state):
    deque, element = situation.container, situation.element
    if state != "empty":
        deque.extend([element] * 4)
        for _ in range(4):
            deque.pop_front()
        deque.extend([element] * (CAPACITY if state == "full" else 3))


def _set_history(situation, kind, state):
    count = {"empty": 0, "part": 3, "full": CAPACITY + 2}[state]
    situation.container.extend([situation.element] * count)


def _set_string(situation, kind, state):
    text = situation.container
    if state == "full":
        text.push_str("x" * _BYTES)
    elif state != "empty":
        text.push_str("a\xe4b")
    if state == "kept":
        text.write(b"\xc3")
    if state == "cut":
        text.write(b"y" * (_BYTES + 1))


def _set_arena(situation, kind, state):
    arena = situation.container
    if state != "empty":
        arena.take(arena.left if state == "full" else 31)


_GRANTS = ("WriteGrant", "ReadGrant", "Frame")
_OF_ELEMENTS = ("SpscQueue", "Vec", "Deque", "HistoryBuf")
_MORE_STATES = {
    "SpscQueue": ", split empty, split part, split full",
    "BBQueue": ", split empty, split part, split full, granted, dead, released",
    "String": ", kept, cut",
}
_SET = {
    "SpscQueue": _set_queue,
    "BBQueue": _set_bip,
    "RingBuffer": _set_ring_buffer,
    "Vec": _set_vec,
    "Deque": _set_deque,
    "HistoryBuf": _set_history,
    "String": _set_string,
    "Arena": _set_arena,
}
