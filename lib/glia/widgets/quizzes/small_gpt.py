"""Questions of notebook 17: next tokens, temperature, top-k, the cache."""

from glia.widgets.quiz import Choice, Question

QUESTIONS = (
    Question(
        "A GPT is trained on pieces of 64 characters. How many predictions does it learn from in "
        "one piece?",
        [
            Choice(
                "One: the character after the piece",
                why="That would waste the causal mask. Every place predicts its next character.",
            ),
            Choice(
                "64: at every place the next character",
                right=True,
                why="Yes: the mask makes each place blind to what it should predict, so all 64 "
                "questions are honest, and they cost one forward pass.",
            ),
            Choice(
                "64 · 64: every pair of places",
                why="Pairs are what attention compares. Predicted is one character a place.",
            ),
        ],
    ),
    Question(
        "You lower the temperature from 1 to 0.3. What happens to the written text?",
        [
            Choice(
                "It becomes more surprising",
                why="That is what a *higher* temperature does: the unlikely becomes likelier.",
            ),
            Choice(
                "The model itself gets better",
                why="Not one weight changes. Only the draw does.",
            ),
            Choice(
                "It is cut to the likeliest characters, all others get exactly 0",
                why="That is top-k. A temperature above 0 leaves every character a chance.",
            ),
            Choice(
                "It keeps to the likely, and begins to repeat itself",
                right=True,
                why="Yes: scores are divided by 0.3, so differences grow threefold.",
            ),
        ],
    ),
    Question(
        "Scores 2, 1, 0 at temperature 1, and then top-k with k = 2. What is the probability of "
        "the first token?",
        [
            Choice(
                "e / (e + 1) ≈ 0.73",
                right=True,
                why="Yes: the third is left out, and what remains is a softmax of 2 and 1.",
            ),
            Choice(
                "e² / (e² + e + 1) ≈ 0.67",
                why="That is the softmax of all three. After the cut the others share its part.",
            ),
            Choice(
                "2 / 3",
                why="Shares of the scores themselves are not a softmax; what would you do with "
                "negative ones?",
            ),
            Choice(
                "1",
                why="That is k = 1, or temperature 0.",
            ),
        ],
    ),
    Question(
        "What does a KV cache keep?",
        [
            Choice(
                "The attention weights of all earlier steps",
                why="They belong to earlier queries. The new query needs weights of its own.",
            ),
            Choice(
                "The queries of all earlier places",
                why="Nobody asks for them again: only the newest place has a question.",
            ),
            Choice(
                "The keys and values of all earlier places, in every layer",
                right=True,
                why="Yes: under a causal mask they never change, so computing them again would be "
                "a waste.",
            ),
            Choice(
                "The likeliest continuations",
                why="That would be a beam search. The cache changes nothing in what is written.",
            ),
        ],
    ),
    Question(
        "Your character model reaches 2.0 nats a character on unseen text. What does that mean?",
        [
            Choice(
                "Two of a hundred characters are wrong",
                why="Nats measure surprise. The share of right guesses is another number.",
            ),
            Choice(
                "It is on average as uncertain as in an even choice among e² ≈ 7.4 characters",
                right=True,
                why="Yes: that is its perplexity. An even choice among all 65 would be 4.2 nats.",
            ),
            Choice(
                "It has two layers",
                why="The loss says nothing about the architecture.",
            ),
        ],
    ),
)
