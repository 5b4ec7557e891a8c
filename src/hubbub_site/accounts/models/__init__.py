"""The rows of the product: who may sign in, and who has been asked to."""

from hubbub_site.accounts.models.invitation import Invitation
from hubbub_site.accounts.models.user import User

__all__ = ["Invitation", "User"]
