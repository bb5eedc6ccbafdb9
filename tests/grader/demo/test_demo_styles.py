import numpy as np
import pytest
from glia_grader.demo.answers import exercise_names, misconception, model, style
from glia_grader.demo.cohort import MISTAKEN
from glia_grader.demo.styles import STYLES, sources
from glia_grader.exercise import load
from glia_grader.judge import LocalAnswerer, judge


@pytest.mark.parametrize("name", STYLES)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_each_style_is_right_and_another_text_than_the_model(name):
    space = {"np": np}
    for exercise, source in style(name).items():
        exec(source, space)
        verdict = judge(load(exercise), LocalAnswerer(space[exercise]), seed=11, hidden=True)
        assert verdict.points == verdict.max_points, (exercise, verdict)
        assert source != model()[exercise]
        assert '"""' not in source


def test_loops_and_compact_are_complete():
    for name in ("loops", "compact"):
        assert set(sources(name)) == set(exercise_names())


def test_sources_stand_alone_but_for_numpy():
    for name in STYLES:
        for source in style(name).values():
            compile(source, name, "exec")
            assert "import numpy" not in source


@pytest.mark.parametrize(("exercise", "name"), [slip for _, held in MISTAKEN for slip in held])
def test_pasted_misconceptions_are_diagnosed_as_themselves(exercise, name):
    space = {"np": np}
    exec(misconception(exercise, name), space)
    with np.errstate(all="ignore"):
        verdict = judge(load(exercise), LocalAnswerer(space[exercise]), seed=5, hidden=True)
    assert verdict.points < verdict.max_points
    assert verdict.diagnosis is not None
    assert verdict.diagnosis.misconception == name
