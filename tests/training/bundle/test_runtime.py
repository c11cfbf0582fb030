"""Predicting with a bundle: what a form asks, and what is said about rows that cannot be read."""

from __future__ import annotations

import io
import zipfile

import pytest

from training.bundle.predict import _safe, predict_file, rows_of_csv
from training.bundle.runtime import Bundle


@pytest.fixture(scope="module")
def bundle(penguins):
    return Bundle(penguins.bundle)


ROW = {
    "island": "Dream", "bill_length_mm": 45.1, "bill_depth_mm": "17.0", "flipper_length_mm": 200,
    "body_mass_g": None, "sex": "", "year": "2008",
}  # fmt: skip


def test_one_row_of_a_form_is_predicted(bundle):
    (said,) = bundle.predict([ROW])

    assert said["prediction"] in bundle.classes == ["Adelie", "Chinstrap", "Gentoo"]
    assert sum(said["probabilities"].values()) == pytest.approx(1)
    assert said["prediction"] == max(said["probabilities"], key=said["probabilities"].get)


def test_features_tell_a_form_what_to_ask(bundle):
    features = {each["name"]: each for each in bundle.features}

    assert list(features) == list(ROW)
    assert set(features["island"]["choices"]) == {"Biscoe", "Dream", "Torgersen"}
    assert features["island"]["typical"] == "Biscoe"
    length = features["bill_length_mm"]
    assert length["min"] < length["typical"] == length["median"] < length["max"]
    assert not length["whole"] and features["body_mass_g"]["whole"]


def test_typical_values_can_be_predicted_as_they_are(made):
    bundle = Bundle(made.bundle)

    assert bundle.predict([{each["name"]: each["typical"] for each in bundle.features}])


def test_no_rows_are_no_predictions(bundle):
    assert bundle.predict([]) == []


def test_a_missing_column_is_named(bundle):
    with pytest.raises(ValueError, match=r"^The rows lack the column island. Add the missing columns"):
        bundle.predict([{name: value for name, value in ROW.items() if name != "island"}])


def test_text_in_a_number_column_is_named_with_row_and_column(bundle):
    with pytest.raises(ValueError) as caught:
        bundle.predict([ROW, ROW | {"bill_depth_mm": "deep"}])
    assert str(caught.value) == (
        "Some cells cannot be read: row 2, column bill_depth_mm: “deep” is no number. "
        "Mend them, or leave them empty."
    )


def test_unknown_columns_are_ignored_and_named(bundle):
    rows = [ROW | {"colour": "black", "species": "Adelie"}]

    assert bundle.predict(rows) == bundle.predict([ROW])
    assert bundle.unknown_columns(rows) == ["colour"]


def test_a_category_that_training_did_not_have_counts_as_unknown(bundle):
    assert bundle.predict([ROW | {"island": "Atlantis"}]) == bundle.predict([ROW | {"island": None}])


def test_many_rows_at_once_are_the_same_as_one_by_one(bundle):
    rows = [ROW | {"bill_length_mm": 30 + at / 200} for at in range(5_000)]

    together = bundle.predict(rows)

    for at in (0, 4_095, 4_096, 4_999):
        alone = bundle.predict([rows[at]])[0]
        assert alone["probabilities"] == pytest.approx(together[at]["probabilities"], abs=1e-6)


def test_an_unzipped_folder_is_a_bundle_too(penguins, bundle, tmp_path):
    assert Bundle(penguins.unzipped(tmp_path)).predict([ROW]) == bundle.predict([ROW])


def test_what_is_no_bundle_is_refused_by_name(tmp_path):
    (tmp_path / "text.zip").write_text("hello")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("a.txt", "b")

    for name in ("text.zip", "other.zip", "nowhere.zip"):
        with pytest.raises(ValueError, match=rf"^{name} is not a bundle: it has no preprocessing.json"):
            Bundle(tmp_path / name)


@pytest.mark.parametrize(("cell", "written"), [
    ("=1+1", "'=1+1"), ("@SUM(A1)", "'@SUM(A1)"), ("+cmd|x", "'+cmd|x"), ("-2+3", "'-2+3"),
    ("\t=1", "'\t'=1"), ("-2", "-2"), ("+4.5", "+4.5"), (-2.5, -2.5), ("Yes", "Yes"), (None, ""),
])  # fmt: skip
def test_no_cell_is_a_formula_and_numbers_stay_numbers(cell, written):
    assert _safe(cell) == written


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_csv_is_read_whatever_parts_its_columns(tmp_path, delimiter):
    (tmp_path / "rows.csv").write_text(
        delimiter.join(["a", "b"]) + "\n" + delimiter.join(["1", "x y"]) + "\n\n"
    )

    assert list(rows_of_csv(tmp_path / "rows.csv", {"delimiter": ","})) == [{"a": "1", "b": "x y"}]


def test_a_csv_in_the_encoding_of_the_training_file_is_read(tmp_path):
    (tmp_path / "rows.csv").write_bytes("name\nMüller\n".encode("cp1252"))

    assert list(rows_of_csv(tmp_path / "rows.csv", {"encoding": "cp1252"})) == [{"name": "Müller"}]
    with pytest.raises(ValueError, match=r"^rows.csv is not in UTF-8. Save it as “CSV UTF-8”"):
        list(rows_of_csv(tmp_path / "rows.csv", {"encoding": "utf-8"}))


def test_a_ragged_line_is_named(tmp_path):
    (tmp_path / "rows.csv").write_text("a,b\n1,2\n3\n")

    with pytest.raises(ValueError, match=r"^Line 3 has 1 values, the header has 2.$"):
        list(rows_of_csv(tmp_path / "rows.csv", {}))


def test_a_csv_without_rows_is_refused(bundle, tmp_path):
    (tmp_path / "rows.csv").write_text(",".join(ROW) + "\n")

    with pytest.raises(ValueError, match=r"^rows.csv has no rows below its header.$"):
        predict_file(bundle, tmp_path / "rows.csv", io.StringIO())
