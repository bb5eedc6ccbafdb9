"""Results do not depend on the number of threads, and two Python threads may train at once."""

import os
import subprocess
import sys

import pytest
from glia import backend

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        "numba" not in backend.available() or os.environ.get("NUMBA_DISABLE_JIT", "0") != "0",
        reason="needs compiled kernels",
    ),
]

TRAIN = """
import hashlib, threading
import numpy as np
import glia
from glia import nn, optim
from glia.nn import functional as F

def train(seed, found):
    rng = np.random.default_rng(seed)
    net = nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(1176, 64), nn.LayerNorm(64), nn.GELU(), nn.Linear(64, 10),
    )
    for p in net.parameters():
        p.array[...] = rng.uniform(-0.1, 0.1, p.shape)
    x = glia.tensor(rng.standard_normal((40, 1, 28, 28)).astype(np.float32))
    y = glia.tensor(rng.integers(0, 10, 40))
    opt = optim.Adam(net.parameters(), lr=1e-3)
    for _ in range(4):
        opt.zero_grad()
        F.cross_entropy(net(x), y).backward()
        opt.step()
    digest = hashlib.sha256(b"".join(p.array.tobytes() for p in net.parameters())).hexdigest()
    found[seed] = digest
"""
ALONE = TRAIN + "found = {}\ntrain(0, found)\ntrain(1, found)\nprint(found[0], found[1])\n"
TOGETHER = (
    TRAIN
    + """
found = {}
threads = [threading.Thread(target=train, args=(seed, found)) for seed in (0, 1)]
for t in threads: t.start()
for t in threads: t.join()
print(found[0], found[1])
"""
)


def run(code, **environment):
    path = os.pathsep.join(p for p in sys.path if p)
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path, "GLIA_BACKEND": "numba", **environment},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()[-2:]


def test_results_do_not_depend_on_the_number_of_threads():
    run(ALONE)  # whatever has to be compiled is: another compilation may round otherwise
    # Also with the layer that cannot bear two launches at once, and two Python threads on it.
    one = run(ALONE, NUMBA_NUM_THREADS="1", NUMBA_THREADING_LAYER="workqueue")
    assert run(TOGETHER, NUMBA_NUM_THREADS="2", NUMBA_THREADING_LAYER="workqueue") == one
