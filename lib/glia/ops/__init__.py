"""The textbook: every formula of the course in numpy, forward and backward, on plain arrays.

Functions whose name ends in an underscore change their arguments in place, as in PyTorch. They are
the inner loops of `glia.neurons`; call them through `glia.backend.implementation(name)` to have
the fast twin.
"""

from glia.ops.adaline import adaline_epoch_, adaline_gradient
from glia.ops.cross_entropy import (
    cross_entropy,
    cross_entropy_grad,
    one_hot,
    softmax_regression_epoch_,
)
from glia.ops.logistic import (
    binary_cross_entropy,
    binary_cross_entropy_grad,
    log_likelihood,
    logistic_epoch_,
    logistic_gradient,
    logistic_loss,
    logistic_loss_grad,
)
from glia.ops.perceptron import (
    label_values,
    perceptron_epoch_,
    perceptron_predict,
    perceptron_update,
)
from glia.ops.sigmoid import log_sigmoid, log_sigmoid_grad, sigmoid, sigmoid_grad
from glia.ops.softmax import log_softmax, log_softmax_grad, log_sum_exp, softmax, softmax_grad
from glia.ops.squared_error import (
    half_squared_error,
    mean_squared_error,
    squared_error,
    squared_error_grad,
    sum_squared_error,
    zero_one_loss,
)
from glia.ops.threshold import heaviside, net_input, sign, threshold_unit

__all__ = [
    "adaline_epoch_",
    "adaline_gradient",
    "binary_cross_entropy",
    "binary_cross_entropy_grad",
    "cross_entropy",
    "cross_entropy_grad",
    "half_squared_error",
    "heaviside",
    "label_values",
    "log_likelihood",
    "log_sigmoid",
    "log_sigmoid_grad",
    "log_softmax",
    "log_softmax_grad",
    "log_sum_exp",
    "logistic_epoch_",
    "logistic_gradient",
    "logistic_loss",
    "logistic_loss_grad",
    "mean_squared_error",
    "net_input",
    "one_hot",
    "perceptron_epoch_",
    "perceptron_predict",
    "perceptron_update",
    "sigmoid",
    "sigmoid_grad",
    "sign",
    "softmax",
    "softmax_grad",
    "softmax_regression_epoch_",
    "squared_error",
    "squared_error_grad",
    "sum_squared_error",
    "threshold_unit",
    "zero_one_loss",
]
