"""What people do with runs: start, stop, pause, resume, discard, delete. Each in one transaction."""

from __future__ import annotations

import shutil
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from studio.accounts.models import Project, User
from studio.datasets import files
from studio.datasets.words import megabytes
from studio.jobs.doorbell import ring
from studio.networks.models import Network
from studio.networks.services import problems_of
from studio.runs.models import Run, stamp
from studio.runs.signals import run_ended
from studio.runs.summary import summarised
from training.errors import DataError, UserError
from training.events import Queued, Stopped
from training.objectives import objective_of
from training.recipe import Recipe

State = Run.State
LEAST_FREE_BYTES = 200_000_000  # a run writes checkpoints and, once, its arrays


class NotNow(UserError):
    """The run is in a state in which this cannot be done."""

    status = 409


class NoRoom(UserError):
    """The disk has no room for what this would write."""

    status = 507


def start_run(user: User | None, network: Network) -> Run:
    """Freeze the network's draft as a recipe and queue a run of it.

    Raises UserError with the first thing that keeps the draft from training, and when the disk
    is nearly full; then nothing is saved.
    """
    version = network.dataset_version
    if not version.is_ready:
        raise DataError(_("The dataset is not ready yet."), hint=_("Wait until its file has been read."))
    problems = problems_of(network.draft, version.info)
    if problems:
        raise problems[0]
    check_room()
    recipe = Recipe.parse(network.draft)
    headline = objective_of(recipe.fit.objective, recipe.data.task).headline
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=network.project_id)  # one number at a time
        run = Run.objects.create(
            project_id=network.project_id,
            number=_next_number(network.project_id),
            name=network.name,
            network=network,
            dataset_version=version,
            recipe=recipe.as_dict(),
            folder=files.new_name("runs"),
            created_by=user,
            summary={"headline": headline},
        )
        _tell(run, [Queued().as_dict()])
        transaction.on_commit(partial(ring, Run))
    return run


def stop_run(run: Run) -> Run:
    """End it and keep the best weights. Raises NotNow when it is over, or has none to keep."""
    with transaction.atomic():
        run = _locked(run)
        if run.state == State.RUNNING:
            return _wish(run, Run.Wish.STOP)
        if run.state not in (State.QUEUED, State.PAUSED, State.FAILED):
            raise _not_now(run)
        if not run.has_weights:
            raise NotNow(
                _("%(run)s has no weights to keep yet.") % {"run": run},
                hint=_("Discard it, or let it train for an epoch first."),
            )
        summary = run.summary
        event = Stopped(
            epoch=summary.get("epoch", 0),
            step=summary.get("step", 0),
            best_epoch=summary["saved"]["best"],
            metrics=summary.get("kept", {}),
        )
        run.state = State.STOPPED
        ended = {"state": State.STOPPED, "wish": "", "message": "", "hint": "", "ended_at": timezone.now()}
        _tell(run, [event.as_dict()], **ended)
        run_ended.send(sender=Run, run=run)
        return run


def pause_run(run: Run) -> Run:
    """Save and free the device; resume goes on exactly. Raises NotNow unless it runs or waits."""
    with transaction.atomic():
        run = _locked(run)
        if run.state == State.RUNNING:
            return _wish(run, Run.Wish.PAUSE)
        if run.state != State.QUEUED:
            raise _not_now(run)
        _tell(run, [], state=State.PAUSED)
        return run


def resume_run(run: Run) -> Run:
    """Queue a paused or failed run again. Raises NotNow for any other."""
    check_room()
    with transaction.atomic():
        run = _locked(run)
        if run.state not in (State.PAUSED, State.FAILED):
            raise _not_now(run)
        _tell(
            run,
            [Queued().as_dict()],
            state=State.QUEUED,
            wish="",
            message="",
            hint="",
            losses=0,
            progress={},
            queued_at=timezone.now(),
            ended_at=None,
        )
        transaction.on_commit(partial(ring, Run))
        return run


def discard_run(run: Run) -> Run:
    """End it and keep nothing but its curves. Raises NotNow when it ended with a model."""
    with transaction.atomic():
        run = _locked(run)
        if run.state == State.RUNNING:
            return _wish(run, Run.Wish.DISCARD)
        if run.state not in (State.QUEUED, State.PAUSED, State.FAILED):
            raise _not_now(run)
        _tell(run, [], **run.discarded(), ended_at=timezone.now())
        return run


def delete_run(run: Run) -> None:
    """Delete a run that is over with its curves, weights and model. Raises NotNow for any other."""
    with transaction.atomic():
        run = _locked(run)
        if not run.is_over:
            raise NotNow(
                _("%(run)s is not over.") % {"run": run},
                hint=_("Stop or discard it first. Nothing was deleted."),
            )
        folder = files.local(run.folder)
        run.delete()
        transaction.on_commit(lambda: shutil.rmtree(folder, ignore_errors=True))


def check_room() -> None:
    """Raises NoRoom when the disk is too full to train."""
    free = files.free_bytes()
    if free < LEAST_FREE_BYTES:
        raise NoRoom(
            _("The disk of this server is nearly full: a run needs %(need)s, %(free)s are free.")
            % {"free": megabytes(free), "need": megabytes(LEAST_FREE_BYTES)},
            where="disk",
            hint=_("Free some space, then start the run again."),
        )


def _locked(run: Run) -> Run:
    return Run.objects.select_for_update(of=("self",)).get(pk=run.pk)


def _next_number(project_id: int) -> int:
    return (Run.objects.filter(project=project_id).aggregate(most=Max("number"))["most"] or 0) + 1


def _wish(run: Run, wish: Run.Wish) -> Run:
    run.wish = wish
    run.save(update_fields=["wish"])
    transaction.on_commit(run.announce)
    return run


def _tell(run: Run, events: list[dict[str, Any]], **fields: Any) -> None:
    """Write events and fields of a run that nobody works on; its row is locked or new."""
    stamped = stamp(run, events)
    if stamped:
        fields |= {"last_seq": stamped[-1]["seq"], "summary": summarised(run.summary, stamped)}
    for name, value in fields.items():
        setattr(run, name, value)
    run.save(update_fields=list(fields))
    run.news = (stamped, None)
    transaction.on_commit(run.announce)


def _not_now(run: Run) -> NotNow:
    return NotNow(
        _("%(run)s is over or not begun: its state is “%(state)s”.")
        % {"run": run, "state": run.get_state_display()},
        hint=_("Reload the page to see its newest state."),
    )
