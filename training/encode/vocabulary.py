"""The vocabulary of a table's texts, learned on the training rows."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np

from training.encode.cells import Words
from training.encode.texts import CJK, FIRST, words_of
from training.recipe import Text

MOST_CHARACTERS = 50_000_000  # looked at; of longer tables, texts at even distances
_CJK = re.compile(f"[{CJK}]")


def learn_text(columns: dict[str, Words], training: np.ndarray, chosen: Text) -> dict[str, Any]:
    """``{"names", "length", "size", "tokens", "vocabulary", "merges"?}``: plain JSON.

    columns: name -> texts of all rows; training: bool (n,). size counts padding and unknown.
    """
    texts = list(_looked_at(columns.values(), training))
    tokens = chosen.tokens if chosen.tokens != "auto" else _suited(texts)
    learned = _pieces(texts, chosen) if tokens == "bpe" else {"vocabulary": _frequent(texts, tokens, chosen)}
    size = FIRST + len(learned["vocabulary"])
    return {"names": list(columns), "length": chosen.length, "size": size, "tokens": tokens, **learned}


def _looked_at(columns: Iterable[Words], training: np.ndarray) -> Iterable[tuple[str, int]]:
    """Distinct texts of the training rows, in order of the alphabet, with how often they stand there."""
    for column in columns:
        seen = column.codes[training]
        counts = np.bincount(seen[seen >= 0], minlength=len(column.values))
        used = np.flatnonzero(counts)
        characters = sum(len(column.values[place]) for place in used)
        for place in used[:: 1 + characters // MOST_CHARACTERS]:
            yield column.values[place], int(counts[place])


def _suited(texts: list[tuple[str, int]]) -> str:
    """Characters where a third or more of what is written is Chinese or Japanese, else words."""
    sample = "".join(text for text, _ in texts[:: 1 + len(texts) // 1_000])
    return "characters" if sample and 3 * len(_CJK.findall(sample)) >= len(sample) else "words"


def _frequent(texts: list[tuple[str, int]], tokens: str, chosen: Text) -> list[str]:
    counts: Counter[str] = Counter()
    for text, times in texts:
        for word in words_of(text, tokens):
            counts[word] += times
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [word for word, _ in ranked[: chosen.vocabulary]]


def _pieces(texts: list[tuple[str, int]], chosen: Text) -> dict[str, Any]:
    """Pieces and merges by the tokenizers library (Sennrich et al., arXiv 1508.07909)."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # this process may be forked
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    # Half of the codes at most for single characters: Chinese has more of them than a vocabulary.
    half = chosen.model_copy(update={"vocabulary": max(1, chosen.vocabulary // 2)})
    spread = [(" ".join(words_of(text, "bpe")), times) for text, times in texts]
    alphabet = _frequent([("".join(text.split()), times) for text, times in spread], "characters", half)
    trainer = trainers.BpeTrainer(
        vocab_size=chosen.vocabulary,
        min_frequency=2,
        initial_alphabet=alphabet,
        limit_alphabet=len(alphabet),
        show_progress=False,
    )
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.train_from_iterator((text for text, _ in spread), trainer)
    import json

    model = json.loads(tokenizer.to_str())["model"]
    by_code = sorted(model["vocab"], key=model["vocab"].get)
    return {"vocabulary": by_code, "merges": [list(pair) for pair in model["merges"]]}
