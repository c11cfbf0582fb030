"""The network part: nodes as people draw them."""

from __future__ import annotations

import keyword
import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

_NODE_ID = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")


def node_id(text: str) -> str:
    """A node's id, unchanged. Raises ValueError when it could not stand in printed code."""
    if not _NODE_ID.match(text) or keyword.iskeyword(text) or keyword.issoftkeyword(text):
        raise ValueError(
            "must begin with a small letter, hold only small letters, digits and _, "
            "have at most 40 characters and be no Python keyword"
        )
    return text


class Node(BaseModel):
    """One layer of a network: ``id``, ``layer`` (a name of the catalogue), ``inputs`` and its fields.

    Without ``inputs`` a node takes the node above it. Fields are checked by the catalogue
    (training.network), not here.
    """

    model_config = ConfigDict(extra="allow", strict=True, allow_inf_nan=False)

    id: Annotated[str, AfterValidator(node_id)]
    layer: str = Field(max_length=60)
    inputs: list[str] | None = None

    @property
    def settings(self) -> dict[str, Any]:
        """The layer's own fields, as given."""
        return dict(self.model_extra or {})
