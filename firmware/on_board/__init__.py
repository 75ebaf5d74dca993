"""Programs that run on a board, and unchanged on MicroPython's unix port and on CPython."""
