"""Questions of notebook 15: blocks, norms, encoder and decoder, cost, families."""

from glia.widgets.quiz import Choice, Question

QUESTIONS = (
    Question(
        "A transformer translates a sentence. Who does what?",
        [
            Choice(
                "The encoder writes the translation, the decoder sorts it into a class",
                why="The other way round would be nearer: decoders write, and encoders are what "
                "classifiers are built on.",
            ),
            Choice(
                "Both do the same, one after the other, to go deeper",
                why="They differ: the decoder has a causal mask and a second attention that asks "
                "the encoder.",
            ),
            Choice(
                "The encoder turns the source into one vector for each token; the decoder writes "
                "the target token by token, looking at these vectors",
                right=True,
                why="Yes: representations of the whole source on one side, one step after the "
                "other on the other.",
            ),
            Choice(
                "The encoder presses the source into one vector of fixed length, from which the "
                "decoder unpacks it",
                why="That is seq2seq without attention. Here every place of the source is kept.",
            ),
            Choice(
                "Both only read; a third part writes",
                why="There is no third part: the decoder's scores *are* the next token.",
            ),
        ],
    ),
    Question(
        "In cross-attention, where do queries, keys and values come from?",
        [
            Choice(
                "Queries from the decoder, keys and values from the encoder",
                right=True,
                why="Yes: the writer asks, the reader's places answer.",
            ),
            Choice(
                "Queries from the encoder, keys and values from the decoder",
                why="Then the source would ask what has been written so far. It has been read "
                "already; it needs nothing.",
            ),
            Choice(
                "Keys from the encoder, queries and values from the decoder",
                why="Then the weights would say where to look in the source, and the values would "
                "bring something else. Also the lengths would not fit.",
            ),
            Choice(
                "All three from the decoder",
                why="That is its self-attention, which comes before.",
            ),
        ],
    ),
    Question(
        "What does the feed-forward net of a transformer block mix?",
        [
            Choice(
                "Neighbouring places, like a convolution of width 3",
                why="It never sees two places at once. A convolution of width 1 is what it is.",
            ),
            Choice(
                "The features of one place; every place goes through the same net",
                right=True,
                why="Yes: attention moves information between places, the feed-forward net works "
                "on each place alone.",
            ),
            Choice(
                "All places with all places",
                why="That is what attention does.",
            ),
            Choice(
                "The examples of a batch",
                why="Nothing in a transformer mixes examples; only batch norm would.",
            ),
        ],
    ),
    Question(
        "You make a text four times as long. How do the scores QKᵀ of self-attention grow, and how "
        "the number of steps that a GRU must take one after the other?",
        [
            Choice(
                "Both four times",
                why="Each place is compared with each place: that is T² pairs.",
            ),
            Choice(
                "Scores four times, steps sixteen times",
                why="A GRU takes one step a token; the pairs are the matter of attention.",
            ),
            Choice(
                "Scores sixteen times, steps stay 1",
                why="It is attention that needs a single step, whatever the length. A GRU waits "
                "for each token.",
            ),
            Choice(
                "Scores sixteen times, steps four times",
                right=True,
                why="Yes: T² pairs, all at once, against T steps in a row.",
            ),
        ],
    ),
    Question(
        "You want to know whether a review is kind or not, and you may take one ready model. Which "
        "fits best?",
        [
            Choice(
                "A GPT, because it has seen more text",
                why="It could be made to answer, but each place sees only what stands before it; "
                "here the whole text is there from the start.",
            ),
            Choice(
                "A ViT, because it classifies",
                why="It classifies images: its tokens are patches of pixels.",
            ),
            Choice(
                "A BERT: an encoder that looks both ways, with a class token",
                right=True,
                why="Yes: nothing has to be written, so nothing has to be hidden.",
            ),
        ],
    ),
)
