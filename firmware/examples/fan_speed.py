"""Measures how fast a fan turns, with two tasks of asyncio and an interrupt.

Connect the fan's tachometer wire, often the third one, to GP15, and its ground
to ground. Twice a turn the fan connects that wire to ground.

A hard interrupt, `capture`'s, keeps the microsecond of each pulse. One task
takes them: it is woken by what is in the queue, and takes no time until then.
Another one reports.

Prints each second:

    1198 turns a minute, 40 pulses
"""

import asyncio

from machine import Pin

from heapless_py import HistoryBuf, SpscQueue

TIMER = 0x40054028  # an RP2040's register of its microseconds
PULSES_PER_TURN = 2
MINUTE = 60_000_000  # microseconds


class Fan:
    """The pulses so far, and the microseconds between the last of them."""

    def __init__(self):
        self.pulses = 0
        self._periods = HistoryBuf(8, "I")

    async def count(self, moments):
        before = None
        async for moment in moments:
            if before is not None:
                self._periods.write(moment - before & 0xFFFFFFFF)
            before = moment
            self.pulses += 1

    def speed(self):
        """Turns a minute, of the last pulses."""
        period = self._periods.try_mean(0)
        return MINUTE // (period * PULSES_PER_TURN) if period else 0


async def report(fan, count, every_ms):
    told = 0
    while told != count:
        before = fan.pulses
        await asyncio.sleep_ms(every_ms)
        pulses = fan.pulses - before
        speed = fan.speed() if pulses else 0
        print(f"{speed} turns a minute, {pulses} pulses")
        told += 1


async def main(count=None, every_ms=1000):
    """Report so many times, or for ever."""
    producer, consumer = SpscQueue(64, "I").split()
    tachometer = Pin(15, Pin.IN, Pin.PULL_UP)
    tachometer.irq(producer.capture(TIMER), Pin.IRQ_FALLING, hard=True)
    fan = Fan()
    counting = asyncio.create_task(fan.count(consumer))
    try:
        await report(fan, count, every_ms)
    finally:
        counting.cancel()
        tachometer.irq(None)


if __name__ == "__main__":
    asyncio.run(main())
