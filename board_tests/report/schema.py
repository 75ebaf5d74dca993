"""What a report holds, and what must be true of it. Other tools read report.json by these names.

A report may carry more than is written here: an unknown key is kept and not looked at.
"""

import reprlib
from typing import Annotated, Literal, cast

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError
from typing_extensions import NotRequired, TypedDict

from firmware.trouble import Trouble


def _printable(text: str) -> str:
    # A board's answer reaches a terminal and a drawing, so no escape sequence may hide in it.
    if not text.isprintable():
        raise ValueError("must hold printable characters only")
    return text


Text = Annotated[str, Field(min_length=1), AfterValidator(_printable)]
_MOST = 2**53  # from here on numbers and their neighbours are one to whoever reads JSON
Count = Annotated[int, Field(ge=0, le=_MOST)]
Positive = Annotated[int, Field(gt=0, le=_MOST)]
Number = Annotated[float, Field(ge=0, le=_MOST, allow_inf_nan=False)]
PositiveNumber = Annotated[float, Field(gt=0, le=_MOST, allow_inf_nan=False)]
# Bound: a method that was looked up before, once for all calls.
Form = Literal["method", "bound", "function", "builtin", "idiom"]
# What an operation moves: elements, bytes of a stream, a frame of bytes; or what it is a step of.
Job = Literal[
    "element",
    "bytes",
    "frame",
    "stream grant",
    "frame grant",
    "sequence",
    "both ends",
    "window",
    "text",
]


class Board(TypedDict):
    name: Text
    emulated: bool
    mcu: Text
    clock_hz: Positive | None
    firmware: Text
    firmware_sha256: Text | None
    platform: NotRequired[Text]  # the MicroPython port, as its sys.platform: "rp2"
    counter: NotRequired[Text]  # what counted the cycles, as in "SysTick"
    counter_resolution: NotRequired[Annotated[int, Field(gt=0)]]  # cycles of its smallest step
    interrupt_source: NotRequired[Text | None]  # what raised hard interrupts; None: nothing can


class Library(TypedDict):
    version: Text
    commit: Text | None


class Cycles(TypedDict):
    """The spread of many runs of one thing."""

    min: Number
    median: Number
    p99: Number
    max: Number


def _ordered(cycles: Cycles) -> Cycles:
    if not cycles["min"] <= cycles["median"] <= cycles["p99"] <= cycles["max"]:
        spread = ", ".join(f"{name} {value}" for name, value in cycles.items())
        raise ValueError(f"min <= median <= p99 <= max does not hold: {spread}")
    return cycles


Spread = Annotated[Cycles, AfterValidator(_ordered)]


class Operation(TypedDict):
    """One operation, net of the empty timing call."""

    subject: Text  # the class, or what stands in for one
    op: Text
    form: Form
    job: NotRequired[Job]  # "element" unless it says otherwise
    items: Count  # elements moved by one call; or bytes of a stream, or frames
    bytes: Count
    cycles: Spread
    allocated_bytes: Count  # heap used by one call
    isr_safe: bool


class Histogram(TypedDict):
    """How often a handler took how long; bin i begins at start_cycles + i * bin_cycles."""

    bin_cycles: PositiveNumber
    start_cycles: Number
    counts: list[Count]


class Interrupts(TypedDict):
    """A run of interrupts at a steady period, and what became of them."""

    subject: Text
    handler: Text
    period_cycles: PositiveNumber
    events: Count
    received: Count
    lost: Count
    in_order: bool
    handler_cycles: Spread | None  # None where a handler is too bare to time itself
    handler_histogram: NotRequired[Histogram]


def _adds_up(run: Interrupts) -> Interrupts:
    if run["lost"] != run["events"] - run["received"]:
        lost, events, received = run["lost"], run["events"], run["received"]
        raise ValueError(f"lost is not events - received: {lost} is not {events} - {received}")
    return run


class Rate(TypedDict):
    """The highest rate of interrupts that a main loop takes with none lost."""

    subject: Text
    handler: Text
    form: Form
    loop: Text  # the operation that the main loop takes with
    period_cycles: Positive
    resolution_cycles: Positive
    events: Positive  # of a burst
    bursts: Positive  # in a row of which nothing was lost
    capacity: Count  # elements that the queue holds
    lost_below: Positive  # of a burst that was faster by the resolution
    events_per_second: PositiveNumber


def _falls_short(rate: Rate) -> Rate:
    if rate["lost_below"] > rate["events"]:
        lost, events = rate["lost_below"], rate["events"]
        raise ValueError(f"more are lost than there were: {lost} of {events}")
    return rate


class Memory(TypedDict):
    subject: Text
    capacity: Count
    format: Annotated[str, AfterValidator(_printable)]
    image_bytes: Count
    handle_bytes: Count
    import_bytes: Count


class Report(TypedDict):
    schema: Literal[1]
    measured_at: NotRequired[Text]  # ISO 8601
    board: Board
    library: Library
    empty_call_cycles: Number
    ops: list[Operation]
    isr: list[Annotated[Interrupts, AfterValidator(_adds_up)]]
    rates: NotRequired[list[Annotated[Rate, AfterValidator(_falls_short)]]]
    memory: list[Memory]
    gaps: NotRequired[list[Text]]  # what this board could not have measured, and why


_REPORT = TypeAdapter(Report)


def validate(report: object) -> Report:
    """Return the report itself, untouched; raise Trouble at the first thing wrong with it."""
    try:
        _REPORT.validate_python(report, strict=True)
    except ValidationError as error:
        raise Trouble(_first_fault(error)) from None
    return cast(Report, report)


def _first_fault(error: ValidationError) -> str:
    fault = error.errors(include_url=False)[0]
    where = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in fault["loc"])
    what = fault["msg"].removeprefix("Value error, ")
    # A whole dictionary tells nobody anything: its place and what is said of it do.
    value = "" if isinstance(fault["input"], dict) else f", not {reprlib.repr(fault['input'])}"
    return f"the report is wrong at {where.lstrip('.') or 'the top'}: {what}{value}"
