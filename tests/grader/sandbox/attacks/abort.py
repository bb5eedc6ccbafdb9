"""Calls abort(), which no except clause sees.

expect: died
"""

import os

os.abort()
