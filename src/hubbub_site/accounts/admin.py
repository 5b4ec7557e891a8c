"""Users and invitations in Django's admin, for the owner."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from hubbub_site.accounts.invitations import revoke
from hubbub_site.accounts.models import Invitation, User
from hubbub_site.accounts.models.invitation import InvitationQuerySet
from hubbub_site.accounts.views.access import user_of


@admin.register(User)
class UserAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("username", "name", "email", "is_active", "last_login", "date_joined")
    list_filter = ("is_active",)
    search_fields = ("username", "name", "email")
    fields = ("username", "name", "email", "is_active", "last_login", "date_joined")
    # Access is changed on the people page, which also ends logins and tokens and protects the last owner.
    readonly_fields = ("is_active", "last_login", "date_joined")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # by invitation, or `hubbub owner`

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False  # their messages stay; deactivate them on the people page


@admin.register(Invitation)
class InvitationAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Read and revoke only: a changed link would give access that its maker did not offer."""

    list_display = ("__str__", "created_by", "role", "uses", "max_uses", "expires_at", "revoked_at")
    actions = ("revoke_chosen",)

    @admin.action(description="Revoke the chosen invitations")
    def revoke_chosen(self, request: HttpRequest, chosen: InvitationQuerySet) -> None:
        for invitation in chosen.select_related("created_by"):
            revoke(invitation, by=user_of(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Invitation | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Invitation | None = None) -> bool:
        return False
