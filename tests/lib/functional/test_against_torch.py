import glia
import glia.functional as ours
import numpy as np
import pytest

from ..oracle import agree, torch

theirs = torch.nn.functional
rng = np.random.default_rng(7)


def normal(*shape):
    return rng.standard_normal(shape)


def both(name, *arrays, **settings):
    agree(
        lambda *x: getattr(ours, name)(*x, **settings),
        lambda *x: getattr(theirs, name)(*x, **settings),
        *arrays,
    )


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"stride": 2, "padding": 1},
        {"stride": (2, 1), "padding": (0, 2), "dilation": 2},
        {"groups": 2, "padding": "same"},
        {"padding": "valid", "stride": 3},
        {"groups": 4, "dilation": (1, 2)},
    ],
)
@pytest.mark.filterwarnings("ignore:Using padding='same'")
def test_conv2d(settings):
    groups = settings.get("groups", 1)
    both("conv2d", normal(2, 4, 9, 8), normal(8, 4 // groups, 3, 2), normal(8), **settings)


@pytest.mark.parametrize("shape", [(1, 1, 3, 3), (3, 2, 3, 7), (2, 2, 5)])
def test_conv2d_smallest_images_and_no_batch(shape):
    shape = shape if len(shape) == 4 else (2, 5, 4)
    channels = shape[1] if len(shape) == 4 else shape[0]
    both("conv2d", normal(*shape), normal(3, channels, 3, 3))


@pytest.mark.parametrize("settings", [{}, {"stride": 2, "padding": 1}, {"dilation": 2}])
def test_conv1d(settings):
    both("conv1d", normal(2, 3, 9), normal(5, 3, 3), normal(5), **settings)


@pytest.mark.parametrize(
    "settings", [{}, {"stride": 1}, {"stride": 2, "padding": 1}, {"dilation": 2, "stride": 1}]
)
def test_max_pool2d(settings):
    agree(
        lambda x: ours.max_pool2d(x, 3, **settings),
        lambda x: theirs.max_pool2d(x, 3, **settings),
        normal(2, 3, 7, 8),
    )


@pytest.mark.parametrize("count", [True, False])
def test_avg_pool2d(count):
    agree(
        lambda x: ours.avg_pool2d(x, 3, 2, 1, count_include_pad=count),
        lambda x: theirs.avg_pool2d(x, 3, 2, 1, count_include_pad=count),
        normal(2, 3, 7, 8),
    )


@pytest.mark.parametrize("size", [1, (3, 2), (7, 8), (None, 3)])
def test_adaptive_avg_pool2d(size):
    agree(
        lambda x: ours.adaptive_avg_pool2d(x, size),
        lambda x: theirs.adaptive_avg_pool2d(x, size),
        normal(2, 3, 7, 8),
    )


def test_pooling_of_sequences():
    for name, size in (("max_pool1d", 2), ("avg_pool1d", 3), ("adaptive_avg_pool1d", 4)):
        agree(
            lambda x, n=name, s=size: getattr(ours, n)(x, s),
            lambda x, n=name, s=size: getattr(theirs, n)(x, s),
            normal(2, 3, 9),
        )


def test_unfold():
    agree(
        lambda x: ours.unfold(x, (3, 2), padding=1, stride=2),
        lambda x: theirs.unfold(x, (3, 2), padding=1, stride=2),
        normal(2, 3, 6, 5),
    )


def test_layer_norm():
    agree(
        lambda x, w, b: ours.layer_norm(x, (3, 4), w, b),
        lambda x, w, b: theirs.layer_norm(x, (3, 4), w, b),
        normal(2, 3, 4),
        normal(3, 4),
        normal(3, 4),
    )


def test_group_and_instance_norm():
    agree(
        lambda x, w, b: ours.group_norm(x, 2, w, b),
        lambda x, w, b: theirs.group_norm(x, 2, w, b),
        normal(2, 4, 3),
        normal(4),
        normal(4),
    )
    agree(
        lambda x, w, b: ours.instance_norm(x, weight=w, bias=b),
        lambda x, w, b: theirs.instance_norm(x, weight=w, bias=b),
        normal(2, 4, 3, 3),
        normal(4),
        normal(4),
    )


@pytest.mark.parametrize("training", [True, False])
def test_batch_norm_and_its_running_statistics(training):
    mean, var = normal(4), np.abs(normal(4))
    mine = [glia.tensor(mean), glia.tensor(var)]
    yours = [torch.tensor(mean), torch.tensor(var)]
    agree(
        lambda x, w, b: ours.batch_norm(x, *mine, w, b, training),
        lambda x, w, b: theirs.batch_norm(x, *yours, w, b, training),
        normal(5, 4, 3, 3),
        normal(4),
        normal(4),
    )
    for a, b in zip(mine, yours, strict=True):
        np.testing.assert_allclose(a.array, b)


NAMES = "relu relu6 leaky_relu elu selu gelu silu sigmoid tanh logsigmoid softplus hardtanh"


@pytest.mark.parametrize("name", NAMES.split())
def test_activations(name):
    both(name, 3 * normal(3, 4))


def test_activations_with_settings():
    both("gelu", normal(3, 4), approximate="tanh")
    both("leaky_relu", normal(3, 4), negative_slope=0.2)
    both("elu", normal(3, 4), alpha=1.7)
    both("softplus", normal(3, 4), beta=2.0)
    both("prelu", normal(3, 4, 2), normal(4))
    both("prelu", normal(3, 4), normal(1))
    both("softmax", normal(3, 4), dim=0)
    both("log_softmax", normal(3, 4), dim=1)
    both("normalize", normal(3, 4))


TARGETS = np.array([0, 2, -100, 3, 1])


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_cross_entropy(reduction, smoothing):
    settings = {"reduction": reduction, "label_smoothing": smoothing}
    weights = np.abs(normal(4))
    agree(
        lambda z: ours.cross_entropy(z, glia.tensor(TARGETS), glia.tensor(weights), **settings),
        lambda z: theirs.cross_entropy(z, torch.tensor(TARGETS), torch.tensor(weights), **settings),
        normal(5, 4),
    )
    both(
        "cross_entropy",
        normal(5, 4, 2),
        rng.dirichlet(np.ones(4), (5, 2)).swapaxes(1, 2),
        **settings,
    )
    both("cross_entropy", normal(5, 4, 2), rng.integers(0, 4, (5, 2)), **settings)
    both("cross_entropy", normal(4), np.array(2), **settings)
    both("cross_entropy", normal(5, 4), TARGETS, ignore_index=-100, **settings)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_other_losses(reduction):
    settings = {"reduction": reduction}
    weights = np.abs(normal(4))
    agree(
        lambda x: ours.nll_loss(x, glia.tensor(TARGETS), glia.tensor(weights), **settings),
        lambda x: theirs.nll_loss(x, torch.tensor(TARGETS), torch.tensor(weights), **settings),
        normal(5, 4),
    )
    both("mse_loss", normal(5, 4), normal(5, 4), **settings)
    both("l1_loss", normal(5, 4), normal(5, 4), **settings)
    targets, share = rng.random((5, 4)), rng.random((5, 4))
    for name in ("binary_cross_entropy", "binary_cross_entropy_with_logits"):
        agree(
            lambda x, n=name: getattr(ours, n)(
                x, glia.tensor(targets), glia.tensor(share), **settings
            ),
            lambda x, n=name: getattr(theirs, n)(
                x, torch.tensor(targets), torch.tensor(share), **settings
            ),
            rng.random((5, 4)),
        )
    agree(
        lambda x: ours.binary_cross_entropy_with_logits(
            x, glia.tensor(targets), pos_weight=glia.tensor(weights), **settings
        ),
        lambda x: theirs.binary_cross_entropy_with_logits(
            x, torch.tensor(targets), pos_weight=torch.tensor(weights), **settings
        ),
        normal(5, 4),
    )


@pytest.mark.filterwarnings("ignore:.*target size:UserWarning")
def test_weighted_squared_loss():
    weights = np.abs(normal(5, 4))
    for name in ("mse_loss", "l1_loss"):
        agree(
            lambda x, y, n=name: getattr(ours, n)(x, y, weight=glia.tensor(weights)),
            lambda x, y, n=name: getattr(theirs, n)(x, y, weight=torch.tensor(weights)),
            normal(5, 4),
            normal(5, 4),
        )


def test_attention():
    seen = np.tril(np.ones((3, 5), bool))
    q, k, v = normal(2, 2, 3, 4), normal(2, 2, 5, 4), normal(2, 2, 5, 6)
    attend = "scaled_dot_product_attention"
    both(attend, q, k, v)
    both(attend, q, k, v, seen)
    both(attend, q, k, v, normal(3, 5))
    both(attend, k, k, v, is_causal=True)
    both(attend, q, k, v, scale=0.3)


def test_embedding_and_one_hot():
    both("embedding", np.array([[1, 2], [2, 0]]), normal(4, 3))
    both("one_hot", np.array([[1, 2], [2, 0]]), num_classes=4)
    both("linear", normal(2, 3, 4), normal(5, 4), normal(5))
    both("pad", normal(2, 3), pad=(1, 2, 0, 1), value=0.5)


def test_causal_attention_with_more_masks_and_dropout():
    q = normal(2, 4, 3)
    bools = np.array([[True, False, True, True]] * 4)
    bools[:, 0] = True
    seen = np.tril(np.ones((4, 4), bool)) & bools
    added = normal(4, 4)
    for mask, expected in (
        (bools, seen),
        (added, np.where(np.tril(np.ones((4, 4), bool)), added, -np.inf)),
    ):
        y = ours.scaled_dot_product_attention(
            glia.tensor(q), glia.tensor(q), glia.tensor(q), glia.tensor(mask), is_causal=True
        )
        z = theirs.scaled_dot_product_attention(
            *[torch.tensor(q)] * 3, attn_mask=torch.tensor(expected)
        )
        np.testing.assert_allclose(y.array, z, atol=1e-9)
    glia.manual_seed(0)
    ones = glia.ones(1, 2000, 4)
    dropped = ours.scaled_dot_product_attention(ones, ones, ones, dropout_p=0.25)
    assert abs(dropped.mean().item() - 1) < 0.01 and dropped.array.std() > 0


def test_strided_and_read_only_images():
    base = normal(4, 6, 10, 12)
    views = [base[::2, ::3, ::2, ::-1], base.transpose(1, 0, 3, 2)[:2, :2], np.asfortranarray(base)]
    frozen = base.copy()
    frozen.flags.writeable = False
    for image in [*views, frozen]:
        kept = image.copy()
        weight = normal(2, image.shape[1], 3, 3)
        x = glia.Tensor.make(image).requires_grad_()
        y = ours.max_pool2d(ours.conv2d(x, glia.tensor(weight), padding=1), 2)
        y.sum().backward()
        z = torch.tensor(kept, requires_grad=True)
        other = theirs.max_pool2d(theirs.conv2d(z, torch.tensor(weight), padding=1), 2)
        other.sum().backward()
        np.testing.assert_allclose(y.detach().array, other.detach(), atol=1e-9)
        np.testing.assert_allclose(x.grad.array, z.grad, atol=1e-9)
        np.testing.assert_array_equal(image, kept)


def test_pooling_of_single_images():
    both("avg_pool2d", normal(2, 5, 6), kernel_size=2)
    both("max_pool2d", normal(2, 5, 6), kernel_size=2)
    both("adaptive_avg_pool2d", normal(2, 5, 6), output_size=2)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_cross_entropy_of_probabilities_with_class_weights(reduction):
    q, weights = rng.dirichlet(np.ones(4), 5), np.abs(normal(4))
    for smoothing in (0.0, 0.2):
        settings = {"reduction": reduction, "label_smoothing": smoothing}
        agree(
            lambda z, t, s=settings: ours.cross_entropy(z, t, glia.tensor(weights), **s),
            lambda z, t, s=settings: theirs.cross_entropy(z, t, torch.tensor(weights), **s),
            normal(5, 4),
            q,
        )


def test_whole_number_targets_become_floats_of_the_inputs_dtype():
    x, y = rng.random((3, 2)).astype(np.float32), np.array([[0, 1], [1, 1], [0, 0]])
    for name in ("mse_loss", "l1_loss", "binary_cross_entropy_with_logits"):
        mine = getattr(ours, name)(glia.tensor(x), glia.tensor(y))
        yours = getattr(theirs, name)(torch.tensor(x), torch.tensor(y).float())
        assert mine.dtype == np.float32
        np.testing.assert_allclose(mine.array, yours, rtol=1e-6)


def test_norms_and_deviations_also_where_they_are_zero():
    for x in (normal(3, 4), np.zeros((3, 4)), np.ones((3, 4))):
        for p in (1, 2, 3.0):
            agree(lambda a, q=p: a.norm(q), lambda a, q=p: a.norm(q), x)
            agree(lambda a, q=p: a.norm(q, dim=1), lambda a, q=p: a.norm(q, dim=1), x)
        agree(lambda a: a.norm(2, 0, True), lambda a: a.norm(2, 0, True), x)
        agree(lambda a: a.std(), lambda a: a.std(), x)
        agree(lambda a: a.std(0), lambda a: a.std(0), x)
        agree(lambda a: a.std(1, correction=0), lambda a: a.std(1, correction=0), x)
        agree(lambda a: a.std(1, keepdim=True), lambda a: a.std(1, keepdim=True), x)
        both("normalize", x)
