"""allauth's forms with our labels: no placeholders, and one password field that can be shown."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as allauth
from django import forms
from django.db import transaction
from django.http import HttpRequest

from hubbub import actions
from hubbub.models import Member, Token
from hubbub_site.accounts.audit import record
from hubbub_site.accounts.audit_codes import What
from hubbub_site.accounts.forms import LONG_ENOUGH
from hubbub_site.accounts.models import User


class SignInForm(allauth.LoginForm):
    """allauth's form with normalised usernames."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        without_placeholders(self)
        self.fields["password"].help_text = ""
        self.fields["login"].widget.attrs |= {
            "autocapitalize": "none",
            "spellcheck": "false",
            "dir": "auto",
            "autofocus": True,
        }

    def clean_login(self) -> str:
        return User.normalize_username(super().clean_login())


class ChangePasswordForm(allauth.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plain_passwords(self)
        self.fields["oldpassword"].label = "Present password"
        self.fields["oldpassword"].help_text = ""
        if count := Token.objects.valid().filter(member__user=self.user).count():
            self.fields["end_tokens"] = forms.BooleanField(
                label=f"End my token{'' if count == 1 else f's ({count})'} too",
                required=False,
                help_text="Scripts and devices that use one need a new one.",
            )

    def save(self) -> None:
        with transaction.atomic():
            super().save()
            if self.cleaned_data.get("end_tokens"):
                member = Member.objects.get(user=self.user)
                actions.end_tokens(member=member, by=member)


class NewPasswordForm(allauth.ResetPasswordKeyForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plain_passwords(self)


class ReauthenticateForm(allauth.ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        without_placeholders(self)


class AddressForm(allauth.AddEmailForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        without_placeholders(self)
        self.fields["email"].label = "New address"


class AskForLinkForm(allauth.ResetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        without_placeholders(self)
        self.fields["email"].label = "E-mail address"

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        for user in self.users:
            record(What.RESET_LINK_MAILED, about=user)
        email: str = super().save(request, **kwargs)
        return email


def plain_passwords(form: forms.Form) -> None:
    """Use one field for the new password, which can be shown, instead of two hidden ones."""
    without_placeholders(form)
    del form.fields["password2"]
    form.fields["password1"].label = "New password"
    form.fields["password1"].help_text = LONG_ENOUGH


def without_placeholders(form: forms.Form) -> None:
    """Remove placeholders: they repeat the label, vanish while typing, and screen readers read them twice."""
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)
