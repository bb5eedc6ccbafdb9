import doctest
import importlib
import pkgutil

import glia
import pytest

MODULES = sorted(
    name
    for _, name, _ in pkgutil.walk_packages(glia.__path__, "glia.")
    if not name.startswith(("glia.viz", "glia.widgets")) and name != "glia.data._build"
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_run(name):
    if name.startswith("glia.kernels.") and "numba" not in glia.backend.available():
        pytest.skip("needs numba")
    module = importlib.import_module(name)
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("package", ["glia", "glia.ops", "glia.neurons", "glia.data"])
def test_all_that_is_promised_is_there(package):
    module = importlib.import_module(package)
    for name in set(module.__all__) - {"viz", "widgets"}:  # these two have tests of their own
        thing = getattr(module, name)
        assert not callable(thing) or thing.__doc__, name


def test_unknown_names_raise_as_usual():
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = glia.nonsense
