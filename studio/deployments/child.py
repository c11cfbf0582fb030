"""What judges and packs a model: runs in a process of its own (studio.jobs), with no database."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from studio.datasets import files
from studio.datasets.arrays import encoded_arrays
from training.recipe import Recipe

if TYPE_CHECKING:
    from studio.jobs.link import Link


def pack(payload: dict[str, Any], link: Link) -> None:
    """Send the report as soon as there is one, then the stored name of the checked bundle.

    payload: Model.payload; a report that is there already is not made again. Raises
    EngineError when the weights cannot be read or the bundle disagrees with them.
    """
    from training.bundle import export
    from training.evaluate import report

    recipe, info, table = Recipe.parse(payload["recipe"]), payload["info"], payload["table"]
    key = payload["hash_key"]
    encoded = encoded_arrays(
        recipe, table=table, info=info, cache=payload["arrays"], most_bytes=payload["arrays_bytes"], key=key
    )
    found = payload["report"]
    if not found:
        found = report(recipe, encoded, payload["folder"])
        link.send({"report": found})
    link.section("export")
    folder = files.new_folder()
    try:
        out = folder / "bundle.zip"
        checked = export.write(
            recipe,
            encoded,
            payload["folder"],
            found,
            out,
            table=table,
            info=info,
            name=payload["name"],
            key=key,
        )
        size = out.stat().st_size
        files.adopt(out, payload["bundle"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    link.send({"bundle": payload["bundle"], "bytes": size, "checked": checked})
