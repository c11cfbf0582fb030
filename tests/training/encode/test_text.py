"""Texts: how they are cut, coded and padded; pieces are those of the tokenizers library."""

from __future__ import annotations

import random

import numpy as np
import pytest

from training.encode import apply, columns_from_rows, encode_table
from training.encode.cells import Words
from training.encode.texts import Coder, text_codes, words_of
from training.encode.vocabulary import learn_text
from training.recipe import Encode, Text

ENGLISH = [
    "The parcel came late",
    "the parcel is broken!",
    "great service, thanks",
    "Where is my parcel?",
    "",
]
CHINESE = ["包裹还没有到", "服务很好,谢谢", "包裹坏了", "我的包裹在哪里?", ""]


def table_of(made, texts):
    rows = [f"{text} {row % 7}" if text else "" for row in range(20) for text in texts]
    return made(
        types={"message": "text"}, message=rows, x=list(range(len(rows))), kind=["a", "b"] * (len(rows) // 2)
    )


def encoded(made, texts, roles=("message", "x"), **settings):
    read = table_of(made, texts)
    data = read.data("kind", roles=dict.fromkeys(roles, "feature") | {"kind": "target"},
                     encode=Encode(text=Text(**settings)))  # fmt: skip
    return read, encode_table(read.table, data, read.info)


@pytest.mark.parametrize("texts", [ENGLISH, CHINESE], ids=["English", "Chinese"])
@pytest.mark.parametrize("tokens", ["auto", "words", "characters", "bpe"])
def test_texts_read_from_the_csv_again_make_the_very_codes_of_training(made, texts, tokens):
    read, one = encoded(made, texts, tokens=tokens, length=12, vocabulary=60)

    again = apply(one.state, columns_from_rows(one.state, read.rows()))

    assert np.array_equal(again["text"], one.arrays["text"])
    assert np.array_equal(again["numbers"], one.arrays["numbers"])
    assert (one.arrays["text"].dtype, one.arrays["text"].shape) == (np.int64, (100, 12))
    assert one.arrays["text"].max() < one.state["text"]["size"]


def test_an_empty_text_is_one_unknown_token_and_no_text_is_all_padding(made):
    _, one = encoded(made, ENGLISH, tokens="words", length=5)

    assert one.arrays["text"][4].tolist() == [1, 0, 0, 0, 0]
    assert (one.arrays["text"][:, 0] > 0).all()


@pytest.mark.parametrize(("texts", "tokens"), [(ENGLISH, "words"), (CHINESE, "characters")])
def test_auto_takes_characters_for_chinese_and_words_for_all_else(made, texts, tokens):
    assert encoded(made, texts)[1].state["text"]["tokens"] == tokens


def test_words_are_small_letters_marks_stand_alone_and_a_chinese_character_is_a_word():
    assert list(words_of("It's 50% off,Überall 包裹x", "words")) == [
        "it", "'", "s", "50", "%", "off", ",", "überall", "包", "裹", "x",
    ]  # fmt: skip


def test_the_most_frequent_words_get_a_code_and_the_others_are_unknown():
    column = Words(np.array([0, 0, 1, 2]), ["a a b", "b c", "zzz"])
    state = learn_text({"t": column}, np.array([True, True, True, False]), Text(vocabulary=10, length=4))

    assert state["vocabulary"] == ["a", "b", "c"]
    assert text_codes(state, [column])[2:].tolist() == [[3, 4, 0, 0], [1, 0, 0, 0]]


def test_a_word_of_validation_rows_is_never_learned(made):
    _, one = encoded(made, ENGLISH, tokens="words")
    read = table_of(made, ENGLISH)
    column = Words(np.arange(100), [row["message"] if part == 0 else "secret word"
                                    for row, part in zip(read.rows(), one.parts, strict=True)])  # fmt: skip

    again = learn_text({"message": column}, one.parts == 0, Text(tokens="words"))

    assert again == one.state["text"]


def test_two_text_columns_are_one_text_and_share_its_length():
    first = Words(np.array([0, -1, 0]), ["a b c d"])
    second = Words(np.array([0, 0, -1]), ["x y z"])
    state = learn_text({"one": first, "two": second}, np.ones(3, dtype=bool), Text(length=4, tokens="words"))

    codes = text_codes(state, [first, second])

    words = [[state["vocabulary"][code - 2] for code in row if code] for row in codes]
    assert words == [["a", "b", "x", "y"], ["x", "y"], ["a", "b"]]


def test_pieces_are_those_of_the_tokenizers_library():
    from tokenizers import Tokenizer, models, pre_tokenizers

    chance = random.Random(5)
    syllables = ["ka", "lo", "mi", "ren", "tas", "包", "裹", "ö", "st", "ing", "12", "-", "😀"]
    texts = [
        " ".join(
            "".join(chance.choices(syllables, k=chance.randint(1, 5))) for _ in range(chance.randint(1, 9))
        )
        for _ in range(600)
    ]
    column = Words(np.arange(600), texts)
    state = learn_text({"t": column}, np.arange(600) < 400, Text(tokens="bpe", vocabulary=120))
    codes = {token: code for code, token in enumerate(state["vocabulary"])}
    library = Tokenizer(models.BPE(codes, [tuple(pair) for pair in state["merges"]]))
    library.pre_tokenizer = pre_tokenizers.WhitespaceSplit()

    coder = Coder(state)

    assert len(state["merges"]) > 50
    for text in [*texts, "never 见过 kalomirentas"]:
        known = "".join(letter for letter in text if letter in codes or letter == " ")
        words = " ".join(words_of(known, "bpe"))
        assert coder.codes(known, 4096) == [code + 2 for code in library.encode(words).ids]


def test_a_text_of_a_million_letters_without_a_space_is_coded_at_once():
    state = learn_text({"t": Words(np.array([0]), ["ab abc"])}, np.array([True]), Text(tokens="bpe"))

    assert len(Coder(state).codes("ab" * 500_000, 64)) == 64
