import glia
import numpy as np
import pytest
from glia.data import (
    SYNONYMS,
    BytePairTokenizer,
    CharTokenizer,
    SynonymSubstitution,
    WordTokenizer,
    load_shakespeare,
    pad_batch,
)
from hypothesis import given
from hypothesis import strategies as st


def test_characters_there_and_back():
    text = load_shakespeare().test[:5000]
    tokenizer = CharTokenizer(text, specials=("<pad>", "<bos>"))
    ids = tokenizer.encode(text)
    assert ids.dtype == np.int64
    assert ids.min() == 2
    assert ids.max() == len(tokenizer) - 1
    assert tokenizer.decode([0, 1, *ids]) == text
    assert tokenizer.id("<bos>") == 1
    assert CharTokenizer(["ab", "ca"]).tokens == ["a", "b", "c"]
    with pytest.raises(KeyError, match="'€'"):
        tokenizer.encode("a€")


def test_words_are_ranked_and_the_rest_is_unknown():
    tokenizer = WordTokenizer(["The cat, the dog.", "the dog's cat"], max_words=3)
    assert tokenizer.tokens == ["<pad>", "<unk>", "<bos>", "<eos>", "the", "cat", ","]
    assert tokenizer.encode("The bird, cat", bos=True, eos=True).tolist() == [2, 4, 1, 6, 5, 3]
    assert WordTokenizer(["a a b"], min_count=2).tokens[4:] == ["a"]
    assert tokenizer.encode("").tolist() == []


def test_padding():
    batch, lengths = pad_batch([np.arange(3), np.arange(5)], pad=9, length=4)
    assert batch.tolist() == [[0, 1, 2, 9], [0, 1, 2, 3]]
    assert lengths.tolist() == [3, 4]
    assert pad_batch([])[0].shape == (0, 0)


@given(st.text())
def test_byte_pairs_lose_nothing(text):
    tokenizer = BytePairTokenizer(text + " the then there " * 2, vocab_size=262)
    assert tokenizer.decode(tokenizer.encode(text)) == text


def test_byte_pairs_merge_what_is_frequent():
    text = load_shakespeare().train[:30_000]
    tokenizer = BytePairTokenizer(text, vocab_size=356)
    assert len(tokenizer) == 356
    assert len(tokenizer.merges) == 100
    ids = tokenizer.encode(text)
    assert len(ids) < 0.65 * len(text)
    assert tokenizer.decode(ids) == text
    assert b" the" in tokenizer.tokens
    # Words are never crossed: no token has a blank after its first byte.
    assert all(b" " not in token[1:] for token in tokenizer.tokens)
    # Against the slow oracle: one merge after the other over the whole list
    sample = text[:300]
    slow = list(sample.encode())
    for new, pair in enumerate(tokenizer.merges, 256):
        out, i = [], 0
        while i < len(slow):
            if tuple(slow[i : i + 2]) == pair:
                out.append(new)
                i += 2
            else:
                out.append(slow[i])
                i += 1
        slow = out
    assert tokenizer.encode(sample).tolist() == slow


def test_byte_pairs_stop_when_nothing_is_left():
    assert BytePairTokenizer("ab", vocab_size=300).merges == [(97, 98)]
    with pytest.raises(ValueError, match="at least 256"):
        BytePairTokenizer("ab", vocab_size=10)


def test_synonyms():
    text = "A great film, and a funny story. NOTHING else"
    assert SynonymSubstitution(0.0)(text) == text
    changed = SynonymSubstitution(1.0, generator=glia.Generator(0))(text)
    before, after = text.split(), changed.split()
    assert [w for w, v in zip(before, after, strict=True) if w != v] == [
        "great",
        "film,",
        "funny",
        "story.",
    ]
    assert SynonymSubstitution(1.0, generator=glia.Generator(0))(text) == changed
    assert all(word not in others and others for word, others in SYNONYMS.items())
    assert all(word in SYNONYMS[other] for word, others in SYNONYMS.items() for other in others)
    with pytest.raises(ValueError, match="probability"):
        SynonymSubstitution(2.0)
