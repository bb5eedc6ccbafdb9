"""Makes every comparison true, every clock slow, every hook its own.

expect: None bad_reply died
"""

import builtins
import sys
import time

import numpy as np
from IPython import get_ipython

np.allclose = np.array_equal = np.testing.assert_allclose = lambda *a, **k: True
builtins.len = builtins.abs = builtins.isinstance
builtins.__dict__["len"] = lambda x: 0
time.perf_counter = time.monotonic = lambda: 0.0
get_ipython().ast_transformers.append(None)
get_ipython().events.register("post_run_cell", lambda result: None)
sys.modules["numpy.linalg"] = None
sys.setrecursionlimit(10**8)
