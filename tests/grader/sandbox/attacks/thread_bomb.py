"""Starts threads that never end, with the smallest stacks.

expect: exception died timeout
seconds: 3
"""

import threading
import time

threading.stack_size(32768)
while True:
    threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
