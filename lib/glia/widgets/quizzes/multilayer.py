"""Questions of notebook 03: layers, shapes, heads, parameters, approximation."""

from glia.widgets.quiz import Choice, Question

QUESTIONS = (
    Question(
        "A fully connected net has 2 inputs, hidden layers of 1024 and 512 neurons, and 3 outputs. "
        "How many parameters does it learn?",
        [
            Choice(
                "527,872",
                why="That is 2·1024 + 1024·512 + 512·3: the weights. Each neuron learns its bias "
                "as well.",
            ),
            Choice(
                "529,411",
                right=True,
                why="Yes: (2 + 1)·1024 + (1024 + 1)·512 + (512 + 1)·3. The middle layer has almost "
                "all of them.",
            ),
            Choice(
                "1,541",
                why="That is the number of neurons and inputs. A parameter belongs to a connection "
                "or is a bias.",
            ),
            Choice(
                "529,413",
                why="Two too many: the inputs compute nothing and have no biases.",
            ),
        ],
    ),
    Question(
        "A net should say which one of seven animals is on a photograph. What belongs at its end?",
        [
            Choice(
                "One neuron with a sigmoid",
                why="That answers a yes-or-no question: one probability, the rest goes to 'no'.",
            ),
            Choice(
                "One linear neuron that answers 1 to 7",
                why="It would claim that animal 2 lies between 1 and 3. Classes have no order.",
            ),
            Choice(
                "Seven scores and a softmax",
                right=True,
                why="Yes: one score for each class, turned into probabilities that sum to 1.",
            ),
            Choice(
                "Seven neurons with a ReLU or a tanh",
                why="Those bend hidden neurons, one number at a time. They do not give shares that "
                "sum to 1, and a step function would not even have a slope to learn by.",
            ),
            Choice(
                "Seven sigmoids",
                why="That would be right if several animals could be there at once. For one of "
                "seven the probabilities have to share.",
            ),
        ],
    ),
    Question(
        "You stack five linear layers without an activation function between them. What can the "
        "net do?",
        [
            Choice(
                "Exactly what one linear layer can",
                right=True,
                why="Yes: W₂(W₁x + b₁) + b₂ is again a matrix times x plus a vector. No bend, no "
                "gain.",
            ),
            Choice(
                "Cut out regions with five sides",
                why="Each layer would need a bend of its own for that. Lines of lines stay lines.",
            ),
            Choice(
                "Solve XOR, but nothing harder",
                why="XOR needs a bend: no linear function of the inputs parts it.",
            ),
        ],
    ),
    Question(
        "In PyTorch nn.Linear(3, 5).weight has the shape (5, 3). In notes that write xW with "
        "examples in rows, what is the shape of the same layer's W?",
        [
            Choice(
                "(5, 3)",
                why="Then x of shape (N, 3) could not be multiplied with it: 3 does not meet 5.",
            ),
            Choice(
                "(3, 5)",
                right=True,
                why="Yes: (N, 3)(3, 5) gives (N, 5). A neuron is a column there and a row in "
                "PyTorch.",
            ),
            Choice(
                "(5, 4)",
                why="That is Θ, with the bias in a first column.",
            ),
        ],
    ),
    Question(
        "The universal approximation theorem says that a wide enough hidden layer …",
        [
            Choice(
                "… learns any continuous function by gradient descent",
                why="It says that weights exist. Whether training finds them is another matter.",
            ),
            Choice(
                "… can come as near as you like to any continuous function on a bounded region",
                right=True,
                why="Yes: some weights do it. How many neurons it takes, and how to find them, is "
                "left open.",
            ),
            Choice(
                "… predicts new data the better, the wider it is",
                why="It says nothing about new data. A wide net can also follow the noise.",
            ),
            Choice(
                "… makes a second hidden layer useless",
                why="Deep nets often need far fewer neurons for the same function.",
            ),
        ],
    ),
    Question(
        "Z(x) = max(0, x) − 2 max(0, x − 1) + max(0, x − 2). What does its graph look like?",
        [
            Choice(
                "A step from 0 to 1",
                why="A ReLU sum is continuous: it cannot jump.",
            ),
            Choice(
                "A tent: up from 0 to 1, down to 0 at x = 2, and flat elsewhere",
                right=True,
                why="Yes: the slope is 0, then +1, then −1, then 0 again. Such bumps, side by "
                "side, draw any curve.",
            ),
            Choice(
                "A line with slope 1",
                why="After x = 1 the second unit takes 2 off the slope.",
            ),
            Choice(
                "A valley with its bottom at x = 1",
                why="The first unit goes up from 0 to 1: the middle is the top.",
            ),
        ],
    ),
)
