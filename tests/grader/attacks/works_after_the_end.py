"""Threads and exit hooks that write when the answer is already given."""

import atexit
import os
import threading
import time


def later():
    time.sleep(0.2)
    os.write(3, b"\xff" * 100)


atexit.register(lambda: os.write(3, b"2.0"))


def softmax(z):
    threading.Thread(target=later, daemon=True).start()
    return z
