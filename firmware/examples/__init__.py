"""Small programs to copy: each runs on a Raspberry Pi Pico as it is.

    mpremote run firmware/examples/encoder.py

Each goes on for ever, or ends after as many lines, blocks or edges as it is
told: `main(10)`. The tests run them so, on an emulated Pico that has wires.
"""
