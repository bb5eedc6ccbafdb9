import numpy as np
import pytest
from glia_grader.report.items import alpha, analyse, item_rest_correlation, upper_lower
from scipy import stats


@pytest.fixture
def points():
    rng = np.random.default_rng(7)
    skill = rng.normal(size=(60, 1))
    return np.clip(np.round(1 + skill + rng.normal(size=(60, 6)), 1), 0, 2)


def test_item_rest_is_pearsons(points):
    for q in range(points.shape[1]):
        rest = np.delete(points, q, axis=1).sum(axis=1)
        wanted = stats.pearsonr(points[:, q], rest).statistic
        assert item_rest_correlation(points, q) == pytest.approx(wanted)


def test_alpha_by_the_covariance_matrix(points):
    cov = np.cov(points.T)
    k = len(cov)
    wanted = k / (k - 1) * (1 - np.trace(cov) / cov.sum())
    assert alpha(points) == pytest.approx(wanted)


def test_alpha_of_copies_is_one_and_of_noise_near_zero():
    rng = np.random.default_rng(0)
    column = rng.normal(size=(500, 1))
    assert alpha(np.repeat(column, 5, axis=1)) == pytest.approx(1.0)
    assert abs(alpha(rng.normal(size=(5000, 5)))) < 0.1


def test_upper_lower_of_a_perfect_and_a_useless_question():
    totals = np.arange(20.0)[:, None]
    perfect = (totals >= 10) * 2.0
    assert upper_lower(np.hstack([perfect, totals]), 0, 2.0) == 1.0
    assert upper_lower(np.hstack([np.ones((20, 1)), totals]), 0, 2.0) == 0.0


def test_shares_add_up_and_blank_is_not_zero():
    points = np.array([[2.0], [1.0], [0.0], [0.0]])
    blank = np.array([[False], [False], [False], [True]])
    item = analyse(points, [2.0], blank)[0]
    assert (item.full, item.zero, item.omitted) == (0.25, 0.25, 0.25)
    assert item.facility == pytest.approx(0.375)


@pytest.mark.parametrize("shape", [(0, 3), (1, 3), (3, 3), (9, 1)])
def test_too_small_a_class_gives_none_not_a_number(shape):
    points = np.ones(shape)
    for item in analyse(points, [1.0] * shape[1], np.zeros(shape, dtype=bool)):
        assert item.discrimination is None
        assert item.alpha_without is None


def test_everyone_alike_gives_none_without_a_warning():
    item = analyse(np.full((20, 2), 2.0), [2.0, 2.0], np.zeros((20, 2), dtype=bool))[0]
    assert item.discrimination is None
    assert item.flag == "nearly everyone has it"


def test_a_question_that_strong_students_fail_is_flagged(points):
    turned = points.copy()
    turned[:, 0] = 2 - turned[:, 1:].mean(axis=1)
    item = analyse(turned, [2.0] * 6, np.zeros(points.shape, dtype=bool))[0]
    assert item.discrimination < 0
    assert "wording" in item.flag
