"""Fixed-capacity containers for MicroPython that never allocate after construction.

Every public name can be imported from here; its module is loaded when it is first asked for, so a
board pays RAM only for the containers it uses.
"""

import sys

__version__ = "0.1.0"

# Public name -> the module that defines it.
_HOME = {
    "Arena": "arena",
    "BBQueue": "bbqueue",
    "CapacityError": "errors",
    "Deque": "deque",
    "Empty": "errors",
    "Full": "errors",
    "HistoryBuf": "history_buf",
    "Plan": "plan",
    "RingBuffer": "ring_buffer",
    "SpscQueue": "spsc_queue",
    "String": "string",
    "Vec": "vec",
    "no_alloc": "allocation",
}


def _demand_machine_code(implementation):
    # What a MicroPython says of the .mpy files that it loads; from bit 10 on, for which processor.
    mpy = getattr(implementation, "_mpy", None)
    if mpy is not None and mpy >> 10 == 0:
        from heapless_py._unsupported import no_machine_code

        raise no_machine_code("sys.implementation._mpy names no processor")


_demand_machine_code(sys.implementation)


def __getattr__(name):
    # A public name, or else, as for `from heapless_py import spsc_queue`, a module.
    module = __name__ + "." + _HOME.get(name, name)
    try:
        home = __import__(module, None, None, (name,))
    except ImportError:
        if name in _HOME:
            raise
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    except (SyntaxError, ValueError) as error:
        from heapless_py._unsupported import explained

        raise explained(error)
    value = getattr(home, name) if name in _HOME else home
    globals()[name] = value
    return value
