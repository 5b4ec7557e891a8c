"""The Django app: `INSTALLED_APPS += ["channels", "hubbub"]`."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig


class HubbubConfig(AppConfig):
    name = "hubbub"
    verbose_name = "Hubbub"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect parts that must not import each other: publishing with delivery, and Django's signals with logins."""
        from django.conf import settings
        from django.contrib.auth.signals import user_logged_out
        from django.db.models.signals import post_save

        from hubbub import checks, signals  # noqa: F401
        from hubbub.publish import set_outlet
        from hubbub.realtime import entry_points

        set_outlet(entry_points.outlet)
        user_logged_out.connect(_end_session, dispatch_uid="hubbub.end_session")
        post_save.connect(_recheck, sender=settings.AUTH_USER_MODEL, dispatch_uid="hubbub.recheck")


def _end_session(request: Any = None, **_: Any) -> None:
    from hubbub.actions import end_session

    if key := getattr(getattr(request, "session", None), "session_key", None):
        end_session(key)


def _recheck(instance: Any, created: bool, raw: bool = False, update_fields: Any = None, **_: Any) -> None:
    """Recheck the logins of a saved user: a new password or a deactivation closes sockets, whatever code saved it."""
    from hubbub.actions import recheck_logins_of
    from hubbub.models import Member

    if created or raw or set(update_fields or ()) == {"last_login"}:
        return
    if member := Member.objects.filter(user=instance).first():
        recheck_logins_of(member)
