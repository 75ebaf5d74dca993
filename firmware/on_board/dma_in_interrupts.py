"""DMA that fills grants of a BBQueue while the program reads what came before.

The interrupt at the end of a transfer commits its grant and starts the next transfer. When there
is no room for one, the program starts it once it has released something. The program verifies
every byte, and has its garbage collected now and then, with a transfer under way.

The sources are memory, which is as fast as DMA can be, and a PIO state machine that counts, which
takes its time.
"""

import gc
import time

import machine
import micropython
import rp2
import uctypes
from micropython import const

from heapless_py import BBQueue

_CAPACITY = 256
_LONGEST = const(64)  # bytes of a transfer
_CYCLE = const(509)  # the bytes in memory repeat after so many
_COLLECT_EVERY = 64  # reads
_SECONDS = 5  # a run that takes longer has lost its interrupts
_PIO = 1  # of two: the other one raises interrupts
_STATE_MACHINE = 4  # its first
_REQUEST = 12  # of DMA, when its receive FIFO holds a word: DREQ_PIO1_RX0
_RX_FIFO = 0x50300020  # its address

_memory = bytearray(_CYCLE + _LONGEST)
_random = 1
for _at in range(_CYCLE):
    _random = _random * 75 % 65537
    _memory[_at] = _random >> 3 & 0xFF
_memory[_CYCLE:] = _memory[:_LONGEST]


@micropython.viper
def wrong_from_memory(view: ptr8, length: int, position: int) -> int:
    """How many of these bytes are not what the memory gave at `position` of the stream."""
    expected = ptr8(_memory)
    at = position % _CYCLE
    wrong = 0
    for i in range(length):
        if view[i] != expected[at]:
            wrong += 1
        at += 1
        if at == _CYCLE:
            at = 0
    return wrong


@micropython.viper
def wrong_from_counter(view: ptr8, length: int, position: int) -> int:
    """How many of these bytes are not of the words 0, 1, 2, …"""
    wrong = 0
    for i in range(length):
        if view[i] != (position >> 2 >> (position & 3) * 8) & 0xFF:
            wrong += 1
        position += 1
    return wrong


@rp2.asm_pio()
def _count():
    mov(x, invert(null))
    label("next")
    mov(isr, invert(x))
    push()  # waits while the FIFO is full
    jmp(x_dec, "next")


class Transfers:
    """DMA into grants of a queue, one transfer after the other, each of a random length."""

    def __init__(self, producer, wanted):
        self._producer = producer
        self._grant = None
        self._length = 0
        self._random = 2040
        self._wanted = wanted
        self.done = 0
        self.written = 0  # bytes
        self.refused = 0
        self.idle = True  # the interrupt starts no more: it is the program's turn
        self._dma = rp2.DMA()
        self._dma.config(ctrl=self._control())
        self._dma.irq(self._on_end, hard=True)

    @micropython.native
    def _on_end(self, dma):
        self._grant.commit(self._length)
        self.done += 1
        self.written += self._length
        self.start()

    @micropython.native
    def start(self):
        """Start a transfer, if there is room for it. Called while none is under way."""
        self.idle = True
        if self.done == self._wanted:
            return
        self._random = self._random * 75 % 65537
        if self._prepare(self._random * _LONGEST // 65537 + 1):
            self.idle = False
            self._dma.active(1)
        else:
            self.refused += 1

    def finished(self):
        return self.idle and self.done == self._wanted

    def close(self):
        self._dma.irq(None)
        self._dma.active(0)
        self._dma.close()


class FromMemory(Transfers):
    """By bytes, as fast as can be. A grant may be shorter than was asked for."""

    wrong_in = staticmethod(wrong_from_memory)

    def _control(self):
        self._begin = uctypes.addressof(_memory)
        self._at = 0
        return self._dma.pack_ctrl(size=0, irq_quiet=False)

    @micropython.native
    def _prepare(self, length):
        self._grant = grant = self._producer.grant_max(length)
        if grant is None:
            return False
        self._length = length = len(grant.view)
        self._dma.read = self._begin + self._at
        self._dma.write = grant.view
        self._dma.count = length
        self._at = (self._at + length) % _CYCLE
        return True


class FromCounter(Transfers):
    """By words, at the pace of a state machine. A grant is larger than what is committed."""

    cycles = 750  # of each word
    wrong_in = staticmethod(wrong_from_counter)

    def _control(self):
        self._machine = rp2.StateMachine(_STATE_MACHINE)
        self._machine.active(0)
        self._machine.init(_count, freq=3 * machine.freq() // self.cycles)
        self._machine.restart()
        while self._machine.rx_fifo():
            self._machine.get()
        self._machine.active(1)
        self._dma.read = _RX_FIFO
        return self._dma.pack_ctrl(inc_read=False, treq_sel=_REQUEST, irq_quiet=False)

    @micropython.native
    def _prepare(self, length):
        self._grant = grant = self._producer.grant_exact(_LONGEST)
        if grant is None:
            return False
        count = length + 3 >> 2
        self._length = 4 * count
        self._dma.write = grant.view
        self._dma.count = count
        return True

    def close(self):
        super().close()
        self._machine.active(0)
        rp2.PIO(_PIO).remove_program()


class CommittedTooSoon(FromCounter):
    """Commits before the bytes are there, which is wrong."""

    cycles = 7500

    @micropython.native
    def _on_end(self, dma):
        self.done += 1
        self.start()

    @micropython.native
    def _prepare(self, length):
        if FromCounter._prepare(self, length):
            self._grant.commit(self._length)
            return True
        return False


def run(kind, transfers):
    """Have so many transfers; return what came of them."""
    producer, consumer = BBQueue(_CAPACITY).split()
    gc.collect()
    began = time.ticks_ms()
    source = kind(producer, transfers)
    try:
        source.start()
        outcome = _receive(consumer, source)
    finally:
        source.close()
    outcome["source"] = kind.__name__
    outcome["transfers"] = source.done
    outcome["written"] = source.written
    outcome["refused"] = source.refused
    outcome["milliseconds"] = time.ticks_diff(time.ticks_ms(), began)
    return outcome


@micropython.native
def _receive(consumer, source):
    """Verify what comes until there is no more."""
    position = reads = splits = wrong = restarts = collections = during = 0
    wrong_in = source.wrong_in
    deadline = time.ticks_add(time.ticks_ms(), 1000 * _SECONDS)
    finished = False
    while True:
        split = reads & 1
        grant = consumer.split_read() if split else consumer.read()
        if grant is None:
            if finished:
                break
            # Looked at while the queue is empty: what came before the end is taken after it.
            finished = source.finished()
            if time.ticks_diff(deadline, time.ticks_ms()) < 0:
                raise OSError("transfers stopped")
            continue
        if reads % _COLLECT_EVERY == 0:
            # With a grant in hand, whose bytes are looked at afterwards.
            before = source.done
            for _ in range(16):
                bytes(grant.view)  # garbage
            gc.collect()
            during += source.done - before
            collections += 1
        length = len(grant.view)
        wrong += wrong_in(grant.view, length, position)
        if split:
            second = grant.views[1]
            if len(second):
                wrong += wrong_in(second, len(second), position + length)
                length += len(second)
                splits += 1
        if reads % 3:
            length -= length * (reads & 7) >> 4  # what is not released is verified again
        grant.release(length)
        position += length
        reads += 1
        if source.idle and not source.finished():
            source.start()
            restarts += 1
    return {
        "bytes": position,
        "reads": reads,
        "splits": splits,
        "wrong": wrong,
        "restarts": restarts,
        "collections": collections,
        "transfers_during_collections": during,
    }


def transfers():
    """Yield what came of thousands of transfers, from each source."""
    yield run(FromMemory, 1000)
    yield run(FromCounter, 1500)


def counter_runs():
    """The same of an interrupt that does it wrong: a check that finds nothing here is broken."""
    yield run(CommittedTooSoon, 50)
