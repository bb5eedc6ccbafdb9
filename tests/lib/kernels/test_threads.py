"""Threads and forks: results do not depend on them, two threads train at once, a fork trains on."""

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
        nn.Conv2d(1, 8, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(8, 8, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(1568, 64),
        nn.LayerNorm(64), nn.GELU(), nn.Linear(64, 10),
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
FORKED = (
    TRAIN
    + """
import os, signal
found = {}
train(0, found)
read, write = os.pipe()
child = os.fork()
if child == 0:
    signal.alarm(60)  # a hang ends, and is told apart
    train(1, found)
    os.write(write, found[1].encode())
    os._exit(0)
status = os.waitpid(child, 0)[1]
os.close(write)
print("signal", os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0)
print(found[0], os.read(read, 100).decode())
"""
)


def run(code, *, words=2, **environment):
    path = os.pathsep.join(p for p in sys.path if p)
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path, "GLIA_BACKEND": "numba", **environment},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()[-words:]


def test_results_do_not_depend_on_the_number_of_threads():
    run(ALONE)  # whatever has to be compiled is: another compilation may round otherwise
    # Also with the layer that cannot bear two launches at once, and two Python threads on it.
    one = run(ALONE, NUMBA_NUM_THREADS="1", NUMBA_THREADING_LAYER="workqueue")
    assert run(TOGETHER, NUMBA_NUM_THREADS="2", NUMBA_THREADING_LAYER="workqueue") == one


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_fork_trains_on_with_the_layer_that_bears_it():
    alone = run(ALONE, NUMBA_NUM_THREADS="1", NUMBA_THREADING_LAYER="workqueue")
    assert run(FORKED, NUMBA_NUM_THREADS="2", NUMBA_THREADING_LAYER="workqueue") == alone


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_fork_after_openmp_ends_at_once_and_does_not_hang():
    pytest.importorskip("numba.np.ufunc.omppool")
    _, signal, _ = run(FORKED, NUMBA_NUM_THREADS="2", NUMBA_THREADING_LAYER="omp", words=3)
    assert int(signal) in (6, 15)  # the layer ends it, and says why; the alarm would be 14
