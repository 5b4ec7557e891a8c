"""Our settings of allauth in code: sign-up by invitation only, limits for failed sign-ins, no greeting messages."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from hubbub.networks import without_mapping
from hubbub_site.accounts import known_browsers, sign_in_limits
from hubbub_site.accounts.allauth_mails import Mails
from hubbub_site.accounts.models import User
from hubbub_site.accounts.sign_in_limits import Attempt, TooManyFailures

# Nothing shows these messages after sign-in, so they would appear days later on another page.
UNSPOKEN = {"account/messages/logged_in.txt", "account/messages/logged_out.txt"}


class AccountAdapter(Mails):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str) -> bool:
        """Targets after sign-in: paths of this site only. allauth allows every name in ALLOWED_HOSTS, so also any port
        of the reader's own machine."""
        return url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        if message_template not in UNSPOKEN:
            super().add_message(request, level, message_template, *args, **kwargs)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """The user, or None. Called for sign-in and reauthentication, by pages and by the headless API."""
        attempt = self._counted_attempt(request, str(credentials.get("username", "")))
        try:
            user = super().authenticate(request, **credentials)
        except Exception:
            attempt.password_was_not_checked()
            raise
        if user:
            attempt.succeeded()
        return user

    def _counted_attempt(self, request: HttpRequest, username: str) -> Attempt:
        if not settings.HUBBUB["RATE_LIMITS"]:
            return Attempt([])
        account = User.normalize_username(username)
        user = User.objects.filter(username=account).first()
        browser = known_browsers.id_for(request, user) if user else ""
        try:
            return sign_in_limits.attempt(account, address=self.get_client_ip(request), browser=browser)
        except TooManyFailures as refusal:
            minutes = -(-refusal.retry_after // 60)
            again = "in a minute" if minutes == 1 else f"in {minutes} minutes"
            raise ValidationError(
                f"Too many failed login attempts. Try again {again}.", code="too_many_login_attempts"
            ) from None

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address for allauth's counts by network. A dual-stack socket reports IPv4 addresses as IPv6, which would
        all count as one network."""
        return without_mapping(super().get_client_ip(request))
