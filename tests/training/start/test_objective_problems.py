"""What keeps a draft from training because of its loss, said before anything is trained."""

from __future__ import annotations

import pytest

from training.start import draft, problems_of
from training.table import ingest, proposal_for


@pytest.fixture(scope="module")
def info(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gains")
    source = folder / "gains.csv"
    lines = [f"{row % 7},{row - 20},{'yes' if row % 3 else 'no'}" for row in range(100)]
    source.write_text("\n".join(["x,gain,kind", *lines]) + "\n")
    return ingest(source, folder, file_name=source.name)


@pytest.mark.parametrize(
    ("target", "fit", "where", "message"),
    [
        (
            "gain",
            {"objective": {"name": "Poisson"}},
            "fit.objective.name",
            "Poisson learns counts, which are 0 or more, and gain has values below 0. "
            "Choose another loss, such as the mean squared error, or another target.",
        ),
        (
            "gain",
            {"objective": {"name": "Quantile", "low": 0.6}},
            "fit.objective.low",
            "Lower level of Quantile must be less than 0.5, not 0.6.",
        ),
        (
            "kind",
            {"objective": {"name": "LogCosh"}},
            "fit.objective.name",
            "Log-cosh does not suit this task (binary). Choose auto, BinaryCrossEntropy, BinaryFocal.",
        ),
        (
            "gain",
            {"stopping": {"metric": "pinball"}},
            "fit.stopping.metric",
            "“pinball” is no metric of this loss. Choose loss, rmse, mae, r2.",
        ),
        (
            "kind",
            {"stopping": {"metric": "mase"}},
            "fit.stopping.metric",
            "“mase” is no metric of this task (binary). Choose loss, accuracy, balanced_accuracy, precision, "
            "recall, f1, roc_auc, log_loss.",
        ),
    ],
)
def test_a_loss_that_cannot_be_is_explained(info, target, fit, where, message):
    document = draft(info | {"proposal": proposal_for(info, target)})
    document["fit"] |= fit

    (problem,) = problems_of(document, info)

    assert (str(problem), problem.where) == (message, where)
