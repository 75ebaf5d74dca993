"""How the tools say that something went wrong: one plain line, and no process left behind."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn


class Trouble(Exception):
    """Something the user can mend. The message is one line: what is wrong, and the way out."""


def _terminate(signum: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + signum)


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn Trouble into one line and exit code 1, Ctrl-C into one line and exit code 130.

    SIGTERM and SIGHUP unwind like Ctrl-C does, so that whoever started an emulator or a compiler
    stops it, and whoever was writing a file removes it.
    """
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _terminate)
    try:
        yield
    except Trouble as trouble:
        print(f"error: {trouble}", file=sys.stderr)
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        print("error: interrupted", file=sys.stderr)
        raise SystemExit(130) from None
