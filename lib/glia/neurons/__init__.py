"""The historical line of neurons: from the hand-set threshold unit to softmax regression."""

from glia.neurons.adaline import Adaline
from glia.neurons.geometry import angle_between, boundary_segment, signed_distance
from glia.neurons.hidden import HiddenUnits, convex_region, xor_network
from glia.neurons.history import History, Update
from glia.neurons.logistic import LogisticRegression
from glia.neurons.margin import VerbalRule, margin, mistake_bound, verbal_rule_counterexample
from glia.neurons.perceptron import Perceptron
from glia.neurons.softmax import SoftmaxRegression
from glia.neurons.threshold import McCullochPitts, gate
from glia.ops.perceptron import perceptron_predict, perceptron_update

__all__ = [
    "Adaline",
    "HiddenUnits",
    "History",
    "LogisticRegression",
    "McCullochPitts",
    "Perceptron",
    "SoftmaxRegression",
    "Update",
    "VerbalRule",
    "angle_between",
    "boundary_segment",
    "convex_region",
    "gate",
    "margin",
    "mistake_bound",
    "perceptron_predict",
    "perceptron_update",
    "signed_distance",
    "verbal_rule_counterexample",
    "xor_network",
]
