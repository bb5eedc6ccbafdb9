"""Heat maps, scaling curves and block diagrams of the attention chapters."""

import numpy as np
import pytest
from glia import viz


def test_maps_have_a_panel_each_and_numbers_in_small_cells():
    mask = np.tri(4, dtype=bool)
    panels = viz.attention_maps({"one": mask, "two": ~mask}, list("abcd"), digits=0)
    assert [ax.get_title() for ax in panels] == ["one", "two"]
    assert [t.get_text() for t in panels[0].texts][:4] == ["1", "0", "0", "0"]
    assert [t.get_text() for t in panels[1].get_xticklabels()] == list("abcd")
    large = viz.attention_maps({"large": np.eye(12)}, range(12))
    assert not large[0].texts
    with pytest.raises(ValueError, match=r"'one' has shape \(4, 4\).*\(4, 3\)"):
        viz.attention_maps({"one": mask}, list("abcd"), list("abc"))


def test_scaling_shows_powers_as_lines():
    ax = viz.scaling(viz.axes(), (2, 4, 8), {"n": [1, 2, 4], "n²": [1, 4, 16]},
                     xlabel="n", ylabel="cost")  # fmt: skip
    assert ax.get_xscale() == ax.get_yscale() == "log"
    looks = {(line.get_linestyle(), line.get_marker()) for line in ax.get_lines()}
    assert len(looks) == 2


def test_the_norm_stands_before_or_after_the_sum():
    pre, post = viz.transformer_blocks()
    order = {ax: [t.get_text() for t in ax.texts] for ax in (pre, post)}
    norms = {
        ax: [i for i, w in enumerate(words) if w == "LayerNorm"] for ax, words in order.items()
    }
    sums = {ax: [i for i, w in enumerate(words) if w == "+"] for ax, words in order.items()}
    assert len(norms[pre]) == len(sums[pre]) == 2
    assert norms[pre][0] < sums[pre][0] and norms[post][0] > sums[post][0]


def test_the_towers_name_their_parts():
    words = " ".join(t.get_text() for t in viz.encoder_decoder().texts)
    for part in ("memory", "cross-attention", "causal", "keys and values", "queries"):
        assert part in words
