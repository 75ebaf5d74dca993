# Freezes heapless_py into a firmware. In the manifest of a firmware of your own:
#
#     include("/path/to/heapless_py/firmware/manifest.py")
#
# MicroPython's build runs this file, and gives it the functions it calls.
# ruff: noqa: F821, PTH123, PTH208
# mypy: ignore-errors

import os

with open("../heapless_py/__init__.py") as source:
    versions = [line.split('"')[1] for line in source if line.startswith("__version__")]
metadata(
    description="Fixed-capacity containers: no allocation, safe in a hard interrupt",
    version=versions[0],
    license="MIT",
)
# The modules, and not the package within, which is for tests on a host.
package(
    "heapless_py",
    files=sorted(name for name in os.listdir("../heapless_py") if name.endswith(".py")),
    base_path="..",
)
