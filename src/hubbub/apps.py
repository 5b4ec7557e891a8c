"""The Django app: `INSTALLED_APPS += ["channels", "hubbub"]`."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig


class HubbubConfig(AppConfig):
    name = "hubbub"
    verbose_name = "Hubbub"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Wire the parts that must not know each other: who delivers, and what ends a login."""
        from django.contrib.auth.signals import user_logged_out

        from hubbub import checks, signals  # noqa: F401
        from hubbub.publish import set_outlet
        from hubbub.realtime import runtime

        set_outlet(runtime.outlet)
        user_logged_out.connect(_end_session, dispatch_uid="hubbub.end_session")


def _end_session(request: Any = None, **_: Any) -> None:
    from hubbub.actions import end_session

    if key := getattr(getattr(request, "session", None), "session_key", None):
        end_session(key)
