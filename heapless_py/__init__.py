"""Fixed-capacity containers for MicroPython that never allocate after construction.

Every public name can be imported from here; its module is loaded when it is first asked for, so a
board pays RAM only for the containers it uses.
"""

__version__ = "0.1.0"

# Public name -> the module that defines it.
_HOME = {
    "CapacityError": "errors",
    "Empty": "errors",
    "Full": "errors",
    "SpscQueue": "spsc_queue",
}


def __getattr__(name):
    if name not in _HOME:
        raise AttributeError(name)
    home = __import__(f"{__name__}.{_HOME[name]}", None, None, (name,))
    value = getattr(home, name)
    globals()[name] = value
    return value
