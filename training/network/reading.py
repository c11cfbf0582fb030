"""Any JSON -> drawn nodes. What is no node at all is explained here, with a mended document as the fix."""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

from training.declared import clipped
from training.layers import CATALOG, FieldInfo, Layer
from training.network.edits import fresh_id, ids_of
from training.network.parts import HEAD, Fix, Problem, fix
from training.network.plain import plain
from training.recipe import node_id

MOST_NODES = 1_000
MOST_INPUTS = 64
_MOST_REWRITES = 3
_OWN = frozenset({"id", "layer", "inputs", "title"})  # keys of a node that are no setting of its layer
RESERVED = frozenset(
    {HEAD, "numbers", "categories", "text", "lengths", "padding", "picture", "series", "target", "weight"}
)


@dataclass(frozen=True)
class Drawn:
    """One entry of the network as it was drawn.

    id: unique among the drawn, even where the document's is not; inputs: as typed, None for "the
    node above"; layer: with checked settings, None when there is a problem; title: what
    people call it, else "".
    """

    index: int
    id: str
    layer_name: str
    settings: dict[str, Any]
    inputs: tuple[str, ...] | None = None
    layer: Layer | None = None
    problem: Problem | None = None
    title: str = ""

    @property
    def where(self) -> str:
        return f"network.main.{self.id}"

    @property
    def name(self) -> str:
        """The card's name in a sentence: Linear “fc_in”, or what people call it."""
        return f"{title_of(self.layer_name)} “{self.title or self.id}”"


def title_of(layer_name: str) -> str:
    return CATALOG[layer_name].title if layer_name in CATALOG else clipped(layer_name) or "Layer"


def document_of(nodes: Any) -> Any:
    """The nodes as plain JSON, no deeper than nodes are: a list of what stands there, or no list as it is."""
    if nodes is None:
        return []
    if not isinstance(nodes, list | tuple):
        return nodes
    plainly = (node.model_dump(exclude_none=True) if hasattr(node, "model_dump") else node for node in nodes)
    return [plain(node) for node in plainly]


def read(document: Any) -> tuple[list[Drawn], list[Problem]]:
    """The drawn nodes, each with its first problem, and problems of the list as a whole."""
    if not isinstance(document, list):
        return [], [
            Problem(
                "The network has to be a list of layers.",
                "network.main",
                fixes=(fix("Start with no layers", {"do": "replace", "nodes": []}),),
            )
        ]
    problems = []
    if len(document) > MOST_NODES:
        cut = document[:MOST_NODES]
        problems.append(
            Problem(
                f"The network has {len(document):,} layers; {MOST_NODES:,} are the most.",
                "network.main",
                "Remove some.",
                (fix(f"Keep the first {MOST_NODES:,}", {"do": "replace", "nodes": cut}),),
            )
        )
        document = cut
    taken: set[str] = set()
    drawn: list[Drawn] = []
    rewrites = 0
    for index, node in enumerate(document):
        one = _node(document, index, node, taken)
        if one.problem and _rewrites(one.problem):
            rewrites += 1
            if rewrites > _MOST_REWRITES:
                one = replace(one, problem=replace(one.problem, fixes=()))
        drawn.append(one)
        taken.add(one.id)
    return drawn, problems


def _rewrites(problem: Problem) -> bool:
    """Whether its fix carries the whole document; of those a long hostile one must not yield thousands."""
    return any(edit["do"] == "replace" for fix in problem.fixes for edit in fix["edits"])


def _node(document: list[Any], index: int, node: Any, taken: set[str]) -> Drawn:
    if not isinstance(node, dict):
        id = _free("layer", document, taken)
        problem = Problem(
            f"Entry {index + 1} of the network is no layer.",
            f"network.main.{id}",
            node=id,
            fixes=(_replaced("Remove it", document, index, None),),
        )
        return Drawn(index, id, "", {}, problem=problem)
    layer_name = node["layer"] if isinstance(node.get("layer"), str) else ""
    settings = {str(name): value for name, value in node.items() if name not in _OWN}
    title = clipped(node["title"], 60) if isinstance(node.get("title"), str) else ""
    complaint = _id_complaint(node.get("id"), taken)
    id = node["id"] if not complaint else _free(layer_name, document, taken)
    drawn = Drawn(index, id, layer_name, settings, title=title)
    if complaint:
        renamed = _replaced(f"Rename it to {id}", document, index, {**node, "id": id})
        return _with(drawn, Problem(complaint, drawn.where, "Give it another name.", (renamed,), id))
    inputs, complaint = _inputs(node.get("inputs"))
    if complaint:
        plain = {name: value for name, value in node.items() if name != "inputs"}
        above = _replaced("Take the layer above", document, index, plain)
        return _with(
            drawn,
            Problem(
                f"The inputs of {drawn.name} {complaint}.", f"{drawn.where}.inputs", fixes=(above,), node=id
            ),
        )
    drawn = Drawn(index, id, layer_name, settings, inputs, title=title)
    if layer_name not in CATALOG:
        return _with(drawn, _unknown_layer(drawn))
    try:
        layer = CATALOG[layer_name].model_validate(settings)
    except ValidationError as error:
        return _with(drawn, _bad_setting(drawn, error))
    return Drawn(index, id, layer_name, settings, inputs, layer, title=title)


def _with(drawn: Drawn, problem: Problem) -> Drawn:
    return replace(drawn, layer=None, problem=problem)


def _id_complaint(id: Any, taken: set[str]) -> str:
    if not isinstance(id, str):
        return "A layer has no name."
    if id in RESERVED:
        return f"A layer cannot be called “{clipped(id)}”: Strata uses that name itself."
    if id in taken:
        return f"Two layers are called “{clipped(id)}”."
    try:
        node_id(id)
    except ValueError as error:
        return f"A layer cannot be called “{clipped(id)}”: the name {error}."
    return ""


def _inputs(inputs: Any) -> tuple[tuple[str, ...] | None, str]:
    """The inputs as typed, and what is wrong with them. An empty list means the node above."""
    if inputs is None or inputs == [] or inputs == ():
        return None, ""
    if not isinstance(inputs, list | tuple) or not all(isinstance(name, str) for name in inputs):
        return None, "have to be a list of names"
    if len(inputs) > MOST_INPUTS:
        return None, f"are {len(inputs):,}; {MOST_INPUTS} are the most"
    return tuple(inputs), ""


def _unknown_layer(drawn: Drawn) -> Problem:
    known = {name.lower(): name for name in CATALOG}
    for name, layer in CATALOG.items():
        known |= {other.lower(): name for other in layer.also}
    wanted = drawn.layer_name[:60].lower()
    close = [known[match] for match in get_close_matches(wanted, known, n=2, cutoff=0.6)]
    fixes: list[Fix] = [
        fix(f"Use {CATALOG[name].title}", {"do": "set", "node": drawn.id, "field": "layer", "value": name})
        for name in dict.fromkeys(close)
    ]
    fixes.append(fix("Remove it", {"do": "remove", "node": drawn.id}))
    message = (
        f"Strata has no layer “{clipped(drawn.layer_name)}”."
        if drawn.layer_name
        else f"“{drawn.id}” does not say which layer it is."
    )
    return Problem(message, f"{drawn.where}.layer", "Choose one from the list.", tuple(fixes), drawn.id)


def _bad_setting(drawn: Drawn, error: ValidationError) -> Problem:
    layer = CATALOG[drawn.layer_name]
    refusal = layer.refusal(error, drawn.where, of=drawn.name)
    places = [
        item["loc"] for item in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    edits, titles = [], []
    for field in dict.fromkeys(str(place[0]) for place in places if place):
        info = next((each for each in layer.fields() if each.name == field), None)
        value = nearest(info, drawn.settings.get(field)) if info else None
        edits.append({"do": "set", "node": drawn.id, "field": field, "value": value})
        titles.append(
            f"Set {drawn.id} {info.title.lower()} to {_spoken(value)}" if info else "Remove the setting"
        )
    title = titles[0] if len(titles) == 1 else f"Mend {len(titles)} settings of {drawn.id}"
    return Problem(refusal.message, refusal.where, refusal.hint, (fix(title, *edits),), drawn.id)


def nearest(info: FieldInfo, value: Any) -> Any:
    """The allowed value next to ``value``; the default where there is no such thing."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        return info.default
    if info.low is not None and value < info.low:
        return info.low
    if info.high is not None and value > info.high:
        return info.high
    return int(value) if info.kind == "whole" and isinstance(value, float) else info.default


def _spoken(value: Any) -> str:
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value)


def _free(layer_name: str, document: list[Any], taken: set[str]) -> str:
    return fresh_id(layer_name or "layer", taken | ids_of(document) | RESERVED)


def _replaced(title: str, document: list[Any], index: int, node: dict[str, Any] | None) -> Fix:
    nodes = [*document[:index], *([] if node is None else [node]), *document[index + 1 :]]
    return fix(title, {"do": "replace", "nodes": nodes})
