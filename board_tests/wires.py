"""What is connected to the emulated Pico, so that programs with inputs run on it as they are.

It feeds itself by wires, and its ADC finds voltages that are known.

    GP12 - GP14, GP13 - GP15   where programs have buttons, an encoder, a fan
    GP0 - GP1                  TX and RX of UART 0
    GP26                       a voltage that rises with each conversion, by a 256th, and again
    the thermometer            one that falls with each conversion, from 900 of 4095 to 801

A real board that has these wires can do the same, but for the voltages.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle

from rp2040py.boards import BOARDS
from rp2040py.gpio_pin import GPIOPinState
from rp2040py.peripherals.uart import RPUART, UARTDR, UARTTXINTR
from rp2040py.rp2040 import RP2040

RISING = range(0, 4096, 16)
FALLING = range(900, 800, -1)

_UART0 = 0x40034  # the upper bits of its address
_IDLE = 1 << 6  # the receive timeout, among a UART's interrupts
_IDLE_BITS = 32
_SECOND = 1e9  # nanoseconds


class Wire:
    """From a pin that is an output to one that is an input."""

    def __init__(self, output: int, to: int) -> None:
        self._output = output
        self._input = to

    def attach(self, rp2040: RP2040) -> None:
        at_end = rp2040.gpio[self._input]

        def changed(now: GPIOPinState, before: GPIOPinState) -> None:
            if now in (GPIOPinState.LOW, GPIOPinState.HIGH):
                at_end.set_input_value(now == GPIOPinState.HIGH)
            else:
                at_end.release_input()

        rp2040.gpio[self._output].add_listener(changed)


class Uart(RPUART):
    """A UART as a chip has it, where rp2040py 0.3.6 has it otherwise.

    Its transmit interrupt comes when the FIFO has become empty, and can be cleared: rp2040py's
    cannot, so that MicroPython hangs with the first UART. And there is a receive timeout, when
    nothing has come for as long as 32 bits take: what MicroPython calls RXIDLE.
    """

    def __init__(self, replaced: RPUART) -> None:
        super().__init__(replaced.rp2040, replaced.name, replaced.irq, replaced.dreq)
        self._silence = self.rp2040.clock.create_alarm(self._has_become_idle)

    def check_interrupts(self) -> None:
        self.rp2040.set_interrupt(self.irq, bool(self._interrupt_status & self._interrupt_mask))

    def write_uint32(self, offset: int, value: int) -> None:
        super().write_uint32(offset, value)
        if offset == UARTDR:
            self._interrupt_status |= UARTTXINTR
            self.check_interrupts()

    def feed_byte(self, value: int) -> None:
        super().feed_byte(value)
        self._silence.schedule(_SECOND * _IDLE_BITS / self.baud_rate)

    def _has_become_idle(self) -> None:
        self._interrupt_status |= _IDLE
        self.check_interrupts()


class SerialWire:
    """From UART 0's TX to its RX."""

    def attach(self, rp2040: RP2040) -> None:
        uart = Uart(rp2040.uart[0])
        uart.on_byte = uart.feed_byte
        rp2040.uart[0] = rp2040.peripherals[_UART0] = uart


class Voltages:
    """What the ADC finds: with each conversion the next of a row."""

    def attach(self, rp2040: RP2040) -> None:
        adc = rp2040.adc
        rows: dict[int, Iterator[int]] = {0: cycle(RISING), 4: cycle(FALLING)}
        convert = adc.on_adc_read

        def convert_next(channel: int) -> None:
            if channel in rows:
                adc.channel_values[channel] = next(rows[channel])
            convert(channel)

        adc.on_adc_read = convert_next


_PICO = BOARDS["pico"]
WIRED_PICO = replace(
    _PICO, extras=(*_PICO.extras, lambda: Wire(12, 14), lambda: Wire(13, 15), SerialWire, Voltages)
)
