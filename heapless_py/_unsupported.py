"""What to do where this MicroPython does not load the library; imported only then.

The hot functions are machine code. A compiler that makes none refuses the decorator that asks for
it, and .mpy files have it for one kind of processor: the errors say neither what is missing nor
what helps.
"""

import sys


def no_machine_code(why):
    """The ImportError where this MicroPython has none at all."""
    return ImportError(
        f"heapless_py needs machine code, and {_firmware()} has none ({why}); use a port that "
        "has it, or build this one with its native emitter"
    )


def explained(error):
    """The ImportError for a module that failed to load; of any other mistake, the `error` itself.

    Where the firmware did not say beforehand that it has no machine code, its compiler does.
    """
    why = str(error)
    if "micropython decorator" in why:
        return no_machine_code(why)
    if ".mpy" in why:
        return ImportError(
            f"{_firmware()} does not load these .mpy files of heapless_py ({why}): they are for "
            "another processor or another version; precompile them for this one "
            "(python -m firmware.deploy --mpy), or put the .py files there"
        )
    return error


def _firmware():
    version = sys.version.split("; ")[-1]
    return f"{version} on {getattr(sys.implementation, '_machine', sys.platform)}"
