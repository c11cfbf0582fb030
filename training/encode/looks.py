"""What is learned of pictures: their size, and how bright pixel columns can be."""

from __future__ import annotations

from typing import Any

import numpy as np

from training.errors import DataError
from training.recipe import Picture

SCALES = (1, 15, 16, 255)  # what the brightest pixel of a column can be, by custom


def learn_picture(names: list[str], most: float, chosen: Picture) -> dict[str, Any]:
    """``{"names", "channels", "height", "width"}``, of pixel columns also ``most``, which becomes 255.

    names: one picture column, or all pixel columns in order; most: the brightest pixel of the training
    rows. Raises DataError for several picture columns, or pixels that fill no picture.
    """
    picture = {"names": names, "channels": chosen.channels, "height": chosen.size, "width": chosen.size}
    if chosen.pixels:
        if len(names) != chosen.channels * chosen.size**2:
            raise DataError(
                f"There are {len(names):,} pixel columns; pictures of {chosen.size} × {chosen.size} in "
                f"{chosen.channels} channel{'s' if chosen.channels > 1 else ''} have "
                f"{chosen.channels * chosen.size**2:,}.",
                where="data.encode.picture.size",
                hint="Change the size, or set the role of columns that are no pixels to ignored.",
            )
        return picture | {"most": next(scale for scale in SCALES if most <= scale)}
    if len(names) > 1:
        raise DataError(
            f"{names[0]} and {names[1]} hold pictures; a network of this version takes one picture column.",
            where=f"column {names[1]}",
            hint="Set the role of the others to ignored.",
        )
    return picture


def brightest(name: str, column: np.ndarray, training: np.ndarray) -> float:
    """The largest value of a pixel column among the training rows.

    Raises DataError for values, of whatever row, that are no pixels: below 0 or above 255.
    """
    known = column[~np.isnan(column)]
    if len(known) and (known.min() < 0 or known.max() > SCALES[-1]):
        wrong = known.min() if known.min() < 0 else known.max()
        raise DataError(
            f"{name} holds {wrong:g}, and a pixel is a number from 0 to 255.",
            where=f"column {name}",
            hint="Set its role to ignored, or read the columns as numbers instead of pixels.",
        )
    taught = column[training]
    return float(np.nanmax(taught)) if (~np.isnan(taught)).any() else 0.0
