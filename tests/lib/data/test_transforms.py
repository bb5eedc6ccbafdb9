import glia
import numpy as np
import pytest
from glia.data import transforms as tf
from glia.data.warp import zoom_and_turn
from glia.errors import ShapeError

ALL = [
    tf.RandomHorizontalFlip,
    tf.RandomVerticalFlip,
    tf.RandomShift,
    tf.RandomRotation,
    tf.RandomZoom,
    tf.RandomContrast,
]


def images(n=6, channels=2, height=5, width=7, dtype=np.float32):
    return np.random.default_rng(0).random((n, channels, height, width)).astype(dtype)


@pytest.mark.parametrize("make", ALL)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_shape_dtype_seed_and_input_are_kept(make, dtype):
    x = images(dtype=dtype)
    before = x.copy()
    out = make(generator=glia.Generator(1))(x)
    np.testing.assert_array_equal(x, before)
    assert (out.shape, out.dtype) == (x.shape, x.dtype)
    np.testing.assert_array_equal(make(generator=glia.Generator(1))(x), out)
    assert not np.array_equal(make(generator=glia.Generator(2))(x), out)
    as_tensor = make(generator=glia.Generator(1))(glia.from_numpy(x))
    np.testing.assert_array_equal(as_tensor.numpy(), out)
    assert make()(x[0]).shape == x[0].shape
    assert make()(x[:0]).shape == x[:0].shape
    with pytest.raises(ShapeError, match="expected"):
        make()(x[0, 0])


def test_flips():
    x = images()
    np.testing.assert_array_equal(tf.RandomHorizontalFlip(1.0)(x), x[..., ::-1])
    np.testing.assert_array_equal(tf.RandomVerticalFlip(1.0)(x), x[:, :, ::-1])
    np.testing.assert_array_equal(tf.RandomHorizontalFlip(0.0)(x), x)


def test_a_shift_moves_every_channel_alike_and_by_a_few_pixels():
    x = images(50)
    out = tf.RandomShift(2, glia.Generator(0))(x)
    padded = np.pad(x, [(0, 0), (0, 0), (2, 2), (2, 2)])
    used = set()
    for i in range(50):
        found = [
            (r, c)
            for r in range(5)
            for c in range(5)
            if np.array_equal(padded[i, :, r : r + 5, c : c + 7], out[i])
        ]
        assert len(found) == 1
        used.add(found[0])
    assert len(used) > 12  # of 25 places


def test_crops():
    x = images()
    assert tf.RandomCrop(3)(x).shape == (6, 2, 3, 3)
    assert tf.RandomCrop((4, 9), padding=1)(x).shape == (6, 2, 4, 9)
    np.testing.assert_array_equal(tf.RandomCrop((5, 7))(x), x)
    with pytest.raises(ShapeError, match="at most"):
        tf.RandomCrop(8)(x)


def test_turns_of_a_quarter_are_exact():
    x = images(2, 1, 6, 6, np.float64)
    one = np.ones(2)
    np.testing.assert_allclose(zoom_and_turn(x, one, 0 * one), x)
    # Counter-clockwise on the screen, which is what numpy's rot90 does to an image.
    quarter = zoom_and_turn(x, one, np.pi / 2 * one)
    np.testing.assert_allclose(quarter, np.rot90(x, axes=(2, 3)))
    np.testing.assert_allclose(zoom_and_turn(x, one, np.pi * one), x[:, :, ::-1, ::-1])


def test_a_zoom_by_two_doubles_a_square():
    x = np.zeros((1, 1, 16, 16))
    x[..., 6:10, 6:10] = 1
    large = zoom_and_turn(x, np.array([2.0]), np.zeros(1))
    assert large.sum() == pytest.approx(64, rel=0.02)
    small = zoom_and_turn(x, np.array([0.5]), np.zeros(1))
    assert small.sum() == pytest.approx(4)


def test_contrast_keeps_the_mean_and_the_range():
    x = 0.3 + 0.4 * images(20)
    out = tf.RandomContrast(0.5, 1.2)(x)
    np.testing.assert_allclose(out.mean(axis=(1, 2, 3)), x.mean(axis=(1, 2, 3)), atol=1e-6)
    spread = out.std(axis=(1, 2, 3)) / x.std(axis=(1, 2, 3))
    assert 0.49 < spread.min() < 0.7
    assert 1.0 < spread.max() < 1.21
    wild = tf.RandomContrast(5, 6)(images())
    assert wild.min() == 0
    assert wild.max() == 1


def test_normalize():
    x = images()
    mean, std = x.mean(axis=(0, 2, 3)), x.std(axis=(0, 2, 3))
    out = tf.Normalize(mean, std)(glia.from_numpy(x))
    assert out.dtype == np.float32
    np.testing.assert_allclose(out.numpy().mean(axis=(0, 2, 3)), 0, atol=1e-5)
    np.testing.assert_allclose(out.numpy().std(axis=(0, 2, 3)), 1, atol=1e-5)
    np.testing.assert_allclose(tf.Normalize(0.5, 0.25)(x), (x - 0.5) * 4, atol=1e-6)


def test_compose_goes_in_order():
    x = images()
    both = tf.Compose([tf.RandomHorizontalFlip(1.0), tf.RandomCrop(3)])(x)
    assert both.shape == (6, 2, 3, 3)


@pytest.mark.parametrize(
    "make",
    [
        lambda: tf.RandomHorizontalFlip(1.5),
        lambda: tf.RandomShift(-1),
        lambda: tf.RandomRotation(-1),
        lambda: tf.RandomZoom(0),
        lambda: tf.RandomZoom(1.2, 1.1),
        lambda: tf.RandomContrast(-1),
        lambda: tf.RandomCrop(3, padding=-1),
    ],
)
def test_what_cannot_be_is_refused(make):
    with pytest.raises(ValueError, match="expected"):
        make()
