"""The textbook back end needs numpy alone."""

import subprocess
import sys
from pathlib import Path

import glia

PROGRAM = """
import sys
sys.modules["numba"] = None
sys.modules["llvmlite"] = None
import glia
from glia import nn, optim
import glia.nn.functional as F

assert glia.backend.current() == "numpy" and glia.backend.available() == ("numpy",)
glia.manual_seed(0)
net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
                    nn.Linear(18, 3))
x, y = glia.randn(8, 1, 8, 8), glia.randint(0, 3, (8,))
optimizer = optim.Adam(net.parameters(), lr=0.05)
losses = []
for _ in range(30):
    optimizer.zero_grad()
    loss = F.cross_entropy(net(x), y)
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
assert losses[-1] < losses[0] / 5, losses
nn.LSTM(2, 3)(glia.zeros(4, 1, 2))
nn.TransformerEncoderLayer(4, 2, 8)(glia.zeros(4, 1, 4))
heavy = {"numba", "llvmlite", "matplotlib", "ipywidgets", "scipy", "torch"}
loaded = {name for name in heavy if sys.modules.get(name) is not None}
assert not loaded, loaded
print("learned")
"""


def test_the_library_learns_without_numba():
    where = {"PYTHONPATH": str(Path(glia.__file__).parent.parent)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False, env=where
    )
    assert done.stdout.strip() == "learned", done.stderr
