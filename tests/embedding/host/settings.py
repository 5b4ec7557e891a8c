"""Another Django project that embeds the chat. The settings for the chat are at the end."""

from __future__ import annotations

import os
from pathlib import Path

BASE = Path(__file__).parent
SECRET_KEY = "only for tests"  # noqa: S105
DEBUG = True
ROOT_URLCONF = "host.urls"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STATIC_URL = "/static/"
AUTH_USER_MODEL = "people.Person"
LOGIN_URL = "/sign-in/"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["HOST_DATABASE"]}}
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
INSTALLED_APPS = [
    "daphne",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "host.people",
]

# ── the chat: line 1 here, 2 and 3 in urls.py and asgi.py, 4 for several processes, 5 wherever something happens ──

INSTALLED_APPS += ["channels", "hubbub"]
ASGI_APPLICATION = "host.asgi.application"
CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
