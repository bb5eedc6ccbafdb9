"""Text augmentation: put other words of the same meaning in place of some."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from glia import rng
from glia.rng import Generator

__all__ = ["SYNONYMS", "SynonymSubstitution"]

_GROUPS = """
film movie picture
story tale plot
funny amusing hilarious comical
boring dull tedious tiresome
good fine solid
great superb excellent terrific
bad poor lousy
terrible awful dreadful horrible
beautiful lovely gorgeous
sad gloomy mournful
happy cheerful glad
scary frightening creepy
clever smart witty
silly foolish goofy
strange odd weird
big large huge
small little tiny
fast quick rapid
slow sluggish unhurried
actor performer player
director filmmaker
audience crowd viewers
comedy farce
entertaining enjoyable diverting
predictable unsurprising formulaic
moving touching affecting
thin slight flimsy
fresh new original
old aged ancient
really truly genuinely
very extremely highly
almost nearly
often frequently
perhaps maybe possibly
show display reveal
watch view
begin start
end finish conclude
make create produce
try attempt
"""

SYNONYMS: Mapping[str, tuple[str, ...]] = {
    word: tuple(other for other in group.split() if other != word)
    for group in _GROUPS.strip().splitlines()
    for word in group.split()
}


class SynonymSubstitution:
    """Replace some words of a text by a synonym; the label, one hopes, stays true.

    Args:
        p: how likely each word that has synonyms is replaced.
        synonyms: what may stand for each word, in small letters; by default `SYNONYMS`, a short
            list of words that are frequent in reviews.
        generator: where the draws come from; by default the library's stream.

    Raises:
        ValueError: p is not a probability.

    Example:
        >>> change = SynonymSubstitution(1.0, {"film": ("movie",)})
        >>> change("Film of the year: a film!")
        'Movie of the year: a movie!'
    """

    def __init__(
        self,
        p: float = 0.3,
        synonyms: Mapping[str, Sequence[str]] = SYNONYMS,
        generator: Generator | None = None,
    ) -> None:
        if not 0 <= p <= 1:
            raise ValueError(f"got p = {p}; expected a probability, 0 to 1")
        self.p, self.synonyms, self.generator = p, synonyms, generator

    def __call__(self, text: str) -> str:
        """Return the text with some words replaced; a capital stays a capital."""
        source = rng.generator(self.generator)

        def replaced(match: re.Match) -> str:
            word = match.group()
            others = self.synonyms.get(word.lower(), ())
            if not others or source.random() >= self.p:
                return word
            other = others[int(source.integers(len(others)))]
            return other.capitalize() if word[0].isupper() else other

        return re.sub(r"\w+", replaced, text)
