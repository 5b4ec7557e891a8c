"""Django's settings of the product, derived from the operator's settings in config.py."""

from __future__ import annotations

from hubbub.protocol.limits import NETWORK_BITS
from hubbub_site import allowed_hosts, config, databases, mail_settings, redis_servers
from hubbub_site.secret_key_file import secret_key

CONFIG = config.load()

# ── applications ──

SECRET_KEY = CONFIG.secret_key or secret_key(CONFIG.data)
DEBUG = False
ROOT_URLCONF = "hubbub_site.urls"
ASGI_APPLICATION = "hubbub_site.asgi.application"
LANGUAGE_CODE = CONFIG.language
TIME_ZONE = "UTC"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    # Before allauth, so that our templates override its own.
    "hubbub_site.accounts",
    "allauth",
    "allauth.account",
    "allauth.headless",
    "allauth.usersessions",
    "ninja",
    "channels",
    "hubbub",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "hubbub_site.security_headers.ResponseHeaders",
    "hubbub_site.static_files.StaticFiles",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "hubbub_site.accounts.audit.NoteSource",
    "hubbub_site.accounts.first_run.FirstRun",
    "hubbub_site.accounts.headless_bodies.CheckHeadlessBodies",
    "allauth.account.middleware.AccountMiddleware",
    "hubbub_site.accounts.logins.NoteWhenSeen",
    "hubbub_site.accounts.known_browsers.KnownBrowsers",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "hubbub_site.accounts.context.site",
            ]
        },
    }
]

# ── storage ──

DATABASES = {"default": databases.settings_of(CONFIG.database_url, sqlite=CONFIG.database)}
STATIC_URL = "/static/"
# Static files are in the installed packages: whitenoise finds them there, without collectstatic.
WHITENOISE_USE_FINDERS = True
# Vite puts a hash of eight or more characters into the name of every file in the manifest.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/hubbub/assets/.+-[\w-]{8,}\.\w+$"
WHITENOISE_ALLOW_ALL_ORIGINS = False

if CONFIG.redis_url:
    CHANNEL_LAYERS = {"default": redis_servers.layer_of(CONFIG.redis_url)}
    CACHES = {"default": redis_servers.cache_of(CONFIG.redis_url)}
else:
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    CACHES = {"default": {"BACKEND": "hubbub_site.request_counters.RequestCounters"}}

# ── hosts, origins and https ──

ALLOWED_HOSTS = allowed_hosts.allowed(CONFIG)
CSRF_TRUSTED_ORIGINS = list(CONFIG.origins)
# Links in mails use the first one (accounts/public_address.py).
ORIGINS = list(CONFIG.origins)
CSRF_FAILURE_VIEW = "hubbub_site.accounts.views.errors.csrf_failure"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = CONFIG.secure
if CONFIG.secure:
    # Browsers accept such a name over https and from this host only: another host of the domain cannot set it.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 90
CSRF_COOKIE_HTTPONLY = True
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if CONFIG.secure else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
TRUSTED_PROXIES = list(CONFIG.trusted_proxies)
# The proxy redirects to https: behind it, every request looks like http unless the proxy is trusted.
SILENCED_SYSTEM_CHECKS = ["security.W008"]

# ── sign-in ──

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "hubbub_site.accounts.hashers.Argon2",
    "hubbub_site.accounts.hashers.PBKDF2",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 60 * 60 * 24

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/chat/"
LOGOUT_REDIRECT_URL = "/account/login/"

ACCOUNT_ADAPTER = "hubbub_site.accounts.adapter.AccountAdapter"
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "hubbub_site.accounts.reset_links.ResetTokens"  # noqa: S105
ACCOUNT_FORMS = {
    "login": "hubbub_site.accounts.allauth_forms.SignInForm",
    "change_password": "hubbub_site.accounts.allauth_forms.ChangePasswordForm",
    "reset_password_from_key": "hubbub_site.accounts.allauth_forms.NewPasswordForm",
    "reauthenticate": "hubbub_site.accounts.allauth_forms.ReauthenticateForm",
    "add_email": "hubbub_site.accounts.allauth_forms.AddressForm",
    "reset_password": "hubbub_site.accounts.allauth_forms.AskForLinkForm",
}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*"]
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_SESSION_REMEMBER = True
# A person at an unattended browser must not take over the account with another e-mail address.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if CONFIG.secure else "http"
# Failed sign-ins are counted by accounts/sign_in_limits.py; allauth counts all other requests.
ACCOUNT_RATE_LIMITS = {"login_failed": ""} if CONFIG.rate_limits else False
ALLAUTH_RATE_LIMIT_IPV6_PREFIX = int(NETWORK_BITS)

# A JSON web token names the session that it was made in, and is refused after the end of that session.
HEADLESS_CLIENTS = ("app",)
HEADLESS_TOKEN_STRATEGY = "hubbub_site.accounts.jwt.TokensOnly"  # noqa: S105
HEADLESS_JWT_ALGORITHM = "HS256"
HEADLESS_JWT_STATEFUL_VALIDATION_ENABLED = True

# ── mail ──

EMAIL_BACKEND, EMAIL = mail_settings.settings_of(CONFIG.email_url)
EMAIL_HOST, EMAIL_PORT = EMAIL.host, EMAIL.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = EMAIL.user, EMAIL.password
EMAIL_USE_TLS, EMAIL_USE_SSL = EMAIL.starttls, EMAIL.tls
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = CONFIG.email_from

# ── the chat ──

HUBBUB = {
    "ADMIT": "hubbub_site.accounts.admission.admit",
    "BEARER": ["hubbub_site.accounts.jwt.user_from_token"],
    "RATE_LIMITS": CONFIG.rate_limits,
    "FETCH_INTERNAL": CONFIG.fetch_internal,
    "LINKS": "hubbub_site.accounts.menu_links.menu",
}
INVITATIONS_BY = CONFIG.invitations
AUDIT_DAYS = CONFIG.audit_days

# ── language and logs ──

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "hubbub_site.logs.Line"}},
    "filters": {"once_per_minute": {"()": "hubbub_site.logs.OncePerMinute"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line"},
        "once_per_minute": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["once_per_minute"],
        },
    },
    "root": {"handlers": ["console"], "level": CONFIG.log_level.upper()},
    "loggers": {
        "django": {"level": "WARNING"},
        # A visitor's 404 or 403 needs no log line.
        "django.request": {"level": "ERROR"},
        # Caused by any client: a wrong host, too many fields. It must not fill the disk.
        "django.security": {"handlers": ["once_per_minute"], "propagate": False},
        "uvicorn.access": {"level": "WARNING"},
        # One line per connection after a restart of the database; the code that needed it logs too.
        "psycopg.pool": {"level": "ERROR"},
        # A traceback per second while Redis is down; the relay logs it once.
        "channels_redis": {"level": "CRITICAL"},
    },
}
