"""Notebook 05 with its exercises solved: checks pass, no widget complains, its numbers hold."""

import re

import pytest
from solved import all_is_well, numbers, solve

pytestmark = pytest.mark.slow  # a whole notebook


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    return solve("05_backpropagation", tmp_path_factory.mktemp("backpropagation"))


def test_checks_pass_and_no_widget_complains(printed):
    all_is_well(printed, 11, 2)


def test_what_is_promised_by_hand(printed):
    assert "-0.1192" in printed["depth-one"]
    slopes = [numbers(line) for line in printed["depth-three"].splitlines()]
    assert [measured for _, measured in slopes] == pytest.approx([by for by, _ in slopes])
    assert [abs(by) for by, _ in slopes] == sorted((abs(by) for by, _ in slopes), reverse=True)
    assert "all 7 values" in printed["worked-golden"]
    accumulated, product = printed["batch-code"].splitlines()
    assert accumulated.split(":")[1] == product.split(":")[1]
    assert [n for n in numbers(printed["slip-lambda-code"]) if n > 0.25] == [0.6, 0.3, 0.3, 0.3]


def test_what_is_promised_of_costs(printed):
    rows = [line.split() for line in printed["cost-picture"].splitlines()[1:6]]
    for layers, naive, backprop, *_ in rows:
        depth = int(layers)
        assert int(backprop) == 3 * depth and int(naive) == depth * (2 * depth + 1)
    assert int(rows[-1][-1]) > 2 * int(rows[-3][-1])  # 64 layers against 16; measured, so loosely


def test_what_is_promised_of_graphs_and_engines(printed):
    assert re.search(r"sum 6\.5\nby the walk back: +6\.5", printed["count-paths"])
    assert "hasty: 6.0   in order: 12.0" in printed["order-code"]
    assert re.findall(r"grad = (\S+)", printed["accumulate-code"]) == ["4.0", "8.0", "4.0"]
    ours, glias = (numbers(line) for line in printed["engine-compare"].splitlines())
    assert ours == pytest.approx(glias, rel=1e-12)
    assert printed["engine-run"].splitlines()[-1].count("0.9") + printed["engine-run"].count("1.0,")
    assert float(re.findall(r"loss (\S+)", printed["engine-run"])[-1]) < 1e-3
    assert numbers(printed["train"])[-1] > 93
    errors = dict(re.findall(r"^(.+?) +relative error (\S+)$", printed["check-code"], re.M))
    assert float(errors["right"]) < 1e-7 and float(errors["twice"]) == pytest.approx(
        1 / 3, abs=0.01
    )
    assert float(errors["wrong sign"]) == 1 and 0.01 < float(errors["no tanh'"]) < 0.7
    assert "Multiply:    True" in printed["gradcheck-code"]
    assert "3 of 3 entries differ" in printed["gradcheck-code"]
