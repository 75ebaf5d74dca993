"""Samples a voltage 20,000 times a second, by DMA, into a queue's own memory.

Connect 0 to 3.3 V to GP26: a potentiometer, an amplified microphone. Without
it there is noise. It is for an RP2040, whose registers it uses.

The ADC converts on its own, and DMA takes each sample into a grant. An
interrupt at its end commits the grant, and lets DMA go on in the next one.
When the program has not read in time, there is no room for a grant: then that
block is thrown away, and counted.

Prints for each block, of samples from 0 to 255:

    200 samples from 57 to 201, mean 128; 0 blocks missed
"""

import rp2
from machine import ADC, idle, mem32

from heapless_py import BBQueue

RATE = 20_000  # samples a second, 733 to 500,000
BLOCK = 200  # samples, each of them a byte

# Registers of the ADC: its control and its FIFO's, the FIFO, the clock divider.
CS, FCS, FIFO, DIV = 0x4004C000, 0x4004C008, 0x4004C00C, 0x4004C010
ENABLE, START_MANY = 1 << 0, 1 << 3  # in CS
KEEP, AS_BYTES, ASK_DMA, ASK_AT_ONE = 1 << 0, 1 << 1, 1 << 3, 1 << 24  # in FCS
ADC_ASKS = 36  # DMA's name for it


class Sampler:
    """Has DMA fill one grant after the other."""

    def __init__(self, producer):
        self._producer = producer
        self._grant = None
        self._nowhere = bytearray(BLOCK)  # for a block without room
        self.missed = 0  # blocks
        self._dma = dma = rp2.DMA()
        ctrl = dma.pack_ctrl(size=0, inc_read=0, treq_sel=ADC_ASKS, irq_quiet=0)
        dma.config(read=FIFO, ctrl=ctrl)
        dma.irq(self._filled, hard=True)

    def start(self):
        mem32[DIV] = (48_000_000 // RATE - 1) << 8  # its clock has 48 MHz
        mem32[FCS] = KEEP | AS_BYTES | ASK_DMA | ASK_AT_ONE
        self._fill()
        mem32[CS] = ENABLE | START_MANY  # of channel 0, which is GP26

    def _fill(self):
        self._grant = grant = self._producer.grant_exact(BLOCK)
        target = self._nowhere if grant is None else grant.view
        self._dma.config(write=target, count=BLOCK, trigger=True)

    def _filled(self, dma):  # a hard interrupt: nothing here may allocate
        if self._grant is None:
            self.missed += 1
        else:
            self._grant.commit(BLOCK)
        self._fill()

    def stop(self):
        mem32[CS] = ENABLE
        self._dma.active(0)
        self._dma.close()
        while mem32[FCS] >> 16 & 0xF:  # as many are left in the FIFO
            mem32[FIFO]
        mem32[FCS] = 0


def main(blocks=None):
    """Print what is in so many blocks, or for ever."""
    ADC(26)  # makes the pin and the ADC ready
    producer, consumer = BBQueue(4 * BLOCK).split()
    sampler = Sampler(producer)
    sampler.start()
    printed = 0
    try:
        while printed != blocks:
            grant = consumer.read()
            if grant is None:
                idle()
                continue
            samples = grant.view[:BLOCK]  # there may be more
            low, high = min(samples), max(samples)
            mean = sum(samples) // BLOCK
            grant.release(BLOCK)
            print(f"{BLOCK} samples from {low} to {high}, mean {mean};", end=" ")
            print(f"{sampler.missed} blocks missed")
            printed += 1
    finally:
        sampler.stop()


if __name__ == "__main__":
    main()
