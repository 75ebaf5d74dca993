"""Logs the lines that come in at a UART, each with the time at which it was whole.

Connect what talks, such as a GPS receiver or another board, to GP1, which is UART 0's RX, and
ground to ground. A wire from GP0 to GP1 lets the board hear itself.

A hard interrupt gathers the bytes, at each pause of the sender, in a grant: memory of the queue
itself. A line's end commits the grant, and so the line becomes a frame. The program writes whole
lines from where they lie, to the terminal or to a file, and may be busy for a while in between.
When there is no room for a line, it is lost as a whole, and counted.

Prints, with milliseconds since the board was started:

    12345 $GPGGA,092750.000,5321.6802,N,00630.3372,W,1,8,1.03,61.7,M,55.2,M,,*76
"""

import struct
import sys
from time import ticks_ms

from machine import UART, idle

from heapless_py import BBQueue

BAUD = 9600
LONGEST = 120  # bytes of a line; those behind them are cut off
STAMP = 4  # bytes before the text: the milliseconds
RETURN, NEWLINE = 13, 10


class Lines:
    """Makes a frame of each line: the milliseconds, and then the text."""

    def __init__(self, capacity):
        self._producer, self.consumer = BBQueue(capacity).split_framed()
        self._byte = bytearray(1)
        self.lost = 0
        self._begin()

    def _begin(self):
        self._grant = self._producer.grant(STAMP + LONGEST)  # None when the queue is full
        self._length = STAMP

    def receive(self, uart):  # a hard interrupt: nothing in here may allocate
        while uart.any():
            uart.readinto(self._byte)
            self._put(self._byte[0])

    def _put(self, byte):
        if byte == NEWLINE:
            self._end()
            self._begin()
        elif byte != RETURN and self._grant is not None and self._length < STAMP + LONGEST:
            self._grant[self._length] = byte
            self._length += 1

    def _end(self):
        if self._grant is None:
            self.lost += 1
        else:
            struct.pack_into("<I", self._grant.view, 0, ticks_ms())
            self._grant.commit(self._length)


def main(count=None, log=sys.stdout.buffer):
    """Write so many lines to `log`, any stream of bytes; without a count, for ever."""
    lines = Lines(2048)
    uart = UART(0, baudrate=BAUD, rxbuf=512)  # bytes that may come without a pause
    uart.irq(lines.receive, UART.IRQ_RXIDLE, hard=True)
    logged = 0
    try:
        while logged != count:
            frame = lines.consumer.read()
            if frame is None:
                idle()
                continue
            (moment,) = struct.unpack_from("<I", frame.view)
            log.write(b"%d " % moment)
            log.write(frame.view[STAMP:])
            log.write(b"\n")
            frame.release()
            logged += 1
    finally:
        uart.deinit()
    return lines.lost


if __name__ == "__main__":
    main()
