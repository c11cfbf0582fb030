"""What people do with projects: make, rename, pick the current one."""

from __future__ import annotations

from django.db import transaction
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from studio.accounts.models import Membership, Project, User
from training.errors import SettingError

SESSION_KEY = "project"
NAME_LENGTH = 120


def projects(request: HttpRequest) -> list[Project]:
    """The projects of the request's user, newest first; asked of the database once a request."""
    if not hasattr(request, "_projects"):
        request._projects = list(Project.objects.visible_to(request.user))
    return request._projects


def current_project(request: HttpRequest) -> Project:
    """The project that the session is in, else the user's newest.

    Whoever signs in has one (signals.py); a user made on the command line who comes with a key
    gets the first one here.
    """
    mine = projects(request)
    if not mine:
        mine.append(first_project(request.user))
    wanted = request.session.get(SESSION_KEY)
    return next((project for project in mine if project.pk == wanted), mine[0])


def switch(request: HttpRequest, project: Project) -> None:
    """Make ``project`` the session's current one."""
    request.session[SESSION_KEY] = project.pk


def visible_project(user: User, pk: int) -> Project:
    """The project of that number; Http404 when ``user`` is no member."""
    project = Project.objects.visible_to(user).filter(pk=pk).first()
    if project is None:
        raise Http404
    return project


@transaction.atomic
def create_project(*, user: User, name: str) -> Project:
    """A new project with ``user`` as its member. Raises SettingError for an empty or long name."""
    project = Project.objects.create(name=_checked(name))
    Membership.objects.create(user=user, project=project)
    return project


def rename_project(project: Project, name: str) -> None:
    """Raises SettingError for an empty or long name."""
    project.name = _checked(name)
    project.save(update_fields=["name"])


def first_project(user: User) -> Project:
    """The user's newest project, made when there is none yet."""
    project = Project.objects.visible_to(user).first()
    return project or create_project(user=user, name=_("My first project"))


def printable(text: str) -> str:
    """The text without zero characters (which no PostgreSQL stores) and marks that turn it round."""
    return "".join(ch for ch in text if ch.isprintable() or ch.isspace())


def _checked(name: str) -> str:
    name = " ".join(printable(name).split())
    if not name:
        raise SettingError(_("A project needs a name."), where="name", hint=_("Type one."))
    if len(name) > NAME_LENGTH:
        raise SettingError(
            _("The name has %(count)d characters, and %(most)d fit.")
            % {"count": len(name), "most": NAME_LENGTH},
            where="name",
            hint=_("Shorten it."),
        )
    return name
