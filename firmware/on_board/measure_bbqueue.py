"""Measure on the board what BBQueue's operations cost, beside RingIO's with the same frames.

Prints a line of JSON for each: see `operations` and `ways`.
"""

import micropython
from on_board.operations import measure
from on_board.ways import GOT, SENT, SIZE, measure_bytes, measure_way

from heapless_py import BBQueue, bbqueue

_RING = 256


class _Slice:
    def __getitem__(self, index):
        return index


# All of a buffer. MicroPython makes a slice anew, on the heap, wherever one is written.
_WHOLE = _Slice()[:]


def measure_grants(job, producer, consumer, grant):
    """Each step of a grant; `grant` is the name of the first, the producer's operation."""
    ask = getattr(producer, grant)
    release = "a.release(64)" if job == "stream grant" else "a.release()"

    # An end gives the same two grants in turn: we know both, and end the one that is live.
    writes = []
    reads = []
    for _ in range(2):
        write = ask(SIZE)
        write.commit(SIZE)
        writes.append(write)
        read = consumer.read()
        read.end()
        reads.append(read)

    def end():
        for write in writes:
            if len(write):
                write.commit(0)
        for read in reads:
            read.end()

    def ready_to_write():
        end()
        consumer.clear()

    def ready_to_commit():
        ready_to_write()
        if ask(SIZE) is not writes[0]:
            ready_to_write()
            ask(SIZE)

    def ready_to_read():
        ready_to_write()
        ask(SIZE).commit(SIZE)

    def ready_to_release():
        ready_to_read()
        if consumer.read() is not reads[0]:
            ready_to_read()
            consumer.read()

    def is_live(grants):
        return lambda: any(len(it) == SIZE for it in grants)

    facts = {"subject": "BBQueue", "form": "method", "job": job, "items": 0, "bytes": SIZE}

    def row(op, statement, operand, prepare, happened):
        measure(dict(facts, op=op), statement, (operand,), prepare, happened)

    row(grant, f"a.{grant}(64)", producer, ready_to_write, is_live(writes))
    row("view", "a.view", writes[0], ready_to_commit, is_live(writes))
    row("commit", "a.commit(64)", writes[0], ready_to_commit, lambda: not consumer.is_empty())
    row("read", "a.read()", consumer, ready_to_read, is_live(reads))
    row("release", release, reads[0], ready_to_release, consumer.is_empty)


def measure_frames():
    producer, consumer = BBQueue(_RING).split_framed()
    image = producer.image

    def put():
        producer.write_frame(SENT)

    def take():
        consumer.read_frame_into(GOT)

    def row(form, into, out):
        measure_way("BBQueue", form, "frame", 1, into, out, put, take)

    row(
        "function",
        ("write_frame", "a(b, c, 64)", (bbqueue.write_frame, image, SENT)),
        ("read_frame_into", "a(b, c)", (bbqueue.read_frame_into, image, GOT)),
    )
    row(
        "method",
        ("write_frame", "a.write_frame(b)", (producer, SENT)),
        ("read_frame_into", "a.read_frame_into(b)", (consumer, GOT)),
    )
    row(
        "bound",
        ("write_frame", "a(b)", (producer.write_frame, SENT)),
        ("read_frame_into", "a(b)", (consumer.read_frame_into, GOT)),
    )
    row(
        "method",
        (
            "grant, commit",
            "g = a.grant(64); g.view[c] = b; g.commit(64)",
            (producer, SENT, _WHOLE),
        ),
        ("read, release", "f = a.read(); b[c] = f.view; f.release()", (consumer, GOT, _WHOLE)),
    )


def measure_ring_io_frames(subject, ring, align=lambda: None):
    """The same frames with their length in front, in two bytes."""
    length = bytearray((SIZE, 0))

    def put():
        ring.write(length)
        ring.write(SENT)

    def take():
        ring.readinto(length)
        ring.readinto(GOT)

    into = ("write x2", "a.write(b); a.write(c)", (ring, length, SENT))
    out = ("readinto x2", "a.readinto(b); a.readinto(c)", (ring, length, GOT))
    measure_way(subject, "builtin", "frame", 1, into, out, put, take, align)


measure_grants("stream grant", *BBQueue(_RING).split(), "grant_exact")
measure_grants("frame grant", *BBQueue(_RING).split_framed(), "grant")
# RingIO's ring is a byte longer than what goes in, and so is this one: both come by all places.
measure_bytes("BBQueue", *BBQueue(_RING + 1).split())
measure_frames()
measure_ring_io_frames("RingIO", micropython.RingIO(_RING))

# RingIO's spread is due to alignment: it goes when each frame's payload is at a multiple of 4, but
# for the copies in two pieces around the wrap. So the ring is of 256 bytes, of which RingIO loses
# one, and two are skipped before each frame.
_aligned = micropython.RingIO(_RING - 1)
_skipped = bytearray(2)


def _skip():
    _aligned.write(_skipped)
    _aligned.readinto(_skipped)


measure_ring_io_frames("aligned RingIO", _aligned, _skip)
