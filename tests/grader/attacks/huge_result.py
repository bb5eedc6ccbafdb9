"""Returns more numbers than anybody asked for."""

import numpy as np


def softmax(z):
    return np.ones((200, 1_000_000))
