"""Questions of notebook 13: LSTM, GRU, sequence to sequence."""

from glia.widgets.quiz import Choice, Question

QUESTIONS = (
    Question(
        "Why does the gradient survive longer in an LSTM than in a plain RNN?",
        [
            Choice(
                "Its weights are clipped",
                why="Clipping shortens long gradients and does nothing for short ones.",
            ),
            Choice(
                "It has more units",
                why="More units with the same kind of step would have the same trouble.",
            ),
            Choice(
                "From cell to cell it is multiplied by the forget gate, and by no matrix",
                right=True,
                why="Yes: along c_t = f ⊙ c_{t−1} + i ⊙ g the factor is f. Where f stays near 1, "
                "so does the product of a hundred of them.",
            ),
            Choice(
                "Its sigmoids have larger slopes than tanh",
                why="Smaller ones: at most 1/4, where tanh has 1. The way along the cell passes "
                "neither.",
            ),
        ],
    ),
    Question(
        "An LSTM's gates for one unit are f = 1, i = 0 and o = 0. What happens to the unit?",
        [
            Choice(
                "It is reset to 0",
                why="That would be f = 0 and i = 0: forget, and write nothing.",
            ),
            Choice(
                "It keeps what it has, writes nothing, and shows nothing",
                right=True,
                why="Yes: c stays as it is and h = 0. It holds its memory for later without "
                "disturbing anybody now.",
            ),
            Choice(
                "It copies the input",
                why="The input comes in through i ⊙ g, and i is 0.",
            ),
            Choice(
                "It can no longer learn",
                why="Its gradient goes back along c unchanged, as f = 1; later steps may show it.",
            ),
        ],
    ),
    Question(
        "One text writes h = z ⊙ h_old + (1 − z) ⊙ n, another h = (1 − z) ⊙ h_old + z ⊙ n. You "
        "carry trained weights from the first to the second. What do you have to change?",
        [
            Choice(
                "Nothing: both are called GRU",
                why="Then each unit would keep where it should replace, and the other way round.",
            ),
            Choice(
                "The sign of the weights and biases of z",
                right=True,
                why="Yes: σ(−a) = 1 − σ(a). With the sign turned round, the new z is 1 minus the "
                "old one, and every state is the same as before.",
            ),
            Choice(
                "The sign of all weights",
                why="That would turn the candidate and the reset gate round as well.",
            ),
            Choice(
                "Swap the blocks of r and z",
                why="r has another job: it decides how much of the past the candidate sees.",
            ),
        ],
    ),
    Question(
        "The reset gate r of a GRU is 0 for all units, and so is the update gate z in the "
        "convention where z = 1 keeps. What is the new state?",
        [
            Choice(
                "The old state",
                why="z = 1 would keep it. Here z = 0 takes the candidate.",
            ),
            Choice(
                "0",
                why="The candidate still reads the input: n = tanh(W x + b).",
            ),
            Choice(
                "As if the sequence began here: the candidate from the input alone",
                right=True,
                why="Yes: r = 0 hides the past from the candidate, z = 0 takes the candidate. "
                "A full stop in a text may do just that.",
            ),
            Choice(
                "The mean of the old state and the candidate",
                why="That would be z = 1/2.",
            ),
        ],
    ),
    Question(
        "What are the roles of encoder and decoder in a sequence-to-sequence model?",
        [
            Choice(
                "The encoder writes text, the decoder sorts texts into classes",
                why="Turned round: an encoder's output is what a classifier likes to use, and the "
                "decoder is the one that writes.",
            ),
            Choice(
                "Both do the same, one after the other",
                why="They have different inputs: one reads the source, the other reads what it has "
                "written itself.",
            ),
            Choice(
                "Both only understand; a third part writes",
                why="There is no third part. Writing is the decoder's task.",
            ),
            Choice(
                "The encoder turns what it reads into vectors; the decoder writes from them, one "
                "element after the other",
                right=True,
                why="Yes. In this chapter the vectors are a single one, c; with attention "
                "(chapter 14) the decoder sees all of them.",
            ),
            Choice(
                "The encoder packs the input into one vector, so that the decoder can copy it",
                why="That is an autoencoder. Here the output is another sequence, and one vector "
                "is a choice, not the definition.",
            ),
        ],
    ),
    Question(
        "A sequence-to-sequence net without attention is perfect on short sources and fails on "
        "long ones. What is the likeliest reason?",
        [
            Choice(
                "Long sources need a larger vocabulary",
                why="The same letters occur in both.",
            ),
            Choice(
                "All that it knows of the source has to pass through one vector of fixed size",
                right=True,
                why="Yes: the bottleneck. It has to be packed, kept while writing, and unpacked in "
                "the right order; the more there is, the harder.",
            ),
            Choice(
                "The decoder stops as soon as the source does",
                why="It stops when it writes its end token, however long the source was.",
            ),
            Choice(
                "An RNN has a greatest length, given by its weights",
                why="Its rule does not know at which step it is. It reads on and on; it just does "
                "not remember all of it.",
            ),
        ],
    ),
    Question(
        "In training, the decoder reads the right previous token (teacher forcing). What is "
        "different when it translates?",
        [
            Choice(
                "It reads its own previous token, right or wrong",
                right=True,
                why="Yes: after one mistake it goes on from a place that it never saw in training. "
                "So judge it by what it writes by itself.",
            ),
            Choice(
                "It may look at the whole target",
                why="There is no target then: that is what it has to write.",
            ),
            Choice(
                "It uses other weights",
                why="The weights are those that were trained.",
            ),
            Choice(
                "Nothing",
                why="Then there would have to be somebody to tell it the right tokens.",
            ),
        ],
    ),
)
