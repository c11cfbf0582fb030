"""Files become tables: typed Parquet, a profile, warnings and a proposal.

    archive.py                            what gzip and zip files hold, bounded
    formats.py    reading.py              what a file is, and how it is read
    source.py     encodings.py  dialect.py  layout.py   text: guessed or given
    workbook.py   jsonrows.py   parquet.py              Excel, JSON, Parquet
    scan.py       rewrite.py              plain enough for polars, or made so; broken rows noted
    peek.py                               the first rows, read some other way, before that is saved
    kinds.py      typed.py    draft.py    cells -> typed columns
    profile.py    proposal.py             what the table holds, what to predict
    *findings.py                          the doctor: what may go wrong
    ingest.py     all of it in order

polars runs here: call ``ingest`` in a process of its own, never in one that forks.
"""

from training.table.ingest import ingest
from training.table.proposal import proposal_for, task_of

__all__ = ["ingest", "proposal_for", "task_of"]
