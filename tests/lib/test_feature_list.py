"""Every promised name is there, and takes what PyTorch's of the same name takes."""

import importlib
import inspect
import re

import glia
import pytest

TOP = """
tensor Tensor no_grad enable_grad manual_seed rand randn randint randperm zeros ones full eye arange
linspace zeros_like ones_like randn_like cat stack where matmul save load from_numpy
relu sigmoid tanh softmax log_softmax exp log sqrt abs sin cos sum mean var std prod max min argmax
argmin amax amin sort topk cumsum clamp maximum minimum reshape transpose permute flatten squeeze
unsqueeze split chunk gather eq ne lt le gt ge equal allclose norm tril triu isnan
float32 float64 int64 long float int bool device cuda inf pi
autograd nn optim data models train functional
use trace testing backend gradcheck
"""
LAYERS = """
Module Parameter Sequential ModuleList ModuleDict Flatten Linear Conv1d Conv2d MaxPool2d AvgPool2d
AdaptiveAvgPool2d BatchNorm1d BatchNorm2d LayerNorm GroupNorm InstanceNorm2d Dropout Embedding
RNN LSTM GRU RNNCell LSTMCell GRUCell MultiheadAttention TransformerEncoderLayer
TransformerDecoderLayer TransformerEncoder TransformerDecoder
Step Sign Sigmoid Tanh Hardtanh ReLU LeakyReLU PReLU ELU SELU GELU SiLU Softplus LogSigmoid Softmax
LogSoftmax Maxout
MSELoss L1Loss BCELoss BCEWithLogitsLoss CrossEntropyLoss NLLLoss ZeroOneLoss
functional init utils
"""
FUNCTIONS = """
linear conv1d conv2d max_pool1d max_pool2d avg_pool1d avg_pool2d adaptive_avg_pool1d
adaptive_avg_pool2d batch_norm layer_norm group_norm instance_norm dropout embedding one_hot pad
softmax log_softmax relu leaky_relu prelu elu selu gelu silu softplus logsigmoid hardtanh sigmoid
tanh maxout rnn lstm gru scaled_dot_product_attention
mse_loss l1_loss binary_cross_entropy binary_cross_entropy_with_logits cross_entropy nll_loss
zero_one_loss
"""
OPTIMIZERS = "Optimizer GD SGD Adagrad Adadelta RMSprop Rprop Adam AdamW LAMB lr_scheduler"
SCHEDULERS = """
ExponentialLR StepLR InverseDecay CosineAnnealingLR WarmUp LinearLR LambdaLR ReduceLROnPlateau
"""
INITS = """
zeros_ ones_ constant_ uniform_ normal_ xavier_uniform_ xavier_normal_ kaiming_uniform_
kaiming_normal_ orthogonal_ calculate_gain
"""
PROMISED = {
    "glia": TOP,
    "glia.autograd": "Function backward grad detect_anomaly set_detect_anomaly",
    "glia.nn": LAYERS,
    "glia.nn.functional": FUNCTIONS,
    "glia.functional": FUNCTIONS,
    "glia.nn.init": INITS,
    "glia.nn.utils": "clip_grad_norm_ clip_grad_value_ count_parameters convert_weight rnn",
    "glia.nn.utils.rnn": "pad_sequence pack_sequence pack_padded_sequence pad_packed_sequence",
    "glia.optim": OPTIMIZERS,
    "glia.optim.lr_scheduler": SCHEDULERS,
    "glia.data": "Dataset TensorDataset DataLoader load_digits_8x8 load_mnist_5k",
    "glia.models": "LeNet5 MiniResNet CharRNN Seq2Seq GPT ViT",
    "glia.train": "fit History evaluate accuracy",
    "glia.testing": "gradcheck assert_close",
}


@pytest.mark.parametrize(
    ("module", "name"),
    [(module, name) for module, names in PROMISED.items() for name in names.split()],
)
def test_promised_name(module, name):
    assert getattr(importlib.import_module(module), name) is not None


METHODS = """
view reshape transpose permute item detach numpy masked_fill to backward graph clone expand repeat
sum mean var std max min argmax float double long int bool tolist zero_ add_ sub_ mul_ copy_ size
dim requires_grad_ retain_grad register_hook
"""


@pytest.mark.parametrize("name", METHODS.split())
def test_promised_method_of_a_tensor(name):
    assert callable(getattr(glia.Tensor, name))


def test_conventions_go_by_a_named_argument():
    for layer, names in {
        glia.nn.GRU: {"reset", "update"},
        glia.nn.GRUCell: {"reset", "update"},
        glia.nn.Conv2d: {"padding_convention"},
        glia.nn.functional.conv2d: {"padding_convention"},
        glia.nn.functional.gru: {"reset", "update"},
        glia.optim.Adam: {"bias_correction"},
        glia.nn.utils.convert_weight: {"source", "target"},
    }.items():
        assert names <= set(inspect.signature(layer).parameters), layer


def test_every_loss_takes_a_weight_and_a_reduction():
    scores, classes = glia.tensor([[0.2, 0.8], [0.7, 0.3]]), glia.tensor([0, 0])
    given = {"NLLLoss": classes, "CrossEntropyLoss": classes, "ZeroOneLoss": classes}
    for name in [n for n in dir(glia.nn) if n.endswith("Loss")]:
        target = given.get(name, glia.tensor([[1.0, 0.0], [1.0, 0.0]]))
        weight = glia.tensor([2.0, 3.0])
        each = getattr(glia.nn, name)(weight=weight, reduction="none")(scores, target)
        total = getattr(glia.nn, name)(weight=weight, reduction="sum")(scores, target)
        plain = getattr(glia.nn, name)(reduction="none")(scores, target)
        assert glia.allclose(each.sum(), total), name
        assert not glia.allclose(each, plain), name
        assert getattr(glia.nn, name)(weight=weight)(scores, target).shape == ()


# What follows asks PyTorch itself.

RETIRED = {"size_average", "reduce", "_stacklevel"}  # PyTorch says of them: do not use
PLACE = {"device", "dtype", "foreach", "fused", "capturable", "differentiable", "proj_size"}
# A difference that is meant, and why.
MEANT = {
    ("nn.Softmax", "dim"): "PyTorch warns and guesses; here it is the last axis",
    ("nn.LogSoftmax", "dim"): "as Softmax",
    ("functional.softmax", "dim"): "as Softmax",
    ("functional.log_softmax", "dim"): "as Softmax",
    ("functional.pad", "value"): "None means 0 there",
    ("functional.linear", "bias"): "None, as its text says",
    ("nn.TransformerEncoderLayer", "activation"): "the function, there and here",
    ("nn.TransformerDecoderLayer", "activation"): "the function, there and here",
}


def described(theirs):
    """A signature, from the first line of the docstring where the function is compiled."""
    try:
        found = list(inspect.signature(theirs).parameters.values())
        if {p.kind for p in found} != {
            inspect.Parameter.VAR_POSITIONAL,
            inspect.Parameter.VAR_KEYWORD,
        }:
            return found
    except ValueError:
        pass
    first = re.search(r"^\s*\w+\((.*?)\)\s*->", theirs.__doc__ or "", re.M)
    if first is None:
        return None
    made = re.sub(r"\binf\b", "float('inf')", first.group(1))
    scope: dict = {}
    exec(f"def f({made}): pass", scope)
    return list(inspect.signature(scope["f"]).parameters.values())


def pairs():
    torch = pytest.importorskip("torch", reason="the oracle, PyTorch, is not installed")
    for ours, theirs, label in (
        (glia.nn, torch.nn, "nn"),
        (glia.nn.functional, torch.nn.functional, "functional"),
        (glia.nn.init, torch.nn.init, "init"),
        (glia.nn.utils, torch.nn.utils, "utils"),
        (glia.nn.utils.rnn, torch.nn.utils.rnn, "utils.rnn"),
        (glia.optim, torch.optim, "optim"),
        (glia.optim.lr_scheduler, torch.optim.lr_scheduler, "lr_scheduler"),
    ):
        for name in dir(ours):
            mine, yours = getattr(ours, name), getattr(theirs, name, None)
            if name.startswith("_") or yours is None or inspect.ismodule(mine):
                continue
            if callable(mine) and getattr(mine, "__module__", "").startswith("glia"):
                yield f"{label}.{name}", mine, yours


# Built of other parts than PyTorch's: named alike, called by the layers only.
OWN = {"functional.multi_head_attention_forward", "nn.Module", "nn.Parameter", "nn.Identity"}
# Take what comes: PyTorch's own signature says *args.
OPEN = {
    "nn.RNN",
    "nn.LSTM",
    "nn.GRU",
    "nn.Sequential",
    "nn.ParameterList",
    "utils.rnn.PackedSequence",
}


def test_arguments_have_pytorchs_names_order_and_defaults():
    wrong, compared = [], 0
    for label, mine, yours in pairs():
        theirs = described(yours)
        if label in OWN | OPEN or theirs is None:
            continue
        order = [p.name for p in theirs if p.name not in RETIRED]
        known = {p.name: p for p in theirs}
        compared += 1
        for place, p in enumerate(inspect.signature(mine).parameters.values()):
            if p.name not in known:
                if (
                    p.kind is p.POSITIONAL_OR_KEYWORD
                    and place < len(order)
                    and p.default is p.empty
                ):
                    wrong.append(f"{label}: {p.name} is unknown to PyTorch")
                continue
            if p.kind is p.POSITIONAL_OR_KEYWORD and order.index(p.name) != place:
                wrong.append(f"{label}: {p.name} is number {place}, there {order.index(p.name)}")
            if (label, p.name) not in MEANT and not same_default(p.default, known[p.name].default):
                wrong.append(f"{label}: {p.name}={p.default!r}, there {known[p.name].default!r}")
    assert not wrong, "\n".join(wrong)
    assert compared > 100


def same_default(mine, yours):
    if isinstance(mine, (int, float)) and isinstance(yours, (int, float)):
        return mine == yours
    return mine == yours or (mine in ((), None) and yours in ((), None))


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_recurrent_layers_take_pytorchs_positions(kind):
    torch = pytest.importorskip("torch", reason="the oracle, PyTorch, is not installed")
    positions = (3, 4, 2, *(["relu"] if kind == "RNN" else []), False, True, 0.0, True)
    mine, yours = getattr(glia.nn, kind)(*positions), getattr(torch.nn, kind)(*positions)
    assert mine.batch_first is yours.batch_first is True
    assert [n for n, _ in mine.named_parameters()] == [n for n, _ in yours.named_parameters()]
    y, _ = mine(glia.zeros(2, 5, 3))
    assert y.shape == tuple(yours(torch.zeros(2, 5, 3))[0].shape)


def test_a_signature_that_differs_would_be_seen():
    assert not same_default(0.1, 0.2) and same_default(1, 1.0)
    assert [p.name for p in described(test_promised_name)] == ["module", "name"]
