"""Notebooks 12 and 13 with their exercises solved: checks pass, and what the text says is true."""

import re

import pytest
from solved import all_is_well, numbers, solve

pytestmark = pytest.mark.slow  # two whole notebooks, with trainings


@pytest.fixture(scope="module")
def recurrent(tmp_path_factory):
    return solve("12_recurrent_networks", tmp_path_factory.mktemp("recurrent"))


@pytest.fixture(scope="module")
def gated(tmp_path_factory):
    return solve("13_gated_rnns_and_seq2seq", tmp_path_factory.mktemp("gated"))


@pytest.mark.parametrize(("chapter", "count", "own"), [("recurrent", 7, 1), ("gated", 4, 2)])
def test_checks_pass_and_no_widget_complains(chapter, count, own, request):
    all_is_well(request.getfixturevalue(chapter), count, own)


def shares(text):
    return [float(n) / 100 for n in re.findall(r"([\d.]+)%", text)]


def test_an_rnn_minds_a_lost_letter_less_than_an_mlp(recurrent):
    rnn, mlp = (
        [float(n) for n in re.findall(rf"{name} ([\d.]+)%", recurrent["surname-shift"])]
        for name in ("RNN", "MLP")
    )
    assert rnn[0] > mlp[0] > 60  # better on new names, with fewer parameters
    assert mlp[0] - mlp[1] > 15 and rnn[0] - rnn[1] < 5
    assert "MLP 19,118, RNN 7,918" in recurrent["surname-train"]


def test_the_gradient_by_hand_is_the_librarys(recurrent):
    by_hand = numbers(recurrent["bptt-code"])[-1]
    assert by_hand == pytest.approx(numbers(recurrent["bptt-autograd"])[-1], abs=2e-6)
    assert " 0. " in recurrent["bptt-code"].replace("]", " ")  # the part of the first step


def test_the_gradient_vanishes_and_explodes_as_told(recurrent):
    first, last = zip(*[
        [float(n) for n in re.findall(r"(\d\.\de[-+]\d+)", line)]
        for line in recurrent["measure"].splitlines()
    ], strict=True)  # fmt: skip
    assert first[0] < 1e-15 * last[0]
    assert list(first) == sorted(first)
    assert first[3] > 10 * last[3]


def test_a_relay_stretches_though_its_radius_is_below_one(recurrent):
    turn, relay = recurrent["slip-code"].splitlines()[:2]
    assert numbers(turn) == [0.6, 0.6] and numbers(relay)[0] == 0.6
    assert numbers(relay)[1] > 1


def test_clipping_saves_the_run(recurrent):
    wild, tame = recurrent["clip-run"].splitlines()
    assert float(wild.split()[-1]) > 1e6
    assert float(tame.split()[-1]) < 0.2
    rnn, same = numbers(recurrent["sunspot-test"])[:2]
    assert rnn < same


def test_longer_windows_come_nearer_to_the_whole_gradient(recurrent):
    cosines = numbers(recurrent["truncated-picture"])
    assert cosines[0] < 0.6 and cosines[-1] > 0.9
    assert cosines[0] < cosines[4] < cosines[-1]


def test_an_open_gate_lets_the_gradient_through(gated):
    rows = gated["way-back-picture"].splitlines()[:4]
    first = [float(re.search(r"year 1: (\S+)", row)[1]) for row in rows]
    assert max(first[:2]) < 1e-10 and min(first[2:]) > 1e-4


def test_who_remembers(gated):
    rnn, lstm, gru = (shares(line) for line in gated["memory-run"].splitlines())
    assert rnn[0] > 0.9 and max(rnn[2:]) < 0.35  # the blank alone makes a fifth
    assert min(lstm[:3]) > 0.85 and min(gru[:3]) > 0.85


def test_z_turned_round_is_the_same_net_and_the_reset_gate_is_not(gated):
    plain, turned, reset = (float(line.split()[-1]) for line in gated["convert-code"].splitlines())
    assert plain > 0.1 and reset > 0.01 and turned < 1e-6


def test_some_units_let_go_at_blanks_and_others_keep(gated):
    rows = [numbers(line) for line in gated["words-code"].splitlines()]
    assert all(blank < 0.2 < letter for letter, blank in rows[:3])
    assert all(blank > letter for letter, blank in rows[3:])


def test_accuracy_falls_with_length(gated):
    lines = gated["dates-run"].splitlines()
    whole = [float(re.search(r"all right (\d+)%", line)[1]) for line in lines]
    single = [float(re.search(r"digits right (\d+)%", line)[1]) for line in lines]
    assert whole[0] > 90 and whole[1] < 60 and whole[2] < 20
    assert single[0] > single[1] > single[2]
