"""The rows of the product: users, invitations, failed sign-ins, and the audit log."""

from hubbub_site.accounts.models.audit import AuditEntry
from hubbub_site.accounts.models.failure import FailureCounter
from hubbub_site.accounts.models.invitation import Invitation
from hubbub_site.accounts.models.user import User

__all__ = ["AuditEntry", "FailureCounter", "Invitation", "User"]
