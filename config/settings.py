"""Settings of the whole product: one file, driven by the environment (see `.env.example`)."""

from __future__ import annotations

import sys
from pathlib import Path

from csp.constants import NONE, SELF

from config.database import application_role, database_settings, embedded_server
from config.environment import (
    BASE_DIR,
    HOME,
    env_bool,
    env_int,
    env_list,
    env_one_of,
    env_str,
    old_secrets,
    port,
    scanner_address,
    secret,
)
from config.logs import OURS, log_slow_queries
from config.numbers import numbering_jobs
from config.probes import PROBES
from config.storing import backup_storage, file_storage
from config.worker import (
    measuring_jobs,
    noting_duties,
    noting_failures,
    reading_settings_once,
    with_room_for_calls,
)
from expertpool.core.sizes import MEGABYTE

# --- Mode and secrets ---------------------------------------------------------------------
# To try it or to develop it, not to deploy it: keys are made, demonstration data too.
TRIAL = env_bool("DEBUG", default=True)
# Django's own error pages are English, tell addresses and settings, and nobody who tries it is helped
# by them; tracebacks stand in the log.
DEBUG = False
# Pages for developers: /dev/outbox/, /styleguide/, the account list on the sign-in page.
DEV_PAGES = TRIAL
SECRET_KEY = secret("SECRET_KEY", generate=TRIAL)
# Keys of encrypted columns, of their blind indexes and of sealed names; kept outside the database.
# What NAME wrote before its last changes, NAME_OLD reads (docs/howto/rotate-keys.md).
FIELD_KEY = secret("FIELD_KEY", generate=TRIAL)
FIELD_KEY_OLD = old_secrets("FIELD_KEY")
INDEX_KEY = secret("INDEX_KEY", generate=TRIAL)
SEAL_KEY = secret("SEAL_KEY", generate=TRIAL)
SEAL_KEY_OLD = old_secrets("SEAL_KEY")
CRYPTO_SUITE = env_one_of("CRYPTO_SUITE", "intl", "gm")  # AES-256-GCM, SHA-256; or SM4-GCM, SM3

SITE_URL = env_str("SITE_URL", f"http://127.0.0.1:{port()}").rstrip("/")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS", default=[SITE_URL])

# --- Applications, top to bottom -------------------------------------------------------------
INSTALLED_APPS = [
    "expertpool.portal",
    "expertpool.manuals",
    "expertpool.operations",
    "expertpool.backups",
    "expertpool.webhooks",
    "expertpool.selfservice",
    "expertpool.reports",
    "expertpool.bundles",
    "expertpool.points",
    "expertpool.fees",
    "expertpool.evaluations",
    "expertpool.reviews",
    "expertpool.draws",
    "expertpool.notices",
    "expertpool.inspections",
    "expertpool.privacy",
    "expertpool.changes",
    "expertpool.certificates",
    "expertpool.joining",
    "expertpool.achievements",
    "expertpool.experts",
    "expertpool.projects",
    "expertpool.automation",
    "expertpool.identity",
    "expertpool.secondfactor",
    "expertpool.workflow",
    "expertpool.customforms",
    "expertpool.telephone",
    "expertpool.notifications",
    "expertpool.papers",
    "expertpool.monitoring",
    "expertpool.accounts",
    "expertpool.directory",
    "expertpool.networks",
    "expertpool.siteconfig",
    "expertpool.files",
    "expertpool.audit",
    "expertpool.core",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "template_partials",
    "procrastinate.contrib.django",
]
if DEV_PAGES:
    INSTALLED_APPS.insert(0, "expertpool.styleguide")

MIDDLEWARE = [
    "config.numbers.numbering",
    "config.probes.by_any_name",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.keeping.kept_by_nobody",
    "config.addresses.without_nul",
    "expertpool.core.views.robots.RobotsMiddleware",
    "config.leavers.stop_for_who_left",
    "config.readers.reading_for",
    "expertpool.monitoring.middleware.VisitMiddleware",
    # Before sessions, whose length is a setting.
    "expertpool.siteconfig.middleware.SettingsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "expertpool.accounts.middleware.UseMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.bodies.small_before_sign_in",
    "expertpool.networks.middleware.NetworkMiddleware",
    "expertpool.accounts.middleware.SignInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.other_accounts.loaded_anew",
    "expertpool.accounts.middleware.OldPasswordMiddleware",
    "expertpool.accounts.middleware.NarrowedMiddleware",
    "expertpool.accounts.middleware.ClosedPagesMiddleware",
    "config.refusals.RefusalsMiddleware",
    "expertpool.audit.middleware.RequestContextMiddleware",
    "config.unfinished.UnfinishedMiddleware",
    # Last, since what a view raises reaches the last one first.
    "config.altered.AlteredDataMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "expertpool.core.context.shell",
                "expertpool.notifications.menu.bell",
                "expertpool.manuals.menu.help_link",
                "expertpool.monitoring.context.beat",
                "expertpool.accounts.context.idle",
            ],
            "builtins": [
                "expertpool.core.templatetags.ui",
                "template_partials.templatetags.partials",
            ],
        },
    }
]
FORM_RENDERER = "expertpool.core.templatetags.ui_widgets.FormRenderer"

# --- Database --------------------------------------------------------------------------------
DATABASES = {"default": database_settings()}
DATABASE_APPLICATION = application_role()  # to whom `migrate` gives what it needs
FIRST_TABLES = BASE_DIR / "config/tables.sql"  # with which `migrate` begins an empty one
DATABASE_SERVER = embedded_server()  # which backups copy; None: another, which DATABASE_URL names
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Accounts --------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["expertpool.accounts.backends.AccountBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "expertpool.accounts.validators.PasswordLength"},
    {"NAME": "expertpool.accounts.validators.CommonStem"},
    {"NAME": "expertpool.accounts.validators.PasswordOfPerson"},
    {"NAME": "expertpool.accounts.validators.PasswordVariety"},
    {"NAME": "expertpool.accounts.validators.PasswordHistory"},  # last, as it hashes
]
LOGIN_URL = "accounts:login"
LOGOUT_URL = "accounts:logout"
LOGIN_REDIRECT_URL = "portal:home"
LOGOUT_REDIRECT_URL = "accounts:login"
SESSION_ENGINE = "expertpool.accounts.backends"  # with the length that the office has set
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

# --- Language and time -----------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
USE_I18N = True  # Django's own messages in Chinese; our texts are Chinese literals
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# --- Static and stored files -----------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STATICFILES_DIRS = [BASE_DIR / "build"]
MANUALS, PICTURES = BASE_DIR / "docs/user", BASE_DIR / "docs/pictures"  # shown at /help/
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o600, 0o700
MEDIA_ROOT = (
    HOME / "files"
)  # never served by URL: files.views checks the right to each download; see config.storing
# Virus scanner: all that comes in is sent there in clear, so an account of the system cannot change it.
CLAMD = scanner_address()
# Office files are shown as LibreOffice lays them out, where it and bubblewrap are installed.
OFFICE_PREVIEW = env_bool("OFFICE_PREVIEW", default=True)
FONT_DIR = HOME / "fonts"  # further fonts for documents (.ttf, .otf), put there by the operator
STORAGES = {
    "default": file_storage(),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TRIAL
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
# Nothing is collected: what was built a moment ago is served.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = TRIAL
WHITENOISE_MAX_AGE = 0 if TRIAL else 60
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * MEGABYTE
DATA_UPLOAD_MAX_NUMBER_FIELDS = 6000  # "select all" on a long list

# --- Backups: no account of the system leads a copy of everything elsewhere, or to his own key -------
BACKUP_DIR = Path(env_str("BACKUP_DIR") or HOME / "backups").resolve()
BACKUP_RECIPIENTS = env_list("BACKUP_RECIPIENTS", default=[])  # public keys of age
BACKUP_S3 = env_str("BACKUP_S3")  # s3://bucket/prefix, where each is copied to
STORAGES |= backup_storage()
PROGRAM = [sys.executable, "-m", "config.cli"]  # `expertpool`, for a try in a place of its own

# --- Jobs ------------------------------------------------------------------------------------
# Processes of `expertpool worker`: for each queue (core.jobs), how many of its jobs run at once.
# Python runs one thread at a time: an import beside a deadline would hold it up.
WORKERS = {
    "deadlines": {"deadlines": 2},
    "others": {
        "messages": env_int("WORKER_CONCURRENCY", default=4),
        "webhooks": 2,
        "default": 2,
        "heavy": 2,
    },
}
PROCRASTINATE_WORKER_DEFAULTS = {
    "task_middleware": [
        with_room_for_calls,
        *(numbering_jobs, noting_failures, reading_settings_once, noting_duties),
    ]
}

# --- Telephone: what an account of the system must not be able to run or open -----------------
VOICE_SPEECH = env_str("VOICE_SPEECH", "espeak-ng -v cmn -s 160 --stdin --stdout")
VOICE_SENTENCES = env_str("VOICE_SENTENCES")  # a folder of recorded sentences
VOICE_ADDRESS = env_str("VOICE_ADDRESS")  # of this machine, towards the trunk

# --- Webhooks --------------------------------------------------------------------------------
# Private hosts (names, addresses, networks) that events may be sent to; any in a trial.
WEBHOOK_PRIVATE_HOSTS = env_list("WEBHOOK_PRIVATE_HOSTS", default=[])

# --- Identity provider and directory of the office -------------------------------------------
# Private hosts (names, addresses, networks) where they may be; any in a trial.
IDENTITY_PRIVATE_HOSTS = env_list("IDENTITY_PRIVATE_HOSTS", default=[])

# --- Security --------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
TRUST_PROXY = env_bool("TRUST_PROXY", default=False)  # take the address from X-Forwarded-For
HTTPS = env_bool("HTTPS", default=False)
MONITORING_BACKGROUND = True  # visits are written by a thread of each process of pages
NETWORK_RULES_SECONDS = (
    3  # after which each process of pages reads anew which addresses are blocked
)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [rf"^{path[1:]}$" for path in PROBES]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
if TRUST_PROXY:
    # Only behind a proxy: anybody else could claim to come by HTTPS.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- Logging: to standard output, one line an event, no personal data ---------------------------
LAST_LINES = HOME / "log" / "recent.jsonl"  # of all processes, for the support bundle
# The end of the operation log as this machine has seen it; None: it is not kept.
KEPT_HEAD: Path | None = HOME / "log" / "chain-head"
# A chain for each department, joined each minute: for more than a hundred commits a second with a
# database that waits for a standby (docs/operations/scaling.md).
LOG_BY_DEPARTMENT = env_bool("LOG_BY_DEPARTMENT", default=False)
OWN_LINES = {"level": env_str("LOG_LEVEL", "INFO")}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "class": "config.logs.LineFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        },
        "json": {"class": "config.logs.JsonFormatter"},
    },
    "filters": {"refusals": {"()": "config.logs.Refusals"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "json" if env_str("LOG_FORMAT") == "json" else "line",
        },
        "recent": {
            "class": "config.logs.LastLines",
            "formatter": "json",
            "filename": LAST_LINES,
        },
    },
    # A library tells what it was given: httpx each address, which may be a robot's secret, waitress
    # somebody's link, procrastinate two lines a job. Of those that nobody has looked at: what is wrong.
    "root": {"handlers": ["console", "recent"], "level": "WARNING"},
    "loggers": {
        **dict.fromkeys(OURS, OWN_LINES),
        "django": OWN_LINES,  # and takes away the handlers that it brings, else each line comes twice
        "django.request": {"filters": ["refusals"]},
        "config.server": {"filters": ["refusals"]},
        # Else a line for each request that waits for a thread.
        "waitress.queue": {"level": "ERROR"},
    },
}
log_slow_queries(env_int("SLOW_QUERY_MS", default=1000))

# --- Figures for Prometheus: at a port of their own, off by default -----------------------------
METRICS_PORT = env_int("METRICS_PORT", default=0)
if METRICS_PORT:
    MIDDLEWARE.insert(0, "config.metrics.measuring")
    PROCRASTINATE_WORKER_DEFAULTS["task_middleware"].insert(0, measuring_jobs)
