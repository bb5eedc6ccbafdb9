"""Encoder and decoder with a bottleneck, writing the likeliest token at each step."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
To translate, one net reads and another writes. The *encoder* reads the source tokens $s_1 \dots
s_S$ and hands over its last state: the bottleneck $c$, all that the decoder will know of the
source.

$$ e_t = \tanh(W_{enc}\, E_{in}[s_t] + U_{enc}\, e_{t-1}), \quad e_0 = 0, \quad c = e_S $$

The *decoder* starts from $d_0 = c$ and with the token $y_0 =$ `bos`. At each step it reads the
token that it wrote before, and writes the one with the largest score:

$$ d_t = \tanh(W_{dec}\, E_{out}[y_{t-1}] + U_{dec}\, d_{t-1}), \qquad
y_t = \mathrm{argmax}\; V d_t $$

It stops when it writes `eos`, or after `limit` tokens. Return $c$ and the tokens written, without
`bos` and `eos`, filled up with $-1$ to the length `limit`.
"""

SIGNATURE = '''
def seq2seq_greedy(source, E_in, W_enc, U_enc, E_out, W_dec, U_dec, V, bos, eos, limit):
    """Translate one sequence of tokens greedily.

    Args:
        source: Tokens to read, integers, shape (S,).
        E_in: A vector for each source token, shape (A, D).
        W_enc: Encoder weights of the input, shape (H, D).
        U_enc: Encoder weights of the state, shape (H, H).
        E_out: A vector for each target token, shape (B, D).
        W_dec: Decoder weights of the input, shape (H, D).
        U_dec: Decoder weights of the state, shape (H, H).
        V: Weights of the scores, shape (B, H).
        bos: The token that stands before the first.
        eos: The token that means the end.
        limit: Write at most so many tokens.

    Returns:
        (summary, written): c, shape (H,), and the tokens, integers, shape (limit,).
    """
'''


def seq2seq_greedy(source, E_in, W_enc, U_enc, E_out, W_dec, U_dec, V, bos, eos, limit):
    """Read all, then write one token after the other."""
    state = np.zeros(len(U_enc), dtype=E_in.dtype)
    for token in source:
        state = np.tanh(W_enc @ E_in[token] + U_enc @ state)
    summary, token = state, bos
    written = np.full(limit, -1)
    for t in range(limit):
        state = np.tanh(W_dec @ E_out[token] + U_dec @ state)
        token = int(np.argmax(V @ state))
        if token == eos:
            break
        written[t] = token
    return summary, written


def _draw(rng, size, hidden, letters=6):
    shapes = ((letters, size), (hidden, size), (hidden, hidden))
    encoder = [rng.normal(size=s) for s in shapes]
    decoder = [rng.normal(size=s) for s in (*shapes, (letters, hidden))]
    return *encoder, *decoder


def _nets(seeds, source, limit):
    """Nets that write something before they stop."""
    cases = []
    for seed in seeds:
        net = _draw(np.random.default_rng(seed), 3, 4)
        cases.append(Case((np.array(source), *net, 0, 1, limit), f"reads {source}"))
    return cases


def _reads(rng):
    return [*_nets((4,), [2], 3), *_nets((4, 5), [2, 5, 3, 4], 4)]


def _writes(rng):
    found = []
    for seed in range(60):
        case = _nets((seed,), [3, 2, 5, 4][: 2 + seed % 3], 7)[0]
        written = seq2seq_greedy(*case.args)[1]
        count = int((written >= 0).sum())
        if 2 <= count < 7 and len(set(written.tolist())) > 2:
            found.append(case)
    return found[:5]


def _stops(rng):
    cases = []
    for seed in range(40):
        case = _nets((seed,), [2, 4], 5)[0]
        if (seq2seq_greedy(*case.args)[1] >= 0).all():
            cases.append(case)
    return cases[:3]


def _random(rng):
    cases = []
    for count in (1, 3, 5, 6, 8):
        source = rng.integers(2, 6, size=count)
        net = _draw(rng, 3, 5)
        cases.append(Case((source, *net, 0, 1, 6), f"{count} tokens to read", 1.0))
    return cases


def _bottleneck(ask, rng):
    net = _draw(rng, 3, 4)
    silent = (net[0] * 0.0, *net[1:])  # an encoder that hears nothing
    one = ask(np.array([2, 3]), *silent, 0, 1, 5)
    two = ask(np.array([5, 4, 2]), *silent, 0, 1, 5)
    if np.array_equal(one[1], two[1]) and not np.any(one[0]):
        return None
    return Finding(
        "If the encoder hears nothing, c is 0 and every source should be translated alike: the "
        "decoder knows the source through c alone",
        args=(np.array([5, 4, 2]), *silent, 0, 1, 5),
    )


def _ignores_summary(source, E_in, W_enc, U_enc, E_out, W_dec, U_dec, V, bos, eos, limit):
    state = np.zeros(len(U_enc))
    for token in source:
        state = np.tanh(W_enc @ E_in[token] + U_enc @ state)
    summary, token, state = state, bos, np.zeros(len(U_dec))
    written = np.full(limit, -1)
    for t in range(limit):
        state = np.tanh(W_dec @ E_out[token] + U_dec @ state)
        token = int(np.argmax(V @ state))
        if token == eos:
            break
        written[t] = token
    return summary, written


def _always_bos(source, E_in, W_enc, U_enc, E_out, W_dec, U_dec, V, bos, eos, limit):
    state = np.zeros(len(U_enc))
    for token in source:
        state = np.tanh(W_enc @ E_in[token] + U_enc @ state)
    summary, written = state, np.full(limit, -1)
    for t in range(limit):
        state = np.tanh(W_dec @ E_out[bos] + U_dec @ state)
        token = int(np.argmax(V @ state))
        if token == eos:
            break
        written[t] = token
    return summary, written


def _writes_eos(source, E_in, W_enc, U_enc, E_out, W_dec, U_dec, V, bos, eos, limit):
    state = np.zeros(len(U_enc))
    for token in source:
        state = np.tanh(W_enc @ E_in[token] + U_enc @ state)
    summary, token = state, bos
    written = np.full(limit, -1)
    for t in range(limit):
        state = np.tanh(W_dec @ E_out[token] + U_dec @ state)
        written[t] = token = int(np.argmax(V @ state))
        if token == eos:
            break
    return summary, written


def _never_stops(source, E_in, W_enc, U_enc, E_out, W_dec, U_dec, V, bos, eos, limit):
    state = np.zeros(len(U_enc))
    for token in source:
        state = np.tanh(W_enc @ E_in[token] + U_enc @ state)
    summary, token = state, bos
    written = np.full(limit, -1)
    for t in range(limit):
        state = np.tanh(W_dec @ E_out[token] + U_dec @ state)
        written[t] = token = int(np.argmax(V @ state))
    return summary, written


def _summary_every_step(source, E_in, W_enc, U_enc, E_out, W_dec, U_dec, V, bos, eos, limit):
    state = np.zeros(len(U_enc))
    for token in source:
        state = np.tanh(W_enc @ E_in[token] + U_enc @ state)
    summary, token = state, bos
    written = np.full(limit, -1)
    for t in range(limit):
        state = np.tanh(W_dec @ E_out[token] + U_dec @ summary)
        token = int(np.argmax(V @ state))
        if token == eos:
            break
        written[t] = token
    return summary, written


def _reads_backward(source, E_in, W_enc, U_enc, E_out, W_dec, U_dec, V, bos, eos, limit):
    state = np.zeros(len(U_enc))
    for token in source[::-1]:
        state = np.tanh(W_enc @ E_in[token] + U_enc @ state)
    summary, token = state, bos
    written = np.full(limit, -1)
    for t in range(limit):
        state = np.tanh(W_dec @ E_out[token] + U_dec @ state)
        token = int(np.argmax(V @ state))
        if token == eos:
            break
        written[t] = token
    return summary, written


def _wrong_table(source, E_in, W_enc, U_enc, E_out, W_dec, U_dec, V, bos, eos, limit):
    state = np.zeros(len(U_enc))
    for token in source:
        state = np.tanh(W_enc @ E_in[token] + U_enc @ state)
    summary, token = state, bos
    written = np.full(limit, -1)
    for t in range(limit):
        state = np.tanh(W_dec @ E_in[token] + U_dec @ state)
        token = int(np.argmax(V @ state))
        if token == eos:
            break
        written[t] = token
    return summary, written


EXERCISE = Exercise(
    name="seq2seq_greedy",
    unit="recurrent",
    title="Read, then write: encoder and decoder",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=seq2seq_greedy,
    returns=("summary", "written"),
    checks=(
        Check("reads", "The encoder and its bottleneck", 2, cases=_reads, parts=("summary",)),
        Check("writes", "The decoder, until it writes eos", 2.5, cases=_writes, parts=("written",)),
        Check("stops", "It stops at the limit", 1, cases=_stops, parts=("written",)),
        Check("random", "Random nets", 2.5, cases=_random),
        Check(
            "bottleneck",
            "The source comes through c alone",
            1,
            "property",
            examine=_bottleneck,
            needs=("reads",),
        ),
    ),
    misconceptions=(
        Misconception(
            "ignores_summary",
            "The decoder starts from zeros.",
            "Every source is translated alike.",
            _ignores_summary,
            (
                "How does your decoder learn what the source was?",
                "The only way from encoder to decoder is the state.",
                "Let the decoder's first state be c.",
            ),
            "writes",
        ),
        Misconception(
            "always_bos",
            "The decoder reads bos at every step.",
            "The first token is right; later ones do not know what was written.",
            _always_bos,
            (
                "Which token does your decoder read at its second step?",
                "It has to know which word it wrote last.",
                "Keep token = argmax(...) and use E_out[token] at the next step.",
            ),
            "writes",
        ),
        Misconception(
            "writes_eos",
            "eos is part of the text.",
            "eos stands at the end of what was written.",
            _writes_eos,
            (
                "Should the reader see the sign for the end?",
                "eos only tells the loop to stop.",
                "Ask `if token == eos: break` before you store the token.",
            ),
            "writes",
        ),
        Misconception(
            "never_stops",
            "The decoder always writes limit tokens.",
            "It goes on writing after eos.",
            _never_stops,
            (
                "What does your loop do when the likeliest token is eos?",
                "After eos nothing more is written; the rest stays -1.",
                "Leave the loop with break when the token is eos.",
            ),
            "writes",
        ),
        Misconception(
            "summary_every_step",
            "The decoder's state is c at every step.",
            "The first token is right; the decoder forgets how far it has come.",
            _summary_every_step,
            (
                "Which state goes into your decoder's second step?",
                "c is where the decoder begins; then it has a state of its own.",
                "Use the state of the step before in U_dec @ state.",
            ),
            "writes",
        ),
        Misconception(
            "reads_backward",
            "The order of reading makes no difference.",
            "A single token is right; longer sources give another c.",
            _reads_backward,
            (
                "Which token does your encoder read last?",
                "The state depends on the order: that is why it can stand for a sentence.",
                "Read the source from its first token to its last.",
            ),
            "reads",
        ),
        Misconception(
            "wrong_table",
            "Source and target tokens share their vectors.",
            "c is right; the decoder looks its tokens up in the encoder's table.",
            _wrong_table,
            (
                "In which table do you look up the token that was just written?",
                "Token 3 of the one language is not token 3 of the other.",
                "Use E_out[token] in the decoder.",
            ),
            "writes",
        ),
    ),
)
