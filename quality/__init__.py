"""How good the defaults are: ``python -m quality``, or ``make quality``. Figures stand in docs/quality.md."""
