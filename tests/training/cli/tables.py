"""Small tables of the form that recipes without a table of their own want."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

CATEGORIES = {
    "region": ["North", "华东", "Île-de-France"], "plan": ["free", "basic", "plus", "pro"],
    "channel": ["web", "ios", "store"], "loyalty_tier": ["bronze", "silver", "gold"],
}  # fmt: skip
YES_NO = ("is_member", "has_app", "newsletter", "opted_out", "two_factor", "gift_buyer", "has_children")
COMMENTS = ["love it", "very happy", "很满意", "late again", "refund please", "ok", ""]


def customers(path: Path, columns: list[str], rows: int = 400) -> Path:
    """A table of customers whose ``will_buy`` follows from visits, plan and two switches, with some noise.

    The columns are the recipe's; some cells are empty. Smaller than the real one, and of its form.
    """
    random = np.random.default_rng(20240630)
    table = {name: _column(name, random, rows) for name in columns}
    wish = random.normal(0, 0.5, rows) + np.asarray(table["visits_30d"], float) / 3
    wish += np.asarray(table["has_app"]) != np.asarray(table["newsletter"])
    wish += np.isin(table["plan"], ["plus", "pro"])
    table["will_buy"] = np.where(wish > np.quantile(wish, 0.76), "yes", "no").tolist()
    table["income"] = ["" if random.random() < 0.12 else value for value in table["income"]]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*(table[name] for name in columns), strict=True))
    return path


def _column(name: str, random: np.random.Generator, rows: int) -> list[object]:
    if name == "customer_id":
        return [f"C{at:09d}" for at in range(rows)]
    if name in ("signup_date", "last_visit"):
        days = random.integers(0, 1_000, rows)
        return (np.datetime64("2024-06-30") - days).astype(str).tolist()
    if name == "last_comment":
        return random.choice(COMMENTS, rows).tolist()
    if name in YES_NO:
        return np.where(random.random(rows) < 0.4, "true", "false").tolist()
    if name in CATEGORIES:
        return random.choice(CATEGORIES[name], rows).tolist()
    if name == "city":
        return [f"city_{at:03d}" for at in random.integers(0, 300, rows)]
    if name == "visits_30d":
        return random.poisson(3, rows).tolist()
    return random.normal(10, 4, rows).round(4).tolist()


def pictures(path: Path, digits: Path, rows: int = 300) -> Path:
    """A zip of 28 × 28 PNGs, a folder for each digit, from a table of 8 × 8 pixels (0 to 16)."""
    with digits.open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))[:rows]
    with zipfile.ZipFile(path, "w") as archive:
        for number, row in enumerate(table):
            pixels = [float(value) for name, value in row.items() if name != "digit"]
            small = np.array(pixels).reshape(8, 8) / 16 * 255
            whole = np.pad(small.repeat(3, axis=0).repeat(3, axis=1), 2).astype(np.uint8)
            content = io.BytesIO()
            Image.fromarray(whole).save(content, "png")
            archive.writestr(f"{row['digit']}/{number:05d}.png", content.getvalue())
    return path
