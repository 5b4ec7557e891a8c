"""The kinds of lines in the audit log: stable codes, and their labels on pages."""

from __future__ import annotations

from enum import StrEnum

from hubbub.signals import AuditEvent


class What(StrEnum):
    """One kind of line. The values are stored and never change."""

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT = "signed_out"
    LOGIN_ENDED = "login_ended"
    LOGINS_ENDED = "logins_ended"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    PASSWORD_RESET = "password_reset"  # noqa: S105
    PASSWORD_SET = "password_set"  # noqa: S105
    RESET_LINK_MADE = "reset_link_made"
    RESET_LINK_MAILED = "reset_link_mailed"
    EMAIL_CHANGED = "email_changed"
    INVITATION_MADE = "invitation_made"
    INVITATION_USED = "invitation_used"
    INVITATION_REFUSED = "invitation_refused"
    INVITATION_REVOKED = "invitation_revoked"
    WORKSPACE_CLAIMED = "workspace_claimed"
    OWNER_MADE = "owner_made"
    ADMIN_CHANGED = "admin_changed"
    # From hubbub.signals.audit_event.
    ROLE_CHANGED = AuditEvent.ROLE_CHANGED.value
    DEACTIVATED = AuditEvent.DEACTIVATED.value
    REACTIVATED = AuditEvent.REACTIVATED.value
    BOT_MADE = AuditEvent.BOT_MADE.value
    TOKEN_MADE = AuditEvent.TOKEN_MADE.value
    TOKEN_FIRST_USED = AuditEvent.TOKEN_FIRST_USED.value
    TOKEN_RENEWED = AuditEvent.TOKEN_RENEWED.value
    TOKEN_REVOKED = AuditEvent.TOKEN_REVOKED.value
    TOKENS_ENDED = AuditEvent.TOKENS_ENDED.value
    WORKSPACE_RENAMED = AuditEvent.WORKSPACE_RENAMED.value

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    What.SIGNED_IN: "Signed in",
    What.SIGN_IN_FAILED: "Wrong password",
    What.SIGNED_OUT: "Signed out",
    What.LOGIN_ENDED: "Another login ended",
    What.LOGINS_ENDED: "All other logins ended",
    What.PASSWORD_CHANGED: "Password changed",
    What.PASSWORD_RESET: "Password set by a link",
    What.PASSWORD_SET: "Password set in the shell",
    What.RESET_LINK_MADE: "Link for a new password made",
    What.RESET_LINK_MAILED: "Link for a new password mailed",
    What.EMAIL_CHANGED: "E-mail address changed",
    What.INVITATION_MADE: "Invitation made",
    What.INVITATION_USED: "Joined by an invitation",
    What.INVITATION_REFUSED: "Invitation refused",
    What.INVITATION_REVOKED: "Invitation revoked",
    What.WORKSPACE_CLAIMED: "First owner",
    What.OWNER_MADE: "Made owner in the shell",
    What.ADMIN_CHANGED: "Changed in Django's admin",
    What.ROLE_CHANGED: "Role changed",
    What.DEACTIVATED: "Deactivated",
    What.REACTIVATED: "Reactivated",
    What.BOT_MADE: "Bot made",
    What.TOKEN_MADE: "Token made",
    What.TOKEN_FIRST_USED: "Token used for the first time",
    What.TOKEN_RENEWED: "Token renewed",
    What.TOKEN_REVOKED: "Token revoked",
    What.TOKENS_ENDED: "All tokens ended",
    What.WORKSPACE_RENAMED: "Workspace renamed",
}

MERGED = frozenset({What.SIGN_IN_FAILED, What.RESET_LINK_MAILED, What.INVITATION_REFUSED})
"""Kinds that unauthenticated visitors can cause: one line per hour, account and network, with a limit for all."""
