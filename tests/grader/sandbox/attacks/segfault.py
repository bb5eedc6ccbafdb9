"""Reads address zero.

expect: died
"""

import ctypes

ctypes.string_at(0)
