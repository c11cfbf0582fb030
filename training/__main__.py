"""Strata without the web:  python -m training COMMAND …

profile FILE          what a table holds, as JSON
fit RECIPE --out DIR  train; events as JSON lines on standard output
resume DIR            go on from the last checkpoint of a fit
evaluate DIR          the report on the test rows, as JSON
predict BUNDLE ROWS   predictions for a CSV, as CSV
layers                the catalogue of layers as JSON schema
find-lr RECIPE        a learning rate: the loss at rising rates, as JSON
find-batch-size RECIPE  batch sizes with their speed, as JSON

Ends with 0 only when it did what was asked; 2 when you can mend it (the sentence says how); 3 when
training ended in another way.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from training import commands
from training.errors import StrataError, UserError


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit status is returned."""
    given = _parser().parse_args(arguments)
    try:
        return int(given.run(given))
    except UserError as error:
        return _refuse(str(error), 2)
    except StrataError as error:
        return _refuse(str(error), 1)
    except KeyboardInterrupt:
        return _refuse("Interrupted.", 130)


def _refuse(sentence: str, status: int) -> int:
    sys.stderr.write(sentence.strip() + "\n")
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    kinds = parser.add_subparsers(required=True, metavar="COMMAND")

    profile = kinds.add_parser("profile", help="what a table holds, as JSON")
    profile.add_argument("file", type=Path)
    profile.set_defaults(run=commands.profile)

    fit = kinds.add_parser("fit", help="train a recipe")
    fit.add_argument("recipe", type=Path, help="a recipe as JSON")
    fit.add_argument(
        "--table", type=Path, help="a CSV, or a Parquet that Strata wrote; else the recipe's own"
    )
    fit.add_argument("--out", type=Path, required=True, help="a new or empty folder")
    fit.add_argument("--pretty", action="store_true", help="a progress bar and a table instead of JSON")
    fit.set_defaults(run=commands.fit)

    resume = kinds.add_parser("resume", help="go on from the last checkpoint")
    resume.add_argument("folder", type=Path, help="the --out of a fit")
    resume.add_argument("--pretty", action="store_true")
    resume.set_defaults(run=commands.resume)

    evaluate = kinds.add_parser("evaluate", help="the report on the test rows, as JSON")
    evaluate.add_argument("folder", type=Path, help="the --out of a fit")
    evaluate.set_defaults(run=commands.evaluate)

    predict = kinds.add_parser("predict", help="predictions for the rows of a CSV")
    predict.add_argument("bundle", type=Path)
    predict.add_argument("rows", type=Path)
    predict.set_defaults(run=commands.predict)

    layers = kinds.add_parser("layers", help="the catalogue as JSON schema")
    layers.set_defaults(run=lambda given: commands.layers())

    for name, run, help_ in (
        ("find-lr", commands.find_lr, "a learning rate, in seconds"),
        ("find-batch-size", commands.find_batch_size, "a batch size, in seconds"),
    ):
        find = kinds.add_parser(name, help=help_)
        find.add_argument("recipe", type=Path, help="a recipe as JSON")
        find.add_argument("--table", type=Path, help="a table; else the recipe's own")
        find.set_defaults(run=run)
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
