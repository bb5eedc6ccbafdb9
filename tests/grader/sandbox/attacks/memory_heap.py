"""Takes memory until there is none.

expect: died
memory: 900
seconds: 20
"""

import numpy as np

kept = []
while True:
    kept.append(np.ones(1 << 24))
