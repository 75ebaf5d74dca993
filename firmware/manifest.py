# Freezes heapless_py into a firmware. In the manifest of a firmware of your own:
#
#     include("/path/to/heapless_py/firmware/manifest.py")
#
# MicroPython's build runs this file, and gives it the functions it calls.
# ruff: noqa: F821
# mypy: ignore-errors

metadata(
    description="Fixed-capacity containers: no allocation, safe in a hard interrupt",
    version="0.1.0",
    license="MIT",
)
package("heapless_py", base_path="..")
