"""Measure on the board what RingBuffer's operations cost, beside RingIO's on as many bytes.

Prints a line of JSON for each: see `operations` and `ways`.
"""

import micropython
from on_board.operations import measure
from on_board.ways import GOT, SENT, SIZE, measure_bytes, measure_way

from heapless_py import RingBuffer, ring_buffer

_RING = 256
_MANY = 1024  # bytes at once, through rings of half as many more


def measure_functions(ring):
    """The function form."""
    image = ring.image
    into = ("write", "a(b, c, 64)", (ring_buffer.write, image, SENT))
    out = ("readinto", "a(b, c, 64)", (ring_buffer.readinto, image, GOT))

    def put():
        ring.write(SENT)

    def take():
        ring.readinto(GOT)

    measure_way("RingBuffer", "function", "bytes", SIZE, into, out, put, take)


def measure_bound(ring, sent=SENT, got=GOT):
    """The methods, looked up before."""
    write, drain_into = ring.write, ring.drain_into

    def put():
        write(sent)

    def take():
        drain_into(got)

    into = ("write", "a(b)", (write, sent))
    out = ("drain_into", "a(b)", (drain_into, got))
    size = len(sent)
    measure_way("RingBuffer", "bound", "bytes", size, into, out, put, take, sent=sent, got=got)


def measure_questions(subject, form, ring, questions):
    """What tells of a ring in which bytes wait, and leaves them there."""

    def prepare():
        ring.read()
        ring.write(SENT)

    facts = {"subject": subject, "form": form, "job": "bytes", "items": 0, "bytes": SIZE}
    for question in questions:
        measure(
            dict(facts, op=question),
            f"a.{question}()",
            (ring,),
            prepare,
            lambda: ring.any() == SIZE,
        )


_ring_io = micropython.RingIO(_RING)
_ring = RingBuffer(_RING)
# RingIO's ring is a byte longer than what goes in, and so comes by all places; ours does when its
# capacity is no multiple of a word.
_odd = RingBuffer(_RING + 1)

measure_bytes("RingIO", _ring_io, _ring_io, "builtin")
measure_functions(_ring)
measure_bound(_ring)
measure_bytes("RingBuffer", _ring, _ring)
measure_bytes("odd RingBuffer", _odd, _odd)
measure_questions("RingBuffer", "method", _ring, ("peek", "any", "free"))
measure_questions("RingIO", "builtin", _ring_io, ("any",))

_much = bytearray(bytes(range(256)) * (_MANY // 256))
_arrived = bytearray(_MANY)
_ring_io = micropython.RingIO(_MANY + _MANY // 2 + 1)
_ring = RingBuffer(_MANY + _MANY // 2)
measure_bytes("RingIO", _ring_io, _ring_io, "builtin", _much, _arrived)
measure_bound(_ring, _much, _arrived)
measure_bytes("RingBuffer", _ring, _ring, "method", _much, _arrived)
