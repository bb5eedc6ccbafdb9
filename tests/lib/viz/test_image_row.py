"""Images in a row on one scale, and the history of the architectures."""

from itertools import pairwise

import numpy as np
import pytest
from glia import viz
from glia.models import LeNet5
from glia.nn.utils import count_parameters


def test_images_share_one_scale():
    axes = viz.image_row({"a": np.zeros((3, 4)), "b": np.full((2, 2), 5.0)})
    limits = {ax.get_images()[0].get_clim() for ax in axes}
    assert limits == {(0.0, 5.0)}
    assert [ax.get_title() for ax in axes] == ["a", "b"]
    signed = viz.image_row({"a": np.array([[-3.0, 1.0]])}, signed=True)
    assert signed[0].get_images()[0].get_clim() == (-3.0, 3.0)


def test_values_stand_in_their_cells_and_empty_ones_are_hatched():
    (ax,) = viz.image_row({"m": np.array([[-1.5, np.nan], [0.0, 9.0]])}, values=True)
    assert sorted(t.get_text() for t in ax.texts) == ["0", "9", "−1.5"]
    hatched = [p for p in ax.patches if p.get_hatch()]
    assert [(p.get_x(), p.get_y()) for p in hatched] == [(0.5, -0.5)]
    colors = {t.get_text(): t.get_color() for t in ax.texts}
    assert colors["9"] == "black" and colors["−1.5"] == "white"


def test_only_images_are_taken():
    with pytest.raises(ValueError, match="expected images"):
        viz.image_row({"a": np.zeros(3)})
    with pytest.raises(ValueError, match="none"):
        viz.image_row({})


def conv(channels, filters, kernel, groups=1):
    return filters * (channels // groups * kernel**2 + 1)


def test_parameters_of_the_table_are_counted_from_the_papers():
    table = {net.name: net.parameters for net in viz.ARCHITECTURES}
    assert table["LeNet-5"] == count_parameters(LeNet5())
    dense = (9216 + 1) * 4096 + 4097 * 4096 + 4097 * 1000
    layers = [(3, 96, 11), (96, 256, 5, 2), (256, 384, 3), (384, 384, 3, 2), (384, 256, 3, 2)]
    assert table["AlexNet"] == sum(conv(*each) for each in layers) + dense
    widths = [3, *[64] * 2, *[128] * 2, *[256] * 3, *[512] * 6]
    vgg = sum(conv(a, b, 3) for a, b in pairwise(widths))
    assert table["VGG-16"] == vgg + (25088 + 1) * 4096 + 4097 * 4096 + 4097 * 1000


def test_history_shows_every_net_in_its_year():
    ax = viz.architectures(viz.axes())
    words = " ".join(t.get_text() for t in ax.texts)
    assert all(net.name in words for net in viz.ARCHITECTURES)
    years = [net.year for net in viz.ARCHITECTURES]
    assert years == sorted(years)
