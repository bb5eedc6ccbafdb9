"""Questions of notebook 10: kernels, padding, channels, pooling, shared weights."""

from glia.widgets.quiz import Choice, Question

QUESTIONS = (
    Question(
        "Colour images of 227×227 pixels go into a convolution with 96 filters of 11×11, stride 4, "
        "no padding, one bias a filter. How many parameters does the layer learn?",
        [
            Choice(
                "About 12 thousand",
                why="That is 96·(11·11 + 1): it forgets that a filter has a kernel for each of the "
                "three colours.",
            ),
            Choice(
                "About 35 thousand",
                right=True,
                why="Yes: (11·11·3 + 1)·96 = 34,944. Neither the image's size nor the stride "
                "comes in.",
            ),
            Choice(
                "About 100 million",
                why="That counts the weights anew at each of the 55×55 places. They are shared: "
                "one filter, used everywhere.",
            ),
            Choice(
                "About 360",
                why="That is a single filter, 11·11·3 = 363 weights. There are 96 of them.",
            ),
        ],
    ),
    Question(
        "An input of 9×13, a kernel of 3×3, stride 2 along both axes, and two rows and two columns "
        "of zeros in total (one on each side). How large is the output?",
        [
            Choice(
                "4×6",
                why="That is the size without padding: ⌊(9 − 3)/2⌋ + 1 = 4.",
            ),
            Choice(
                "6×8",
                why="That is the size with two zeros on each side, four in total. Always ask which "
                "is meant.",
            ),
            Choice(
                "5×7",
                right=True,
                why="Yes: ⌊(9 + 2 − 3)/2⌋ + 1 = 5 and ⌊(13 + 2 − 3)/2⌋ + 1 = 7.",
            ),
            Choice(
                "9×13",
                why="The padding would keep the size at stride 1. Stride 2 about halves it.",
            ),
        ],
    ),
    Question(
        "You shift an image by three pixels. The feature map of a convolution (stride 1, no "
        "padding) …",
        [
            Choice(
                "… stays as it is: convolution is invariant",
                why="Invariant would mean no change at all. The map has to say where something is, "
                "so it changes.",
            ),
            Choice(
                "… is shifted by three pixels, too",
                right=True,
                why="Yes, apart from the border: that is equivariance. Invariance needs something "
                "after it, such as a global maximum.",
            ),
            Choice(
                "… is a different map altogether",
                why="So it would be with a fully connected layer. Here the same filter finds the "
                "same pattern at its new place.",
            ),
        ],
    ),
    Question(
        "A 3×3 filter has weights that sum to 0. What does it answer over an evenly grey wall?",
        [
            Choice(
                "0, whatever the grey",
                right=True,
                why="Yes: grey times the sum of the weights. Such filters look for change: edges, "
                "lines, corners.",
            ),
            Choice(
                "The grey itself",
                why="That is so for weights that sum to 1, as in a blur.",
            ),
            Choice(
                "Something negative",
                why="Negative and positive weights meet the same grey, and cancel exactly.",
            ),
            Choice(
                "It depends on where the positive weights stand",
                why="On an even surface the place of a weight makes no difference: all nine see "
                "the same number.",
            ),
        ],
    ),
    Question(
        "The window of a max pooling holds 3, 7, 7, 1, and the gradient 5 arrives from above. "
        "What goes back to the four inputs?",
        [
            Choice(
                "1.25 to each",
                why="Sharing out is what average pooling does.",
            ),
            Choice(
                "5 to each of the two sevens",
                why="Then 10 would leave where 5 came in. One winner is chosen.",
            ),
            Choice(
                "15, 35, 35 and 5",
                why="Pooling has no weights and does not multiply by its inputs.",
            ),
            Choice(
                "5 to the first seven, 0 to the others",
                right=True,
                why="Yes: the winner takes it all, and of equals the first one does. The slope at "
                "a tie is a convention.",
            ),
        ],
    ),
    Question(
        "A 1×1 convolution from 64 to 16 channels on images of 28×28. What does it do?",
        [
            Choice(
                "Nothing: a window of one pixel sees no neighbours",
                why="No neighbours, but 64 channels: it mixes them anew at each pixel.",
            ),
            Choice(
                "It shrinks the image to a quarter",
                why="Height and width stay. Only the number of channels changes.",
            ),
            Choice(
                "It multiplies each pixel's 64 numbers by the same 16×64 matrix",
                right=True,
                why="Yes: a small fully connected layer at every pixel, with 16·64 weights and 16 "
                "biases in all.",
            ),
            Choice(
                "It keeps the first 16 channels",
                why="It could learn that, but each new channel is a weighted sum of all 64.",
            ),
        ],
    ),
    Question(
        "Why does the gradient of a kernel's weight sum over all places of the image?",
        [
            Choice(
                "To make the gradient large enough to learn from",
                why="Its size is a matter of the learning rate. The sum is what the chain rule "
                "says.",
            ),
            Choice(
                "Because the weight was used at each of them, and every use changes the loss",
                right=True,
                why="Yes: nudge the weight, and all places change at once. Their effects add up.",
            ),
            Choice(
                "Because the places are averaged to save memory",
                why="Nothing is averaged, and the sum saves no memory.",
            ),
        ],
    ),
)
