"""Texts become codes: words, characters, or pieces of words (byte pair encoding).

Standard library and numpy only: this file is copied into bundles beside ``apply.py``. Merges of
pieces are learned by the tokenizers library (training.encode.vocabulary) and applied here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, pairwise
from typing import Any

import numpy as np

PADDING, UNKNOWN, FIRST = 0, 1, 2
LONGEST_WORD = 64

# Chinese and Japanese are written without spaces: each of their characters is a word.
CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORDS = re.compile(rf"[{CJK}]|[^\W{CJK}]{{1,{LONGEST_WORD}}}|[^\w\s]")
_RUNS = re.compile(rf"\w{{1,{LONGEST_WORD}}}|[^\w\s]")


def words_of(text: str, tokens: str) -> Iterator[str]:
    """What a text is cut into before codes are looked up; for "bpe" the words that pieces are cut from."""
    if tokens == "characters":
        return iter(" ".join(text.split()))
    pattern = _RUNS if tokens == "bpe" else _WORDS
    return (found.group() for found in pattern.finditer(text.lower()))


class Coder:
    """Codes of texts by what was learned: ``state["text"]``."""

    def __init__(self, about: dict[str, Any]) -> None:
        self.tokens = about["tokens"]
        self._codes = {token: code for code, token in enumerate(about["vocabulary"], start=FIRST)}
        self._ranks = {(left, right): rank for rank, (left, right) in enumerate(about.get("merges", ()))}
        self._known: dict[str, list[int]] = {}

    def codes(self, text: str, most: int) -> list[int]:
        """The codes of a text's first ``most`` tokens; UNKNOWN for those that training did not have."""
        words = islice(words_of(text, self.tokens), most)
        if self.tokens != "bpe":
            return [self._codes.get(word, UNKNOWN) for word in words]
        codes: list[int] = []
        for word in words:
            codes += self._pieces(word)
            if len(codes) >= most:
                break
        return codes[:most]

    def _pieces(self, word: str) -> list[int]:
        if word not in self._known:
            if len(self._known) >= 100_000:
                self._known.clear()
            self._known[word] = [self._codes.get(piece, UNKNOWN) for piece in self._merged(list(word))]
        return self._known[word]

    def _merged(self, pieces: list[str]) -> list[str]:
        """Pairs of neighbours become one piece, the pair that was learned first, from left to right."""
        # A character that training did not have takes part in no pair, whatever its neighbours.
        while len(pieces) > 1:
            pairs = [self._ranks.get(pair, len(self._ranks)) for pair in pairwise(pieces)]
            best = min(pairs)
            if best == len(self._ranks):
                break
            at = pairs.index(best)
            pieces[at : at + 2] = [pieces[at] + pieces[at + 1]]
        return pieces


def text_codes(about: dict[str, Any], columns: list[Any]) -> np.ndarray:
    """int64 (n, L) codes of text columns, one after another in a row; 0 pads at the end.

    columns: words (``codes`` (n,), ``values``). Each column has an equal share of the length. A row
    without any token is one unknown token, never all padding.
    """
    rows, length = len(columns[0].codes), about["length"]
    share = max(1, length // len(columns))
    coder = Coder(about)
    out = np.zeros((rows, length), dtype=np.int64)
    filled = np.zeros(rows, dtype=np.int64)
    for column in columns[:length]:
        table, sizes = _distinct(coder, column.values, share)
        size_of = sizes[column.codes]
        for at in range(share):
            chosen = np.flatnonzero(size_of > at)
            if not len(chosen):
                break
            out[chosen, filled[chosen] + at] = table[column.codes[chosen], at]
        filled += size_of
    out[filled == 0, 0] = UNKNOWN
    return out


def _distinct(coder: Coder, values: list[str], most: int) -> tuple[np.ndarray, np.ndarray]:
    """Codes of each value (v + 1, most) and how many it has (v + 1,); the last row is a missing cell."""
    table = np.zeros((len(values) + 1, most), dtype=np.int32)
    sizes = np.zeros(len(values) + 1, dtype=np.int64)
    for place, value in enumerate(values):
        codes = coder.codes(value, most)
        sizes[place] = len(codes)
        table[place, : len(codes)] = codes
    return table, sizes
