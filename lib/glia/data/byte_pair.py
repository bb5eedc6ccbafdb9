"""Byte-pair encoding: start from bytes and merge, again and again, the most frequent pair."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

__all__ = ["BytePairTokenizer"]


class BytePairTokenizer:
    """Tokens between letters and words, learned from a text; every text can be written with them.

    The text is cut into words, each with the blank before it; pairs are merged inside words only.
    Of equally frequent pairs the one with the smaller numbers is merged first.

    Args:
        text: where the pairs are counted.
        vocab_size: how many tokens there shall be: 256 bytes and one for each merge.

    Attributes:
        merges: the pairs that were merged, in order: pair i became token 256 + i.
        tokens: the bytes of each token.

    Raises:
        ValueError: the vocabulary is smaller than the 256 bytes.

    Example:
        >>> tokenizer = BytePairTokenizer("low lower lowest low", vocab_size=259)
        >>> [token.decode() for token in tokenizer.tokens[256:]]
        ['lo', 'low', ' low']
        >>> tokenizer.decode(tokenizer.encode("slow flow"))
        'slow flow'

    Source:
        Sennrich, Haddow & Birch (2016), arXiv:1508.07909; on bytes as in Radford et al. (2019).
    """

    def __init__(self, text: str, vocab_size: int = 512) -> None:
        if vocab_size < 256:
            raise ValueError(f"got vocab_size {vocab_size}; expected at least 256")
        self.merges: list[tuple[int, int]] = []
        self.tokens = [bytes([i]) for i in range(256)]
        words = Counter(tuple(word.encode()) for word in _words(text))
        while len(self.tokens) < vocab_size:
            pairs = Counter()
            for word, count in words.items():
                for pair in itertools.pairwise(word):
                    pairs[pair] += count
            if not pairs:
                break
            best = min(pairs, key=lambda pair: (-pairs[pair], pair))
            new = len(self.tokens)
            self.merges.append(best)
            self.tokens.append(self.tokens[best[0]] + self.tokens[best[1]])
            merged = Counter()
            for word, count in words.items():
                merged[_merged(word, best, new)] += count
            words = merged
        self._ranks = {pair: 256 + i for i, pair in enumerate(self.merges)}
        self._known: dict[str, tuple[int, ...]] = {}

    def __len__(self) -> int:
        return len(self.tokens)

    def encode(self, text: str) -> NDArray[np.int64]:
        """Return the tokens of a text."""
        return np.array([i for word in _words(text) for i in self._encoded(word)], np.int64)

    def decode(self, ids: Iterable[int]) -> str:
        """Return the text of these tokens; a sign cut in the middle becomes �."""
        return b"".join(self.tokens[int(i)] for i in ids).decode("utf-8", "replace")

    def _encoded(self, word: str) -> tuple[int, ...]:
        if word not in self._known:
            ids = tuple(word.encode())
            while len(ids) > 1:
                pairs = set(itertools.pairwise(ids)) & self._ranks.keys()
                if not pairs:
                    break
                first = min(pairs, key=self._ranks.__getitem__)
                ids = _merged(ids, first, self._ranks[first])
            self._known[word] = ids
        return self._known[word]


def _words(text: str) -> list[str]:
    """Cut a text into words, each with the blank before it; nothing is lost."""
    return re.findall(r" ?[^\s]+|\s", text)


def _merged(word: tuple[int, ...], pair: tuple[int, int], new: int) -> tuple[int, ...]:
    """Put the new token wherever the pair stands."""
    out: list[int] = []
    i = 0
    while i < len(word):
        if word[i : i + 2] == pair:
            out.append(new)
            i += 2
        else:
            out.append(word[i])
            i += 1
    return tuple(out)
