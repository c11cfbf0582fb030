"""A run's validation loss as a small line: the points of an SVG path, made on the server."""

from __future__ import annotations

WIDTH, HEIGHT, EDGE = 96, 24, 2


def sparkline(points: list[list[float]]) -> str:
    """``d`` of an SVG path for [[epoch, value], …] in a box of 96 × 24; empty below two points."""
    if len(points) < 2:
        return ""
    first, last = points[0][0], points[-1][0]
    values = [value for _, value in points]
    low, high = min(values), max(values)
    wide, tall = (last - first) or 1, (high - low) or 1
    places = [
        f"{EDGE + (epoch - first) / wide * (WIDTH - 2 * EDGE):.1f} "
        f"{EDGE + (high - value) / tall * (HEIGHT - 2 * EDGE):.1f}"
        for epoch, value in points
    ]
    return "M" + "L".join(places)
