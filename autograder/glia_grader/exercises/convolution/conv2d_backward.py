"""The way back through a convolution: every use of a weight, every use of a pixel."""

import numpy as np

from glia_grader.exercise import Case, Check, Exercise, Finding, Misconception

STATEMENT = r"""
A weight is used at every place of every image, a pixel in every patch that it lies in. The rule is
the one you know: what is used several times collects the gradient of *each* use. With $G$ the
gradient of the loss by the result,

$$ \frac{\partial L}{\partial b_o} = \sum_{n,i,j} G_{noij}, \qquad
   \frac{\partial L}{\partial W_{ocuv}} = \sum_{n,i,j} G_{noij}\, X_{n,c,si+u,sj+v} $$

and for the pixels: each $G_{noij}$ sends $W_{ocuv}$ times itself back to the pixel
$(si+u,\, sj+v)$ of the padded image; the gradients of the zeros around it are thrown away.
"""

SIGNATURE = '''
def conv2d_backward(grad, x, weight, bias, stride, padding):
    """Gradients of a convolutional layer.

    Args:
        grad: Gradient of the loss by the layer's result, shape (N, O, H_out, W_out).
        x: What went in, shape (N, C, H, W).
        weight: Filters, shape (O, C, KH, KW).
        bias: Shape (O,).
        stride: Step from place to place.
        padding: Rows and columns of zeros on each side.

    Returns:
        (grad_x, grad_weight, grad_bias): with the shapes of x, weight and bias.
    """
'''


def conv2d_backward(grad, x, weight, bias, stride, padding):
    """For each place of the kernel: what it saw, and whom it tells."""
    around = (padding, padding)
    padded = np.pad(x, ((0, 0), (0, 0), around, around))
    back = np.zeros(padded.shape, dtype=np.result_type(grad, weight, np.float32))
    grad_weight = np.zeros(weight.shape, dtype=back.dtype)
    rows, columns = grad.shape[2:]
    for u in range(weight.shape[2]):
        for v in range(weight.shape[3]):
            down = slice(u, u + stride * rows, stride)
            right = slice(v, v + stride * columns, stride)
            seen = padded[:, :, down, right]
            grad_weight[:, :, u, v] = np.tensordot(grad, seen, ((0, 2, 3), (0, 2, 3)))
            spread = np.tensordot(grad, weight[:, :, u, v], (1, 0))  # (N, H_out, W_out, C)
            back[:, :, down, right] += spread.transpose(0, 3, 1, 2)
    inside = slice(padding, padding + x.shape[2]), slice(padding, padding + x.shape[3])
    return back[:, :, inside[0], inside[1]], grad_weight, grad.sum(axis=(0, 2, 3))


_NINE = np.arange(9.0).reshape(1, 1, 3, 3)
_FOUR = np.array([[1.0, 2], [-1, 3]])[None, None]
_UP = np.array([[1.0, -2], [3, 0.5]])[None, None]
_NONE = np.array([0.5])


def _small(rng):
    return [
        Case((_UP, _NINE, _FOUR, _NONE, 1, 0), "an image of 3 × 3, a kernel of 2 × 2"),
        Case((np.array([[[[2.0]]]]), _FOUR + 1, _FOUR, _NONE, 1, 0), "one place"),
        Case((_UP[:, :, :1], _NINE[:, :, :2], _FOUR, _NONE, 1, 0), "two places"),
    ]


def _several(rng):
    x = rng.integers(-3, 4, size=(3, 2, 4, 3)).astype(float)
    weight = rng.integers(-3, 4, size=(2, 2, 2, 2)) + 0.5
    grad = rng.integers(-3, 4, size=(3, 2, 3, 2)) + 0.25
    return [
        Case((grad[:1], x[:1], weight, np.zeros(2), 1, 0), "two channels, two filters", 10.0),
        Case((grad, x, weight, np.ones(2), 1, 0), "three images", 10.0),
    ]


def _settings(rng):
    x, weight = rng.normal(size=(2, 2, 5, 6)), rng.normal(size=(3, 2, 3, 3))
    cases = []
    for stride, padding in ((1, 1), (2, 0), (2, 1)):
        size = [(n + 2 * padding - 3) // stride + 1 for n in (5, 6)]
        grad = rng.normal(size=(2, 3, *size))
        note = f"stride {stride}, padding {padding}"
        cases.append(Case((grad, x, weight, np.zeros(3), stride, padding), note, 10.0))
    return cases


def _random(rng):
    cases = []
    for n, c, h, w, o, kh, kw, stride, padding in (
        (3, 2, 6, 5, 4, 3, 2, 2, 2),
        (2, 3, 5, 5, 1, 1, 1, 1, 0),
    ):
        size = (h + 2 * padding - kh) // stride + 1, (w + 2 * padding - kw) // stride + 1
        shapes = (n, o, *size), (n, c, h, w), (o, c, kh, kw), (o,)
        arrays = [rng.normal(size=shape) for shape in shapes]
        cases.append(Case((*arrays, stride, padding), f"{n} images, {o} filters", 15.0))
    x, weight, grad = (rng.normal(size=s) for s in ((4, 2, 5, 5), (3, 2, 3, 3), (4, 3, 5, 5)))
    bias = rng.normal(size=6)
    args = (grad[::2, :, ::-1], x[::2], weight.transpose(0, 1, 3, 2), bias[::2], 1, 1)
    cases.append(Case(args, "strided views", 15.0))
    single = tuple(a.astype(np.float32) for a in (grad, x, weight, bias[:3]))
    cases.append(Case((*single, 1, 1), "float32", 30.0))
    return cases


def _slopes(ask, rng):
    """A step in a random direction, measured and foretold."""
    shapes = (2, 2, 5, 4), (3, 2, 2, 3), (3,)
    at = [rng.normal(size=shape) for shape in shapes]
    way = [rng.normal(size=shape) for shape in shapes]
    grad = rng.normal(size=(2, 3, 3, 2))
    got = ask(grad, *at, 2, 1)

    def value(t):
        x, weight, bias = (a + t * d for a, d in zip(at, way, strict=True))
        padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (2, 3), axis=(2, 3))
        out = np.einsum("ncijuv,ocuv->noij", windows[:, :, ::2, ::2], weight)
        return float(np.sum((out + bias[:, None, None]) * grad))

    measured = (value(1e-5) - value(-1e-5)) / 2e-5
    foretold = sum(float(np.sum(g * d)) for g, d in zip(got, way, strict=True))
    if abs(measured - foretold) <= 1e-5 * (1 + abs(measured)):
        return None
    return Finding(
        f"A small step in a random direction changes the loss by {measured:.6g} per unit; your "
        f"gradients foretell {foretold:.6g}",
        safe="Your gradients do not foretell what a small step does",
    )


def _mean_over_places(grad, x, weight, bias, stride, padding):
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    back, grad_weight = np.zeros(padded.shape), np.zeros(weight.shape)
    rows, columns = grad.shape[2:]
    for u, v in np.ndindex(*weight.shape[2:]):
        place = np.s_[:, :, u : u + stride * rows : stride, v : v + stride * columns : stride]
        grad_weight[:, :, u, v] = np.einsum("noij,ncij->oc", grad, padded[place])
        back[place] += np.einsum("noij,oc->ncij", grad, weight[:, :, u, v])
    back = back[:, :, padding : padding + x.shape[2], padding : padding + x.shape[3]]
    places = rows * columns
    return back, grad_weight / places, grad.sum(axis=(0, 2, 3)) / places


def _mean_over_images(grad, x, weight, bias, stride, padding):
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    back, grad_weight = np.zeros(padded.shape), np.zeros(weight.shape)
    rows, columns = grad.shape[2:]
    for u, v in np.ndindex(*weight.shape[2:]):
        place = np.s_[:, :, u : u + stride * rows : stride, v : v + stride * columns : stride]
        grad_weight[:, :, u, v] = np.einsum("noij,ncij->oc", grad, padded[place])
        back[place] += np.einsum("noij,oc->ncij", grad, weight[:, :, u, v])
    back = back[:, :, padding : padding + x.shape[2], padding : padding + x.shape[3]]
    return back, grad_weight / len(x), grad.sum(axis=(0, 2, 3)) / len(x)


def _overwrites(grad, x, weight, bias, stride, padding):
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    back, grad_weight = np.zeros(padded.shape), np.zeros(weight.shape)
    rows, columns = grad.shape[2:]
    for u, v in np.ndindex(*weight.shape[2:]):
        place = np.s_[:, :, u : u + stride * rows : stride, v : v + stride * columns : stride]
        grad_weight[:, :, u, v] = np.einsum("noij,ncij->oc", grad, padded[place])
        back[place] = np.einsum("noij,oc->ncij", grad, weight[:, :, u, v])
    back = back[:, :, padding : padding + x.shape[2], padding : padding + x.shape[3]]
    return back, grad_weight, grad.sum(axis=(0, 2, 3))


def _turned_back(grad, x, weight, bias, stride, padding):
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    back, grad_weight = np.zeros(padded.shape), np.zeros(weight.shape)
    rows, columns = grad.shape[2:]
    for u, v in np.ndindex(*weight.shape[2:]):
        place = np.s_[:, :, u : u + stride * rows : stride, v : v + stride * columns : stride]
        grad_weight[:, :, u, v] = np.einsum("noij,ncij->oc", grad, padded[place])
        back[place] += np.einsum("noij,oc->ncij", grad, weight[:, :, -1 - u, -1 - v])
    back = back[:, :, padding : padding + x.shape[2], padding : padding + x.shape[3]]
    return back, grad_weight, grad.sum(axis=(0, 2, 3))


def _padding_forgotten(grad, x, weight, bias, stride, padding):
    behind = np.pad(x, ((0, 0), (0, 0), (0, 2 * padding), (0, 2 * padding)))
    back, grad_weight = np.zeros(behind.shape), np.zeros(weight.shape)
    rows, columns = grad.shape[2:]
    for u, v in np.ndindex(*weight.shape[2:]):
        place = np.s_[:, :, u : u + stride * rows : stride, v : v + stride * columns : stride]
        grad_weight[:, :, u, v] = np.einsum("noij,ncij->oc", grad, behind[place])
        back[place] += np.einsum("noij,oc->ncij", grad, weight[:, :, u, v])
    return back[:, :, : x.shape[2], : x.shape[3]], grad_weight, grad.sum(axis=(0, 2, 3))


def _keeps_the_frame(grad, x, weight, bias, stride, padding):
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    back, grad_weight = np.zeros(padded.shape), np.zeros(weight.shape)
    rows, columns = grad.shape[2:]
    for u, v in np.ndindex(*weight.shape[2:]):
        place = np.s_[:, :, u : u + stride * rows : stride, v : v + stride * columns : stride]
        grad_weight[:, :, u, v] = np.einsum("noij,ncij->oc", grad, padded[place])
        back[place] += np.einsum("noij,oc->ncij", grad, weight[:, :, u, v])
    return back, grad_weight, grad.sum(axis=(0, 2, 3))


EXERCISE = Exercise(
    name="conv2d_backward",
    unit="convolution",
    title="The way back: a sum over all uses",
    statement=STATEMENT,
    signature=SIGNATURE,
    reference=conv2d_backward,
    returns=("grad_x", "grad_weight", "grad_bias"),
    axes={"N": (("grad", 0), ("x", 0)), "C": (("x", 1), ("weight", 1))},
    checks=(
        Check("bias", "The biases", 1, cases=_small, parts=("grad_bias",)),
        Check("weight", "The weights", 1.5, cases=_small, parts=("grad_weight",)),
        Check("x", "The pixels", 1.5, cases=_small, parts=("grad_x",)),
        Check("several", "Channels, filters, images", 1.5, cases=_several),
        Check("settings", "Stride and padding", 1.5, cases=_settings),
        Check("random", "Random layers", 1, cases=_random),
        Check("slopes", "They are the slopes", 1, "gradient", examine=_slopes, needs=("several",)),
    ),
    misconceptions=(
        Misconception(
            "mean_over_places",
            "A shared weight gets the mean of its gradients.",
            "Gradients of weights and biases are too small by the number of places.",
            _mean_over_places,
            (
                "You are right for one place. By which factor are you off for four?",
                "Nudge a shared weight: the changes at all places add up.",
                "Sum over the places; do not divide.",
            ),
            "bias",
        ),
        Misconception(
            "mean_over_images",
            "The mean over the batch is taken here.",
            "With several images the gradients of weights and biases are too small.",
            _mean_over_images,
            (
                "One image is right. By which factor are you off with three?",
                "If the loss is a mean, its 1/N is in grad already.",
                "Sum over the images as well.",
            ),
            "several",
        ),
        Misconception(
            "overwrites",
            "A pixel is used once.",
            "Gradients of the weights are right; pixels keep the last patch's gradient only.",
            _overwrites,
            (
                "In how many patches of 2 × 2 does the middle pixel of 3 × 3 lie?",
                "Each patch sends something back; a pixel adds it all up.",
                "Write += where you send gradients back to the pixels.",
            ),
            "x",
        ),
        Misconception(
            "turned_back",
            "On the way back the kernel is flipped once more.",
            "Gradients of the weights are right; those of the pixels use the wrong weights.",
            _turned_back,
            (
                "Which weight multiplied pixel (i + u, j + v) on the way forward?",
                "The same weight multiplies the gradient on the way back. (The famous flip comes "
                "by itself when you write it as a sum over the places.)",
                "Send weight[:, :, u, v] times grad to pixel (i + u, j + v).",
            ),
            "x",
        ),
        Misconception(
            "padding_forgotten",
            "Zeros around the image do not matter for the gradients.",
            "With padding all patches are taken from the wrong place.",
            _padding_forgotten,
            (
                "Which pixel does the first weight meet at the first place, with padding 1?",
                "Pad x as on the way forward; then every index agrees.",
                "np.pad x by (padding, padding) first, and cut the frame off grad_x at the end.",
            ),
            "settings",
        ),
        Misconception(
            "keeps_the_frame",
            "The zeros around the image have a gradient, too.",
            "With padding grad_x is larger than x.",
            _keeps_the_frame,
            (
                "Which shape should grad_x have, and which has yours?",
                "A gradient has the shape of what it belongs to; nobody asked for the frame's.",
                "Return only the rows and columns from padding on, as many as x has.",
            ),
            "settings",
        ),
    ),
)
