"""Notebooks 03 and 04 with their exercises solved: checks pass, and what the text says is true."""

import re
from itertools import pairwise

import pytest
from solved import all_is_well, numbers, solve

pytestmark = pytest.mark.slow  # two whole notebooks


@pytest.fixture(scope="module")
def layers(tmp_path_factory):
    return solve("03_multilayer_perceptrons", tmp_path_factory.mktemp("layers"))


@pytest.fixture(scope="module")
def descent(tmp_path_factory):
    return solve("04_gradient_descent", tmp_path_factory.mktemp("descent"))


@pytest.mark.parametrize(("chapter", "count", "own"), [("layers", 7, 3), ("descent", 3, 2)])
def test_checks_pass_and_no_widget_complains(chapter, count, own, request):
    all_is_well(request.getfixturevalue(chapter), count, own)


def test_what_chapter_3_says(layers):
    one, two = numbers(layers["collapse-code"])[:2], numbers(layers["collapse-code"])[2:]
    assert one == two
    scalars, matrices = numbers(layers["scalars-code"]), numbers(layers["matrices-code"])
    assert scalars == pytest.approx(matrices, rel=1e-15)
    assert "529,411" in layers["count-code"]
    cubic = [row.split() for row in layers["six-code"].splitlines()]
    golden = [-3.4, -0.5, 0, -0.4, -1, -1.2, -0.3, 3.2, 6.7]
    assert [float(row[5]) for row in cubic] == pytest.approx(golden)
    assert numbers(layers["mnist-train"])[-1] > 92  # "about nine in ten" was chapter 2


def test_what_chapter_4_says(descent):
    assert "(0.5, 0.25)   measured (0.5, 0.25)" in descent["slopes-code"]
    assert numbers(descent["slopes-code"])[0] == pytest.approx(10)
    assert "gradient tensor([0.5 , 0.25])" in descent["autograd-code"]
    rates = [float(v) for v in re.findall(r": ([\d.]+)[,}]", descent["rates-digits-picture"])]
    small, calm, jagged, large = rates
    assert small > 2 and jagged < calm < 1 and large == pytest.approx(2.3, abs=0.1)
    scatter = [float(v) for v in re.findall(r"guess off by ([\d.]+)", descent["noise-code"])]
    for more, less in pairwise(scatter[:4]):
        assert more / less == pytest.approx(2, rel=0.1)
    narrow, wide = (numbers(line) for line in descent["local-code"].splitlines())
    assert max(wide) < 0.05 and {v for v in narrow if v > 0.02} == {0.48}
    right = [float(v) for v in re.findall(r": ([\d.]+)%", descent["batch-digits-run"])]
    assert right == sorted(right, reverse=True) and right[0] > 90
