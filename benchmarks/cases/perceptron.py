"""The perceptron's epoch against scikit-learn's."""

from __future__ import annotations

import warnings

import glia
import numpy as np

from ..harness import Duel, case


@case("perceptron epoch 10000x50", 12.0, 20.0, peer="scikit-learn")
def perceptron():
    from sklearn.linear_model import Perceptron

    rng = np.random.default_rng(0)
    X = rng.standard_normal((10_000, 50)).astype(np.float32)
    y = (X @ rng.standard_normal(50) + 2 * rng.standard_normal(10_000) > 0).astype(int)
    theirs = Perceptron(max_iter=1, tol=None, shuffle=False)

    def fit_theirs():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs.fit(X, y)

    def fit_ours():
        return glia.Perceptron().fit(X, y, epochs=1)

    ours = fit_ours()
    fit_theirs()
    right = np.array([(m.predict(X) == y).mean() for m in (ours, theirs)])
    return Duel(fit_ours, fit_theirs, [("accuracy", right[0], right[1], 0.2)])
