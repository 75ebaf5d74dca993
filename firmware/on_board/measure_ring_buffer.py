"""Measure on the board what RingBuffer's operations cost, beside RingIO's on as many bytes.

Prints a line of JSON for each: see `operations` and `ways`.
"""

import micropython
from on_board.operations import measure
from on_board.ways import GOT, SENT, SIZE, measure_bytes, measure_way

from heapless_py import RingBuffer, ring_buffer

_RING = 256


def measure_forms(ring):
    """What moves bytes otherwise than by a method that is looked up each time."""
    image = ring.image

    def put():
        ring.write(SENT)

    def take():
        ring.drain_into(GOT)

    def row(form, into, out):
        measure_way("RingBuffer", form, "bytes", SIZE, into, out, put, take)

    row(
        "function",
        ("write", "a(b, c, 64)", (ring_buffer.write, image, SENT)),
        ("readinto", "a(b, c, 64)", (ring_buffer.readinto, image, GOT)),
    )
    row(
        "bound",
        ("write", "a(b)", (ring.write, SENT)),
        ("drain_into", "a(b)", (ring.drain_into, GOT)),
    )


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
measure_forms(_ring)
measure_bytes("RingBuffer", _ring, _ring)
measure_bytes("odd RingBuffer", _odd, _odd)
measure_questions("RingBuffer", "method", _ring, ("peek", "any", "free"))
measure_questions("RingIO", "builtin", _ring_io, ("any",))
