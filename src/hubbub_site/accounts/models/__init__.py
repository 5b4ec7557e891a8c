"""The rows of the product: who may sign in, who has been asked to, and how often signing in has failed."""

from hubbub_site.accounts.models.failure import FailureCounter
from hubbub_site.accounts.models.invitation import Invitation
from hubbub_site.accounts.models.user import User

__all__ = ["FailureCounter", "Invitation", "User"]
