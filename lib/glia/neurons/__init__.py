"""The historical line of neurons: from the hand-set threshold unit to softmax regression."""

from glia.neurons.adaline import Adaline
from glia.neurons.history import History, Update
from glia.neurons.logistic import LogisticRegression
from glia.neurons.margin import VerbalRule, margin, mistake_bound, verbal_rule_counterexample
from glia.neurons.perceptron import Perceptron
from glia.neurons.softmax import SoftmaxRegression
from glia.neurons.threshold import McCullochPitts, gate
from glia.ops.perceptron import perceptron_predict, perceptron_update

__all__ = [
    "Adaline",
    "History",
    "LogisticRegression",
    "McCullochPitts",
    "Perceptron",
    "SoftmaxRegression",
    "Update",
    "VerbalRule",
    "gate",
    "margin",
    "mistake_bound",
    "perceptron_predict",
    "perceptron_update",
    "verbal_rule_counterexample",
]
