"""How fast the CPU's clock is."""

import machine


def clock_hz():
    """As the board says; None where it does not."""
    if not hasattr(machine, "freq"):
        return None
    said = machine.freq()
    return said if isinstance(said, int) else said[0]  # an STM32 tells those of its buses, too
