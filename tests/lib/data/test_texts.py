import datetime

import numpy as np
import pytest
from glia import data


def test_shakespeare():
    text = data.load_shakespeare()
    whole = text.train + text.test
    assert len(whole) == 937_996
    assert len(set(whole)) == 65
    assert "To be, or not to be: that is the question" in text.train
    assert "\nPROSPERO:\n" in text.test
    assert 0.099 < len(text.test) / len(whole) < 0.101
    assert data.load_shakespeare(0.5).train == whole[: len(whole) // 2]


def test_surnames():
    names = data.load_surnames()
    assert len(data.LANGUAGES) == 14
    counts = np.bincount(np.concatenate([names.y_train, names.y_test]), minlength=14)
    assert counts.min() > 200
    assert counts.max() == 1000
    share = np.bincount(names.y_test) / counts
    assert abs(share - 0.2).max() < 0.01
    assert len({*names.x_train, *names.x_test}) == len(names.x_train) + len(names.x_test)
    assert (np.diff(names.y_train) != 0).mean() > 0.5
    polish = [n for n, y in zip(names.x_train, names.y_train, strict=True) if y == 9]
    assert sum(name.endswith("ak") for name in polish) > 50


def test_movie_reviews():
    scores = data.load_movie_reviews(None)
    assert len(scores.x_train) + len(scores.x_test) == 10_605
    assert scores.y_train.dtype == np.float32
    assert abs(scores.y_train).max() <= 4
    clear = data.load_movie_reviews(1.0)
    assert len(clear.x_train) == (abs(scores.y_train) >= 1).sum()
    assert clear.y_train.dtype == np.int64
    index = scores.x_train.index(clear.x_train[7])
    assert clear.y_train[7] == (scores.y_train[index] > 0)

    def mood(word):
        pairs = zip(scores.x_train, scores.y_train, strict=True)
        return np.mean([score for text, score in pairs if word in text])

    assert mood("wonderful") > 1
    assert mood("boring") < -1


@pytest.mark.parametrize("language", ["en", "fr", "de"])
def test_dates_mean_what_they_say(language):
    for pair in data.make_dates(300, seed=5, languages=(language,)):
        date = datetime.date.fromisoformat(pair.iso)
        part = {name: pair.text[a:b] for name, (a, b) in pair.fields.items()}
        assert part.keys() == {"day", "month", "year"}
        assert int(part["day"]) == date.day
        assert int(part["year"]) == date.year
        if part["month"].isdigit():
            assert int(part["month"]) == date.month
    assert language == "en" or any("/" in p.text or ".19" in p.text for p in data.make_dates(300))


def test_dates_by_hand():
    texts = {p.text: p.iso for p in data.make_dates(20_000, seed=1)}
    known = {"January": "01", "août": "08", "März": "03", "décembre": "12", "Dezember": "12"}
    for word, month in known.items():
        found = [iso for text, iso in texts.items() if word in text]
        assert found
        assert {iso[5:7] for iso in found} == {month}
    for text, iso in texts.items():
        if text.startswith(("Sunday", "dimanche", "Sonntag")):
            assert datetime.date.fromisoformat(iso).weekday() == 6


def test_dates_are_seeded_and_split():
    dates = data.load_dates(500, 100, seed=2)
    assert dates == data.load_dates(500, 100, seed=2)
    assert dates != data.load_dates(500, 100, seed=3)
    assert len({*dates.x_train, *dates.x_test}) == 600
    with pytest.raises(ValueError, match="languages"):
        data.make_dates(1, languages=("en", "xx"))


def test_time_series():
    sunspots = data.load_sunspots()
    assert (sunspots.time[0], sunspots.time[-1], len(sunspots.value)) == (1700, 2008, 309)
    assert sunspots.time[sunspots.value.argmax()] == 1957
    co2 = data.load_co2()
    assert (np.diff(co2.time) > 0).all()
    assert abs(np.diff(co2.time) - 7 / 365.25).max() < 1e-3
    assert 310 < co2.value.min() < co2.value.max() < 375
    x, y = data.windows(co2.value, 52, ahead=2)
    assert x.shape == (2284 - 53, 52, 1)
    np.testing.assert_array_equal(y[:3, 0], co2.value[53:56])
    with pytest.raises(ValueError, match="at least 6"):
        data.windows(np.arange(5.0), 5)
