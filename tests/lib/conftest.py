import pytest
from glia import backend


@pytest.fixture(params=["numpy", "numba"])
def each_backend(request):
    """Run the test once on each back end."""
    if request.param not in backend.available():
        pytest.skip("numba is not installed")
    with backend.use(request.param):
        yield request.param
