"""Opens files until the kernel says stop.

expect: exception
"""

import os

while True:
    if os.dup(0) > 1000:
        print("ESCAPED")
        break
