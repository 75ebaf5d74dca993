from . import bbqueue as bbqueue
from . import deque as deque
from . import errors as errors
from . import history_buf as history_buf
from . import ring_buffer as ring_buffer
from . import spsc_queue as spsc_queue
from . import string as string
from . import vec as vec
from .bbqueue import BBQueue as BBQueue
from .deque import Deque as Deque
from .errors import CapacityError as CapacityError
from .errors import Empty as Empty
from .errors import Full as Full
from .history_buf import HistoryBuf as HistoryBuf
from .ring_buffer import RingBuffer as RingBuffer
from .spsc_queue import SpscQueue as SpscQueue
from .string import String as String
from .vec import Vec as Vec

__version__: str
