"""A hard interrupt at a steady period, from what this board has for it, without a wire.

    source = Interrupt(handler, period_cycles)
    source.period_cycles     what it really is
    source.start(events)     raise so many
    source.finished()        whether all were raised
    source.pause()           raise no more for now
    source.stop()            raise no more, and forget the handler

SOURCE: what raises them. None where the board has nothing, and Interrupt is None then.
WHY_NOT: what the board said to each that was tried before.

Each kind is tried before it is taken: its interrupts must come, and the heap must be locked in
them. That a function takes `hard=True` does not say so.
"""

from array import array

_KINDS = (
    ("PIO", "pio_interrupt", "PioInterrupt"),
    ("pyb.Timer", "pyb_timer_interrupt", "PybTimerInterrupt"),
    ("machine.Timer(hard=True)", "machine_timer_interrupt", "MachineTimerInterrupt"),
)
_TRIED = 3  # interrupts
_PERIOD_CYCLES = 20000
_MILLISECONDS = 500
_REFUSALS = (ImportError, AttributeError, TypeError, ValueError, OSError, NotImplementedError)


def _first_that_works():
    """Its name and itself, or None twice; and why not those before it."""
    refused = []
    for name, module, kind in _KINDS:
        try:
            found = getattr(__import__("on_board." + module, None, None, (kind,)), kind)
            _try(found)
            return name, found, refused
        except _REFUSALS as error:
            refused.append(f"{name}: {error}")
    return None, None, refused


def _try(kind):
    """An OSError if its interrupts do not come, or are not hard."""
    import time  # here: what has no source of interrupts may have no time either

    came = array("i", [0, 0])  # and how many of them could not allocate

    def handler(source):
        try:
            came[0] += 1
            bytearray(64)
        except MemoryError:
            came[1] += 1

    source = kind(handler, _PERIOD_CYCLES)
    begin = time.ticks_ms()
    try:
        source.start(_TRIED)
        while not source.finished() and time.ticks_diff(time.ticks_ms(), begin) < _MILLISECONDS:
            pass
    finally:
        source.stop()
    if came[0] < _TRIED:
        raise OSError("its interrupts do not come")
    if came[1] < came[0]:
        raise OSError("its interrupts are not hard: the heap is not locked in them")


SOURCE, Interrupt, WHY_NOT = _first_that_works()
