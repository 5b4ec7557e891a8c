"""Users and invitations in Django's admin, for the owner."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from hubbub_site.accounts.models import Invitation, User


@admin.register(User)
class UserAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("username", "name", "email", "is_active", "last_login", "date_joined")
    list_filter = ("is_active",)
    search_fields = ("username", "name", "email")
    fields = ("username", "name", "email", "is_active", "last_login", "date_joined")
    readonly_fields = ("last_login", "date_joined")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # by invitation, or `hubbub owner`

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False  # what they said stays; deactivate them on the people page


@admin.register(Invitation)
class InvitationAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("__str__", "created_by", "role", "uses", "max_uses", "expires_at", "revoked_at")
    readonly_fields = ("created_by", "created_at", "role", "room", "uses")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
