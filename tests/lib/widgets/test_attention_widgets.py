"""Attention explorer, positional encodings, sampler: their numbers, and the learner's code."""

import glia
import numpy as np
import pytest
from glia import models, nn
from glia.data import CharTokenizer
from glia.ops import softmax
from glia.widgets import AttentionExplorer, GPTSampler, PositionalEncodingExplorer
from glia.widgets.gpt_sampler import next_token_probabilities
from glia.widgets.heat import shade

MAPS = softmax(np.random.default_rng(0).normal(size=(2, 3, 5, 5)) * 2)


def sdpa(Q, K, V, mask):
    scores = Q @ np.swapaxes(K, -1, -2) / np.sqrt(Q.shape[-1])
    scores = scores if mask is None else np.where(mask, scores, -1e30)
    return softmax(scores) @ V


def test_rows_are_read_with_their_largest_weights():
    look = AttentionExplorer(MAPS[0, 0], "a b\nc", row=2)
    assert look.row == 2 and len(look.frames) == 5
    order = np.argsort(-MAPS[0, 0, 2])
    assert look.top(count=2) == [("a b\nc"[k], MAPS[0, 0, 2, k]) for k in order[:2]]
    assert f"{MAPS[0, 0, 2, order[0]]:.2f} on" in look.picture["say"]
    assert "Row 2, “␣”" in look.frames[1]["say"] and "Row 4, “↵”" in look.frames[3]["say"]


def test_heads_are_counted_through_the_layers():
    look = AttentionExplorer(MAPS, "abcde", head=4)
    np.testing.assert_array_equal(look.weights(), MAPS[1, 1])
    assert look.picture["say"].startswith("Layer 2, head 2, row 1")
    before = look.backdrop
    look.head = 0
    np.testing.assert_array_equal(look.weights(), MAPS[0, 0])
    assert look.backdrop != before and look.backdrop.count("data-trait='head'") == 6


def test_examples_bring_their_own_rows():
    look = AttentionExplorer([MAPS[0, 0], MAPS[0, 1, :2, :4]], ["abcde", "xy"], ["abcde", "pqrs"])
    look.row = 4
    look.example = 1
    assert len(look.frames) == 2 and look.row == 1
    slider = next(c for c in look.controls if c["kind"] == "range" and c["name"] == "row")
    assert slider["max"] == 1 and slider["shown"] == ["1: x", "2: y"]
    assert "“y”" in look.picture["say"]


def test_weights_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"got weights of shape \(5, 5\).*\(…, 5, 4\)"):
        AttentionExplorer(MAPS[0, 0], "abcde", "abcd")
    with pytest.raises(ValueError, match="at most 48"):
        AttentionExplorer(np.eye(50), "x" * 50)


def test_states_attend_with_the_plain_dot_product():
    rng = np.random.default_rng(1)
    queries, states = rng.normal(size=(3, 4)), rng.normal(size=(6, 4))
    look = AttentionExplorer.of_states(queries, states, "abc", "uvwxyz")
    np.testing.assert_allclose(look.weights(), softmax(queries @ states.T), rtol=1e-12)


def dot(query, states):
    scores = states @ query
    weights = np.exp(scores) / np.exp(scores).sum()
    return scores, weights, weights @ states


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (dot, ""),
        (lambda q, s: dot(q / 2, s), "differ from the library's in row 1"),
        (lambda q, s: (s @ q, s @ q, q), "sum to"),
        (lambda q, s: (*dot(q, s)[:2], q), "not the weighted sum"),
        (lambda q, s: dot(q, s)[1], "three things"),
        (lambda q, s: None, "returned None"),
    ],
)
def test_the_learners_dot_attention_is_compared(function, words):
    rng = np.random.default_rng(1)
    args = rng.normal(size=(3, 4)), rng.normal(size=(6, 4)), "abc", "uvwxyz"
    error = AttentionExplorer.of_states(*args, dot_attention=function).error
    assert words in error and bool(words) == bool(error)


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (sdpa, ""),
        (lambda Q, K, V, mask: sdpa(Q, K, V, None), "places that the mask hides"),
        (lambda Q, K, V, mask: sdpa(2 * Q, K, V, mask), "in row 2 of head 1"),
        (lambda Q, K, V, mask: sdpa(Q, K, V, None) * mask, "sum to"),
        (lambda Q, K, V, mask: Q, "array of shape (2, 5, 3)"),
    ],
)
def test_the_learners_attention_is_read_out_with_the_identity(function, words):
    rng = np.random.default_rng(2)
    q, k = rng.normal(size=(2, 5, 3)), rng.normal(size=(2, 5, 3))
    mask = np.tri(5, dtype=bool)
    look = AttentionExplorer.of_queries(q, k, "abcde", mask=mask, attention=function)
    assert words in look.error and bool(words) == bool(look.error)
    assert look.weights().shape == (5, 5)


def test_shades_get_darker_all_the_way():
    light = shade(np.linspace(0, 1, 21)) @ np.array([0.299, 0.587, 0.114])
    assert np.all(np.diff(light) < 0)


def test_the_table_is_the_librarys_positional_encoding():
    wheel = PositionalEncodingExplorer(d_model=16)
    wanted = nn.PositionalEncoding(16).pe.numpy()[:64]
    np.testing.assert_allclose(wheel.table(), wanted, atol=1e-6)
    assert len(wheel.frames) == 64


def test_dot_products_depend_on_the_distance_alone():
    table = PositionalEncodingExplorer(d_model=32).table()
    alike = table @ table.T
    for far in (1, 5, 20):
        np.testing.assert_allclose(np.diagonal(alike, far), alike[0, far], rtol=1e-10)
    np.testing.assert_allclose(np.diagonal(alike), 16)


def test_wavelengths_by_pair_depth_and_base():
    wheel = PositionalEncodingExplorer(d_model=8, base=100, pair=3)
    assert wheel.wavelength() == pytest.approx(2 * np.pi * 100**0.75)
    wheel.d_model = 64
    assert wheel.pair == 3 and wheel.wavelength() == pytest.approx(2 * np.pi * 100 ** (6 / 64))
    wheel.pair = 31
    wheel.d_model = 8  # the pair is drawn back into what there is
    assert wheel.pair == 3
    wheel.place = 7
    assert wheel.picture["say"].startswith("Place 7, pair 3")


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        (lambda n, d: PositionalEncodingExplorer(d_model=d).table()[:n], ""),
        (lambda n, d: PositionalEncodingExplorer(d_model=d).table()[:n, ::-1], "place 0, column 0"),
        (lambda n, d: np.zeros((n, d + 1)), "shape (64, 33)"),
    ],
)
def test_the_learners_encoding_is_compared(encoding, words):
    wheel = PositionalEncodingExplorer(encoding)
    assert words in wheel.error and bool(words) == bool(wheel.error)
    assert not any(c["name"] == "base" for c in wheel.controls)


@pytest.fixture(name="gpt")
def _gpt():
    glia.manual_seed(0)
    tokenizer = CharTokenizer("abcdefgh \n")
    model = models.GPT(len(tokenizer), context=16, d_model=16, nhead=2, num_layers=1)
    model.tokens.weight.detach().array[:] *= 20  # opinions, though untrained
    return model, tokenizer


def test_probabilities_are_those_of_the_models_scores(gpt):
    model, tokenizer = gpt
    sampler = GPTSampler(model, tokenizer, prompt="abc↵", temperature=0.5, top_k=3)
    with glia.no_grad():
        z = model(glia.tensor(tokenizer.encode("abc\n")[None])).numpy()[0, -1].astype(float)
    kept = np.sort(z)[-3:]
    p = sampler.probabilities()
    assert (p > 0).sum() == 3 and p.sum() == pytest.approx(1)
    assert p.max() == pytest.approx(1 / np.exp((kept - kept[2]) / 0.5).sum())
    assert "3 of 10 possible" in sampler.picture["say"]


def test_temperature_zero_is_greedy_and_a_seed_repeats(gpt):
    model, tokenizer = gpt
    start = glia.tensor(tokenizer.encode("ab")[None])
    wanted = tokenizer.decode(model.generate(start, 6, temperature=0).numpy()[0])
    greedy = GPTSampler(model, tokenizer, prompt="ab", temperature=0.0)
    assert "ab" + greedy.step(6) == wanted
    wild = [GPTSampler(model, tokenizer, prompt="ab", temperature=1.5, seed=s) for s in (3, 3, 4)]
    texts = [one.step(20) for one in wild]
    assert texts[0] == texts[1] != texts[2]


def test_buttons_write_take_back_and_start_again(gpt):
    sampler = GPTSampler(*gpt, prompt="ab")
    pictures = []
    sampler.observe(lambda change: pictures.append(change["new"]), "picture")
    sampler.on_press("more")
    assert len(sampler.written) == 40 and len(pictures) == 1
    assert sampler.picture["say"].startswith("Drawn: ")
    sampler.on_press("back")
    assert len(sampler.written) == 39
    sampler.on_press("again")
    assert sampler.written == "" and sampler.text() == "ab"
    sampler.on_press("next")
    sampler.prompt = "h"  # a new beginning
    assert sampler.text() == "h"


def test_prompts_that_cannot_be_read_are_told(gpt):
    sampler = GPTSampler(*gpt, prompt="ab")
    sampler.prompt = "aß"
    assert sampler.error == "the model has never seen 'ß'."
    sampler.on_press("next")
    assert sampler.written == ""
    sampler.prompt = ""
    assert "needs a beginning" in sampler.error
    sampler.prompt = "<&>".replace("&", "a")
    assert "never seen '<', '>'" in sampler.error and "<b><" not in sampler.picture["side"]


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (next_token_probabilities, ""),
        (lambda z, t, k: softmax(z), "differ from the library's"),
        (lambda z, t, k: z, "at least 0 and sum to 1"),
        (lambda z, t, k: softmax(z)[:3], "shape (3,)"),
    ],
)
def test_the_learners_probabilities_are_drawn_from(gpt, function, words):
    sampler = GPTSampler(*gpt, prompt="ab", probabilities=function, temperature=0.3)
    assert words in sampler.error and bool(words) == bool(sampler.error)


def test_the_learners_own_model_may_write():
    tokenizer = CharTokenizer("abc")

    def after(ids):  # a comes after c, b after a, c after b
        return 50 * np.eye(3)[(ids + 1) % 3]

    sampler = GPTSampler(after, tokenizer, prompt="a")
    assert sampler.step(5) == "bcabc"
    assert "shape (1, 3)" in GPTSampler(lambda ids: np.ones((1, 3)), tokenizer, prompt="a").error
    broken = GPTSampler(lambda ids: ids / None, tokenizer, prompt="a")
    assert "your model stopped with TypeError" in broken.error


def test_cut_temperature_and_ties_of_the_librarys_probabilities():
    z = np.array([2.0, 1.0, 0.0])
    p = next_token_probabilities(z, 1.0, 2)
    np.testing.assert_allclose(p, [np.e / (np.e + 1), 1 / (np.e + 1), 0])
    assert next_token_probabilities(z * 1e4, 0.01, None)[0] == 1
    np.testing.assert_array_equal(next_token_probabilities(z, 0, None), [1, 0, 0])
    np.testing.assert_allclose(next_token_probabilities(np.ones(3), 1.0, 1), 1 / 3)
