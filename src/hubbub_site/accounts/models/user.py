"""The user, who signs in. Others see the user's member (`user.hubbub_member`)."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from hubbub.protocol import limits
from hubbub.protocol.objects import Role

USERNAME_CHARACTERS = 32


def check_username(username: str) -> None:
    """Raise ValidationError unless it is a valid handle: letters and digits of any script, with “.”, “_”, “-”
    between."""
    if not re.fullmatch(r"\w(?:[\w.-]*\w)?", username):
        raise ValidationError("Use letters, digits, “.”, “_” and “-” only, without spaces.", code="invalid")


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        """Create a user without a member. Without a password, only a reset link gives access."""
        user = self.model(username=User.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username=User.normalize_username(username or ""))


class User(AbstractBaseUser):
    """Rights depend on the member's role only: owners of the workspace may use Django's admin."""

    username = models.CharField(
        max_length=USERNAME_CHARACTERS,
        unique=True,
        validators=[check_username],
        error_messages={"unique": "This username is taken."},
        help_text="Letters and digits of any script, “.”, “_”, “-”. Capitals do not matter.",
    )
    name = models.CharField(max_length=limits.MEMBER_NAME_CHARACTERS, blank=True)
    email = models.EmailField(blank=True)
    is_active = models.BooleanField("active", default=True, help_text="Whether they may sign in.")
    rights = models.PositiveIntegerField(
        default=0, editable=False, help_text="counts changes of the role and of access: links made before end"
    )
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.username

    @classmethod
    def normalize_username(cls, username: str) -> str:
        """Normalise Unicode compatibility forms and case, so that each spelling is the same name."""
        return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", username.strip()).casefold())

    def get_full_name(self) -> str:
        return self.name

    @property
    def role(self) -> Role | None:
        member = getattr(self, "hubbub_member", None)
        return Role(member.role) if member is not None and member.active else None

    @property
    def is_staff(self) -> bool:
        return self.role == Role.OWNER

    @property
    def is_superuser(self) -> bool:
        return self.is_staff

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return self.is_active and self.is_staff

    def has_perms(self, perms: list[str], obj: object = None) -> bool:
        return self.is_active and self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.is_staff
