"""Invitation links, with which a person can create an account. Only a hash of the secret is stored."""

from __future__ import annotations

import hashlib
from enum import StrEnum

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from hubbub.models import Room
from hubbub.protocol.objects import Role


class State(StrEnum):
    """Whether an invitation still works, and if not, why."""

    OPEN = "open"
    REVOKED = "revoked"
    EXPIRED = "expired"
    USED_UP = "used up"
    WITHDRAWN = "withdrawn"
    """Its maker has lost the right to invite, or to give this role."""
    ROOM_GONE = "without its channel"
    """Its maker has left the room, or the room is archived or deleted."""


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def for_secret(self, secret: str) -> InvitationQuerySet:
        return self.filter(digest=digest_of(secret))

    def open(self) -> InvitationQuerySet:
        return self.filter(
            Q(expires_at=None) | Q(expires_at__gt=timezone.now()),
            Q(max_uses=None) | Q(uses__lt=F("max_uses")),
            revoked_at=None,
        )

    def newest_first(self) -> InvitationQuerySet:
        return self.order_by("-pk")


class Invitation(models.Model):
    ROLES = [(Role.MEMBER.value, "Member"), (Role.GUEST.value, "Guest")]

    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="invitations"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    role = models.CharField(max_length=8, choices=ROLES, default=Role.MEMBER.value)
    room = models.ForeignKey(
        Room,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="that newcomers are brought into",
    )
    note = models.CharField(max_length=80, blank=True, help_text="to tell it from the others")
    expires_at = models.DateTimeField(null=True, blank=True)
    max_uses = models.PositiveIntegerField(null=True, blank=True)
    uses = models.PositiveIntegerField(default=0, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    def __str__(self) -> str:
        return self.note or f"invitation {self.pk}"

    @property
    def state(self) -> State:
        if self.revoked_at:
            return State.REVOKED
        if self.max_uses is not None and self.uses >= self.max_uses:
            return State.USED_UP
        if self.expires_at and self.expires_at <= timezone.now():
            return State.EXPIRED
        return State.OPEN


def digest_of(secret: str) -> str:
    # The secret is random, not chosen: a plain hash is enough, and it can be looked up.
    return hashlib.sha256(secret.encode()).hexdigest()
