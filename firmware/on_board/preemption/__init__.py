"""An interrupt between every two instructions of an operation, one after the other.

A case is a container in a state, an operation that the program runs on it, and what a hard
interrupt does to it meanwhile: whole, and from the other side. The case is set up, the interrupt
comes after some steps, and what is there afterwards is looked at; then the same again, with the
interrupt one step later, from before the operation's call until after its return.

What an experiment ends with is its outcome: what both sides got, and every byte of the container
and of the buffers. An outcome that has not been seen yet is judged by the case, in plain Python;
all others equal one that has been, byte for byte. Beside what the case knows to be right, neither
side may get less, or more, than in the better and the worse of the two orders without preemption.

The handler finds the address at which it interrupted on the stack, where the processor put it.
In the emulator the operation is run once more, and what it executes there is compared: see
`board_tests/tracing_emulator.py`.
"""

from array import array

import machine
import micropython
import uctypes
from micropython import const
from on_board.preemption.countdown import FIFO, PioCountdown

# What the program and the handler tell each other, in words.
_COUNTDOWN = const(0)  # where the steps to count down are stored
_STEPS = const(1)
_MARK = const(2)  # where it is stored that the operation begins, and that it has ended
_WITNESS = const(3)  # where the emulator looks for marks
_INSIDE = const(4)  # 0 before the operation, 1 during it, -1 after it
_ARGUMENTS = const(5)  # of the operation
_FIRED = const(6)  # interrupts so far
_SEEN = const(7)  # _INSIDE at the last one
_PC = const(8)  # the address of the instruction that it came before
_STACK = const(9)  # the handler's stack pointer
_DEPTH = const(10)  # bytes from there to where the processor puts that address
_WITHIN = const(11)  # interrupts that came inside
_STRIDE = const(12)  # steps from one interrupt to the next
_WORDS = 13

_PC_IN_FRAME = const(24)  # bytes: R0 to R3, R12 and LR come before it
_CALIBRATION = const(0x2A5A1234)  # no word that a stack has for another reason

# In a table of addresses 0 is a free place. A power of two, and more than any operation takes.
_PLACES = const(4096)
_MANY = const(3500)
_TRACE_WORDS = 2600
_LOOKED_AT, _FINISHED = 1, 2
_END = 0xFFFFFFFF
_SCRATCH0 = 0x4005800C  # of the watchdog: how to ask the emulator for a trace
_SCRATCH1 = 0x40058010

_MOST_OUTCOMES = 24
_AFTER = const(8)  # interrupts after the operation, one upon the other, until it counts as over
_LATE_STEPS = const(40000)  # more than any operation takes
_PASSES = 4  # how often an address is tried to be hit: interrupts of USB come in between
_NEW = const(-1)
_LOST = const(-2)


@micropython.asm_thumb
def _stack_pointer():
    mov(r0, sp)


@micropython.asm_thumb
def _wait_with_known_registers(r0, r1, r2, r3):
    label(AGAIN)
    ldr(r4, [r0, 0])
    cmp(r4, 0)
    beq(AGAIN)


def _handler(words, results, acts, stack_pointer):
    # No global is looked up here but by the act: the runtime remembers where it found names, and
    # an operation that is interrupted must find what it finds when it is not.
    @micropython.viper
    def handler(pio):
        w = ptr32(words)
        stack = int(stack_pointer())
        w[_STACK] = stack
        w[_PC] = ptr32(stack + w[_DEPTH])[0]
        w[_SEEN] = w[_INSIDE]
        ptr32(results)[1] = int(acts[0]())
        w[_FIRED] += 1

    return handler


@micropython.viper
def _run(words, function, arguments, returned):
    """Let the countdown begin, and run the operation."""
    w = ptr32(words)
    countdown = ptr32(w[_COUNTDOWN])
    mark = ptr32(w[_MARK])
    count = w[_ARGUMENTS]
    first = arguments[0]
    second = arguments[1]
    third = arguments[2]
    countdown[0] = w[_STEPS]
    before = 3  # some instructions, so that an interrupt may also come before the operation
    while before:
        before -= 1
    mark[0] = 1
    if count == 0:
        result = function()
    elif count == 1:
        result = function(first)
    elif count == 2:
        result = function(first, second)
    else:
        result = function(first, second, third)
    mark[0] = -1
    returned[0] = result


@micropython.viper
def _call(function, arguments, count: int):
    """Run the operation, and nothing else."""
    if count == 0:
        function()
    elif count == 1:
        function(arguments[0])
    elif count == 2:
        function(arguments[0], arguments[1])
    else:
        function(arguments[0], arguments[1], arguments[2])


@micropython.viper
def _experiment(words, results, memory, call, returned) -> bool:
    """Run the operation in the state that was saved; False when no interrupt came after all."""
    w = ptr32(words)
    # The runtime remembers where it found names. The operation has to find the same each time,
    # and not what one left that was interrupted elsewhere and went another way.
    _scatter(memory[0], memory[1])
    _call(call[0], call[1], w[_ARGUMENTS])
    call[2]()
    _scatter(memory[0], memory[1])
    w[_INSIDE] = 0
    fired = w[_FIRED]
    _run(words, call[0], call[1], returned)
    patience = 1000000
    while w[_FIRED] == fired and patience:
        patience -= 1
    ptr32(results)[0] = uint(id(returned[0]))
    return patience > 0


@micropython.viper
def _sweep(words, results, memory, outcomes, hits, call, returned) -> int:
    """One experiment after the other, until the operation is over before its interrupt comes.

    Returns 0 then; _NEW when an outcome is new, and _LOST when there was no interrupt.
    """
    w = ptr32(words)
    after = 0
    while after < _AFTER:
        if not _experiment(words, results, memory, call, returned):
            return _LOST
        if w[_SEEN] == 1:
            w[_WITHIN] += 1
            _note(hits, w[_PC])
        after = after + 1 if w[_SEEN] == -1 else 0
        w[_STEPS] += w[_STRIDE]
        if not _is_known(memory[0], outcomes):
            return _NEW
    return 0


@micropython.viper
def _show(words, results, memory, call, returned):
    """An experiment for who looks on."""
    w = ptr32(words)
    inside = w[_MARK]
    w[_STEPS] = _LATE_STEPS
    w[_MARK] = w[_WITNESS]
    _experiment(words, results, memory, call, returned)
    w[_MARK] = inside


# A layout is an array of words: the number of pieces of memory, the words in all of them, and the
# address and the number of words of each.


def _layout(results, buffers):
    """Of the words `results`, and of the memory `buffers`."""
    words = array("I", (1, len(results), uctypes.addressof(results), len(results)))
    for buffer in buffers:
        if len(buffer) % 4 or uctypes.addressof(buffer) % 4:
            raise ValueError("a piece of memory is not of whole words")
        words[0] += 1
        words[1] += len(buffer) // 4
        words.append(uctypes.addressof(buffer))
        words.append(len(buffer) // 4)
    return words


# In machine code, as most of an experiment's time would be spent here.


@micropython.asm_thumb
def _gather(r0, r1):
    """Copy all pieces of the layout r0 to r1."""
    ldr(r2, [r0, 0])
    label(PIECE)
    cmp(r2, 0)
    beq(DONE)
    sub(r2, 1)
    add(r0, 8)
    ldr(r3, [r0, 0])
    ldr(r4, [r0, 4])
    label(WORD)
    cmp(r4, 0)
    beq(PIECE)
    ldr(r5, [r3, 0])
    str(r5, [r1, 0])
    add(r1, 4)
    add(r3, 4)
    sub(r4, 1)
    b(WORD)
    label(DONE)


@micropython.asm_thumb
def _scatter(r0, r1):
    """Copy them back."""
    ldr(r2, [r0, 0])
    label(PIECE)
    cmp(r2, 0)
    beq(DONE)
    sub(r2, 1)
    add(r0, 8)
    ldr(r3, [r0, 0])
    ldr(r4, [r0, 4])
    label(WORD)
    cmp(r4, 0)
    beq(PIECE)
    ldr(r5, [r1, 0])
    str(r5, [r3, 0])
    add(r1, 4)
    add(r3, 4)
    sub(r4, 1)
    b(WORD)
    label(DONE)


@micropython.asm_thumb
def _equal(r0, r1):
    """1 if they are what lies at r1, else 0."""
    ldr(r2, [r0, 0])
    label(PIECE)
    cmp(r2, 0)
    beq(EQUAL)
    sub(r2, 1)
    add(r0, 8)
    ldr(r3, [r0, 0])
    ldr(r4, [r0, 4])
    label(WORD)
    cmp(r4, 0)
    beq(PIECE)
    ldr(r5, [r1, 0])
    ldr(r6, [r3, 0])
    add(r1, 4)
    add(r3, 4)
    sub(r4, 1)
    cmp(r5, r6)
    beq(WORD)
    mov(r0, 0)
    b(DONE)
    label(EQUAL)
    mov(r0, 1)
    label(DONE)


@micropython.viper
def _is_known(layout, outcomes) -> bool:
    """Whether what is there equals one of the outcomes: a word, their number, and they follow."""
    known = ptr32(outcomes)
    count = known[0]
    place = int(known) + 4
    while count:
        count -= 1
        if int(_equal(layout, place)):
            return True
        place += 4 * ptr32(layout)[1]
    return False


# A table of distinct addresses: a word, their number, and then the places.


@micropython.viper
def _note(table, address: int):
    """Add `address` unless it is there. A table as full as this has no room: see `_count`."""
    t = ptr32(table)
    place = address >> 1 & (_PLACES - 1)
    while t[1 + place]:
        if t[1 + place] == address:
            return
        place = place + 1 & (_PLACES - 1)
    if t[0] < _MANY:
        t[1 + place] = address
        t[0] += 1


@micropython.viper
def _has(table, address: int) -> bool:
    t = ptr32(table)
    place = address >> 1 & (_PLACES - 1)
    while t[1 + place]:
        if t[1 + place] == address:
            return True
        place = place + 1 & (_PLACES - 1)
    return False


@micropython.viper
def _add_all(table, others):
    t = ptr32(others)
    place = 0
    while place < _PLACES:
        if t[1 + place]:
            _note(table, t[1 + place])
        place += 1


@micropython.viper
def _wipe(table):
    t = ptr32(table)
    place = _PLACES + 1
    while place > 0:
        t[place - 1] = 0
        place -= 1


@micropython.viper
def _missed(trace, table) -> int:
    """Move those of a trace that are not in the table to its begin; how many these are."""
    t = ptr32(trace)
    count = t[1]
    missed = 0
    i = 2
    while i < count + 2:
        address = t[i]
        if address & 1 == 0 and not _has(table, address):
            t[i] = t[2 + missed]
            t[2 + missed] = address
            missed += 1
        i += 1
    return missed


@micropython.viper
def _masked(trace) -> int:
    """How many of a trace were executed with interrupts disabled only."""
    t = ptr32(trace)
    count = t[1]
    masked = 0
    while count > 0:
        count -= 1
        masked += t[2 + count] & 1
    return masked


def _count(table):
    if table[0] >= _MANY:
        raise ValueError(f"more than {_MANY} addresses")
    return table[0]


def _table():
    return array("I", bytes(4 * (1 + _PLACES)))


class Preemption:
    """Runs cases. One for a program: its tables take 44 KB."""

    def __init__(self, traced):
        """`traced`: whether this runs in the emulator that tells what was executed."""
        self._words = array("i", bytes(4 * _WORDS))
        self._words[_COUNTDOWN] = FIFO
        self._words[_WITNESS] = _SCRATCH1
        self._results = array("I", (0, 0))  # what both sides got: the operation's as an object
        self._returned = [None]
        self._acts = [self._find_frame]
        self._hits = _table()
        self._all_hits = _table()  # of all states of an operation
        self._trace = array("I", bytes(4 * _TRACE_WORDS)) if traced else None
        self._countdown = PioCountdown()
        handler = _handler(self._words, self._results, self._acts, _stack_pointer)
        self._countdown.start(handler)
        self._inside = uctypes.addressof(self._words) + 4 * _INSIDE
        self._calibrate()

    def stop(self):
        self._countdown.stop()

    def _calibrate(self):
        """Find out how deep below the handler the processor leaves what it interrupted."""
        words = self._words
        machine.mem32[FIFO] = _LATE_STEPS
        flag = uctypes.addressof(words) + 4 * _FIRED
        _wait_with_known_registers(flag, _CALIBRATION, _CALIBRATION + 1, _CALIBRATION + 2)
        if not words[_DEPTH]:
            raise OSError("the registers that were interrupted are not on the stack")

    @micropython.viper
    def _find_frame(self) -> int:
        # What the handler does instead of a case's act, this once.
        w = ptr32(self._words)
        stack = ptr32(w[_STACK])
        i = 0
        while i < 200:
            if stack[i] == _CALIBRATION and stack[i + 1] == _CALIBRATION + 1:
                w[_DEPTH] = 4 * (i - 1) + _PC_IN_FRAME
                return 0
            i += 1
        return 0

    def begin_operation(self):
        """Count the distinct addresses anew."""
        _wipe(self._all_hits)

    def addresses(self):
        """Distinct addresses that were hit since `begin_operation`."""
        return _count(self._all_hits)

    def run(self, case, stride=1):
        """Sweep the interrupt over a case; what came of it. AssertionError when that is wrong.

        stride: steps between two interrupts. More than 1 is too much: something is missed.
        """
        words = self._words
        words[_STRIDE] = stride
        words[_WITHIN] = 0
        begun = words[_FIRED]
        call, memory, outcomes = self._prepare(case)
        judge = _Judge(case)
        executed = masked = missed = passes = 0
        while not passes or (missed and passes < _PASSES):
            passes += 1
            self._sweep(call, memory, outcomes, judge)
            if self._trace:
                self._look(call, memory)
                executed, masked = self._trace[1], _masked(self._trace)
                missed = _missed(self._trace, self._hits)
        _add_all(self._all_hits, self._hits)
        return {
            "interrupts": words[_FIRED] - begun,
            "inside": words[_WITHIN],
            "addresses": _count(self._hits),
            "executed": executed,
            "masked": masked,
            "missed": [hex(self._trace[2 + i]) for i in range(missed)],
            "outcomes": outcomes[0],
            "passes": passes,
        }

    def _prepare(self, case):
        """What `_sweep` takes: the call, the memory as it is and as it was, and no outcome yet."""
        self._acts[0] = case.act
        self._words[_MARK] = self._inside
        self._words[_ARGUMENTS] = len(case.arguments)
        arguments = tuple((list(case.arguments) + [None] * 3)[:3])
        layout = _layout(self._results, case.pieces)
        size = layout[1]
        saved = array("I", bytes(4 * size))
        _gather(layout, saved)
        outcomes = array("I", bytes(4 * (1 + _MOST_OUTCOMES * size)))
        _wipe(self._hits)
        return (case.function, arguments, case.act), (layout, saved), outcomes

    def _sweep(self, call, memory, outcomes, judge):
        words, results, returned = self._words, self._results, self._returned
        layout, _ = memory
        # First the orders without preemption: the operation before the interrupt, and after it.
        words[_STEPS] = 0 if outcomes[0] else _LATE_STEPS
        while True:
            ended = _sweep(words, results, memory, outcomes, self._hits, call, returned)
            if ended == _LOST:
                raise OSError(f"no interrupt came after {words[_STEPS]} steps")
            if ended != _NEW:
                return
            if outcomes[0] == _MOST_OUTCOMES:
                raise AssertionError("there is no end of outcomes")
            place = 1 + outcomes[0] * layout[1]
            _gather(layout, uctypes.addressof(outcomes) + 4 * place)
            outcomes[0] += 1
            if outcomes[0] == 1:
                words[_STEPS] = 0
            judge(returned[0], results[1], words[_SEEN])

    def _look(self, call, memory):
        """Have the emulator look on, and tell what it saw."""
        trace = self._trace
        trace[0] = 0
        trace[1] = len(trace)
        machine.mem32[_SCRATCH0] = uctypes.addressof(trace)
        patience = 1000000
        while trace[0] != _LOOKED_AT and patience:
            patience -= 1
        if not patience:
            raise OSError("nobody looks on: this is no emulator, or not the one that traces")
        try:
            _show(self._words, self._results, memory, call, self._returned)
        finally:
            machine.mem32[_SCRATCH1] = _END  # also when the operation raised
        if trace[0] != _FINISHED:
            raise OSError("the trace has not ended")


class _Judge:
    """Judges the outcomes of a case by those of the two orders, which come first."""

    def __init__(self, case):
        self._case = case
        self._orders = []

    def __call__(self, returned, theirs, seen):
        """`seen`: where the interrupt came, 1 for inside of the operation."""
        try:
            got = self._case.judge(returned, theirs)
        except (IndexError, ValueError) as error:  # the library says that its memory is damaged
            raise AssertionError(error)
        if seen != 1:
            self._orders.append(got)
        for side in (0, 1):
            amounts = [order[side] for order in self._orders]
            assert min(amounts) <= got[side] <= max(amounts), (got, self._orders)
