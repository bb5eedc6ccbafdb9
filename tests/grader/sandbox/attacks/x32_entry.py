"""The x32 numbers of the same calls.

expect: died
machine: x86_64
"""

import ctypes

print("ESCAPED", ctypes.CDLL(None).syscall(0x40000000 + 39))
