"""Users, the projects that they share, sign-in links and API keys."""

from __future__ import annotations

import secrets

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """Somebody who signs in."""

    @property
    def display_name(self) -> str:
        return self.get_full_name() or self.username


class ProjectQuerySet(models.QuerySet):
    def visible_to(self, user) -> ProjectQuerySet:
        """The projects that ``user`` is a member of: the root of every access decision."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        return self.filter(members=user)


def new_hash_key() -> str:
    """32 random bytes in hexadecimal digits."""
    return secrets.token_hex(32)


class Project(models.Model):
    """What people share: everything belongs to one.

    ``hash_key`` is what the preparation hashes cells with (HMAC-SHA256): the same value has the same
    hash in all of the project's datasets. It is never shown, and leaves in a bundle only where the
    step says so.
    """

    name = models.CharField(_("name"), max_length=120)
    members = models.ManyToManyField(User, through="Membership", related_name="projects")
    created_at = models.DateTimeField(auto_now_add=True)
    hash_key = models.CharField(max_length=64, default=new_hash_key, editable=False)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    project = models.ForeignKey(Project, on_delete=models.CASCADE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "project"], name="one_membership")]


class InProject(models.QuerySet):
    """A queryset of rows that belong to a project; ``path`` leads to it."""

    path = "project"

    def visible_to(self, user) -> InProject:
        """The rows whose project ``user`` is a member of."""
        return self.filter(**{f"{self.path}__in": Project.objects.visible_to(user)})


class SigninLink(models.Model):
    """A single-use link that signs its user in; only the SHA-256 of its token is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE)
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)


class ApiKey(models.Model):
    """A key for the REST API; only its SHA-256 is kept, ``prefix`` is shown in lists."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(max_length=12)
    key_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
