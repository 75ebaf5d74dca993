"""Measure ways in and out again of what carries bytes. For the programs `measure_…`.

Each run goes on in the ring where the run before it ended, as in use: what lies at every place of
a ring, aligned or not, is in the spread.
"""

from on_board.operations import measure

SIZE = 64  # bytes of a frame, of a grant, of a write
SENT = bytearray(range(SIZE))
GOT = bytearray(SIZE)


def _wipe():
    GOT[:] = bytes(SIZE)


def _arrived():
    return GOT == SENT


def measure_way(subject, form, job, items, into, out, put, take, align=lambda: None):
    """A way in and the way out of it, each as (operation, statements, operands).

    `put()` and `take()` do the same untimed; before a put, `align()` moves on in the ring.
    """
    facts = {"subject": subject, "form": form, "job": job, "items": items, "bytes": SIZE}

    def ready_to_put():
        take()
        align()

    def was_put():
        _wipe()
        take()
        return _arrived()

    def ready_to_take():
        ready_to_put()
        put()
        _wipe()

    for way, prepare, happened in (
        (into, ready_to_put, was_put),
        (out, ready_to_take, _arrived),
    ):
        op, statements, operands = way
        measure(dict(facts, op=op), statements, operands, prepare, happened)


def measure_bytes(subject, writer, reader, form="method"):
    """Bytes of a stream, copied in and out by `writer` and `reader`."""
    into = ("write", "a.write(b)", (writer, SENT))
    out = ("readinto", "a.readinto(b)", (reader, GOT))

    def put():
        writer.write(SENT)

    def take():
        reader.readinto(GOT)

    measure_way(subject, form, "bytes", SIZE, into, out, put, take)
