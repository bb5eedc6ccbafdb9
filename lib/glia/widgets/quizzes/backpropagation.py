"""Questions of notebook 05: chain rule, deltas, graphs, gates, gradient checking."""

from glia.widgets.quiz import Choice, Question

QUESTIONS = (
    Question(
        "The output neuron of a yes-or-no net is a sigmoid with cross entropy. Its sum is z = 2, "
        "and the label is 1. What is ∂ℓ/∂z, the delta from which backpropagation starts?",
        [
            Choice(
                "σ(2)",
                why="That is the neuron's answer a, and it would be the delta for the label 0.",
            ),
            Choice(
                "−1",
                why="Only a neuron that answers 0 would be blamed that much. This one says 0.88 "
                "already.",
            ),
            Choice(
                "σ(2) − 1, about −0.119",
                right=True,
                why="Yes: a − y. Negative, so raising z lowers the loss; small, because the answer "
                "is nearly right.",
            ),
            Choice(
                "1 − σ(2), about 0.119",
                why="That is y − a, the direction of the step. The derivative has the other sign.",
            ),
            Choice(
                "−σ(2)",
                why="At z = 2 this is −0.88: a large blame for a good answer. Which term of the "
                "cross entropy is alive when y = 1?",
            ),
        ],
    ),
    Question(
        "A net has computed its loss on a batch. What is the name of the computation that now "
        "finds the loss's slope for every weight?",
        [
            Choice(
                "Forward pass",
                why="That one is done: it computed the activations and the loss.",
            ),
            Choice(
                "Gradient descent",
                why="That is what one does with the slopes afterwards: a step against them.",
            ),
            Choice(
                "Backpropagation",
                right=True,
                why="Yes: it walks back from the loss and applies the chain rule at every node, "
                "once. It changes no weight.",
            ),
            Choice(
                "Vanishing gradient",
                why="That is a trouble of deep nets: slopes that get tiny on their way back.",
            ),
            Choice(
                "Activation",
                why="An activation bends a neuron's sum, on the way forward.",
            ),
        ],
    ),
    Question(
        "L = u·v with u = 3w and v = w + 1. At w = 2, what is ∂L/∂w?",
        [
            Choice("9", why="That is the path through u alone: v·3. A second path leads over v."),
            Choice(
                "15",
                right=True,
                why="Yes: over u comes v·3 = 9, over v comes u·1 = 6, and what arrives adds up.",
            ),
            Choice("54", why="Along a path slopes multiply, but different paths are added."),
            Choice("6", why="That is the path through v alone: u·1. A second path leads over u."),
        ],
    ),
    Question(
        "A gate computes z = x·y. What must it save on the way forward, to be able to go back?",
        [
            Choice(
                "z",
                why="The slopes of x·y are y and x. From z alone they cannot be told.",
            ),
            Choice(
                "x and y",
                right=True,
                why="Yes: x receives upstream times y, and y receives upstream times x.",
            ),
            Choice(
                "Nothing",
                why="That is true of addition, whose slopes are 1. Those of a product depend on "
                "its inputs.",
            ),
            Choice(
                "The upstream gradient",
                why="It does not exist yet: it arrives from the loss on the way back.",
            ),
        ],
    ),
    Question(
        "A net gets twice as many layers of the same width. How much longer does backpropagation "
        "take for all gradients?",
        [
            Choice(
                "Twice as long",
                right=True,
                why="Yes: one forward pass and one walk back, both proportional to the depth.",
            ),
            Choice(
                "Four times as long",
                why="That is the naive way, which walks back anew for the weights of each layer.",
            ),
            Choice(
                "As many times as there are weights",
                why="That would be measuring each slope by nudging its weight.",
            ),
            Choice(
                "The same",
                why="Every layer has to be passed at least once, forward and back.",
            ),
        ],
    ),
    Question(
        "For one example, a hidden ReLU neuron has the sum z = −0.4. What does this example tell "
        "the neuron's incoming weights?",
        [
            Choice(
                "To grow, so that the neuron wakes up",
                why="A slope only knows the close neighbourhood, and there nothing changes.",
            ),
            Choice(
                "−0.4 times the upstream gradient",
                why="The local slope of the ReLU is 0 or 1; its input does not multiply.",
            ),
            Choice(
                "Nothing: their gradient is 0",
                right=True,
                why="Yes: the local slope is 0 where the sum is negative, and a product with 0 is "
                "0. Other examples may still move the weights.",
            ),
            Choice(
                "The same as if z were +0.4",
                why="At +0.4 the local slope is 1 and the gradient passes through unchanged.",
            ),
        ],
    ),
    Question(
        "A net of 20 sigmoid layers trains badly: its gradients vanish on the way back. Where in "
        "the net do you see it first?",
        [
            Choice(
                "Some weights become nan",
                why="That is the opposite case: numbers that explode and leave the range.",
            ),
            Choice(
                "The training loss goes to 0 and the test loss rises",
                why="That is overfitting. This net does not even learn its training data well.",
            ),
            Choice(
                "The weights of the first layers hardly move",
                right=True,
                why="Yes: their gradient is a product over all the layers above, and each sigmoid "
                "contributes a slope of 0.25 at most. The last layers still learn.",
            ),
            Choice(
                "All neurons of a layer become the same",
                why="That comes from equal starting weights, and no gradient can then part them.",
            ),
            Choice(
                "The loss jumps up and down and never settles",
                why="Steps that are too long do that. Here they are too short, near the input.",
            ),
        ],
    ),
    Question(
        "You check a backward pass that you wrote, and the relative error |m − c| / (|m| + |c|) is "
        "0.3333 at every random point. What is the most likely mistake?",
        [
            Choice(
                "The sign is wrong",
                why="With c = −m the error is exactly 1.",
            ),
            Choice(
                "A factor of 2",
                right=True,
                why="Yes: c = 2m, or m = 2c, gives 1/3. Look for a ½ in the loss, or a λ that "
                "should be 2λ.",
            ),
            Choice(
                "The step h is too small",
                why="Rounding errors scatter; they would not give the same number each time.",
            ),
            Choice(
                "None: a third is fine",
                why="In double precision a right gradient comes in below 1e−7.",
            ),
        ],
    ),
)
