"""The Django app: `INSTALLED_APPS += ["channels", "hubbub"]`."""

from __future__ import annotations

from django.apps import AppConfig


class HubbubConfig(AppConfig):
    name = "hubbub"
    verbose_name = "Hubbub"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from hubbub import checks, signals  # noqa: F401
