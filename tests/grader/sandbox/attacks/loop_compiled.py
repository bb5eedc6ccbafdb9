"""An endless loop in compiled code, which no Python signal handler can interrupt.

expect: timeout
seconds: 2
"""

import numba


@numba.njit
def spin(x):
    while x > 0:
        x = x + 1 if x < 10 else 1
    return x


spin(1)
