"""Interactive pictures for the notebooks: state in Python, native controls in the page."""

from glia.widgets.attention_explorer import AttentionExplorer
from glia.widgets.backprop_graph import BackpropGraph
from glia.widgets.boundary_by_width import BoundaryByWidth
from glia.widgets.convolution_stepper import ConvolutionStepper
from glia.widgets.descent_contour import DescentContour
from glia.widgets.explorer import Explorer
from glia.widgets.feature_maps import FeatureMaps
from glia.widgets.filter_lab import FilterLab
from glia.widgets.forward_pass import ForwardPass
from glia.widgets.gate_explorer import GateExplorer
from glia.widgets.gate_viewer import GateViewer
from glia.widgets.gpt_sampler import GPTSampler
from glia.widgets.gradient_flow import GradientFlow
from glia.widgets.logistic_loss import LogisticLossExplorer
from glia.widgets.minibatch_noise import MinibatchNoise
from glia.widgets.neuron_signal import NeuronSignal
from glia.widgets.perceptron_explorer import PerceptronExplorer
from glia.widgets.playground import Playground
from glia.widgets.positional_encoding import PositionalEncodingExplorer
from glia.widgets.quiz import Choice, Question, Quiz
from glia.widgets.receptive_field import ReceptiveField
from glia.widgets.relu_bumps import ReluBumps
from glia.widgets.rnn_unroller import RNNUnroller
from glia.widgets.softmax_temperature import SoftmaxTemperature
from glia.widgets.timeline import Timeline
from glia.widgets.weight_conventions import WeightConventions
from glia.widgets.worked_net import WorkedNetStepper
from glia.widgets.xor_hidden_units import XorHiddenUnits

__all__ = [
    "AttentionExplorer",
    "BackpropGraph",
    "BoundaryByWidth",
    "Choice",
    "ConvolutionStepper",
    "DescentContour",
    "Explorer",
    "FeatureMaps",
    "FilterLab",
    "ForwardPass",
    "GPTSampler",
    "GateExplorer",
    "GateViewer",
    "GradientFlow",
    "LogisticLossExplorer",
    "MinibatchNoise",
    "NeuronSignal",
    "PerceptronExplorer",
    "Playground",
    "PositionalEncodingExplorer",
    "Question",
    "Quiz",
    "RNNUnroller",
    "ReceptiveField",
    "ReluBumps",
    "SoftmaxTemperature",
    "Timeline",
    "WeightConventions",
    "WorkedNetStepper",
    "XorHiddenUnits",
]
