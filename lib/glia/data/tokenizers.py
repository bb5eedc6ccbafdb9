"""Tokenisers: text to numbers and back, by letters, by words, by frequent pairs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

__all__ = ["CharTokenizer", "WordTokenizer", "pad_batch"]


class CharTokenizer:
    """One number for each character of a text, in the order of the alphabet.

    Args:
        text: every character that will occur, in any order; a string or many strings.
        specials: tokens of more than one character to begin with, such as '<pad>'.

    Attributes:
        tokens: the token of each number.

    Example:
        >>> tokenizer = CharTokenizer("hello")
        >>> tokenizer.encode("hole").tolist(), tokenizer.decode([1, 0])
        ([1, 3, 2, 0], 'he')
    """

    def __init__(self, text: str | Iterable[str], specials: tuple[str, ...] = ()) -> None:
        letters = sorted(set(text if isinstance(text, str) else "".join(text)))
        self.specials = specials
        self.tokens = [*specials, *letters]
        self._numbers = {token: i for i, token in enumerate(self.tokens)}

    def __len__(self) -> int:
        return len(self.tokens)

    def id(self, token: str) -> int:
        """Return the number of a token."""
        return self._numbers[token]

    def encode(self, text: str) -> NDArray[np.int64]:
        """Return the number of each character.

        Raises:
            KeyError: a character was not there when the tokeniser was made.
        """
        try:
            return np.array([self._numbers[letter] for letter in text], np.int64)
        except KeyError as error:
            raise KeyError(
                f"got the character {error.args[0]!r}; expected one of the {len(self)} known"
            ) from None

    def decode(self, ids: Iterable[int]) -> str:
        """Return the text of these numbers, specials left out."""
        first = len(self.specials)
        return "".join(self.tokens[int(i)] for i in ids if int(i) >= first)


class WordTokenizer:
    """One number for each frequent word; the others share '<unk>'.

    Words are taken in small letters; marks such as '!' are words of their own.

    Args:
        texts: where the words are counted.
        max_words: how many of the most frequent to keep, specials not counted.
        min_count: words that are rarer are left out.

    Attributes:
        tokens: the token of each number; '<pad>' is 0, '<unk>' 1, '<bos>' 2 and '<eos>' 3.

    Example:
        >>> tokenizer = WordTokenizer(["A cat, a dog!"])
        >>> tokenizer.tokens[4:]
        ['a', '!', ',', 'cat', 'dog']
        >>> tokenizer.decode(tokenizer.encode("A big cat!"))
        'a <unk> cat !'
    """

    specials = ("<pad>", "<unk>", "<bos>", "<eos>")

    def __init__(
        self, texts: Iterable[str], max_words: int | None = None, min_count: int = 1
    ) -> None:
        counts = Counter(word for text in texts for word in self.words(text))
        ranked = sorted(counts, key=lambda word: (-counts[word], word))
        kept = [word for word in ranked if counts[word] >= min_count][:max_words]
        self.tokens = [*self.specials, *kept]
        self._numbers = {token: i for i, token in enumerate(self.tokens)}

    @staticmethod
    def words(text: str) -> list[str]:
        """Cut a text into small-letter words and marks; a word may hold apostrophes."""
        return re.findall(r"\w+(?:'\w+)*|[^\w\s]", text.lower())

    def __len__(self) -> int:
        return len(self.tokens)

    def id(self, token: str) -> int:
        """Return the number of a token, or that of '<unk>'."""
        return self._numbers.get(token, 1)

    def encode(self, text: str, bos: bool = False, eos: bool = False) -> NDArray[np.int64]:
        """Return the number of each word, with '<bos>' before and '<eos>' after if asked for."""
        words = [2] * bos + [self.id(word) for word in self.words(text)] + [3] * eos
        return np.array(words, np.int64)

    def decode(self, ids: Iterable[int]) -> str:
        """Return the words of these numbers, without '<pad>', '<bos>' and '<eos>'."""
        return " ".join(self.tokens[int(i)] for i in ids if int(i) not in (0, 2, 3))


def pad_batch(
    sequences: Iterable[NDArray[np.int64]], pad: int = 0, length: int | None = None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Stack sequences of different lengths, filled up at the end.

    Args:
        sequences: arrays of numbers.
        pad: what to fill up with.
        length: T; longer sequences are cut. By default that of the longest.

    Shape:
        the batch (N, T) and the lengths (N,)

    Example:
        >>> batch, lengths = pad_batch([np.array([5, 6]), np.array([7])])
        >>> batch.tolist(), lengths.tolist()
        ([[5, 6], [7, 0]], [2, 1])
    """
    rows = [np.asarray(s, np.int64)[:length] for s in sequences]
    lengths = np.array([len(row) for row in rows], np.int64)
    batch = np.full((len(rows), length or int(lengths.max(initial=0))), pad, np.int64)
    for row, sequence in zip(batch, rows, strict=True):
        row[: len(sequence)] = sequence
    return batch, lengths
