"""A network that squeezes what it reads through few numbers and unfolds them again."""

from __future__ import annotations

from training.templates.given import TABLE, Given, Nodes, joined, node
from training.templates.tables import dense
from training.templates.template import Template

_LEAST, _MOST = 2, 16  # numbers of the code


def autoencoder(given: Given) -> Nodes:
    """Narrower and narrower to a code, then as wide again (Hinton and Salakhutdinov, Science 313, 2006).

    With the columns themselves as targets it learns what can be said of a row in few numbers; with
    another target the code keeps what matters for that one. The code is a quarter of the columns.
    """
    units = given.sized(32, 64, 128)
    columns = sum(given.inputs[name].last for name in given.these(*TABLE))
    code = max(_LEAST, min(_MOST, columns // 4))
    narrow = [*dense(1, units), *dense(2, units // 2)]
    middle = [node("code", "Linear", units=code), node("code_tanh", "Tanh")]
    wide = [*dense(3, units // 2), *dense(4, units)]
    return joined(given, [node("features", "Features"), *narrow, *middle, *wide], *TABLE)


TEMPLATES = (
    Template("autoencoder", "Autoencoder", "Squeezes a row through few numbers and unfolds them again.",
             autoencoder, TABLE),
)  # fmt: skip
