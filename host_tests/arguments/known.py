"""What is known to be otherwise than the rest: differences between interpreters, and holes."""

import re

from host_tests.arguments.plan import NONSENSE
from host_tests.arguments.verdicts import Known

_WITH_FUNCTIONS = "SpscQueue|BBQueue|RingBuffer"
_ON_IMAGES = "BBQueue|RingBuffer"  # theirs take an image, and not its address
_WITH_IMAGES = "(?!Arena).*"
_OF_ELEMENTS = "SpscQueue|Vec|Deque|HistoryBuf"
_FUNCTIONS = r"(spsc_queue|bbqueue|ring_buffer)\.\w+"


def known_of(container: str) -> list[Known]:
    return [each for each in KNOWN if re.fullmatch(each.containers, container)]


KNOWN = (
    Known(
        "the function form believes an int, or what says it is one, to be an address, as "
        "machine.mem32 does, and as the methods of a RingBuffer give it",
        path=_FUNCTIONS,
        parameter="image|address",
        value="(int|bool|legal|pretender).*",
        here="TypeError",
        made="here",
        containers=_WITH_FUNCTIONS,
    ),
    Known(
        "an address is a number on a board, and none on CPython; a function alone is given one",
        path=r"(?!spsc_queue\.).*",
        value="own address",
        made="nowhere",
    ),
    Known(
        "as above: the function has it in one place",
        parameter="(?!address).*",
        value="own address",
        made="nowhere",
    ),
    Known(
        "where registers have no 32-bit addresses, none can be captured",
        path=r"\w+\.capture",
        here=".*",
        there="NotImplementedError",
        containers="SpscQueue|BBQueue|HistoryBuf",
    ),
    Known(
        "the function form looks at the words of its image before it knows its length; memory of "
        "no bytes may have no address",
        path=_FUNCTIONS,
        parameter="image",
        value=".*(empty|less).*",
        here="AssertionError|TypeError",
        made="here",
        containers=_ON_IMAGES,
    ),
    Known(
        "as above: the words of an image that is too short are some of what lies behind it",
        path=_FUNCTIONS,
        parameter="image",
        here="AssertionError",
        there="TypeError|ValueError",
        containers=_ON_IMAGES,
    ),
    Known(
        "the function form takes for memory what has items, and an int that is believed to be "
        "their address",
        path=_FUNCTIONS + r"|FramedConsumer\.read_frame_into",
        parameter="buffer",
        value="pretender",
        made="here",
        containers="BBQueue|RingBuffer",
    ),
    Known(
        "the container's own memory is memory: to read into it, or to make another container of "
        "it, overwrites the header",
        path=r"\w+|.*\.from_\w+|.*into",
        parameter="buffer|capacity",
        value="own.*",
        here="!broken.*",
        there="!broken.*|ValueError|IndexError",
        containers=_WITH_IMAGES,
    ),
    Known(
        "the memory for a new container is cleared before its items are asked for",
        path=r".*\.from_iterable",
        parameter="buffer",
        here="!changed .*",
        there="!changed .*|ValueError",
        containers=_OF_ELEMENTS,
    ),
    Known(
        "MicroPython minds where a container's memory begins, CPython does not",
        path=r"\w+|.*\.from_\w+",
        parameter="buffer|capacity",
        value="view odd|own part",
        there="ValueError",
        containers=_WITH_IMAGES,
    ),
    Known(
        "MicroPython's viper and native functions do not look at names that no parameter has",
        parameter=NONSENSE,
        here="TypeError",
        containers=_WITH_IMAGES,
    ),
    Known(
        "viper's integers have 32 bits on a board, and on CPython, which imitates one; on the "
        "unix port they have 64",
        value=r"int -?2\*\*(31|32|62|63|64).*",
        there="(?!OverflowError|!).*",
        containers=_WITH_FUNCTIONS,
    ),
    Known(
        "MicroPython raises OverflowError for an index that is no machine word, of a list too",
        value=r"int -?2\*\*6[234].*|slice huge",
        there="OverflowError",
        containers="BBQueue|Vec|Deque|HistoryBuf|String",
    ),
    Known(
        "what is in free slots has no meaning: a Vec may use them, and then refuse",
        here="!scribbled.*",
        there="!scribbled.*",
        containers="Vec",
    ),
    Known(
        "a queue counts the elements that found it full, for `refused`",
        path=r"\w+\.enqueue(_from)?",
        here="!scribbled Full",
        there="!scribbled Full",
        containers="SpscQueue",
    ),
    Known(
        "the function form asks `buffer` for its last item, and a dict has none",
        path=_FUNCTIONS,
        parameter="buffer",
        value="dict .*",
        here="KeyError",
        there="KeyError",
        containers="BBQueue|RingBuffer",
    ),
    Known(
        "a split queue refuses to be compared, too",
        path=r"\w+\.ioctl",
        value="self",
        here="ValueError",
        there="ValueError",
        containers="BBQueue",
    ),
    Known(
        "MicroPython does not compare memory of other items than bytes with text",
        path=r"\w+\.(try_)?push_(int|fixed)",
        parameter="fill",
        value="view wide",
        there="NotImplementedError",
        containers="String",
    ),
    Known(
        "a grant's bytes are those of a memoryview: MicroPython's takes the low bits of a number, "
        "and no slice with a step",
        path=r"\w+\.__[gs]etitem__",
        containers="BBQueue",
    ),
    Known(
        "an end is a stream, of which CPython takes each for an iterator over lines",
        path=r"BBQueue\.__eq__",
        value="end producer",
        here="AttributeError",
        containers="BBQueue",
    ),
    Known(
        "a GiB may be asked for: MicroPython does not have it, CPython takes long",
        parameter="capacity",
        value=r"int 2\*\*30-1",
        made="nowhere",
        containers="RingBuffer",
    ),
    Known(
        "MicroPython prints other characters than ASCII as escapes",
        containers="String",
        path=r"String\.__repr__",
    ),
)
