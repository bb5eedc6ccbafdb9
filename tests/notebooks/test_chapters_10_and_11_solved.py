"""Notebooks 10 and 11 with their exercises solved: checks pass, and what the text says is true."""

import re

import pytest
from solved import all_is_well, solve

pytestmark = pytest.mark.slow  # two whole notebooks


@pytest.fixture(scope="module")
def convolution(tmp_path_factory):
    return solve("10_convolution", tmp_path_factory.mktemp("convolution"))


@pytest.fixture(scope="module")
def architectures(tmp_path_factory):
    return solve("11_cnn_architectures", tmp_path_factory.mktemp("architectures"))


@pytest.mark.parametrize(
    ("chapter", "count", "own"), [("convolution", 11, 4), ("architectures", 9, 2)]
)
def test_checks_pass_and_no_widget_complains(chapter, count, own, request):
    all_is_well(request.getfixturevalue(chapter), count, own)


def numbers(text):
    return [float(n) for n in re.findall(r"-?\d+\.?\d*", text)]


def shares(line):
    return [int(n) for n in re.findall(r"(-?\d+)%", line)]


def test_golden_values_of_chapter_10(convolution):
    left = shares(convolution["matched-code"])
    assert left[0] == 100 and left[2] < 50 and left[4] < 5
    counts = convolution["cost-code"]
    for count in ("120,000", "3,600,000,000", "16,000,000,000", "40,000,000"):
        assert f" {count}\n" in counts
    assert [int(n) for n in re.findall(r"(\d+) weights", convolution["three-code"])] == [25, 13, 3]
    assert convolution["row-code"].count("[2 1 1]") == 2
    assert "correlation [1]  convolution [-1]" in convolution["row-code"]
    assert "[[19.0, 25.0], [37.0, 43.0]]" in convolution["image-code"]
    assert "[[20.0, 26.0], [38.0, 44.0]]" in convolution["image-code"]
    assert "first patch: 6600   second patch: 0" in convolution["curve-code"]
    assert "C x = slid: True   shape (4, 16)" in convolution["toeplitz-code"]
    assert "one product: True" in convolution["im2col-code"]
    assert "stride 1 → (5, 7)\nstride 2 → (3, 4)" in convolution["size-code"]
    assert "[[0.0, 8.0], [6.0, 8.0]]" in convolution["size-code"]
    assert "total    → (5, 7)\npadding 2, per_side → (6, 8)" in convolution["padding-code"]
    assert "= 56." in convolution["channels-widget"]
    assert convolution["alexnet-code"].count("34,944") == 2
    assert "max   [[4.0, 5.0], [7.0, 8.0]]" in convolution["pool-code"]


def test_what_chapter_10_measures(convolution):
    lines = convolution["invariance-picture"].splitlines()[:4]
    rows = [numbers(line.split(": ")[1]) for line in lines]
    for plain, back, pooled, largest in list(zip(*rows, strict=True))[1:]:
        assert back == largest == 0 and 0 < pooled < plain
    assert "smallest value 0" in convolution["zeros-code"]
    assert shares(convolution["zeros-code"])[0] > 50
    assert "[0.0, 4.0, 0.0]" in convolution["pool-back-code"]
    lines = convolution["shared-code"].splitlines()
    assert numbers(lines[0]) == numbers(lines[2]) == numbers(lines[3])
    library, yours = convolution["own-training-code"], convolution["own-training-yours"]
    assert numbers(library) == pytest.approx(numbers(yours), abs=0.11)
    found = numbers(library)
    assert found[5] - found[3] > 3.5 and abs(found[4]) < 0.2  # upright edges


def test_what_chapter_11_says(architectures):
    assert "[3, 5, 7]" in architectures["field-code"] and "[4, 8]" in architectures["field-code"]
    assert "61,706" in architectures["lenet-sizes"] and "48,120" in architectures["lenet-sizes"]
    lenet, mlp = (
        float(re.search(r"([\d.]+)% right", architectures[cell])[1])
        for cell in ("lenet-train", "mlp-train")
    )
    assert lenet > mlp + 1.5 and lenet > 94
    assert "59,134  this head 170" in architectures["head-code"]
    assert "moved about: True" in architectures["head-code"]
    assert "74% of all" in architectures["history-count"]
    assert "counted: 61706   in the table: 61706" in architectures["history-lenet"]


def test_shifts_depth_and_transfer(architectures):
    mlp, lenet = (shares(line) for line in architectures["shift-code"].splitlines())
    assert mlp[3] < 50 < lenet[3] and lenet[6] < 35
    plain, residual = architectures["deep-train"].splitlines()
    plain_losses = [float(n) for n in re.findall(r"\d\.\d\d", plain)]
    residual_losses = [float(n) for n in re.findall(r"\d\.\d\d", residual)]
    assert plain_losses[-1] == pytest.approx(2.3, abs=0.02) and plain_losses[0] < 0.5
    assert max(residual_losses) < 0.5
    first = [float(row.split()[-1]) for row in architectures["gradients-code"].splitlines()]
    assert first[0] < 1e-9 < 1e-3 < first[1]
    pixels, scratch, frozen = (
        shares(line) for line in architectures["transfer-picture"].splitlines()[:3]
    )
    for count in (1, 2, 3):
        assert frozen[count] > max(pixels[count], scratch[count])
