"""Stops every clock it can reach, then works for ever.

says: took too long
"""

import time

time.time = time.monotonic = time.perf_counter = time.process_time = lambda: 0.0
time.sleep = lambda seconds: None


def softmax(z):
    while True:
        pass
