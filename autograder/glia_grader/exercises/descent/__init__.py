"""Going downhill: derivatives by measurement, gradient descent, minibatches, a first training."""

ORDER = ("central_difference", "gradient_descent", "sgd_epoch", "train_mlp")
"""The exercises of this unit in teaching order."""
