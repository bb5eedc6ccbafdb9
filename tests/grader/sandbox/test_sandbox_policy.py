"""Forbidden names are gone from the running process, however they are spelt."""

from __future__ import annotations

import pytest
from glia_grader.sandbox.host import Sandbox, StudentFailure
from glia_grader.sandbox.probe import probe

FORBID = ("numpy.linalg.lstsq", "numpy.fft", "csv", "json.dumps", "wave.open", "numpy.polyfit")


@pytest.fixture(scope="module")
def library():
    if probe().tier == 4:
        pytest.skip(f"no isolation here: {probe().reasons}")
    with Sandbox(needs_glia=True) as opened:
        yield opened


@pytest.mark.parametrize(
    "body",
    [
        "np.linalg.lstsq(np.eye(2), np.ones(2))",
        "getattr(np.linalg, 'lst' + 'sq')(np.eye(2), np.ones(2))",
        "np.linalg._linalg.lstsq(np.eye(2), np.ones(2))",
        "vars(np.linalg)['lstsq'](np.eye(2), np.ones(2))",
        "__import__('numpy').linalg.lstsq(1, 1)",
        "np.fft.fft(np.ones(4))",
        "__import__('numpy.fft')",
        "__import__('importlib').import_module('csv')",
        "__import__('json').dumps([])",
        "__import__('wave').open('x')",
        "np.lib._polynomial_impl.polyfit([1], [1], 0)",
    ],
)
def test_forbidden_names_are_caught_when_used(best, body):
    with best.open(forbid=FORBID) as box:
        assert box.exec(f"import numpy as np\ndef f():\n    return {body}", 5).ok
        with pytest.raises(StudentFailure) as caught:
            box.call("f", timeout=5)
        assert caught.value.kind == "forbidden" and caught.value.line == 3
        name = caught.value.message.split()[0]
        assert name in FORBID and "write it yourself" in caught.value.message
        cell = box.run_cell("f()", 5)
        assert cell.kind == "forbidden" and cell.attempts == [name]
        assert cell.outputs[0]["ename"] == "ForbiddenName"


def test_what_is_not_forbidden_works_and_looking_is_not_using(best):
    with best.open(forbid=FORBID) as box:
        source = (
            "import numpy as np, json, wave\n"
            "from numpy.linalg import lstsq\n"
            "def f(): return float(np.linalg.norm(np.linalg.solve(np.eye(2), np.ones(2))))\n"
            "lstsq"
        )
        result = box.run_cell(source, 5)
        assert result.ok and result.attempts == []
        assert "switched off" in result.outputs[0]["data"]["text/plain"]
        assert box.call("f", timeout=5).value == pytest.approx(2**0.5)


def test_an_attempt_that_was_caught_is_still_reported(best):
    with best.open(forbid=["csv"]) as box:
        source = "try:\n    import csv\nexcept ImportError:\n    csv = None\ndef f(): return csv"
        assert box.run_cell(source, 5).attempts == ["csv"]
        assert box.call("f", timeout=5).attempts == ["csv"]


def test_one_boxs_policy_is_not_anothers(best):
    with best.open(forbid=FORBID), best.open() as free:
        assert free.run_cell("import numpy as np, csv\nnp.linalg.lstsq(np.eye(2), [1, 1])", 5).ok


def test_the_library_is_there_or_is_hidden(library):
    use = "import glia\ndef f(): return glia.McCullochPitts([1, 1], 2)([1, 1])"
    with library.open() as box:
        assert box.exec(use, 10).ok
        assert box.call("f", timeout=10).value == 1
    for options in ({"hide": ("glia",)}, {"forbid": ("glia",)}):
        with library.open(**options) as box:
            assert box.exec(use + "\nfrom glia.neurons import Perceptron\nimport glia.ops", 10).ok
            for body in ("f()", "Perceptron()", "class P(Perceptron): pass", "glia.ops.sigmoid(1)"):
                result = box.run_cell(body, 5)
                assert (result.ok, result.kind) == (False, "forbidden"), body
            # Neither its files nor its objects are in that process.
            hunt = (
                "import sys\n"
                "files = [getattr(m, '__file__', None) or '' for m in sys.modules.values()]\n"
                "print([f for f in files if '/glia/' in f])\n"
                "print([c for c in object.__subclasses__() if c.__module__.startswith('glia.')])"
            )
            assert box.run_cell(hunt, 5).outputs[0]["text"] == "[]\n[]\n"


def test_without_the_library_it_is_hidden_too(best):
    with best.open() as box:
        assert box.run_cell("import glia\nglia.Perceptron()", 5).kind == "forbidden"


CONVOLUTION = ("glia.ops.conv.conv2d", "glia.ops.conv.conv2d_backward")
OWN = """
import numpy as np, glia
from glia import functional as F

def conv2d(x, weight, bias, stride, padding):
    return np.full((len(x), len(weight), 2, 2), 7.0)

def backward(grad, x, weight, bias, stride, padding):
    return grad * 0, weight * 0, bias * 0

x, weight, bias = glia.ones(1, 1, 2, 2), glia.ones(1, 1, 1, 1), glia.zeros(1)

def mine():
    with glia.use(conv2d=(conv2d, backward)):
        return F.conv2d(x, weight, bias).numpy()

def layer(): return glia.nn.Conv2d(1, 1, 1)(x).detach().numpy()
def line(): return F.conv1d(x[:, :, 0], weight[:, :, 0]).numpy()
def on_the_other_back_end():
    with glia.backend.use("numba"):
        return F.conv2d(x, weight, bias).numpy()
def twin():
    from glia.kernels.conv import conv2d
    return conv2d(1)
def table(): return glia.backend.implementation("conv2d")(1)
def module(): return glia.ops.conv.conv2d(1)
def pooling(): return F.max_pool2d(x, 2).numpy()
"""


def test_an_op_that_is_forbidden_is_out_of_every_back_end_but_can_be_replaced(library):
    with library.open(forbid=CONVOLUTION) as box:
        assert box.exec(OWN, 20).ok
        assert (box.call("mine", timeout=10).value == 7).all()
        assert box.call("pooling", timeout=10).value.item() == 1
        for name in ("layer", "line", "on_the_other_back_end", "table", "module"):
            with pytest.raises(StudentFailure) as caught:
                box.call(name, timeout=10)
            assert caught.value.kind == "forbidden", name
            assert caught.value.message.split()[0] == CONVOLUTION[0]
        with pytest.raises(StudentFailure, match=r"^glia\.kernels\.conv\.conv2d is switched off"):
            box.call("twin", timeout=20)
