"""The complaints of hot viper functions, each imported where it is raised.

A viper function that names any global saves and restores the interpreter's globals around every
call: 163 cycles on an emulated RP2040. An import in the failing branch costs nothing until then.
"""


def refuse_image():
    raise TypeError("this is not the image of a container of integers of this kind")


def refuse_integer(value, size, sign):
    low, high = -sign, (1 << (8 * size)) - sign - 1
    raise ValueError(f"{value} is outside of {low} to {high}, the range of an element")
