"""Ends the process without a word.

expect: died
"""

import os

os._exit(0)
