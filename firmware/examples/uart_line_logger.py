"""Logs the lines that come in at a UART, each with the time it was whole.

Connect what talks, such as a GPS receiver or another board, to GP1, UART 0's
RX, and ground to ground. A wire from GP0 to GP1 lets the board hear itself.

A hard interrupt gathers the bytes, at each pause of the sender, in a grant:
memory of the queue itself. The end of a line commits it, and the line becomes
a frame. The program logs lines from where they lie, to the terminal or to a
file, and may be busy in between. A line without room is lost, and counted.

Prints, with the milliseconds since the board was started:

    12345 $GPGGA,092750.000,5321.6802,N,00630.3372,W,1,8,1.03,61.7,M,55.2,M,,*76
"""

import struct
import sys
from time import ticks_ms

from machine import UART, idle

from heapless_py import BBQueue

BAUD = 9600
BETWEEN_PAUSES = 512  # bytes that a sender may send without one
STAMP = 4  # bytes before the text of a line: its milliseconds
LONGEST = STAMP + 120  # bytes; those behind them are cut off
RETURN, NEWLINE = 13, 10


class Lines:
    """Makes a frame of each line: the milliseconds, and then the text."""

    def __init__(self, capacity):
        self._producer, self.consumer = BBQueue(capacity).split_framed()
        self._byte = bytearray(1)
        self.lost = 0
        self._begin()

    def _begin(self):
        self._grant = self._producer.grant(LONGEST)  # None without room
        self._end_at = 0 if self._grant is None else LONGEST
        self._length = STAMP

    def receive(self, uart):  # a hard interrupt: nothing here may allocate
        while uart.any():
            uart.readinto(self._byte)
            self._put(self._byte[0])

    def _put(self, byte):
        if byte == NEWLINE:
            self._end()
            self._begin()
        elif self._length < self._end_at and byte != RETURN:
            self._grant[self._length] = byte
            self._length += 1

    def _end(self):
        if self._grant is None:
            self.lost += 1
        else:
            struct.pack_into("<I", self._grant.view, 0, ticks_ms())
            self._grant.commit(self._length)


def main(count=None, log=sys.stdout.buffer):
    """Log so many lines, or for ever; return how many were lost."""
    lines = Lines(2048)
    uart = UART(0, baudrate=BAUD, rxbuf=BETWEEN_PAUSES)
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
