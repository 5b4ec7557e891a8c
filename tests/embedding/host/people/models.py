"""The host's own user model: it signs in by e-mail address and knows nothing of usernames or superusers."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class Person(AbstractBaseUser):
    email = models.EmailField(unique=True)
    objects = BaseUserManager()

    USERNAME_FIELD = "email"
