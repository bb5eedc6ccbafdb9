"""Questions of notebook 02: logistic and softmax regression."""

from glia.widgets.quiz import Choice, Question

QUESTIONS = (
    Question(
        "A logistic neuron says a = 0.9 for a sample whose label is 0. What is its loss, in nats?",
        [
            Choice(
                "−log 0.9, about 0.11",
                why="That would be its loss if the label were 1. With y = 0 the loss looks at "
                "1 − a.",
            ),
            Choice(
                "0.9",
                why="That is a − y, the slope of the loss with respect to z, not the loss itself.",
            ),
            Choice(
                "−log 0.1, about 2.30",
                right=True,
                why="Yes: the label that came true was given probability 1 − a = 0.1.",
            ),
            Choice(
                "log 0.1, about −2.30",
                why="The minus sign got lost. A probability is at most 1, so its log is never "
                "positive and the loss is never negative.",
            ),
        ],
    ),
    Question(
        "A logistic neuron with binary cross entropy stands at z = 2, and y = 1. What is the slope "
        "of the loss with respect to z?",
        [
            Choice(
                "sigmoid(2) − 1, about −0.119",
                right=True,
                why="Yes: a − y. It is negative, so a step downhill raises z, towards the label.",
            ),
            Choice(
                "1 − sigmoid(2), about 0.119",
                why="The sign is turned round. That is y − a, the direction of the step itself; "
                "the slope is a − y.",
            ),
            Choice(
                "sigmoid(2) (1 − sigmoid(2)), about 0.105",
                why="That is only the middle link, da/dz. It still has to be multiplied by "
                "dL/da = −1 / sigmoid(2).",
            ),
            Choice(
                "−1 / sigmoid(2), about −1.135",
                why="That is only the first link, dL/da. It still has to be multiplied by "
                "da/dz = a (1 − a).",
            ),
        ],
    ),
    Question(
        "Softmax turns the logits (2, 1, 0) into (0.665, 0.245, 0.090). What does it make of "
        "(102, 101, 100)?",
        [
            Choice(
                "nearly (1, 0, 0)",
                why="That happens if you multiply the logits, which is what a low temperature "
                "does. Adding the same number to all changes no difference.",
            ),
            Choice(
                "(0.665, 0.245, 0.090)",
                right=True,
                why="Yes. The factor exp(100) stands above and below the fraction bar.",
            ),
            Choice(
                "(1/3, 1/3, 1/3)",
                why="Uniform comes from equal logits. These still differ by one each.",
            ),
            Choice(
                "It cannot be computed",
                why="Naive code has to watch out (float32 overflows beyond exp(88)), but the "
                "answer exists: subtract the largest logit first.",
            ),
        ],
    ),
    Question(
        "Four classes, p = (0.1, 0.2, 0.6, 0.1), and the true class is the second. What is the "
        "gradient of the cross entropy with respect to the logits?",
        [
            Choice(
                "(−0.1, 0.8, −0.6, −0.1)",
                why="The sign is turned round: that is one-hot minus p. Taking w − lr * gradient "
                "with it would climb.",
            ),
            Choice(
                "(0, −5, 0, 0)",
                why="That is the gradient with respect to the probabilities, −1/p for the true "
                "class. The softmax still stands between p and the logits.",
            ),
            Choice(
                "(0, −0.8, 0, 0)",
                why="The other logits matter too: raising one of them takes probability away "
                "from the true class.",
            ),
            Choice(
                "(0.1, −0.8, 0.6, 0.1)",
                right=True,
                why="Yes: p minus one-hot. It sums to zero, since a common shift changes nothing.",
            ),
        ],
    ),
    Question(
        "You want a network to choose one of ten digits. Where does the softmax belong?",
        [
            Choice(
                "After every hidden layer, in place of the sigmoid",
                why="It would make the units of a layer compete for a total of 1, and is not "
                "elementwise. Hidden layers want activations that work unit by unit.",
            ),
            Choice(
                "On the output, and then cross_entropy on its probabilities",
                why="PyTorch's cross_entropy takes logits and applies log-softmax itself. Given "
                "probabilities it would squash them twice and give another, flatter loss.",
            ),
            Choice(
                "On the ten logits of the output, inside the cross entropy",
                right=True,
                why="Yes. One fused function, from logits to loss, is both stable and simple.",
            ),
            Choice(
                "Nowhere: ten separate sigmoids are the same",
                why="Ten sigmoids answer ten yes-or-no questions and need not sum to 1. They "
                "fit when several labels may hold at once.",
            ),
        ],
    ),
    Question(
        "Why is squared error a poor companion of the sigmoid when a sample is badly wrong?",
        [
            Choice(
                "Its value can be negative",
                why="A square never is.",
            ),
            Choice(
                "Its slope carries the factor a (1 − a), which is nearly 0 there",
                right=True,
                why="Yes: the neuron that is most wrong learns most slowly. In the cross entropy "
                "that factor cancels.",
            ),
            Choice(
                "It has no slope at all",
                why="That is true of the zero-one loss. The squared error has one, though a tiny "
                "one, far from the boundary.",
            ),
            Choice(
                "It punishes the bad sample too hard",
                why="The reverse: it never exceeds 1 (or 1/2), where the cross entropy grows "
                "without bound.",
            ),
        ],
    ),
)
