"""The emulator, and a look at what its processor executes: run as rp2040py itself is.

    python -m board_tests.tracing_emulator micropython --pty --image micropython.uf2

A program on the chip asks for a trace by two scratch registers of the watchdog, which a chip does
not use and no reset needs:

    SCRATCH0 = the address of an array of words; the second of them tells how many there are
                 -> soon the first word is 1: from now on each instruction is looked at
    SCRATCH1 = anything: the next instruction is the first that counts
    SCRATCH1 = 0xFFFFFFFF: this instruction was the last
                 -> the first word is 2, the second a number of addresses, and these follow

They are the distinct addresses of the instructions that were executed, in ascending order, but
those of interrupts. The lowest bit is set where interrupts were disabled whenever it was executed.

rp2040py's compiled loop has no place for a hook, so that meanwhile its reference loop in Python
drives the same core.

The board has the wires of `board_tests.wires`.
"""

import rp2040py.simulator
from rp2040py._execute_batch import execute_batch as execute_batch_in_python
from rp2040py.boards import BOARDS
from rp2040py.cli import main
from rp2040py.execute_batch import execute_batch
from rp2040py.simulator import Simulator

from board_tests.wires import WIRED_PICO

_LOOKED_AT = 1
_FINISHED = 2
_END = 0xFFFFFFFF
_PC = 15
_THREAD = 0  # the mode of a core that is in no interrupt


class Trace:
    """A simulator as the reference loop sees it, and its core, which notes what it executes."""

    def __init__(self, simulator: Simulator) -> None:
        self.rp2040 = self.core = self
        self.clock = simulator.clock
        self.pio = simulator.rp2040.pio
        self.run_pin_low = False
        self.stopped = False
        self._chip = simulator.rp2040
        self._core = simulator.rp2040.core
        self._scratch = simulator.rp2040.watchdog.scratch_data
        self._interruptible: dict[int, bool] = {}
        self._scratch[1] = 0
        self._address = self._scratch[0]
        self._chip.write_uint32(self._address, _LOOKED_AT)

    @property
    def waiting(self) -> bool:
        return self._core.waiting

    def execute_instruction(self) -> int:
        core = self._core
        wanted = self._scratch[1] != 0
        address, before, masked = core.registers[_PC], core.current_mode, core.pm
        cycles = core.execute_instruction()
        # Where an interrupt is taken, its handler's first instruction was executed instead.
        if wanted and before == core.current_mode == _THREAD:
            self._interruptible[address] = not masked or self._interruptible.get(address, False)
        if self._scratch[1] == _END:
            self._finish()
        return cycles

    def _finish(self) -> None:
        found = [at | (not free) for at, free in sorted(self._interruptible.items())]
        room = self._chip.read_uint32(self._address + 4) - 2
        if len(found) > room:
            raise RuntimeError(f"{len(found)} addresses are too many for the {room} asked for")
        for number, word in enumerate([_FINISHED, len(found), *found]):
            self._chip.write_uint32(self._address + 4 * number, word)
        self._scratch[0] = self._scratch[1] = 0
        self.stopped = True


_traces: list[Trace] = []  # the one that is under way


def _execute_batch(simulator: Simulator, tick_batch: int) -> None:
    """What the simulator's loop calls, again and again, every few milliseconds."""
    if _traces:
        execute_batch_in_python(_traces[0], 1)  # type: ignore[arg-type]
        if _traces[0].stopped:
            _traces.clear()
    elif simulator.rp2040.watchdog.scratch_data[0]:
        _traces.append(Trace(simulator))
    else:
        execute_batch(simulator, tick_batch)


if __name__ == "__main__":
    rp2040py.simulator.execute_batch = _execute_batch  # type: ignore[attr-defined]
    BOARDS["pico"] = WIRED_PICO
    main()
