import subprocess
import sys

import pytest
from glia import backend


def run(code, **environment):
    """Run code in a fresh interpreter with the library on its path; return what it printed."""
    import os

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_use_is_a_setter_and_a_context_manager():
    before = backend.current()
    with backend.use("numpy"):
        assert backend.current() == "numpy"
        with pytest.raises(RuntimeError, match="boom"), backend.use(before):
            raise RuntimeError("boom")
        assert backend.current() == "numpy"
    assert backend.current() == before
    switch = backend.use("numpy")
    assert backend.current() == "numpy"
    switch.__exit__(None, None, None)
    assert backend.current() == before


def test_numpy_runs_the_reference_and_numba_the_twin():
    with backend.use("numpy"):
        plain = backend.implementation("perceptron_epoch_")
    assert plain.__module__ == "glia.ops.perceptron"
    if "numba" in backend.available():
        with backend.use("numba"):
            fast = backend.implementation("perceptron_epoch_")
        assert fast.__module__ == "glia.kernels.perceptron"


def test_an_op_without_a_twin_runs_its_reference_everywhere(each_backend):
    @backend.reference("an_op_for_this_test")
    def double(x):
        return 2 * x

    try:
        assert backend.implementation("an_op_for_this_test") is double
        with pytest.raises(ValueError, match="already registered"):
            backend.reference("an_op_for_this_test")(len)
    finally:
        backend._references.pop("an_op_for_this_test")
        for table in backend._tables.values():
            table.pop("an_op_for_this_test", None)


def test_reloading_a_module_registers_the_new_function():
    def make():
        def op_that_is_reloaded(x):
            return x

        return op_that_is_reloaded

    first, second = make(), make()
    try:
        backend.reference()(first)
        assert backend.implementation("op_that_is_reloaded") is first
        backend.reference()(second)
        assert backend.implementation("op_that_is_reloaded") is second
    finally:
        backend._references.pop("op_that_is_reloaded")
        for table in backend._tables.values():
            table.pop("op_that_is_reloaded", None)


def test_every_twin_that_is_named_exists():
    if "numba" not in backend.available():
        pytest.skip("numba is not installed")
    with backend.use("numba"):
        for name in backend.names():
            assert callable(backend.implementation(name)), name


def test_unknown_names_are_told():
    with pytest.raises(ValueError, match="unknown back end 'cuda'; expected one of"):
        backend.use("cuda")
    with pytest.raises(KeyError, match="no op named 'nonsense'"):
        backend.implementation("nonsense")


def test_a_second_lookup_resolves_nothing(monkeypatch):
    first = backend.implementation("perceptron_epoch_")

    def resolved_again(name):
        raise AssertionError(f"{name} is looked up as if for the first time")

    monkeypatch.setattr(backend, "_resolve", resolved_again)
    assert backend.implementation("perceptron_epoch_") is first


AND = """
import glia
X, y = glia.data.truth_table("and")
unit = glia.Perceptron().fit(X, y)
print(glia.backend.current(), unit.predict(X).tolist())
"""


def test_the_environment_chooses():
    assert run(AND, GLIA_BACKEND="numpy") == "numpy [0, 0, 0, 1]"
    assert run("import glia, sys; glia.backend.current(); print('numba' in sys.modules)") == "False"
    with pytest.raises(AssertionError, match="GLIA_BACKEND='abacus'; expected one of"):
        run("import glia", GLIA_BACKEND="abacus")


@pytest.mark.parametrize("asked", ["", "numba"])
def test_without_numba_everything_runs_on_numpy(asked):
    code = "import sys; sys.modules['numba'] = None\n" + AND
    code += """
assert glia.backend.available() == ("numpy",)
try:
    glia.backend.use("numba")
except ValueError as error:
    assert "cannot be imported" in str(error)
else:
    raise SystemExit("use('numba') went through")
digits = glia.data.load_digits_8x8()
model = glia.SoftmaxRegression(lr=0.5, epochs=5, batch_size=32).fit(digits.x_train, digits.y_train)
assert (model.predict(digits.x_test) == digits.y_test).mean() > 0.85
"""
    assert run(code, GLIA_BACKEND=asked) == "numpy [0, 0, 0, 1]"


def test_a_broken_numba_is_given_up_with_a_warning(tmp_path):
    (tmp_path / "numba").mkdir()
    (tmp_path / "numba" / "__init__.py").write_text("raise ImportError('needs an older numpy')")
    code = f"""
import sys, warnings
sys.path.insert(0, {str(tmp_path)!r})
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    {AND.strip().replace(chr(10), chr(10) + "    ")}
assert len(caught) == 1 and "needs an older numpy" in str(caught[0].message), caught
"""
    assert run(code, GLIA_BACKEND="", NUMBA_DISABLE_JIT="0") == "numpy [0, 0, 0, 1]"


def test_importing_glia_loads_nothing_heavy():
    heavy = ("numba", "llvmlite", "scipy", "matplotlib", "ipywidgets", "anywidget", "IPython")
    code = f"import sys, glia; print([m for m in {heavy} if m in sys.modules])"
    assert run(code) == "[]"


@pytest.mark.parametrize(("jit_off", "first"), [("0", "numba"), ("1", "numpy")])
def test_without_its_compiler_numba_is_not_the_first_choice(jit_off, first):
    code = "import glia; print(glia.backend.current(), *glia.backend.available())"
    assert run(code, NUMBA_DISABLE_JIT=jit_off).split() == [first, "numpy", "numba"]


def test_an_op_can_be_withheld_from_every_back_end_and_comes_back():
    def refuse(*arguments):
        raise NotImplementedError("write it yourself")

    name = "perceptron_epoch_"
    before = {}
    for place in backend.available():
        with backend.use(place):
            before[place] = backend.implementation(name)
    with backend.withhold(name, refuse):
        for place in backend.available():
            with backend.use(place):
                assert backend.implementation(name) is refuse
    for place in backend.available():
        with backend.use(place):
            assert backend.implementation(name) is before[place]
    with pytest.raises(KeyError, match="no op named 'nothing'"):
        backend.withhold("nothing", refuse)
