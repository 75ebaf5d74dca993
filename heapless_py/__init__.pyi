from . import allocation as allocation
from . import arena as arena
from . import bbqueue as bbqueue
from . import deque as deque
from . import errors as errors
from . import history_buf as history_buf
from . import plan as plan
from . import ring_buffer as ring_buffer
from . import spsc_queue as spsc_queue
from . import string as string
from . import vec as vec
from .allocation import no_alloc as no_alloc
from .arena import Arena as Arena
from .bbqueue import BBQueue as BBQueue
from .deque import Deque as Deque
from .errors import CapacityError as CapacityError
from .errors import Empty as Empty
from .errors import Full as Full
from .history_buf import HistoryBuf as HistoryBuf
from .plan import Plan as Plan
from .ring_buffer import RingBuffer as RingBuffer
from .spsc_queue import SpscQueue as SpscQueue
from .string import String as String
from .vec import Vec as Vec

__version__: str
