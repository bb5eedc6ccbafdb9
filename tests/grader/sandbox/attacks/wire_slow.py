"""Answers one byte at a time, so that no single wait is long.

expect: timeout
seconds: 1
"""

import os
import struct
import time

for byte in struct.pack("<II", 1 << 19, 0) + b" " * (1 << 19):
    os.write(3, bytes([byte]))
    time.sleep(0.05)
