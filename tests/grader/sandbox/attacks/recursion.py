"""Runs out of stack in Python, in C and in the parser.

expect: died exception timeout
seconds: 1
"""

import sys

sys.setrecursionlimit(10**9)


def deeper(x):
    return [deeper(x)]


deeper(1)
