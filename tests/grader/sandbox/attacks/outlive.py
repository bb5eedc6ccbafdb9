"""Leaves threads behind that go on when the cell is over.

expect: None
"""

import threading
import time


def stay():
    while True:
        time.sleep(0.01)


for _ in range(5):
    threading.Thread(target=stay, daemon=False).start()
