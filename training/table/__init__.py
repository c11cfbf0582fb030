"""Files become tables: typed Parquet, a profile, warnings and a proposal.

    source.py     is it a text file at all?
    encodings.py  dialect.py  layout.py   how it is written (guessed or given)
    scan.py       rewrite.py              plain enough for polars, or made so; broken rows noted
    kinds.py      typed.py    draft.py    cells -> typed columns
    profile.py    proposal.py             what the table holds, what to predict
    *findings.py                          the doctor: what may go wrong
    ingest.py     all of it in order

polars runs here: call ``ingest`` in a process of its own, never in one that forks.
"""

from training.table.ingest import ingest
from training.table.proposal import proposal_for, task_of

__all__ = ["ingest", "proposal_for", "task_of"]
