"""Measure what a container takes from the heap. For the programs `measure_…memory`.

Each of them measures an import, and what is imported already costs nothing. So there is one for
each class of ours, to be run after a reset, before anything else of the library is imported.
"""

import gc
import json


def taken_by(make):
    """The bytes that stay taken for as long as what `make()` returns is kept."""
    before = _used()
    kept = make()
    return _used() - before if kept is not None else 0


def _used():
    gc.collect()
    return gc.mem_alloc()


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
