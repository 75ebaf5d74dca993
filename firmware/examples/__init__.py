"""Small programs to copy: each runs on a Raspberry Pi Pico as it is.

    mpremote run firmware/examples/encoder.py

Each ends by itself when it is told after how many lines, events or blocks: `main(10)`. The tests
run them so, on an emulated Pico that has wires to feed them.
"""
