"""Returns something too large, too deep, or without an end."""


def softmax(z):
    nested = z
    for _ in range(10_000):
        nested = [nested]
    return nested
