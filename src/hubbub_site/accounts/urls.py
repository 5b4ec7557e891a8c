"""URLs of the account pages."""

from __future__ import annotations

from django.urls import include, path
from django.views.generic import RedirectView

from hubbub_site.accounts.views import account, audit, errors, home, invitations, join, people, welcome

urlpatterns = [
    path("", home.home, name="home"),
    path("welcome/", welcome.welcome, name="welcome"),
    path("join/<str:secret>/", join.join, name="join"),
    path("invite/", invitations.invitations, name="invitations"),
    path("invite/<int:pk>/revoke/", invitations.revoke_invitation, name="revoke_invitation"),
    path("people/", people.people, name="people"),
    path("people/<int:pk>/role/", people.change_role, name="change_role"),
    path("people/<int:pk>/deactivate/", people.deactivate, name="deactivate"),
    path("people/<int:pk>/reactivate/", people.reactivate, name="reactivate"),
    path("people/<int:pk>/reset-link/", people.reset_link, name="reset_link"),
    path("account/", account.account, name="account"),
    path("account/logout/", account.sign_out, name="account_logout"),
    path("account/logins/", account.logins, name="logins"),
    path("account/logins/others/revoke/", account.revoke_other_logins, name="revoke_other_logins"),
    path("account/logins/<int:pk>/revoke/", account.revoke_login, name="revoke_login"),
    path("account/tokens/", account.tokens, name="tokens"),
    path("account/tokens/<int:pk>/renew/", account.renew_token, name="renew_token"),
    path("account/tokens/<int:pk>/revoke/", account.revoke_token, name="revoke_token"),
    path("account/activity/", audit.activity, name="activity"),
    path("audit/", audit.audit, name="audit"),
    # Accounts are made by invitation; allauth's sign-up page would only say that it is closed.
    path("account/signup/", RedirectView.as_view(pattern_name="account_login")),
    path("account/", include("allauth.account.urls")),
    # allauth adds this page even without telephone numbers, and then it fails.
    path("_allauth/app/v1/account/phone", errors.no_such_page),
    path("_allauth/", include("allauth.headless.urls")),
]
