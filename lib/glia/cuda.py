"""Programs ask `cuda.is_available()` before they choose a device: here the answer is no."""


def is_available() -> bool:
    """Return False: glia computes on the CPU."""
    return False
