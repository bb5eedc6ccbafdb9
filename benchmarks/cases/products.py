"""Large matrix products: the peer's library is hand-tuned assembly."""

from __future__ import annotations

from functools import partial

import glia
import numpy as np

from ..harness import Duel, case


def product(n):
    import torch

    rng = np.random.default_rng(0)
    a, b = (rng.standard_normal((n, n)).astype(np.float32) for _ in range(2))
    mine, other = (glia.tensor(a), glia.tensor(b)), (torch.from_numpy(a), torch.from_numpy(b))
    agree = [("product", (mine[0] @ mine[1]).numpy(), (other[0] @ other[1]).numpy(), 1e-5)]
    return Duel(lambda: mine[0] @ mine[1], lambda: other[0] @ other[1], agree)


for _n in (512, 1024):
    case(f"matrix product {_n}", 0.7, 1.0)(partial(product, _n))
