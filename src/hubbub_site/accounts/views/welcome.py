"""/welcome/: creates the owner at the first run. Not found afterwards."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from hubbub_site.accounts.account_creation import AlreadyClaimed, claim_workspace
from hubbub_site.accounts.first_run import forget_setup_code, make_setup_code
from hubbub_site.accounts.forms import WelcomeForm
from hubbub_site.accounts.models import User
from hubbub_site.accounts.signing_in import sign_in


@never_cache
@sensitive_post_parameters("password", "code")
def welcome(request: HttpRequest) -> HttpResponse:
    if User.objects.exists():
        return redirect("home")
    make_setup_code(settings.CONFIG.data)  # servers other than `hubbub serve` do not make one at start
    form = WelcomeForm(request.POST or None)
    if not form.is_valid():
        return render(request, "accounts/welcome.html", {"form": form}, status=422 if form.errors else 200)
    terms = {field: form.cleaned_data[field] for field in ("workspace", "name", "username", "password")}
    try:
        owner = claim_workspace(**terms)
    except AlreadyClaimed:
        return redirect("account_login")
    forget_setup_code()
    sign_in(request, owner)
    return redirect("home")
