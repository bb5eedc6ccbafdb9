"""Interactive pictures for the notebooks: state in Python, native controls in the page."""

from glia.widgets.explorer import Explorer
from glia.widgets.gate_explorer import GateExplorer
from glia.widgets.gradient_flow import GradientFlow
from glia.widgets.logistic_loss import LogisticLossExplorer
from glia.widgets.neuron_signal import NeuronSignal
from glia.widgets.perceptron_explorer import PerceptronExplorer
from glia.widgets.quiz import Choice, Question, Quiz
from glia.widgets.softmax_temperature import SoftmaxTemperature
from glia.widgets.timeline import Timeline
from glia.widgets.xor_hidden_units import XorHiddenUnits

__all__ = [
    "Choice",
    "Explorer",
    "GateExplorer",
    "GradientFlow",
    "LogisticLossExplorer",
    "NeuronSignal",
    "PerceptronExplorer",
    "Question",
    "Quiz",
    "SoftmaxTemperature",
    "Timeline",
    "XorHiddenUnits",
]
