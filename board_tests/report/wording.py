"""How a report's figures and its provenance are put into words, on a terminal and on a page."""

from collections.abc import Sequence

from board_tests.report.schema import Board, Form, Interrupts, Job, Memory, Operation, Rate, Report

NOTHING = "-"
RATES_TITLE = "How many events a second?"
THROUGH_TITLE = "What does it cost, in and out again?"
INTERRUPTS_TITLE = "How long is an interrupt?"
MEMORY_TITLE = "What memory does it take?"
OPERATIONS_TITLE = "Every operation"
DURATIONS_TITLE = "Every handler"
DELIVERY = "Interrupts at a steady period, in cycles: how many were raised, and how many came."
# What a chart's colour means.
FORMS: dict[Form, str] = {
    "function": "function of a heapless_py container",
    "method": "method of one",
    "bound": "bound: a method that was looked up before, once for all calls",
    "builtin": "built into MicroPython, in C",
    "idiom": "idiom, written in plain Python",
}
# The same where only the subject is known, and not in which form it was used.
KINDS: dict[Form, str] = {
    "function": "a heapless_py container",
    "builtin": FORMS["builtin"],
    "idiom": FORMS["idiom"],
}
_COMMIT_DIGITS = 12


def number(value: float | None) -> str:
    """A count with its thousands apart; a half cycle only where there is one."""
    if value is None:
        return NOTHING
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def rounded(value: float) -> str:
    """A figure to three digits or so, for something worked out from counts."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def ratio(value: float | None) -> str:
    if value is None:
        return NOTHING
    return f"{value:.2f} x" if value < 1000 else f"{value:.3g} x"


def yes(truth: bool) -> str:
    return "yes" if truth else "no"


def microseconds(cycles: float, clock_hz: int | None) -> str:
    return NOTHING if clock_hz is None else f"{cycles * 1e6 / clock_hz:,.2f}"


def megahertz(clock_hz: int) -> str:
    return f"{clock_hz / 1e6:g} MHz"


def operation_name(operation: Operation) -> str:
    return f"{operation['subject']}.{operation['op']}"


def note(job: Job) -> str | None:
    """What must be known of a job to compare the ways of doing it."""
    if job != "frame":
        return None
    return (
        "From a buffer, and into a buffer: by grants, it is copied into the view of one and out "
        "of the view of another. RingIO has a frame's length in front, in two bytes: two writes, "
        "two readintos. So its frames lie anywhere in the ring; aligned RingIO is the same with "
        "each payload at a multiple of 4, where a copy takes less."
    )


def rates_note(rates: Sequence[Rate]) -> str:
    """How the highest rates were found, and what they mean."""
    rate = rates[0]
    return (
        f"The highest rate of hard interrupts of which the main loop got every one, in order, in "
        f"{number(rate['bursts'])} bursts of {number(rate['events'])} in a row, through a queue "
        f"of {number(rate['capacity'])}. With a period shorter by “step” cycles, a burst lost as "
        "many as “below” says: of a deque all, as it raises an error once it has overflowed. "
        "A handler puts what a register says into the queue; the main loop keeps it in an array, "
        "by drain_into and readinto all that waits at once, else one by one in Python, which "
        "takes longer than the handler does. "
        "The source counts its interrupts, so one that came while another waited is lost too."
    )


def handler_name(run: Interrupts | Rate) -> str:
    """The handler, with its subject in front where it does not name it itself."""
    subject, handler = run["subject"], run["handler"]
    return handler if subject in handler else f"{subject}: {handler}"


def memory_name(entry: Memory) -> str:
    """The container, with how many it holds of what."""
    held = f"{number(entry['capacity'])} of {entry['format']}" if entry["format"] else ""
    return f"{entry['subject']}, {held or number(entry['capacity']) + ' bytes'}"


def origin(board: Board) -> str:
    return "EMULATED BOARD" if board["emulated"] else "REAL HARDWARE"


def caution(board: Board) -> str:
    if board["emulated"]:
        return (
            "Counted by an emulator, instruction by instruction. These figures compare one "
            "operation with another; they are not silicon's: no flash-cache miss, for one, "
            "is in them."
        )
    return "Counted on the chip itself, with this firmware and at this clock."


def provenance(report: Report) -> list[tuple[str, str]]:
    """Where the figures come from: a label and what stands beside it."""
    board, library = report["board"], report["library"]
    clock = board["clock_hz"]
    return [
        ("Board", f"{board['name']} ({board['mcu']})"),
        ("Clock", "unknown" if clock is None else megahertz(clock)),
        ("Firmware", board["firmware"]),
        ("Port", board.get("platform", "unknown")),
        ("Its SHA-256", board["firmware_sha256"] or "unknown"),
        ("Library", f"heapless_py {library['version']}, {_commit(library['commit'])}"),
        ("Cycle counter", _counter(board)),
        ("Interrupt source", board.get("interrupt_source", "unknown") or "none"),
        ("Empty call", f"{number(report['empty_call_cycles'])} cycles, subtracted"),
        ("Measured", report.get("measured_at", "unknown")),
        *(("Not measured", gap) for gap in report.get("gaps", [])),
    ]


def _counter(board: Board) -> str:
    name, resolution = board.get("counter", "unknown"), board.get("counter_resolution")
    if resolution is None:
        return name
    return f"{name}, " + ("to the cycle" if resolution == 1 else f"to {number(resolution)} cycles")


def _commit(commit: str | None) -> str:
    return f"commit {commit[:_COMMIT_DIGITS]}" if commit else "commit unknown"
