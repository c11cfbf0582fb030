"""``python -m quality ours|peers OUT [SET …]`` fits, ``python -m quality table OUT`` prints the figures.

``python -m quality mnist FOLDER`` trains the MNIST recipes on the two zips of that folder.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np

from quality.sets import FILES, SEEDS, table


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m quality")
    parser.add_argument("what", choices=("ours", "peers", "table", "mnist"))
    parser.add_argument("out", type=Path)
    parser.add_argument("sets", nargs="*", default=list(FILES))
    options = parser.parse_args()
    if options.what == "mnist":
        from quality.mnist import accuracies

        for name, told in accuracies(options.out).items():
            sys.stdout.write(f"{name}: {told['accuracy']:.4f}, {told['seconds']:.0f} CPU-seconds\n")
        return 0
    options.out.mkdir(parents=True, exist_ok=True)
    if options.what == "table":
        from quality.figures import text

        sys.stdout.write(text(options.out, options.sets))
        return 0
    for seed in SEEDS:
        for name in options.sets:
            for fitter in _fitters(options.what):
                _fit(fitter, name, seed, options.out)
    return 0


def _fitters(what: str) -> tuple[str, ...]:
    if what == "ours":
        return ("strata",)
    from quality.peers import PEERS

    return PEERS


def _fit(fitter: str, name: str, seed: int, out: Path) -> None:
    path = out / f"{name}-{fitter}-{seed}.npz"
    if path.exists():
        return
    if fitter == "strata":
        from quality.ours import predictions as ours

        began = time.process_time()
        predicted, true = ours(table(name), seed)
    else:
        from quality.peers import predictions

        began = time.process_time()
        predicted, true = predictions(fitter, table(name), seed)
    seconds = time.process_time() - began
    np.savez(path, predicted=predicted.astype(str), true=true.astype(str), seconds=seconds)
    sys.stdout.write(f"{name} {fitter} seed {seed}: {seconds:.0f} CPU-seconds\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
