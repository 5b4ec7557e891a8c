from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "hubbub_site.accounts"
    label = "accounts"
    verbose_name = "Accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from hubbub_site.accounts import audit_signals, logins

        logins.connect()
        audit_signals.connect()
