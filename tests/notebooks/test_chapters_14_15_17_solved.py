"""Notebooks 14, 15, 17 with their exercises solved: checks pass, and what the text says is true."""

import re
from itertools import pairwise

import pytest
from solved import all_is_well, numbers, solve

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]  # three notebooks that train


@pytest.fixture(scope="module")
def attention(tmp_path_factory):
    return solve("14_attention", tmp_path_factory.mktemp("attention"))


@pytest.fixture(scope="module")
def transformers(tmp_path_factory):
    return solve("15_transformers", tmp_path_factory.mktemp("transformers"))


@pytest.fixture(scope="module")
def small_gpt(tmp_path_factory):
    return solve("17_small_gpt", tmp_path_factory.mktemp("small_gpt"))


@pytest.mark.parametrize(
    ("chapter", "count", "own"), [("attention", 6, 4), ("transformers", 3, 0), ("small_gpt", 2, 1)]
)
def test_checks_pass_and_no_widget_complains(chapter, count, own, request):
    all_is_well(request.getfixturevalue(chapter), count, own)


def shares(text):
    return [float(n) for n in re.findall(r"([\d.]+)%", text)]


def test_what_chapter_14_says(attention):
    without, looking = shares(attention["train-run"])
    assert without < 5 and looking > 95  # hardly any against nearly all
    assert min(shares(attention["hits-code"])) > 70
    largest = [numbers(line)[1:3] for line in attention["why-root-code"].splitlines()]
    undivided, divided = zip(*largest, strict=True)
    assert undivided[-1] > 0.9 > 0.5 > undivided[0] and max(divided) < 0.25
    alone, asking = shares(attention["tagger-run"])
    assert alone < 95 and asking > 99
    cut = shares(attention["cut-code"])
    lost = [asking - share for share in cut]
    assert len(cut) == 8 and max(lost) > 3 * min(lost) and min(cut) > 80
    said = re.findall(r"\? +(True|False)", attention["equivariance-code"])
    assert said == ["False", "True", "True", "False"]
    with_places, lost_without = shares(attention["no-places-run"])
    assert with_places > lost_without + 10
    zeros = re.findall(r"05/03/1987 → (.)..(.)", attention["no-places-run"])
    assert zeros[1][0] == zeros[1][1]  # equal letters, equal tags
    for line in attention["relative-code"].splitlines():
        turned, there = re.findall(r"\[([^]]*)\]", line)
        assert numbers(turned) == pytest.approx(numbers(there), abs=1e-8)


def test_what_chapter_15_says(transformers):
    (off,) = [float(n) for n in re.findall(r"difference: ([\d.e-]+)", transformers["ffn-code"])]
    assert off < 1e-6
    assert "lengths [2. 2.]" in transformers["norm-code"]
    pre, post = (numbers(line) for line in transformers["deep-picture"].splitlines()[:2])
    assert post[1] > 1.3 * pre[1]
    falls, stays = (float(n) for n in re.findall(r"ends at ([\d.]+)", transformers["deep-picture"]))
    assert falls < 0.6 and stays > 1.2
    dates, characters = shares(transformers["translator-write"])
    assert dates > 60 and characters > 93
    rows = [numbers(line) for line in transformers["cost-run"].splitlines()]
    (gru_before, before), (gru_last, last) = rows[-4], rows[-1]
    assert last > gru_last  # at the long end attention is behind,
    assert last / before > 1.5 * gru_last / gru_before  # and its line is the steeper one
    assert "4 questions" in transformers["games-code"]
    assert "tokens 17" in transformers["vit-code"]


def test_what_chapter_17_says(small_gpt):
    before, after, bigram = numbers(small_gpt["train-code"])[:3]
    assert before == pytest.approx(4.17, abs=0.1)
    assert after < bigram - 0.4 and bigram == pytest.approx(2.51, abs=0.02)
    known = shares(small_gpt["temperature-code"])[::2]
    kinds = shares(small_gpt["temperature-code"])[1::2]
    assert known == sorted(known, reverse=True) and kinds[0] < min(kinds[1:])
    rows = [numbers(line) for line in small_gpt["cache-code"].splitlines() if line.strip()]
    assert "False" not in small_gpt["cache-code"]
    assert rows[-1][0] > 2 * rows[-1][1]
    for (slow, _), (slower, _) in pairwise(rows):
        assert slower > slow
