"""Draws the picture on each sample's card from its own rows: templates/datasets/pictures/KEY.svg.

Run from the project's root after changing a sample: ``python samples/draw.py``.
"""

from __future__ import annotations

import csv
import random
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WIDTH, HEIGHT, MARGIN = 240, 84, 12
POINTS = 90
# sample: across, up, and the column that colours
AXES = {
    "penguins": ("flipper_length_mm", "bill_length_mm", "species"),
    "telco_churn": ("tenure", "MonthlyCharges", "Churn"),
    "california_housing": ("longitude", "latitude", "median_house_value"),
    "abalone": ("length", "whole_weight", "rings"),
    "auto_mpg": ("weight", "horsepower", "mpg"),
    "breast_cancer": ("mean radius", "mean texture", "diagnosis"),
    "iris": ("petal length (cm)", "sepal width (cm)", "species"),
    "wine": ("alcohol", "flavanoids", "cultivar"),
    "mushrooms": ("odor", "spore-print-color", "class"),
    "co2": ("date", "co2", "co2"),
}


def main() -> None:
    folder = ROOT / "templates" / "datasets" / "pictures"
    folder.mkdir(exist_ok=True)
    for key, (across, up, colour) in AXES.items():
        with next((ROOT / "samples" / key).glob("*.csv")).open(encoding="utf-8") as file:
            rows = [row for row in csv.DictReader(file) if row[across].strip() and row[up].strip()]
        picked = random.Random(7).sample(rows, POINTS)  # noqa: S311
        x, y = placed(picked, across), placed(picked, up)
        classes = coloured(picked, colour)
        (folder / f"{key}.svg").write_text(svg(x, y, classes), encoding="utf-8")
    (folder / "digits.svg").write_text(digits(), encoding="utf-8")
    (folder / "sms_spam.svg").write_text(messages(), encoding="utf-8")


def framed(drawn: str) -> str:
    box = f'viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="xMidYMid meet" aria-hidden="true"'
    return f"<svg {box}>{drawn}</svg>\n"


def digits() -> str:
    """The first three digits, pixel by pixel."""
    with (ROOT / "samples" / "digits8x8" / "digits8x8.csv").open(encoding="utf-8") as file:
        rows = list(csv.reader(file))
    target, side = rows[0].index("digit"), 7
    drawn = ""
    for place, row in enumerate(rows[1:4]):
        pixels = [float(cell) for at, cell in enumerate(row) if at != target]
        left = WIDTH / 2 + (place - 1) * 72 - 4 * side
        drawn += "".join(
            f'<rect x="{left + at % 8 * side:.0f}" y="{14 + at // 8 * side}" width="{side}" height="{side}" '
            f'class="f{place + 1}" opacity="{pixel / 16:.2f}"/>'
            for at, pixel in enumerate(pixels)
            if pixel
        )
    return framed(drawn)


def messages() -> str:
    """The first messages as lines of words, spam in the second colour."""
    with (ROOT / "samples" / "sms_spam" / "sms_spam.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))[:6]
    drawn = ""
    for place, row in enumerate(rows):
        x, number = MARGIN, 2 if row["label"] == "spam" else 1
        for word in row["message"].split():
            width = 4 * len(word)
            if x + width > WIDTH - MARGIN:
                break
            y = 10 + 11 * place
            drawn += (
                f'<rect x="{x}" y="{y}" width="{width}" height="6" rx="3" class="f{number}" opacity=".65"/>'
            )
            x += width + 5
    return framed(drawn)


def placed(rows: list[dict[str, str]], column: str) -> list[float]:
    """Each row's place from 0 to 1; words are dealt to places in their order, with some scatter."""
    try:
        values = [float(row[column]) for row in rows]
    except ValueError:
        words = sorted({row[column] for row in rows})
        scatter = random.Random(3)  # noqa: S311
        values = [words.index(row[column]) + scatter.uniform(-0.35, 0.35) for row in rows]
    low, high = min(values), max(values)
    return [(value - low) / (high - low) for value in values]


def coloured(rows: list[dict[str, str]], column: str) -> list[int]:
    """1, 2 or 3 for each row: its class, or the third of the range that its number falls into."""
    try:
        numbers = [float(row[column]) for row in rows]
    except ValueError:
        words = sorted({row[column] for row in rows})
        return [words.index(row[column]) % 3 + 1 for row in rows]
    order = sorted(numbers)
    return [1 + sum(number > order[len(order) * third // 3] for third in (1, 2)) for number in numbers]


def svg(x: list[float], y: list[float], classes: list[int]) -> str:
    across = [MARGIN + place * (WIDTH - 2 * MARGIN) for place in x]
    down = [HEIGHT - MARGIN - place * (HEIGHT - 2 * MARGIN) for place in y]
    dots = "".join(
        f'<circle cx="{cx:.1f}" cy="{cy:.1f}" r="3" class="f{number}" opacity=".65"/>'
        for cx, cy, number in zip(across, down, classes, strict=True)
    )
    return framed(dots)


if __name__ == "__main__":
    main()
