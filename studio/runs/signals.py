"""What others may want to hear of runs."""

from django.dispatch import Signal

# A run has ended with weights (state done or stopped). Sent inside the transaction that ends it,
# so that what a listener writes is there exactly when the run has ended. kwargs: run.
run_ended = Signal()
