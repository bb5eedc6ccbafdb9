"""Interactive pictures for the notebooks: state in Python, native controls in the page."""

from glia.widgets.explorer import Explorer
from glia.widgets.gate_explorer import GateExplorer
from glia.widgets.neuron_signal import NeuronSignal
from glia.widgets.perceptron_explorer import PerceptronExplorer
from glia.widgets.timeline import Timeline
from glia.widgets.xor_hidden_units import XorHiddenUnits

__all__ = [
    "Explorer",
    "GateExplorer",
    "NeuronSignal",
    "PerceptronExplorer",
    "Timeline",
    "XorHiddenUnits",
]
