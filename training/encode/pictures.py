"""Pictures become pixels: a file's bytes, or columns of numbers -> uint8 (channels, height, width).

Standard library and numpy, and Pillow where there are files to open: this file is copied into bundles
beside ``apply.py``.
"""

from __future__ import annotations

import io
import warnings
from typing import Any

import numpy as np

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP")
MOST_PIXELS = 50_000_000
_MOST = f"{MOST_PIXELS // 1_000_000} million pixels"


def check_picture(content: bytes) -> str:
    """The picture's format, by its header. Raises ValueError for no picture, or one too large to open."""
    with _opened(content) as picture:
        return str(picture.format)


def size_of(content: bytes) -> int:
    """How many pixels a picture that can be opened has, by its header."""
    with _opened(content) as picture:
        width, height = picture.size
    return int(width * height)


def pixels_of(content: bytes, about: dict[str, Any]) -> np.ndarray:
    """uint8 (channels, height, width) of a picture's file, brought to the size that ``about`` says.

    Turned as its camera says; what is transparent becomes white. Raises ValueError, in a sentence.
    """
    from PIL import Image, ImageOps

    mode, size = "L" if about["channels"] == 1 else "RGB", (about["width"], about["height"])
    with _opened(content) as picture:
        try:
            picture.draft(mode, (2 * size[0], 2 * size[1]))  # a large JPEG is read smaller, which is quick
            turned = ImageOps.exif_transpose(picture)
            if turned.has_transparency_data:
                behind = Image.new("RGBA", turned.size, "white")
                turned = Image.alpha_composite(behind, turned.convert("RGBA"))
            pixels = np.array(turned.convert(mode).resize(size, Image.Resampling.BILINEAR))
        except (OSError, SyntaxError, ValueError, EOFError, MemoryError) as error:
            raise ValueError(f"The picture is damaged: {error}.") from None
    return pixels[None] if mode == "L" else np.ascontiguousarray(pixels.transpose(2, 0, 1))


def picture_array(about: dict[str, Any], column: np.ndarray) -> np.ndarray:
    """uint8 (n, channels, height, width) of an object array of files; a missing one is black."""
    pixels = np.zeros((len(column), about["channels"], about["height"], about["width"]), dtype=np.uint8)
    for row, content in enumerate(column):
        if content is not None:
            pixels[row] = pixels_of(content, about)
    return pixels


def pixel_array(about: dict[str, Any], columns: list[np.ndarray]) -> np.ndarray:
    """uint8 (n, channels, height, width) of number columns, 0 to ``about["most"]``; missing ones are 0."""
    most = about["most"]
    shape = (len(columns[0]), about["channels"], about["height"], about["width"])
    pixels = np.empty((len(columns), shape[0]), dtype=np.uint8)
    for place, column in enumerate(columns):
        pixels[place] = np.clip(np.round(np.nan_to_num(column) * (255 / most)), 0, 255)
    return np.ascontiguousarray(pixels.T).reshape(shape)


def _opened(content: bytes) -> Any:
    """The picture with its header read, and no pixel yet."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is too large is refused below, in a sentence
            picture = Image.open(io.BytesIO(content), formats=FORMATS)
    except Image.DecompressionBombError:
        raise ValueError(
            f"The picture is far larger than {_MOST}, which is the most that is opened."
        ) from None
    except (OSError, SyntaxError, ValueError):
        raise ValueError("It is no picture that can be opened (PNG, JPEG, GIF, BMP or WebP).") from None
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise ValueError(f"The picture has {width:,} × {height:,}; at most {_MOST} are opened.")
    return picture
