"""Exercises for `gates` as well: what whole interrupt handlers do with a BBQueue.

Each is a pair of functions, one that puts into the queue and one that takes out of it. They run in
turn, around the wrap. As in any handler, a function has a frame of no more than 11 words or is
native (see `gates`).
"""

import struct

import micropython
from on_board.exercises_bbqueue import ERROR, SIZE, SOURCES, TARGETS, Case

from heapless_py import bbqueue

KINDS = ("stream", "framed")

_TURNS = 5  # more than once around
_LAYOUT = "<HI"  # SIZE bytes


def exercises(kind, state):
    """Yield the name of each pair and its call, on a queue in this state."""
    for kinds, name, put, take in _HANDLERS:
        if kind in kinds:
            yield name, (_all_come_out, (put, take, Case(kind, state)), True)


@micropython.native
def _all_come_out(put, take, case):
    """Whether as many bytes or frames come out of the queue as are in it and are put in."""
    inside = case.waiting
    for _ in range(_TURNS):
        inside += put(case)
        inside -= take(case)
    while not case.consumer.is_empty():
        inside -= take(case)
    return inside == 0


# What puts into a queue or takes out of it, and returns how many bytes or frames.


def _pack_and_commit(case):
    grant = case.grant(SIZE)
    if grant is None:
        return 0
    struct.pack_into(_LAYOUT, grant.view, 0, 0xA5C3, 0x12345678)
    grant.commit(SIZE)
    return 1 if case.framed else SIZE


def _look_and_release(case):
    grant = case.consumer.read()
    if grant is None:
        return 0
    size = len(grant.view)
    grant.view[0] ^= grant.view[size - 1]
    if case.framed:
        grant.release()
        return 1
    grant.release(size)
    return size


def _split_read_and_release(case):
    grant = case.consumer.split_read()
    if grant is None:
        return 0
    size = len(grant.views[0]) + len(grant.views[1])
    grant.release(size)
    return size


@micropython.native
def _with_commit_on_exit(case):
    grant = case.grant(SIZE)
    if grant is None:
        return 0
    with grant as same:
        struct.pack_into(_LAYOUT, same.view, 0, 0xA5C3, 0x12345678)
        same.commit_on_exit(SIZE)
    return 1 if case.framed else SIZE


@micropython.native
def _with_release_on_exit(case):
    grant = case.consumer.read()
    if grant is None:
        return 0
    with grant as same:
        size = len(same)
        if case.framed:
            size = 1
            same.release_on_exit()
        else:
            same.release_on_exit(size)
    return size


@micropython.native
def _with_commit(case):
    # What the block does not end is dropped, and what it ends is ended.
    for commits in (False, True):
        grant = case.grant(SIZE)
        if grant is None:
            return 0
        with grant:
            if commits:
                grant.commit(SIZE)
    return 1 if case.framed else SIZE


@micropython.native
def _with_release(case):
    size = 0
    for releases in (False, True):
        grant = case.consumer.read()
        if grant is None:
            return 0
        with grant:
            size = len(grant)
            if releases and case.framed:
                size = 1
                grant.release()
            elif releases:
                grant.release(size)
    return size


@micropython.native
def _with_an_exception(case):
    grant = case.grant(SIZE)
    if grant is None:
        return 0
    try:
        with grant:
            grant.commit_on_exit(SIZE)
            raise ERROR
    except ValueError:
        return 0


@micropython.native
def _with_an_exception_then_release(case):
    grant = case.consumer.read()
    if grant is None:
        return 0
    try:
        with grant:
            if case.framed:
                grant.release_on_exit()
            else:
                grant.release_on_exit(SIZE)
            raise ERROR
    except ValueError:
        return _look_and_release(case)


def _write(case):
    return case.producer.write(SOURCES[1])


def _readinto(case):
    return case.consumer.readinto(TARGETS[1]) or 0


def _write_frame(case):
    return 1 if case.producer.write_frame(SOURCES[1]) else 0


def _read_frame_into(case):
    return 0 if case.consumer.read_frame_into(TARGETS[1]) is None else 1


def _write_frame_on_image(case):
    return 1 if bbqueue.write_frame(case.producer.image, SOURCES[1], SIZE) else 0


def _read_frame_on_image(case):
    return 0 if bbqueue.read_frame_into(case.consumer.image, TARGETS[1]) < 0 else 1


_HANDLERS = (
    (KINDS, "pack, commit, look, release", _pack_and_commit, _look_and_release),
    (KINDS, "with blocks that plan their end", _with_commit_on_exit, _with_release_on_exit),
    (KINDS, "with blocks that end or drop", _with_commit, _with_release),
    (KINDS, "with blocks that raise", _with_an_exception, _with_an_exception_then_release),
    (("stream",), "pack, commit, look at both runs", _pack_and_commit, _split_read_and_release),
    (("stream",), "write, readinto", _write, _readinto),
    (("framed",), "write_frame, read_frame_into", _write_frame, _read_frame_into),
    (("framed",), "the same on the image", _write_frame_on_image, _read_frame_on_image),
)
