"""allauth's mails: their links use configured origins only, and they are sent to confirmed addresses only."""

from __future__ import annotations

import logging
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.http import HttpRequest
from django.urls import reverse

from hubbub.models import Workspace
from hubbub_site.accounts.models import User
from hubbub_site.accounts.public_address import link_in_mail, mail_works, origins

log = logging.getLogger("hubbub")


class Mails(DefaultAccountAdapter):
    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        if not mail_works():
            log.warning(
                "A mail was not sent: set HUBBUB_EMAIL_URL, and HUBBUB_ORIGINS for the links in mails."
            )
            return
        domain = urlsplit(origins()[0]).netloc
        site = SimpleNamespace(name=Workspace.objects.the_one().name or domain, domain=domain)
        super().send_mail(template_prefix, email, context | {"current_site": site})

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """Send to the confirmed address. Anybody may enter an address that is not theirs."""
        confirmed = EmailAddress.objects.filter(user=user, email__iexact=email, verified=True).first()
        if confirmed is not None:
            super().send_password_reset_mail(user, confirmed.email, context)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """`key` is the user's number in base 36, “-”, and the token."""
        uidb36, _, token = key.partition("-")
        return _link("account_reset_password_from_key", uidb36=uidb36, key=token)

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return _link("account_confirm_email", key=emailconfirmation.key)

    def send_account_already_exists_mail(self, email: str) -> None:
        context = {
            "signup_url": _link("account_login"),
            "password_reset_url": _link("account_reset_password"),
        }
        self.send_mail("account/email/account_already_exists", email, context)


def _link(page: str, **arguments: str) -> str:
    """The link, or an empty text if no mail is sent."""
    return link_in_mail(reverse(page, kwargs=arguments)) if mail_works() else ""
