"""Questions of notebook 14: alignment, self-attention, masks, heads, places."""

from glia.widgets.quiz import Choice, Question

QUESTIONS = (
    Question(
        "A decoder with attention writes the next word. What is the context vector?",
        [
            Choice(
                "The encoder state with the highest score",
                why="That would be a hard choice, without a gradient. The softmax gives the others "
                "their share.",
            ),
            Choice(
                "The encoder's last state",
                why="That is the bottleneck that attention was invented to remove.",
            ),
            Choice(
                "A mean of all encoder states, weighted by how well they answer the decoder's "
                "state now",
                right=True,
                why="Yes: score, softmax, weighted mean; computed anew for each word.",
            ),
            Choice(
                "A mean of all encoder states with weights that were learnt once for all",
                why="The weights depend on the sentence and on what is being written. Learnt are "
                "the nets that make the states.",
            ),
        ],
    ),
    Question(
        "Queries and keys have depth 64, and somebody forgets the division by √64. What is the "
        "likeliest trouble at the start of training?",
        [
            Choice(
                "The scores are about 8 times too large: the softmax picks one key, and hardly any "
                "gradient passes",
                right=True,
                why="Yes: scores of size 8 in place of 1. Where a softmax is certain, its slope "
                "is nearly zero.",
            ),
            Choice(
                "The weights no longer sum to 1",
                why="A softmax always sums to 1, whatever goes in.",
            ),
            Choice(
                "All weights are nearly equal: the net cannot choose",
                why="That is what scores that are too *small* do. These are too large.",
            ),
            Choice(
                "Shapes no longer fit",
                why="Dividing by a number changes no shape; so nothing warns you.",
            ),
        ],
    ),
    Question(
        "A causal mask lets place i see …",
        [
            Choice(
                "… the keys i + 1 … T − 1",
                why="That is the future: just what it should predict.",
            ),
            Choice(
                "… the keys 0 … i",
                right=True,
                why="Yes: everything before it, and itself. What it predicts stands at i + 1.",
            ),
            Choice(
                "… the keys 0 … i − 1",
                why="Then the first place could see nothing at all, and nobody the present word. "
                "The target is the *next* word, so the present one may be seen.",
            ),
            Choice(
                "… all keys that are not padding",
                why="That is the padding mask. The two are combined with 'and'.",
            ),
        ],
    ),
    Question(
        "A layer has depth 64. You replace 1 head by 8 heads of depth 8. The number of its "
        "parameters …",
        [
            Choice("… grows eightfold", why="Each head is an eighth as deep, so that cancels."),
            Choice("… shrinks to an eighth", why="There are eight of these eighths."),
            Choice(
                "… grows by W_O alone",
                why="With one head W_O is there as well, and just as large.",
            ),
            Choice(
                "… stays the same",
                right=True,
                why="Yes: the projections are still 64 by 64; only their columns are shared out.",
            ),
        ],
    ),
    Question(
        "Self-attention without positional encodings, then the mean over all places. You shuffle "
        "the input tokens. What happens?",
        [
            Choice(
                "The outputs of the attention change at random, and so does the mean",
                why="Nothing is random: each token finds the same keys with the same scores, only "
                "elsewhere.",
            ),
            Choice(
                "The outputs are shuffled in the same way, and the mean stays",
                right=True,
                why="Yes: the attention is equivariant, the pooled mean invariant.",
            ),
            Choice(
                "The outputs stay where they are, and the mean stays",
                why="Then attention would be invariant. Each output moves along with its token.",
            ),
            Choice(
                "The outputs are shuffled, and the mean changes",
                why="A mean does not care for the order of what it averages.",
            ),
        ],
    ),
)
