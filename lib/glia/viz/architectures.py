"""Networks for images that made history: how deep, and how many parameters."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.axes import Axes

from glia.viz.palette import BLACK, BLUE, VERMILION


@dataclass(frozen=True)
class Architecture:
    """A published network.

    Attributes:
        name: as in the paper, with the variant that is counted.
        year: of publication.
        depth: layers with weights on the longest way, without EfficientNet's that only scale
            channels; blocks for the transformer.
        parameters: weights and biases.
        idea: what was new.
        source: the paper.
        counted: what ``depth`` counts.
    """

    name: str
    year: int
    depth: int
    parameters: int
    idea: str
    source: str
    counted: str = "layers"


ARCHITECTURES = (
    Architecture(
        "LeNet-5", 1998, 5, 61_706,
        "convolution and pooling, learnt from end to end",
        "LeCun, Bottou, Bengio and Haffner (1998), Proceedings of the IEEE 86",
    ),
    Architecture(
        "AlexNet", 2012, 8, 60_965_224,
        "ReLU, dropout, augmentation, graphics processors",
        "Krizhevsky, Sutskever and Hinton (2012), NeurIPS 25",
    ),
    Architecture(
        "VGG-16", 2014, 16, 138_357_544,
        "nothing but 3×3 windows, stacked",
        "Simonyan and Zisserman (2014), arXiv:1409.1556",
    ),
    Architecture(
        "Inception v1", 2014, 22, 6_998_552,
        "several window sizes side by side, 1×1 to save channels",
        "Szegedy et al. (2014), arXiv:1409.4842",
    ),
    Architecture(
        "ResNet-50", 2015, 50, 25_557_032,
        "skips around every block",
        "He, Zhang, Ren and Sun (2015), arXiv:1512.03385",
    ),
    Architecture(
        "EfficientNet-B0", 2019, 50, 5_288_548,
        "depth, width and image size grown together",
        "Tan and Le (2019), arXiv:1905.11946",
    ),
    Architecture(
        "ViT-B/16", 2020, 12, 86_567_656,
        "attention between patches instead of convolution",
        "Dosovitskiy et al. (2020), arXiv:2010.11929",
        "blocks",
    ),
)  # fmt: skip


def architectures(ax: Axes, nets: tuple[Architecture, ...] = ARCHITECTURES) -> Axes:
    """Parameters over the years, each net with its name and depth.

    Args:
        ax: where to draw; about twice as wide as high.
        nets: in the order of their years.

    Returns:
        ``ax``.
    """
    for place, net in enumerate(nets):
        high = net.parameters >= 2e7
        ax.plot(net.year, net.parameters, marker="o" if net.counted == "layers" else "s",
                color=BLUE if net.counted == "layers" else VERMILION, markersize=7,
                linestyle="none")  # fmt: skip
        left = place > 0 and net.year in (2014, 2012) and place % 2 == 1
        ax.annotate(
            f"{net.name}\n{net.depth} {net.counted}",
            (net.year, net.parameters),
            textcoords="offset points",
            xytext=(-8 if left else 8, 0 if high else -4),
            ha="right" if left else "left",
            va="center",
            fontsize=9,
            color=BLACK,
        )
    ax.set_yscale("log")
    ax.set(xlim=(1996, 2025), ylim=(2e4, 5e8), xlabel="year", ylabel="parameters")
    ax.grid(color="#d9d9d9", linewidth=0.6)
    return ax
