"""Takes for ever at the first question.

says: took too long
"""

import time


def softmax(z):
    while True:
        time.sleep(60)
