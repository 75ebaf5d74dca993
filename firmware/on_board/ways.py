"""Measure ways in and out again of what carries bytes. For the programs `measure_…`.

Each run goes on in the ring where the run before it ended, as in use: what lies at every place of
a ring, aligned or not, is in the spread.
"""

from on_board.operations import measure

SIZE = 64  # bytes of a frame, of a grant, of a write
SENT = bytearray(range(SIZE))
GOT = bytearray(SIZE)


def measure_way(
    subject, form, job, items, into, out, put, take, align=lambda: None, sent=SENT, got=GOT
):
    """A way in and the way out of it, each as (operation, statements, operands).

    `put()` and `take()` do the same untimed; before a put, `align()` moves on in the ring. What is
    `sent` has to arrive in `got`.
    """
    size = len(sent)
    facts = {"subject": subject, "form": form, "job": job, "items": items, "bytes": size}

    def wipe():
        got[:] = bytes(size)

    def arrived():
        return got == sent

    def ready_to_put():
        take()
        align()

    def was_put():
        wipe()
        take()
        return arrived()

    def ready_to_take():
        ready_to_put()
        put()
        wipe()

    for way, prepare, happened in (
        (into, ready_to_put, was_put),
        (out, ready_to_take, arrived),
    ):
        op, statements, operands = way
        measure(dict(facts, op=op), statements, operands, prepare, happened)


def measure_bytes(subject, writer, reader, form="method", sent=SENT, got=GOT):
    """Bytes of a stream, copied in and out by `writer` and `reader`."""
    into = ("write", "a.write(b)", (writer, sent))
    out = ("readinto", "a.readinto(b)", (reader, got))

    def put():
        writer.write(sent)

    def take():
        reader.readinto(got)

    size = len(sent)
    measure_way(subject, form, "bytes", size, into, out, put, take, sent=sent, got=got)
