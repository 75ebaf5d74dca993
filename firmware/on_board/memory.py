"""Measure what a container takes from the heap. For the programs `measure_…memory`.

Each of them measures an import, and what is imported already costs nothing. So each class of ours
is measured after a reset, before anything else of the library is imported.
"""

import gc
import json

from on_board.small_heap import collect_often

collect_often()


def taken_by(make):
    """The bytes that stay taken for as long as what `make()` returns is kept."""
    before = _used()
    kept = make()
    return _used() - before if kept is not None else 0


def _used():
    gc.collect()
    return gc.mem_alloc()


def report(name, *arguments):
    """Print what the container of that name, made with these arguments, takes."""
    import_bytes = taken_by(lambda: getattr(__import__("heapless_py"), name))
    make = getattr(__import__("heapless_py"), name)
    size = make.size_of(*arguments)
    buffer = bytearray(size)
    handle_bytes = taken_by(lambda: make(*arguments, buffer=buffer))
    capacity, form = arguments if len(arguments) == 2 else (arguments[0], "")
    show(name, capacity, form, size, handle_bytes, import_bytes)


def show(subject, capacity, form, image_bytes, handle_bytes, import_bytes):
    """Print a line of JSON: the bytes of the contents' memory (the image), of the objects around
    it (the handle), and of the modules that the import loaded, compiled on the board if they are
    deployed as source.
    """
    print(
        json.dumps(
            {
                "subject": subject,
                "capacity": capacity,
                "format": form,
                "image_bytes": image_bytes,
                "handle_bytes": handle_bytes,
                "import_bytes": import_bytes,
            }
        )
    )
