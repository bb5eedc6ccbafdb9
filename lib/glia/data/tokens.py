"""Tokenisers: text to numbers and back."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from glia.tensor import Tensor


class _Tokenizer:
    """A vocabulary: tokens by number and numbers by token."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self.tokens = list(tokens)
        self.index = {token: i for i, token in enumerate(self.tokens)}

    def __len__(self) -> int:
        return len(self.tokens)

    def split(self, text: str) -> list[str]:
        """Cut a text into tokens."""
        raise NotImplementedError

    def encode(self, text: str) -> Tensor:
        """Return the text's numbers, int64; an unknown token becomes `<unk>`, if there is one.

        Raises:
            KeyError: a token is unknown and there is no `<unk>`.
        """
        unknown = self.index.get("<unk>")
        numbers = []
        for token in self.split(text):
            number = self.index.get(token, unknown)
            if number is None:
                raise KeyError(f"unknown token {token!r}; the vocabulary holds {len(self)} tokens")
            numbers.append(number)
        return Tensor.make(np.array(numbers, np.int64))


class CharTokenizer(_Tokenizer):
    """One token for each character.

    Args:
        text: the characters of this text are the vocabulary, in sorted order.
        special: tokens that come before them, such as '<pad>'.

    Example:
        >>> tokenizer = CharTokenizer("hello")
        >>> tokenizer.encode("hole").tolist()
        [1, 3, 2, 0]
    """

    def __init__(self, text: str, special: Sequence[str] = ()) -> None:
        super().__init__([*special, *sorted(set(text))])

    def split(self, text: str) -> list[str]:
        """Return the characters."""
        return list(text)

    def decode(self, numbers: Iterable[int]) -> str:
        """Return the text of numbers."""
        return "".join(self.tokens[int(n)] for n in numbers)


class WordTokenizer(_Tokenizer):
    """One token for each word, and for each mark of punctuation, in lower case.

    Args:
        texts: where the vocabulary comes from.
        max_size: how many tokens are kept, the most frequent first.
        min_count: how often a word must occur.
        special: tokens that come first.
    """

    def __init__(
        self,
        texts: Iterable[str],
        max_size: int | None = None,
        min_count: int = 1,
        special: Sequence[str] = ("<pad>", "<unk>"),
    ) -> None:
        counts = Counter(token for text in texts for token in self.split(text))
        room = None if max_size is None else max(0, max_size - len(special))
        ranked = sorted(counts, key=lambda token: (-counts[token], token))
        kept = [token for token in ranked if counts[token] >= min_count][:room]
        super().__init__([*special, *kept])

    def split(self, text: str) -> list[str]:
        """Return words and marks."""
        return re.findall(r"\w+(?:'\w+)?|[^\w\s]", text.lower())

    def decode(self, numbers: Iterable[int]) -> str:
        """Return the words of numbers, with spaces between."""
        return " ".join(self.tokens[int(n)] for n in numbers)
