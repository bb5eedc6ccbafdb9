"""PyTorch's place for the functions of `glia.functional`: `from glia.nn import functional as F`."""

from ..functional import *  # noqa: F403 - the names are listed there
from ..functional import __all__ as __all__
