"""Questions of notebook 12: sequences, recurrent steps, backpropagation through time."""

from glia.widgets.quiz import Choice, Question

QUESTIONS = (
    Question(
        "What does a recurrent net have that a feedforward net lacks?",
        [
            Choice(
                "A way to learn without backpropagation",
                why="It learns by backpropagation too, only along the unrolled chain.",
            ),
            Choice(
                "All elements of a sequence are worked on at the same time",
                why="The opposite: step t has to wait for step t − 1. Working on all at once is "
                "what transformers do (chapter 15).",
            ),
            Choice(
                "A hidden state that carries what was read into the steps that follow",
                right=True,
                why="Yes: the state is its memory. The next answer depends on the new input and on "
                "everything that came before.",
            ),
            Choice(
                "Shortcuts that skip some layers",
                why="Those are residual connections (chapter 11). A plain RNN has none of them.",
            ),
            Choice(
                "Layers that need no activation function",
                why="Without the tanh it would be linear, and a thousand steps no more than a "
                "power of one matrix.",
            ),
        ],
    ),
    Question(
        "A recurrent layer of 3 inputs and 4 hidden units, with one bias vector, reads sequences "
        "of 50 steps. How many parameters does it have, readout left aside?",
        [
            Choice(
                "32",
                right=True,
                why="Yes: W_xh has 12, W_hh has 16, b_h has 4. All 50 steps share them.",
            ),
            Choice(
                "1,600",
                why="That is 50 · 32: as if each step had weights of its own. They are shared.",
            ),
            Choice(
                "16",
                why="That is W_xh and b_h. The state of the step before has a matrix too: W_hh.",
            ),
            Choice(
                "28",
                why="Those are the weights, 12 + 16. Each unit has a bias as well.",
            ),
        ],
    ),
    Question(
        "The gradient of an RNN vanishes on its way back. What follows for training?",
        [
            Choice(
                "The loss becomes nan",
                why="That is what an exploding gradient does. A vanished one is a harmless 0.",
            ),
            Choice(
                "The net learns the training data by heart",
                why="Overfitting is another matter. Here part of the net learns too little, not "
                "too much.",
            ),
            Choice(
                "All units of the layer become the same",
                why="That comes from starting them all with the same weights.",
            ),
            Choice(
                "What was read long ago has next to no influence on how the weights change",
                right=True,
                why="Yes: as the first layers of a deep net hardly learn, so the first steps of a "
                "sequence teach nothing. The last few steps do all the teaching.",
            ),
            Choice(
                "The weights jump to and fro and never settle",
                why="That is the sign of a step that is too long: a large gradient or a large "
                "learning rate.",
            ),
        ],
    ),
    Question(
        "W_hh has spectral radius 0.8 and the activation is tanh. What is certain?",
        [
            Choice(
                "The gradient shrinks at every single step",
                why="Only if no direction is stretched. A matrix that is not normal can let it "
                "grow for some steps first.",
            ),
            Choice(
                "The gradient stays as long as it was",
                why="That would need Jacobians that keep lengths, such as a pure rotation without "
                "a tanh.",
            ),
            Choice(
                "Without the tanh, it would vanish in the long run",
                right=True,
                why="Yes: powers of a matrix go to zero exactly if its spectral radius is below 1. "
                "How soon that begins, and what the tanh adds, has to be measured.",
            ),
            Choice(
                "The gradient explodes as soon as the inputs are large",
                why="Large inputs saturate the tanh, and its slope goes to 0: that makes gradients "
                "smaller.",
            ),
        ],
    ),
    Question(
        "Two gradients have the norms 3 and 4. You clip them to a common norm of 1. What are their "
        "norms afterwards?",
        [
            Choice(
                "0.6 and 0.8",
                right=True,
                why="Yes: together they have norm 5, so both are divided by 5. The direction of "
                "the step is kept.",
            ),
            Choice(
                "1 and 1",
                why="That would clip each for itself, and turn the direction of the step.",
            ),
            Choice(
                "3 and 1",
                why="Clipping does not single out the larger one; both are scaled alike.",
            ),
            Choice(
                "3/7 and 4/7",
                why="Norms of parts do not add up like that: the whole has √(9 + 16) = 5, not 7.",
            ),
        ],
    ),
    Question(
        "Truncated backpropagation through time with windows of 20 steps. What can the net no "
        "longer do?",
        [
            Choice(
                "Remember anything for more than 20 steps",
                why="Forward, the state goes on from window to window. It may well hold things for "
                "longer.",
            ),
            Choice(
                "Be taught to keep something for more than 20 steps",
                right=True,
                why="Yes: no gradient crosses the border, so nothing rewards it for keeping. What "
                "it does keep for longer is a by-product.",
            ),
            Choice(
                "Read sequences of more than 20 steps",
                why="The rule is the same at each step; it reads as far as you like.",
            ),
            Choice(
                "Share its weights between the windows",
                why="It still has one set of weights, and each window adds to their gradients.",
            ),
        ],
    ),
    Question(
        "A batch of names is padded to 16 letters. An RNN takes the state after the 16th step for "
        "its answer, and is not told the lengths. What goes wrong?",
        [
            Choice(
                "Nothing: padding is 0, and 0 changes nothing",
                why="W_hh h and the bias act at every step, whatever the input is; and the number "
                "0 has an embedding of its own.",
            ),
            Choice(
                "It takes longer, and that is all",
                why="It does take longer, but the state is changed as well.",
            ),
            Choice(
                "Short names are read first",
                why="The order of a batch plays no part: each row is worked on by itself.",
            ),
            Choice(
                "After a short name the state is worked over by steps that read nothing",
                right=True,
                why="Yes: ten steps of padding can wash away what six letters have left. Carry the "
                "state on unchanged after the real end.",
            ),
        ],
    ),
)
