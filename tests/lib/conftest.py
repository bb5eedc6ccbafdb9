import glia
import pytest
from glia import backend


@pytest.fixture(autouse=True)
def same_numbers_in_any_order():
    """Start each test with the same random numbers, whichever tests ran before it."""
    glia.manual_seed(0)


@pytest.fixture(params=["numpy", "numba"])
def each_backend(request):
    """Run the test once on each back end."""
    if request.param not in backend.available():
        pytest.skip("numba is not installed")
    with backend.use(request.param):
        yield request.param
