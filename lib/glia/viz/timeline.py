"""The six dates the first chapter hangs on, and a picture of them."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.axes import Axes

from glia.viz.palette import BLACK, BLUE, VERMILION


@dataclass(frozen=True)
class Event:
    """A date of the field's history.

    Attributes:
        year: as printed.
        name: two or three words for the axis.
        story: what happened and why it mattered, in a sentence or two.
        source: the work behind it.
        mood: "rise" for a beginning, "fall" for a set-back.
    """

    year: int
    name: str
    story: str
    source: str
    mood: str = "rise"


EVENTS = (
    Event(
        1943,
        "threshold unit",
        "Warren McCulloch and Walter Pitts describe a neuron as a sum compared with a threshold, "
        "and show that networks of such units can compute logic. Nothing in it learns yet.",
        "McCulloch and Pitts (1943), A logical calculus of the ideas immanent in nervous activity",
    ),
    Event(
        1958,
        "perceptron",
        "Frank Rosenblatt lets the unit learn: after each mistake the weights move a little "
        "towards the right answer. A 1957 report announced the machine, the 1958 paper explained "
        "it; that is why books give either year.",
        "Rosenblatt (1957), Cornell report 85-460-1; (1958), Psychological Review 65",
    ),
    Event(
        1969,
        "limits proved",
        "Marvin Minsky and Seymour Papert prove what one layer of such units cannot do; XOR is "
        "the smallest example. More layers could, but nobody knew how to train them; money and "
        "interest went elsewhere.",
        "Minsky and Papert (1969), Perceptrons",
        "fall",
    ),
    Event(
        1986,
        "backpropagation",
        "David Rumelhart, Geoffrey Hinton and Ronald Williams make the chain rule a practical way "
        "to train hidden layers. The idea had been found several times before; now it was seen.",
        "Rumelhart, Hinton and Williams (1986), Nature 323",
    ),
    Event(
        2006,
        "deep networks",
        "Geoffrey Hinton, Simon Osindero and Yee-Whye Teh train deep networks layer by layer, and "
        "the word 'deep' becomes a programme.",
        "Hinton, Osindero and Teh (2006), Neural Computation 18",
    ),
    Event(
        2012,
        "image breakthrough",
        "A convolutional network trained on graphics processors wins the ImageNet contest by a "
        "wide margin, and within a few years most of computer vision and speech has moved over.",
        "Krizhevsky, Sutskever and Hinton (2012), NeurIPS 25",
    ),
)


def timeline(ax: Axes, events: tuple[Event, ...] = EVENTS) -> Axes:
    """The events along a line of years, names alternating above and below.

    Args:
        ax: where to draw; about three times as wide as high.
        events: in the order of their years.

    Returns:
        ``ax``, without its frame.
    """
    first, last = events[0].year, events[-1].year
    ax.axhline(0, color=BLACK, linewidth=1.5, zorder=1)
    for place, event in enumerate(events):
        side = 1 if place % 2 == 0 else -1
        fall = event.mood == "fall"
        ax.plot([event.year, event.year], [0, 0.5 * side], color=BLACK, linewidth=1, zorder=1)
        ax.plot(
            event.year,
            0,
            marker="X" if fall else "o",
            color=VERMILION if fall else BLUE,
            markersize=11,
            zorder=2,
        )
        ax.text(
            event.year,
            0.58 * side,
            f"{event.year}\n{event.name}",
            ha="center",
            va="bottom" if side > 0 else "top",
        )
    ax.set(xlim=(first - 9, last + 10), ylim=(-1.5, 1.5))
    ax.set_axis_off()
    return ax
