"""Work that outlasts a request: a row that is a job, its queue, and the supervisor of its process.

    models.py      Job: the row, and what a concrete job says about itself
    queue.py       claim, renew, write, conclude, lose: each one conditional UPDATE
    doorbell.py    ring(Model): wakes a worker; never fails and never blocks its caller
    broadcast.py   send(group, message): tells open pages; never fails its caller
    tasks.py       Celery's door: claim the next job, supervise it, ring again
    supervisor.py  one job: forks one process, renews the lease, carries messages and wishes
    process.py     the fork, and how a fresh process becomes clean
    link.py        what the forked process speaks with
    slots.py       how many jobs of a kind a machine works on at once (devices)
    reaper.py      puts jobs of dead workers back, rings for waiting ones
    worker.py      the Celery worker: options, and what its parent imports

How to make a job. The row says how it is worked on:

    class DatasetVersion(Job):
        entry = "studio.datasets.child:read"       # runs in a process of its own
        queue = "ingest"                           # ingest, train or export

        def payload(self) -> dict:                 # anything; the fork carries it as it is
            return {"source": default_storage.path(self.raw), …}

        def on_messages(self, messages: list[dict]) -> None:
            # in a transaction, in the supervisor; a LeaseLost from write() undoes all of it
            for message in messages:
                if "info" in message:
                    queue.write(self, info=message["info"], table=message["table"])
                elif "progress" in message:
                    queue.write(self, progress=message["progress"])

        def on_end(self, outcome: Outcome) -> dict:    # the fields of the last write
            if outcome.error:
                return {"state": self.State.DONE, "unreadable": True, "message": outcome.error["message"],
                        "hint": outcome.error["hint"]}
            return {"state": self.State.DONE}

        def announce(self) -> None:                # after each commit (claim, messages, end, loss)
            broadcast.send(self.group, {"type": "version.changed"})

and its child module is a plain function, which may import torch and polars and raise:

    def read(payload: dict, link: Link) -> None:
        link.section("setup")                      # deadlines: setup 600 s, step 180, checkpoint 420,
        info = ingest(…, progress=…)               # export 600, each since the last message
        link.send({"info": info})                  # plain JSON, up to a few MB
        if link.wish() == "stop": …

StrataErrors that it raises arrive as ``outcome.error``; any other exception is logged with its
traceback and arrives as an EngineError. A killed process is a loss: the job is queued again, at
most Job.MAX_LOSSES times. The child uses no database, broker or channel layer; files it writes
must bear a second attempt. To queue a job: save the row (state queued), then

    transaction.on_commit(partial(ring, DatasetVersion))

Processes: ``manage.py worker`` and, beside it, ``manage.py reaper``.
"""
