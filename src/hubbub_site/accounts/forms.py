"""Forms of the account pages. The rules for names and passwords are in the models and settings."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from hubbub.actions.checking import checked
from hubbub.errors import Invalid
from hubbub.models import Member, Room
from hubbub.protocol import limits
from hubbub.protocol.fields import PersonName
from hubbub.protocol.objects import Role, RoomKind
from hubbub_site.accounts.first_run import is_setup_code
from hubbub_site.accounts.models import Invitation, User
from hubbub_site.accounts.models.user import USERNAME_CHARACTERS, check_username

LONG_ENOUGH = "At least 10 characters; a few words in a row are good."
DAY = 24 * 60 * 60
EXPIRY = {str(DAY): "1 day", str(7 * DAY): "7 days", str(30 * DAY): "30 days", "": "never"}
TOKEN_LIFETIMES = {str(days * DAY): f"{days} days" for days in (1, 7, 30, limits.TOKEN_DAYS)} | {
    str(DAY): "1 day"
}
USES = {"1": "once", "10": "10 times", "50": "50 times", "": "any number of times"}


class NameField(forms.CharField):
    """A name that follows the chat's rules: normalised, visible, not too long."""

    def clean(self, value: Any) -> str:
        try:
            return checked(PersonName, super().clean(value))
        except Invalid as error:
            raise ValidationError(error.message[:1].upper() + error.message[1:] + ".") from None


class NewAccountForm(forms.Form):
    """Name, username and password of a new account."""

    name = NameField(
        label="Your name",
        max_length=limits.MEMBER_NAME_CHARACTERS,
        help_text="As others will see it.",
        widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
    )
    username = forms.CharField(
        label="Username",
        max_length=USERNAME_CHARACTERS,
        help_text="For signing in, and for others to mention you.",
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "dir": "auto"}
        ),
    )
    password = forms.CharField(
        label="Password",
        strip=False,
        max_length=1024,
        help_text=LONG_ENOUGH,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_username(self) -> str:
        username = User.normalize_username(self.cleaned_data["username"])
        check_username(username)
        if User.objects.filter(username=username).exists():
            raise ValidationError("This username is taken.", code="unique")
        return username

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if "password" in data:
            user = User(username=data.get("username", ""), name=data.get("name", ""))
            try:
                validate_password(data["password"], user)
            except ValidationError as error:
                self.add_error("password", error)
        return data


class WelcomeForm(NewAccountForm):
    """The first run: the workspace and its owner."""

    workspace = NameField(
        label="Name of the workspace",
        max_length=limits.MEMBER_NAME_CHARACTERS,
        help_text="Your team, family or project.",
        widget=forms.TextInput(attrs={"autocomplete": "organization", "dir": "auto"}),
    )
    code = forms.CharField(
        label="Set-up code",
        max_length=40,
        help_text="The server printed it when it started, and keeps it in the file setup-code.",
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "data-from-address": "",
            }
        ),
    )
    field_order = ("code", "workspace", "name", "username", "password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            self.fields["code"].widget.attrs["autofocus"] = True

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        if not is_setup_code(code):
            raise ValidationError("This is not the set-up code. Look for it where the server was started.")
        return code


class InvitationForm(forms.Form):
    role = forms.ChoiceField(
        label="Newcomers become",
        choices=[
            (Role.MEMBER, "members"),
            (Role.GUEST, "guests, who see only channels they are brought into"),
        ],
    )
    room = forms.ModelChoiceField(
        label="and are brought into",
        queryset=Room.objects.none(),
        required=False,
        empty_label="no further channel",
    )
    expires = forms.ChoiceField(
        label="The link works for", choices=EXPIRY.items(), required=False, initial=str(7 * DAY)
    )
    uses = forms.ChoiceField(label="and can be used", choices=USES.items(), required=False, initial="10")
    note = forms.CharField(
        label="Note",
        max_length=Invitation._meta.get_field("note").max_length,
        required=False,
        help_text="Only for this list, to tell the link from others.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = member.rooms(RoomKind.PUBLIC, RoomKind.PRIVATE).filter(archived=False).order_by("name")
        self.fields["room"].queryset = mine  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("role") == Role.GUEST and not data.get("room"):
            self.add_error("room", "Choose a channel: without one, a guest would see an empty chat.")
        return data

    def terms(self) -> dict[str, Any]:
        """The arguments of `create_invitation`."""
        data = self.cleaned_data
        return {
            "role": data["role"],
            "room": data["room"],
            "expires_in": timedelta(seconds=int(data["expires"])) if data["expires"] else None,
            "max_uses": int(data["uses"]) if data["uses"] else None,
            "note": data["note"],
        }


class TokenForm(forms.Form):
    label = forms.CharField(
        label="What is it for?",
        max_length=80,
        help_text="Such as “backup script” or “doorbell”.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )
    expires = forms.ChoiceField(
        label="It works for",
        choices=TOKEN_LIFETIMES.items(),
        required=False,
        initial=str(limits.TOKEN_DAYS * DAY),
        help_text="You can renew it while it works.",
    )

    def lifetime(self) -> timedelta:
        return timedelta(seconds=int(self.cleaned_data["expires"] or limits.TOKEN_DAYS * DAY))
