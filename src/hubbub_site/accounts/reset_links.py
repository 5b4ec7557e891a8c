"""Password reset links. The signature covers the rights of the account and of the link's maker."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse
from django.utils.http import base36_to_int, int_to_base36

from hubbub import policy
from hubbub.models import Member
from hubbub_site.accounts.models import User


def reset_path(user: User, *, maker: Member) -> str:
    """The path of a page on which the user sets a new password. It works once, for PASSWORD_RESET_TIMEOUT.

    It becomes invalid when the user signs in, when their password or e-mail address changes, and when the role or
    access of the user or the maker changes: an admin must not keep a link to an account that later becomes an owner's.
    """
    key = ResetTokens(maker=maker).make_token(user)
    return reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})


class ResetTokens(PasswordResetTokenGenerator):
    """Django's tokens, with the maker's id at the end: `<time>-<hash>` if sent by mail, `<time>-<hash>-<member>` if
    made by a member.

    Like allauth's own class, which imports this one and so cannot be its base, it signs all addresses of the account.
    """

    def __init__(self, *, maker: Member | None = None) -> None:
        super().__init__()
        self.maker = maker

    def make_token(self, user: Any) -> str:
        token: str = super().make_token(user)
        return f"{token}-{int_to_base36(self.maker.pk)}" if self.maker else token

    def check_token(self, user: Any, token: str | None) -> bool:
        """Whether the link still works, and whether its maker could make it now."""
        signed, maker = split(token or "")
        if maker is None and (token or "").count("-") > 1:
            return False
        checker = ResetTokens(maker=maker)
        if maker is not None and not _may_still(maker, user):
            return False
        return bool(super(ResetTokens, checker).check_token(user, signed))

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        known = EmailAddress.objects.filter(user=user).values_list("email", flat=True)
        addresses = sorted({user.email, *known} - {""})
        parts = [super()._make_hash_value(user, timestamp), *addresses, user.role, user.rights]
        if self.maker is not None:
            parts += [self.maker.pk, self.maker.role, getattr(self.maker.user, "rights", "")]
        return "|".join(map(str, parts))


def split(token: str) -> tuple[str, Member | None]:
    """The signed part of a token, and the member who made it (None if it was sent by mail or is malformed)."""
    time, _, rest = token.partition("-")
    signature, _, maker = rest.partition("-")
    try:
        pk = base36_to_int(maker) if maker else 0
    except ValueError:
        pk = 0
    return f"{time}-{signature}", Member.objects.select_related("user").filter(pk=pk).first() if pk else None


def _may_still(maker: Member, user: User) -> bool:
    member = Member.objects.filter(user=user).first()
    maker_can_sign_in = maker.active and maker.user is not None and maker.user.is_active
    return member is not None and maker_can_sign_in and policy.can_deactivate(maker, member)
