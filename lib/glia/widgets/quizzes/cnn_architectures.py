"""Questions of notebook 11: receptive fields, LeNet, depth and skips, transfer, augmentation."""

from glia.widgets.quiz import Choice, Question

QUESTIONS = (
    Question(
        "Three layers of 3×3 convolutions, stride 1, one behind the other. How large a patch of "
        "the image does one unit of the last layer see?",
        [
            Choice(
                "3×3",
                why="That is what it sees of the layer just below. Each of those units sees more.",
            ),
            Choice(
                "9×9",
                why="Windows overlap, so sizes do not multiply: each layer adds 2.",
            ),
            Choice(
                "7×7",
                right=True,
                why="Yes: 3, then 5, then 7. With 27 weights a channel instead of 49, and three "
                "bends instead of one.",
            ),
            Choice(
                "27×27",
                why="That would need strides or dilations of 3 and 9.",
            ),
        ],
    ),
    Question(
        "A pooling of 2×2 with stride 2 stands between two 3×3 convolutions. What does it do to "
        "the receptive field?",
        [
            Choice(
                "Everything above it grows twice as fast, in pixels of the image",
                right=True,
                why="Yes: a step above the pooling is two pixels below it. The fields are 3, 4 "
                "and then 8.",
            ),
            Choice(
                "It halves the receptive field, as it halves the map",
                why="The map gets smaller, but each of its cells stands for more of the image.",
            ),
            Choice(
                "Nothing: it has no weights",
                why="What a cell sees has nothing to do with weights, only with windows and steps.",
            ),
        ],
    ),
    Question(
        "Which layer of LeNet-5 has the most parameters?",
        [
            Choice(
                "The first convolution: it sees the whole image",
                why="It has 6·(25 + 1) = 156. Shared weights are few, however large the image.",
            ),
            Choice(
                "The second convolution, with 16 filters over 6 channels",
                why="16·(6·25 + 1) = 2,416 is more, but far from the most.",
            ),
            Choice(
                "The output layer, as it decides",
                why="84 inputs and 10 classes make 850.",
            ),
            Choice(
                "The first fully connected layer, after flattening",
                right=True,
                why="Yes: (400 + 1)·120 = 48,120 of 61,706. That is why later nets replace it by a "
                "global average.",
            ),
        ],
    ),
    Question(
        "Even on the training data a plain net of 34 layers has a higher loss than one of 10 "
        "layers. What is this?",
        [
            Choice(
                "Overfitting: it has too many parameters",
                why="Then the training loss would be lower, and only new data would suffer.",
            ),
            Choice(
                "It does not get optimised: the signal does not survive so many layers",
                right=True,
                why="Yes. The deep net could do all that the shallow one does. Skips give the "
                "signal and its gradient a way through.",
            ),
            Choice(
                "Deep nets cannot express what shallow ones can",
                why="They can: extra layers could pass their input through. Finding that is the "
                "trouble.",
            ),
        ],
    ),
    Question(
        "In a residual block, y = x + f(x). What is ∂y/∂x if all of f's weights are tiny?",
        [
            Choice(
                "Close to 1 (the identity): the gradient passes",
                right=True,
                why="Yes: 1 + f′(x) with f′ near 0. A fresh block starts out as 'do nothing', and "
                "learns a change.",
            ),
            Choice(
                "Close to 0: the gradient vanishes",
                why="So it does in a plain layer. The sum's other arm carries it past.",
            ),
            Choice(
                "It explodes, as 1 is added in every layer",
                why="The ones are in a product, 1·1·1…, and that stays 1.",
            ),
            Choice(
                "Close to f(x)",
                why="That mixes up the value and its derivative.",
            ),
        ],
    ),
    Question(
        "You have a net trained on a large set of photographs, and 50 labelled X-ray images. What "
        "is a good first try?",
        [
            Choice(
                "Train a net of the same size from scratch on the 50",
                why="Millions of weights and 50 examples: it would know them by heart and little "
                "else.",
            ),
            Choice(
                "Retrain all layers with a large learning rate",
                why="That soon destroys the features that you wanted to keep.",
            ),
            Choice(
                "Freeze the features and train a new last layer",
                right=True,
                why="Yes: few weights, and edges and textures are edges and textures. With more "
                "data, thaw the upper layers and train them gently.",
            ),
            Choice(
                "Use the net's thousand old classes as they are",
                why="None of them is a finding on an X-ray image. The head must be new.",
            ),
        ],
    ),
    Question(
        "To have more handwritten digits to learn from, you make changed copies of those you "
        "have. Which of these reasons speaks against a change?",
        [
            Choice(
                "A mirror image of a 2 or a half turn of a 6 gets a wrong label",
                why="True: it would teach a wrong 2. But it is not the only reason.",
            ),
            Choice(
                "A narrow crop may cut off what makes it a 7",
                why="True: without its top bar it is a 1. But it is not the only reason.",
            ),
            Choice(
                "A copy that hardly differs from its original teaches nothing new",
                why="True, it only costs time. But it is not the only reason.",
            ),
            Choice(
                "All three",
                right=True,
                why="Yes. A good change is one that new data may really show, and that leaves the "
                "label right: here small shifts, turns and zooms.",
            ),
        ],
    ),
)
