"""What Strata must reach, measured: ``make bench`` runs all, ``make bench BENCH=name`` one.

Each module has ``measure() -> dict``; the figures go to standard output as JSON lines and, with
their commands, into docs/performance.md by hand.
"""
