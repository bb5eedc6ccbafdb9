"""One allocation of a petabyte.

expect: died
"""

"x" * (1 << 50)
