"""Networks for number and category columns."""

from __future__ import annotations

from training.templates.given import TABLE, Given, Node, Nodes, joined, node
from training.templates.template import Template

_MOST_COLUMNS = 300  # for attention between columns, whose work grows with the square


def tabular(given: Given) -> Nodes:
    """The default for tables: two layers, or three and the numbers' bins where rows are many enough.

    The bins beside the numbers themselves are PLE (arXiv 2203.05556), SiLU that of most tabular
    networks since. On the validation rows of california_housing they gained 0.03 of R² over the
    periodic waves of RealMLP (arXiv 2407.04491); on those of smaller tables (abalone, telco_churn,
    digits8x8) neither gained anything over two small layers.
    """
    if not _has_bins(given):
        return _two_layers(given, dropout=0.15)
    trunk = [*_binned(given), *dense(1, 512, 0.15, "SiLU"), *dense(2, 256, 0.15, "SiLU")]
    return joined(given, [*trunk, *dense(3, 128, activation="SiLU")], *TABLE)


def _binned(given: Given) -> Nodes:
    """All columns as one row of numbers, each number with how far it has come in each of its bins."""
    numbers = [
        node("bins", "PiecewiseLinearEmbedding", bins=32, width=8, inputs=["numbers"]),
        node("both", "Concatenate", inputs=["numbers", "bins"]),
    ]
    if not given.has("categories"):
        return numbers
    return [*numbers, _features() | {"inputs": ["both", "categories"]}]


def _has_bins(given: Given) -> bool:
    """Whether bins pay: they learn little from few rows, and cost much with many columns or rows."""
    if "numbers" not in given.inputs or given.rows is None:
        return False
    return 10_000 <= given.rows < 200_000 and given.inputs["numbers"].last <= 64


def mlp(given: Given) -> Nodes:
    """Two hidden layers, the second one half as wide."""
    return _two_layers(given, dropout=0.1)


def _two_layers(given: Given, dropout: float) -> Nodes:
    units = given.sized(64, 128, 256)
    return joined(given, [_features(), *dense(1, units, dropout), *dense(2, units // 2)], *TABLE)


def dense(number: int, units: int, dropout: float = 0.0, activation: str = "ReLU") -> Nodes:
    """A Linear layer with its activation, and dropout where there is any."""
    rest = [node(f"dropout_{number}", "Dropout", p=dropout)] if dropout else []
    bend = node(f"{activation.lower()}_{number}", activation)
    return [node(f"linear_{number}", "Linear", units=units), bend, *rest]


def deep_mlp(given: Given) -> Nodes:
    """Three hidden layers with batch normalisation."""
    units = given.sized(64, 128, 256)
    trunk = [_features()]
    for number in (1, 2, 3):
        trunk += [
            node(f"linear_{number}", "Linear", units=units),
            node(f"norm_{number}", "BatchNorm1d"),
            node(f"relu_{number}", "ReLU"),
            node(f"dropout_{number}", "Dropout", p=0.1),
        ]
    return joined(given, trunk[:-1], *TABLE)


def residual_mlp(given: Given) -> Nodes:
    """Blocks of norm, widen, narrow and add: the ResNet of arXiv 2106.11959 with its norm per row."""
    units = given.sized(64, 128, 256)
    trunk = [
        _features(),
        node("stem", "Linear", units=units),
        node("block_1", "ResidualMLP", hidden=2 * units),
        node("block_2", "ResidualMLP", hidden=2 * units),
        node("norm", "LayerNorm"),
        node("relu", "ReLU"),
    ]
    return joined(given, trunk, *TABLE)


def gated_mlp(given: Given) -> Nodes:
    """Two gated linear units (arXiv 1612.08083)."""
    units = given.sized(64, 128, 256)
    trunk = [
        _features(),
        node("linear_1", "Linear", units=2 * units),
        node("gate_1", "GLU"),
        node("norm_1", "LayerNorm"),
        node("linear_2", "Linear", units=units),
        node("gate_2", "GLU"),
    ]
    return joined(given, trunk, *TABLE)


def tabm(given: Given) -> Nodes:
    """Thirty-two networks that share most weights, after TabM (arXiv 2410.24210).

    The paper gives each member an output and a loss of its own and means their predictions. Here the
    output is the objective's, so that members are joined before it: they share it and the loss of
    their mean, and so learn less apart. Three layers as there, narrower; random signs at first only
    where the members begin.
    """
    units = given.sized(64, 128, 256)
    trunk = [_features(), node("members", "Ensemble", k=32)]
    for number in (1, 2, 3):
        trunk += [
            node(f"linear_{number}", "BatchEnsembleLinear", units=units),
            node(f"relu_{number}", "ReLU"),
            node(f"dropout_{number}", "Dropout", p=0.1),
        ]
    return joined(given, [*trunk[:-1], node("mean", "MemberMean")], *TABLE)


def ft_transformer(given: Given) -> Nodes:
    """A vector for each column, attention between columns, and the class token's vector at the end.

    FT-Transformer (arXiv 2106.11959): vectors of 64 for its 192, two blocks for three, GELU for ReGLU.
    """
    trunk = [node("columns", "FeatureTokenizer", width=64)]
    for number in (1, 2):
        trunk.append(
            node(
                f"block_{number}",
                "TransformerEncoderLayer",
                num_heads=4,
                dim_feedforward=128,
                norm_first=True,
                activation="GELU",
            )
        )
    trunk += [
        node("token", "SequencePooling", mode="first"),
        node("norm", "LayerNorm"),
        node("relu", "ReLU"),
    ]
    return joined(given, trunk, *TABLE)


def _too_many_columns(given: Given) -> str:
    columns = sum(given.inputs[name].last for name in given.these(*TABLE))
    if columns <= _MOST_COLUMNS:
        return ""
    return f"Needs {_MOST_COLUMNS} columns or fewer: each looks at all others."


def linear(given: Given) -> Nodes:
    """No hidden layer. Of texts it takes the mean of its words' learned vectors (arXiv 1607.01759)."""
    parts = []
    if columns := given.these(*TABLE):
        parts.append([_features() | {"inputs": columns}])
    if given.has("text"):
        words = node("words", "Embedding", width=given.sized(16, 32), inputs=["text"])
        parts.append([words, node("words_mean", "SequencePooling", mode="mean")])
    if given.has("picture"):
        parts.append([node("pixels", "Pixels", inputs=["picture"]), node("flat_pixels", "Flatten")])
    if given.has("series"):
        parts.append([node("flat_series", "Flatten", inputs=["series"])])
    nodes = [each for part in parts for each in part]
    if len(parts) == 1:
        return [{name: value for name, value in nodes[0].items() if name != "inputs"}, *nodes[1:]]
    return [*nodes, node("joined", "Concatenate", inputs=[part[-1]["id"] for part in parts])]


def _plain(given: Given) -> str:
    return "Logistic regression" if given.names_classes else "Linear regression"


def _features() -> Node:
    return node("features", "Features")


TEMPLATES = (
    Template("tabular", "Tabular network", "Sized by the table's rows: a good start.", tabular, TABLE),
    Template("mlp", "MLP", "Two layers with ReLU: small and quick.", mlp, TABLE),
    Template("deep_mlp", "Deep MLP", "Three layers, normalised, for larger tables.", deep_mlp, TABLE),
    Template("residual_mlp", "Residual MLP", "Skip connections, which let deeper networks learn.",
             residual_mlp, TABLE),
    Template("gated_mlp", "Gated MLP", "One half of a layer opens and closes the other half.",
             gated_mlp, TABLE),
    Template("tabm", "TabM-style ensemble", "Many small networks in one, which agree on an answer.",
             tabm, TABLE),
    Template("ft_transformer", "FT-Transformer", "Attention between columns; slower, for larger tables.",
             ft_transformer, TABLE, _too_many_columns),
    Template("linear", _plain, "No hidden layer: the simplest network, easy to explain.", linear),
)  # fmt: skip
