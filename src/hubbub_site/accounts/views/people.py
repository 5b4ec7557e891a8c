"""/people/: the list of members, and the actions of owners and admins."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from hubbub import actions, policy
from hubbub.errors import Forbidden, HubbubError
from hubbub.models import Member
from hubbub.protocol.objects import Role
from hubbub_site.accounts import people as accounts
from hubbub_site.accounts.public_address import link_to_copy
from hubbub_site.accounts.views.access import after_password, for_admins, viewer

PAGE = 50
ROLES = (Role.OWNER, Role.ADMIN, Role.MEMBER, Role.GUEST)


@for_admins
def people(request: HttpRequest) -> HttpResponse:
    looking, query = viewer(request), request.GET.get("q", "").strip()
    found = Member.objects.filter(user__isnull=False).select_related("user").named_like(query).by_name()
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    for member in page:
        # Permissions per member are decided here; the template only shows them.
        member.roles = [role for role in ROLES if policy.can_change_role(looking, member, role)]  # type: ignore[attr-defined]
        member.manageable = policy.can_deactivate(looking, member)  # type: ignore[attr-defined]
    return render(request, "accounts/people.html", {"page": page, "query": query})


@require_POST
@for_admins
@after_password
def change_role(request: HttpRequest, pk: int) -> HttpResponse:
    member, role = _person(pk), request.POST.get("role", "")
    if role not in ROLES:
        raise PermissionDenied("There is no such role.")
    return _show_result(
        request,
        lambda: actions.change_role(by=viewer(request), member=member, role=Role(role)),
        done=f"{member.name} is now {_with_article(role)}.",
    )


@require_POST
@for_admins
def deactivate(request: HttpRequest, pk: int) -> HttpResponse:
    member = _person(pk)
    return _show_result(
        request,
        lambda: accounts.deactivate(by=viewer(request), member=member),
        done=f"{member.name} is deactivated: signed out everywhere, tokens and invitations ended.",
    )


@require_POST
@for_admins
@after_password
def reactivate(request: HttpRequest, pk: int) -> HttpResponse:
    member = _person(pk)
    return _show_result(
        request,
        lambda: accounts.reactivate(by=viewer(request), member=member),
        done=f"{member.name} can sign in again.",
    )


@require_POST
@for_admins
@after_password
def reset_link(request: HttpRequest, pk: int) -> HttpResponse:
    member = _person(pk)
    try:
        path = accounts.make_reset_link(by=viewer(request), member=member)
    except Forbidden as refusal:
        raise PermissionDenied(refusal.message) from None
    link = link_to_copy(request, path)
    return render(request, "accounts/reset_link.html", {"member": member, "link": link})


def _person(pk: int) -> Member:
    return get_object_or_404(Member.objects.filter(user__isnull=False), pk=pk)


def _show_result(request: HttpRequest, action: Callable[[], object], *, done: str) -> HttpResponse:
    try:
        action()
    except HubbubError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, done)
    # Members who gave up their own rights may not see this page any more.
    return redirect("people" if viewer(request).is_admin else "home")


def _with_article(role: str) -> str:
    return f"an {role}" if role[0] in "aeiou" else f"a {role}"
