"""The PyTorch source of a network, as a person would have written it."""

from __future__ import annotations

import ast
import functools
import itertools
from collections import Counter
from pathlib import Path

from training.declared import Call
from training.layers import Layer, Learning, Weighted
from training.network.parts import HEAD, Checked, Step

_UNFINISHED = "# The code appears here when all layers fit.\n"
LISTS = frozenset({"torch.cat"})  # functions that take their inputs as one list
_INFIX = {"torch.add": "+", "torch.mul": "*", "torch.sub": "-"}

# Attributes of torch.nn.Module and of training.build's Network that a layer's name must not hide; a test
# holds it to both.
TAKEN = frozenset({
    "add_module", "apply", "array_names", "bfloat16", "buffers", "call_super_init", "children",
    "compile", "cpu", "cuda", "double", "dump_patches", "eval", "extra_repr", "float", "forward",
    "get_buffer", "get_extra_state", "get_parameter", "get_submodule", "half", "ipu", "load_state_dict",
    "modules", "mtia", "named_buffers", "named_children", "named_modules", "named_parameters",
    "parameters", "register_backward_hook", "register_buffer", "register_forward_hook",
    "register_forward_pre_hook", "register_full_backward_hook", "register_full_backward_pre_hook",
    "register_load_state_dict_post_hook", "register_load_state_dict_pre_hook", "register_module",
    "register_parameter", "register_state_dict_post_hook", "register_state_dict_pre_hook",
    "requires_grad_", "set_extra_state", "set_submodule", "share_memory", "state_dict", "steps",
    "to", "to_empty", "train", "training", "type", "xpu", "zero_grad",
})  # fmt: skip
PADDING = "padding"  # bool (B, L) in the forward pass: True where a text is over
_VARIABLES = frozenset({"x", "self", "torch", "nn", "super", "weight", PADDING})


def attribute(id: str) -> str:
    """The module's attribute for a node. Different ids never share one."""
    return f"{id}_" if id in TAKEN or id.endswith("_") else id


def code(checked: Checked, *, name: str = "Network") -> str:
    """Source that runs as it stands and builds what ``training.build`` builds, with the same weight names.

    A network with problems has none yet: then it is one comment that says so.
    """
    if not checked.ok:
        return _UNFINISHED
    calls = [(step, step.call) for step in checked.steps]
    used = [call.name for _, call in calls if "." not in call.name]
    imports, classes = module_sources(used)
    arrays = ", ".join(f"{array}: torch.Tensor" for array in checked.arrays)
    parts = [
        "\n".join(imports),
        *classes,
        "\n".join([
            f"class {name}(nn.Module):",
            "    def __init__(self) -> None:",
            "        super().__init__()",
            *[
                f"        {line}"
                for step, call in calls
                if not call.is_function
                for line in _made(attribute(step.id), call, step.layer)
            ],
            "",
            f"    def forward(self, {arrays}) -> torch.Tensor:",
            *[f"        {line}" for line in _forward(checked)],
        ]),
    ]  # fmt: skip
    return "\n\n\n".join(parts) + "\n"


def _made(name: str, call: Call, layer: Layer) -> list[str]:
    """The lines that make a module, with weights as people want them to begin."""
    lines = [f"self.{name} = {call}"]
    if isinstance(layer, Weighted) and layer.init != "default":
        lines += [
            f"for weight in self.{name}.parameters():",
            "    if weight.dim() > 1:",
            f"        nn.init.{layer.init}_(weight)",
        ]
    if isinstance(layer, Learning) and layer.frozen:
        lines.append(f"self.{name}.requires_grad_(False)")
    return lines


def _forward(checked: Checked) -> list[str]:
    variables = _variables(checked.steps)
    lines = [f"{PADDING} = text == 0"] if any(step.takes_padding for step in checked.steps) else []
    for step in checked.steps:
        value = _value(step, [variables.get(name, name) for name in step.sources])
        lines.append(f"return {value}" if step.id == HEAD else f"{variables[step.id]} = {value}")
    return lines


def _variables(steps: tuple[Step, ...]) -> dict[str, str]:
    """A name for each step's value: ``x`` where only the next step takes it, otherwise the node's."""
    uses = Counter(name for step in steps for name in step.sources)
    variables = {}
    for step, below in itertools.pairwise(steps):
        passes_on = uses[step.id] == 1 and step.id in below.sources
        kept = f"{step.id}_" if step.id in _VARIABLES or step.id.endswith("_") else step.id
        variables[step.id] = "x" if passes_on else kept
    return variables


def _value(step: Step, names: list[str]) -> str:
    call = step.call
    if not call.is_function:
        more = [PADDING] if step.takes_padding else []
        return f"self.{attribute(step.id)}({', '.join(names + more)})"
    if call.name in _INFIX:
        return f" {_INFIX[call.name]} ".join(names)
    if call.name in LISTS:
        return f"{call.name}({', '.join(['[' + ', '.join(names) + ']', *call.arguments()])})"
    return functools.reduce(lambda one, other: f"{call.name}({one}, {other})", names)


def module_sources(names: list[str]) -> tuple[list[str], list[str]]:
    """The import lines and the class sources that these classes of training/modules need."""
    lines, classes = {"import torch", "from torch import nn"}, []
    for name in sorted(set(names)):
        imports, source = _module_index()[name]
        lines.update(imports)
        classes.append(source)
    return sorted(lines, key=lambda line: (line.startswith("from"), line)), classes


@functools.cache
def _module_index() -> dict[str, tuple[tuple[str, ...], str]]:
    """Class name -> (imports of its file, its source). Read as text: torch is not imported here."""
    index = {}
    for path in sorted((Path(__file__).parent.parent / "modules").glob("*.py")):
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text)
        imports = tuple(
            ast.unparse(node)
            for node in tree.body
            if isinstance(node, ast.Import | ast.ImportFrom) and "__future__" not in ast.unparse(node)
        )
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                index[node.name] = (imports, ast.get_source_segment(text, node) or "")
    return index
