"""Questions of notebook 04: slopes, steps, and minibatches."""

from glia.widgets.quiz import Choice, Question

QUESTIONS = (
    Question(
        "You are at x = 3 on f(x) = x² and take one step of gradient descent with lr = 0.5. Where "
        "do you stand?",
        [
            Choice(
                "At 0",
                right=True,
                why="Yes: the slope is 6, the step 0.5·6 = 3, and 3 − 3 = 0: the bottom, in one "
                "step. Only a bowl with just this curvature allows that.",
            ),
            Choice("At 2.5", why="The step is lr times the slope, and the slope at 3 is 6, not 1."),
            Choice("At 6", why="That is uphill: the step has to be subtracted."),
            Choice("At −3", why="That is what lr = 1 does; it would jump to and fro for ever."),
        ],
    ),
    Question(
        "The loss rises from 2.3 to 40 in ten steps and then becomes nan. What do you change "
        "first?",
        [
            Choice(
                "Take more steps",
                why="The steps lead away. More of them lead further away.",
            ),
            Choice(
                "Lower the learning rate",
                right=True,
                why="Yes: overshooting that grows from step to step is the sign of a rate that is "
                "too large. Divide it by 10 and look again.",
            ),
            Choice(
                "Use smaller batches",
                why="That adds noise and leaves the length of the steps as it is.",
            ),
            Choice(
                "Make the net wider",
                why="The curve says nothing about capacity: the walk itself is broken.",
            ),
        ],
    ),
    Question(
        "Central difference with step h: you halve h. What happens to its error, as long as "
        "rounding plays no part?",
        [
            Choice("It halves", why="That is the one-sided difference: its error goes with h."),
            Choice(
                "It becomes a quarter",
                right=True,
                why="Yes: stepping to both sides cancels the term with h, and h² remains.",
            ),
            Choice("Nothing", why="The error depends on h, unless the function is a parabola."),
            Choice(
                "It doubles",
                why="That is what happens for tiny h, where rounding errors divided by h grow.",
            ),
        ],
    ),
    Question(
        "1,000 examples in batches of 64, one epoch. How many steps are taken?",
        [
            Choice("64", why="64 is the size of a batch."),
            Choice("15", why="15 full batches, and a rest of 40 examples that counts too."),
            Choice(
                "16",
                right=True,
                why="Yes: 15 full batches and one of 40. Divide by 40 there, not by 64.",
            ),
            Choice("1,000", why="That would be batches of one."),
        ],
    ),
    Question(
        "Why does a minibatch walk not settle at the bottom while lr stays the same?",
        [
            Choice(
                "Its gradients are wrong",
                why="On average they are right: each is an unbiased guess at the whole gradient.",
            ),
            Choice(
                "Each batch has a bottom of its own, and pulls toward it",
                right=True,
                why="Yes: at the common bottom the batches' gradients cancel only on average. "
                "Smaller steps, or larger batches, calm the walk.",
            ),
            Choice(
                "The learning rate is too small",
                why="A larger one would make it dance more widely.",
            ),
        ],
    ),
    Question(
        "Two runs differ in nothing but the seed of the starting weights. One solves XOR with two "
        "hidden neurons, the other stays at a loss of 0.48. What has happened?",
        [
            Choice(
                "The second run needs more epochs",
                why="Its gradient is as good as zero: it stands in a hollow of its own.",
            ),
            Choice(
                "The loss has several hollows, and the start decides which one is reached",
                right=True,
                why="Yes: with a hidden layer the loss is not convex. More neurons make bad "
                "hollows rarer.",
            ),
            Choice(
                "There is a mistake in the gradient",
                why="Then the first run would not have worked either.",
            ),
            Choice(
                "XOR cannot be solved with two hidden neurons",
                why="Chapter 1 did it by hand, and the first run has found such weights.",
            ),
        ],
    ),
)
