"""Bearer tokens, with which scripts, devices and bots sign in. Only the hash is stored."""

from __future__ import annotations

import hashlib
import secrets

from django.db import models
from django.db.models import Q
from django.utils import timezone

from hubbub.models.member import Member

PREFIX = "hub_"


class TokenQuerySet(models.QuerySet["Token"]):
    def valid(self) -> TokenQuerySet:
        still = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
        return self.filter(still, member__active=True)

    def for_secret(self, secret: str) -> TokenQuerySet:
        return self.valid().filter(digest=digest_of(secret))


class Token(models.Model):
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="tokens")
    label = models.CharField(max_length=80, blank=True)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(max_length=12, editable=False, help_text="its first characters, to tell it by")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, editable=False, help_text="right to some minutes")

    objects = TokenQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.hint}… of {self.member}"


def new_secret() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def digest_of(secret: str) -> str:
    # The secret has 256 random bits: a plain hash is enough, and it can be looked up.
    return hashlib.sha256(secret.encode()).hexdigest()
