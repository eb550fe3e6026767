"""All settings; each comes from the environment, with a default that suits one's own machine."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from routilux_site import database, json_logging, secret_key
from routilux_site.env import envbool, envchoice, envfloat, envint, envlist, envrate, envsecret, envstr

BASE_DIR = Path(__file__).resolve().parent.parent
ROUTILUX_HOME = Path(envstr("ROUTILUX_HOME") or BASE_DIR / ".routilux").expanduser().absolute()

DEBUG = envbool("DEBUG", False)
SECRET_KEY = envsecret("SECRET_KEY") or secret_key.kept_in(ROUTILUX_HOME)
ALLOWED_HOSTS = envlist("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = envlist("CSRF_TRUSTED_ORIGINS")

# What the project itself is tuned by. Times in seconds.
_LEASE = envfloat("ROUTILUX_LEASE", 15.0, minimum=1.0)
_WORKERS = envint("ROUTILUX_WORKERS", 4, minimum=2)  # one worker always stays free for other tasks
ROUTILUX: dict[str, Any] = {
    "WORKERS": _WORKERS,
    "THREADS": envint("ROUTILUX_THREADS", 10, minimum=1),
    "COROUTINES": envint("ROUTILUX_COROUTINES", 1000, minimum=1),
    "LEASE": _LEASE,
    "HEARTBEAT": envfloat("ROUTILUX_HEARTBEAT", _LEASE / 5, minimum=0.1),
    "LINGER": envfloat("ROUTILUX_LINGER", 0.5, minimum=0.0),
    "STAY": envfloat("ROUTILUX_STAY", 60.0, minimum=0.0),
    "STALL": envfloat("ROUTILUX_STALL", 5.0, minimum=1.0),
    "GRACE": envfloat("ROUTILUX_GRACE", 20.0, minimum=0.0),
    "RETENTION_DAYS": envint("ROUTILUX_RETENTION_DAYS", 0, minimum=0),  # 0: jobs are kept for ever
    "BACKLOG": envfloat("ROUTILUX_BACKLOG", 60.0, minimum=1.0),  # /readyz: how long a runnable step may wait
}

# How much one caller may ask for; see jobs/throttling.py. Counted in Postgres, so that it holds across processes.
THROTTLES = {
    "trigger": envrate("ROUTILUX_THROTTLE_TRIGGER", "6000/minute"),
    "read": envrate("ROUTILUX_THROTTLE_READ", "6000/minute"),
    "write": envrate("ROUTILUX_THROTTLE_WRITE", "1200/minute"),
    "anonymous": envrate("ROUTILUX_THROTTLE_ANONYMOUS", "300/minute"),
    "login": envrate("ROUTILUX_THROTTLE_LOGIN", "10/minute"),
}

# Where people reach the site, for links in messages; and where webhooks may go although it is no public address.
PUBLIC_URL = envstr("PUBLIC_URL").rstrip("/")
WEBHOOK_ALLOWED = envlist("ROUTILUX_WEBHOOK_ALLOWED")

INSTALLED_APPS = [
    "routilux_site.apps.RoutiluxSiteConfig",  # first: its templates override those of the admin
    "templates_app",
    "jobs",
    "samples",
    "routilux_site.apps.RoutiluxAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_q",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    *envlist("ROUTILUX_APPS"),  # apps whose routines.py the catalog reads
]

MIDDLEWARE = [
    "routilux_site.middleware.identify_request",
    "routilux_site.middleware.content_security_policy",
    "routilux_site.middleware.give_up_in_words",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "routilux_site.urls"
WSGI_APPLICATION = "routilux_site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "routilux_site.context.navigation",
            ],
        },
    },
]

# --- Postgres: embedded, unless DATABASE_URL names another ---
DATABASE_URL = envsecret("DATABASE_URL")
ROUTILUX_EMBEDDED_POSTGRES = DATABASE_URL is None
DATABASES = {"default": database.from_url(DATABASE_URL) if DATABASE_URL else database.embedded(ROUTILUX_HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Shared by all processes of a host; django-q2 keeps its statistics here.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": str(ROUTILUX_HOME / "cache"),
    },
}

# --- The cluster ---
_RETRY = 10 * 365 * 24 * 3600  # django-q2 never retries: the runtime's own tables do
Q_CLUSTER = {
    "name": "routilux",  # the salt of every queued ticket: never change it with work queued
    "broker_class": "jobs.runtime.broker.PostgresBroker",
    "workers": _WORKERS,
    "queue_limit": _WORKERS,
    "bulk": _WORKERS,
    "timeout": None,
    "retry": _RETRY,
    "max_attempts": 1,
    "ack_failures": True,
    "save_limit": -1,
    "recycle": 20_000,
    "guard_cycle": 0.25,  # a binary fraction: django-q2 counts down in float32 and compares with zero
    "catch_up": False,
    "log_level": "WARNING",
    "cache": "default",
}
# It wants timeout < retry; we have no timeout, because a session is no step: steps have timeouts of their own.
warnings.filterwarnings("ignore", message="Retry and timeout are misconfigured")

# --- Web ---
WEB: dict[str, Any] = {
    "HOST": envstr("WEB_HOST", "127.0.0.1"),
    "PORT": envint("PORT", 8000, minimum=1),
    "WORKERS": envint("WEB_WORKERS", 2, minimum=1),
    "THREADS": envint("WEB_THREADS", 4, minimum=1),
    "STATEMENT_TIMEOUT": envfloat("WEB_STATEMENT_TIMEOUT", 5.0, minimum=0.0),
}
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-gb"
STATIC_URL = "/static/"
STATIC_ROOT = Path(envstr("STATIC_ROOT") or ROUTILUX_HOME / "static")
# Straight from the apps; after `collectstatic` with this set, from STATIC_ROOT with hashed names and compressed.
COLLECTED_STATIC = envbool("COLLECTED_STATIC", False)
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = not COLLECTED_STATIC
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if COLLECTED_STATIC
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
MEDIA_ROOT = Path(envstr("MEDIA_ROOT") or ROUTILUX_HOME / "media")

LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "routilux_site.views.csrf_failure"
CSRF_COOKIE_SAMESITE = SESSION_COOKIE_SAMESITE = "Lax"

# Set HTTPS=True where users come by https; TRUST_PROXY=True if a proxy in front says so by X-Forwarded-Proto, and
# who called by X-Forwarded-For.
HTTPS = envbool("HTTPS", False)
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = envint("HSTS_SECONDS", 365 * 24 * 3600, minimum=0) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
TRUST_PROXY = envbool("TRUST_PROXY", False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUST_PROXY else None

LOGGING = json_logging.configuration(
    style=envchoice("LOG_FORMAT", "text" if DEBUG else "json", ("json", "text")),
    level=envchoice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR")),
)

# --- API ---
REST_FRAMEWORK = {
    # Tokens first: what the first one says about itself decides between 401 and 403.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "jobs.api.auth.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["routilux_site.lib.permissions.ModelPermissions"],
    "DEFAULT_PARSER_CLASSES": ["routilux_site.lib.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "routilux_site.lib.keyset.KeysetPagination",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["jobs.api.throttles.Throttle"],
    "EXCEPTION_HANDLER": "routilux_site.lib.problem.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Routilux",
    "DESCRIPTION": "Trigger jobs of stored flows, follow them and read their history.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {"JobStatus": "jobs.states.JobStatus", "StepStatus": "jobs.states.StepStatus"},
}
