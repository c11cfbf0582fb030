"""pydantic's complaints about a recipe as whole sentences, each with its place."""

from __future__ import annotations

import re
from typing import Any

from pydantic import ValidationError

from training.errors import SettingError

_TYPE_IN_PLACE = re.compile(r"(constrained-)?(int|float|str|bool)\Z|literal\[")


def first_problem(error: ValidationError) -> SettingError:
    """The first of pydantic's complaints as one sentence with its place."""
    return problems(error)[0]


def problems(error: ValidationError) -> list[SettingError]:
    """pydantic's complaints as SettingErrors, in the order of the document, one for each place."""
    found: dict[str, SettingError] = {}
    for item in error.errors(include_url=False):
        problem = _problem(item)
        found.setdefault(problem.where, problem)
    return list(found.values())


def _problem(item: Any) -> SettingError:
    # Where a field may be one of several types, pydantic adds the type to the place.
    place = [str(part) for part in item["loc"] if not _TYPE_IN_PLACE.match(str(part))]
    name = place[-1][:60].replace("_", " ").capitalize() if place else "The recipe"
    return SettingError(f"{name} {wants(item)}.", where=".".join(place))


def _is_short(given: Any) -> bool:
    if isinstance(given, str):
        return len(given) < 38
    # Python refuses to write whole numbers of thousands of digits.
    return isinstance(given, float) or (isinstance(given, int) and abs(given) < 10**30)


def _figure(bound: float) -> str:
    return f"{int(bound) if bound == int(bound) else bound:,}"


def wants(item: Any) -> str:
    """What pydantic's complaint asks for, as the end of a sentence: "must be 1 or more"."""
    context = item.get("ctx", {})
    given = item.get("input")
    shown = f", not {given!r}" if _is_short(given) else ""
    match item["type"]:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return "is not a setting that Strata knows"
        case "greater_than_equal":
            return f"must be {_figure(context['ge'])} or more{shown}"
        case "greater_than":
            return f"must be more than {_figure(context['gt'])}{shown}"
        case "less_than_equal":
            return f"must be {_figure(context['le'])} or less{shown}"
        case "less_than":
            return f"must be less than {_figure(context['lt'])}{shown}"
        case "int_type" | "int_parsing" | "int_from_float" | "int_parsing_size":
            return f"must be a whole number{shown}"
        case "float_type" | "float_parsing" | "finite_number":
            return f"must be a number{shown}"
        case "bool_type" | "bool_parsing":
            return f"must be on or off{shown}"
        case "string_type":
            return f"must be a text{shown}"
        case "literal_error":
            return f"must be {context['expected']}{shown}"
        case "dict_type" | "model_type" | "model_attributes_type":
            return "must be an object with settings"
        case "list_type":
            return "must be a list"
        case "string_too_long":
            return f"must have at most {context['max_length']} characters"
        case "string_pattern_mismatch":
            return f"is nothing that Strata knows{shown}"
        case "value_error":
            return str(context["error"])
        case _:
            return f"is not allowed: {item['msg'].lower()}"
