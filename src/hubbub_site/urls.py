"""The whole site: accounts, the chat, its API, Django's admin."""

from __future__ import annotations

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path
from django.views.generic import RedirectView

from hubbub.http.api import api

# There is one sign-in page only: the one with rate limits.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.site_header = admin.site.site_title = "Hubbub administration"


def nothing_here(request: HttpRequest) -> HttpResponse:
    raise Http404


urlpatterns = [
    # Accounts have no phone numbers, and allauth's view fails with 500 for unauthenticated visitors.
    path("_allauth/app/v1/account/phone", nothing_here),
    path("", include("hubbub.http.health")),
    path("", include("hubbub_site.accounts.urls")),
    path("chat/", include("hubbub.urls")),
    path("api/", api.urls),
    # Django's own page has no rate limit and does not end other logins.
    path("admin/password_change/", RedirectView.as_view(pattern_name="account_change_password")),
    path("admin/", admin.site.urls),
]

handler400 = "hubbub_site.accounts.views.errors.bad_request"
handler429 = "hubbub_site.accounts.views.errors.too_many_requests"  # allauth uses it
handler500 = "hubbub_site.accounts.views.errors.went_wrong"
