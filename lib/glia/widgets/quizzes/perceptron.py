"""Questions of notebook 01: threshold units and the perceptron."""

from glia.widgets.quiz import Choice, Question

QUESTIONS = (
    Question(
        "A McCulloch-Pitts unit has three inputs, all with weight +1, and fires when its net input "
        "is at least T. Which T makes it fire exactly when at least two inputs are 1?",
        [
            Choice(
                "T = 1",
                why="With T = 1 a single active input is enough: that is a three-way OR.",
            ),
            Choice(
                "T = 2",
                right=True,
                why="Yes: the net input counts the ones, and two or three of them reach 2. "
                "The unit takes a majority vote.",
            ),
            Choice(
                "T = 3",
                why="With T = 3 all three have to be active: that is a three-way AND.",
            ),
            Choice(
                "No threshold can do it",
                why="One line of reasoning: the net input is the number of ones, so any "
                "'at least k' can be had by a threshold. XOR-like 'exactly k' cannot.",
            ),
        ],
    ),
    Question(
        "Labels are 0 and 1, lr = 1. A sample x = (2, −1) with label 0 is predicted as 1. "
        "What does the perceptron rule do?",
        [
            Choice(
                "Adds (2, −1) to the weight and 1 to the bias",
                why="The error y − prediction is 0 − 1 = −1, so the sample is subtracted. Adding "
                "would push the score further the wrong way.",
            ),
            Choice(
                "Lowers both weights and the bias",
                why="'Lower the weights' holds only for inputs that are not negative. Here "
                "subtracting x2 = −1 raises the second weight.",
            ),
            Choice(
                "Nothing, as the label is 0",
                why="It is the error that counts, not the label: 0 was wanted and 1 was given.",
            ),
            Choice(
                "Adds (−2, +1) to the weight and −1 to the bias",
                right=True,
                why="Yes: error −1 times x = (−2, +1). The score of this sample falls by "
                "|x|² + 1 = 6.",
            ),
        ],
    ),
    Question(
        "You multiply the weight vector and the bias of a trained perceptron by 10. What changes?",
        [
            Choice(
                "Nothing about its predictions: the boundary stays where it is",
                right=True,
                why="Right. Only the sign of the score matters, and a positive factor keeps it. "
                "The line is where the score is zero, whatever its scale.",
            ),
            Choice(
                "The decision line moves ten times further from the origin",
                why="Its distance from the origin is |b| / |w|; both grow tenfold, so it stays.",
            ),
            Choice(
                "The decision line turns",
                why="The line is perpendicular to w; scaling w does not change its direction.",
            ),
            Choice(
                "The predictions become ten times more certain",
                why="A threshold unit has no degrees of certainty: it says 0 or 1. The next "
                "chapter's logistic neuron is the one that would become more certain.",
            ),
        ],
    ),
    Question(
        "A perceptron is trained on XOR for a million epochs. What do you see?",
        [
            Choice(
                "It settles on the line with the fewest mistakes",
                why="It would be nice, but the rule does not seek the fewest mistakes: it reacts "
                "to each mistake it meets, and so never comes to rest.",
            ),
            Choice(
                "The weights grow without end",
                why="They stay bounded (the perceptron cycling theorem). They wander round "
                "and round the same few values.",
            ),
            Choice(
                "The weights keep changing: each round has at least one mistake",
                right=True,
                why="Yes. No line separates XOR, so every epoch contains a mistake and every "
                "mistake moves the line.",
            ),
            Choice(
                "It gets there in the end, with a small enough learning rate",
                why="No line does it, whatever the rate. From zero, the rate only scales the "
                "weights and changes no prediction.",
            ),
        ],
    ),
    Question(
        "Two clouds of points can be separated by a line. R is the largest length of a sample and "
        "the margin is the gap that some unit-length separator leaves. What does the bound "
        "(R / margin)² say?",
        [
            Choice(
                "How many epochs the perceptron needs at least",
                why="It bounds from above, and it counts mistakes, not epochs.",
            ),
            Choice(
                "How many mistakes the perceptron can make at most, in any order of the samples",
                right=True,
                why="Exactly. Halve the margin and it may take four times as many mistakes.",
            ),
            Choice(
                "How many samples are needed to generalise",
                why="It is about the training run only. New data are the matter of a later "
                "chapter.",
            ),
            Choice(
                "How wide a margin the perceptron finds",
                why="The perceptron stops at any separating line, even one that nearly touches "
                "a sample. The margin in the bound belongs to a better line.",
            ),
        ],
    ),
)
