"""Settings, all from environment variables; see docs/exploitation.md for the list."""

import contextlib
import os
import re
import secrets
import sys
import tempfile
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
LOCAL_DIR = Path(os.environ.get("REFONDATION_LOCAL", BASE_DIR / ".demo"))


def _liste(nom: str, defaut: str = "") -> list[str]:
    return [v.strip() for v in os.environ.get(nom, defaut).split(",") if v.strip()]


def _secret_local(nom: str) -> str:
    """A secret of this machine, drawn once whoever asks first; never used in production."""
    fichier = LOCAL_DIR / nom
    if not fichier.exists():
        fichier.parent.mkdir(parents=True, exist_ok=True)
        # Written aside by its owner alone, then put in place whole: the first of two draws stays.
        descripteur, ebauche = tempfile.mkstemp(dir=fichier.parent)
        with os.fdopen(descripteur, "w") as sortie:
            sortie.write(secrets.token_urlsafe(50))
        with contextlib.suppress(FileExistsError):
            os.link(ebauche, fichier)
        os.unlink(ebauche)  # noqa: PTH108 - a name, not a Path
    return fichier.read_text()


# --- Mode -----------------------------------------------------------------------------------
# production: nothing is assumed. local: manage.py on a developer's machine. demo: local with
# one-click log-in and the mailbox page. test: pytest. A process that says nothing is production.
MODE = os.environ.get("REFONDATION_MODE") or ("test" if "pytest" in sys.modules else "production")
if MODE not in {"production", "local", "demo", "test"}:
    raise ImproperlyConfigured(f"REFONDATION_MODE inconnu : {MODE!r}")
PRODUCTION = MODE == "production"
MODE_DEMO = MODE == "demo" or os.environ.get("CONNEXION_DEMO") == "1"
DEBUG = os.environ.get("DEBUG") == "1"
SECRET_KEY = os.environ.get("SECRET_KEY") or ("" if PRODUCTION else _secret_local("secret_key"))
# Seals the key that opens the voting codes kept for re-sending; 32 bytes derived from this text.
CLE_CODES = os.environ.get("CLE_CODES") or ("" if PRODUCTION else _secret_local("cle_codes"))
# A name rather than a number: passkeys refuse the latter.
_adresse_locale = f"http://localhost:{os.environ.get('PORT', '8000')}"
ADRESSE_PUBLIQUE = os.environ.get("ADRESSE_PUBLIQUE", _adresse_locale).rstrip("/")

# Whom people write to: the national administration, and the control commission.
COURRIEL_CONTACT = os.environ.get("COURRIEL_CONTACT") or ("" if PRODUCTION else "contact@refondation.example")
COURRIEL_RECOLEMENT = os.environ.get("COURRIEL_RECOLEMENT") or (
    "" if PRODUCTION else "recolement@refondation.example"
)

if PRODUCTION:
    for _nom, _valeur in {"SECRET_KEY": SECRET_KEY, "CLE_CODES": CLE_CODES}.items():
        if len(_valeur) < 40 or len(set(_valeur)) < 12 or "change" in _valeur.lower():
            raise ImproperlyConfigured(f"{_nom} manque, est trop courte ou est une valeur d'exemple.")
    if SECRET_KEY == CLE_CODES:
        raise ImproperlyConfigured("SECRET_KEY et CLE_CODES doivent être différentes.")
    if DEBUG:
        raise ImproperlyConfigured("DEBUG=1 est refusé en production.")
    if MODE_DEMO:
        raise ImproperlyConfigured("CONNEXION_DEMO=1 est refusé en production.")
    if not os.environ.get("DATABASE_URL") or not os.environ.get("REDIS_URL"):
        raise ImproperlyConfigured("DATABASE_URL et REDIS_URL sont obligatoires en production.")
    if not ADRESSE_PUBLIQUE.startswith("https://"):
        raise ImproperlyConfigured("ADRESSE_PUBLIQUE doit commencer par https:// en production.")
    for _nom, _valeur in {
        "COURRIEL_CONTACT": COURRIEL_CONTACT,
        "COURRIEL_RECOLEMENT": COURRIEL_RECOLEMENT,
    }.items():
        if not re.fullmatch(r"[^@\s<>,]+@[^@\s<>,]+\.[^@\s<>,]+", _valeur):
            raise ImproperlyConfigured(
                f"{_nom} est obligatoire en production : une adresse électronique seule."
            )

_hote = urlsplit(ADRESSE_PUBLIQUE).hostname or "localhost"
ALLOWED_HOSTS = _liste("ALLOWED_HOSTS", _hote if PRODUCTION else f"{_hote},127.0.0.1,localhost,testserver")
CSRF_TRUSTED_ORIGINS = _liste("CSRF_TRUSTED_ORIGINS", ADRESSE_PUBLIQUE if PRODUCTION else "")

# --- Applications ---------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "import_export",
    "rules.apps.AutodiscoverRulesConfig",
    "refondation.interface",
    "refondation.territoire",
    "refondation.membres",
    "refondation.journal",
    "refondation.demo",
    "refondation.atelier",
    "consultation",
    "delegues",
]
MIDDLEWARE = [
    "refondation.traces.MesureDesRequetes",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "refondation.membres.middleware.SecondFacteurObligatoire",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "refondation.membres.middleware.ActesImpossibles",
]
ROOT_URLCONF = "refondation.urls"
WSGI_APPLICATION = "refondation.wsgi.application"
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
                "refondation.membres.contexte.espace",
            ],
            # A variable that does not exist is a defect: tests make it an error.
            "string_if_invalid": "",
        },
    }
]
FORM_RENDERER = "refondation.interface.rendu.RenduDesChamps"

# --- Database -------------------------------------------------------------------------------


def _base(url: str) -> dict:
    u = urlsplit(url)
    options = dict(parse_qsl(u.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": u.path.lstrip("/") or "postgres",
        "USER": unquote(u.username or ""),
        "PASSWORD": unquote(u.password or ""),
        "HOST": options.pop("host", u.hostname or ""),
        "PORT": str(u.port or ""),
        # Django would forbid prepared statements, which refondation.lectures asks for; its own cursors make none.
        "OPTIONS": {"prepare_threshold": 5} | options,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


BASE_EMBARQUEE = not os.environ.get("DATABASE_URL")
if BASE_EMBARQUEE:
    from refondation.postgres import url_locale

    os.environ["DATABASE_URL"] = url_locale(LOCAL_DIR / "postgres")
DATABASES = {"default": _base(os.environ["DATABASE_URL"])}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Cache, Celery --------------------------------------------------------------------------
REDIS_URL = os.environ.get("REDIS_URL", "")
if REDIS_URL:
    CACHES = {"default": {"BACKEND": "refondation.cache.CacheRedis", "LOCATION": REDIS_URL}}
    CELERY_BROKER_URL = REDIS_URL
elif MODE == "test":
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    CELERY_BROKER_URL = "memory://"
else:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": LOCAL_DIR / "cache",
        }
    }
    CELERY_BROKER_URL = "filesystem://localhost"
    _file = LOCAL_DIR / "file"
    for _d in ("messages", "traites", "controle"):
        (_file / _d).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_file / "messages"),
        "data_folder_out": str(_file / "messages"),
        "processed_folder": str(_file / "traites"),
        "control_folder": str(_file / "controle"),
    }
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True  # a killed worker gives its task back: tasks are re-runnable
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "Europe/Paris"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
if not CELERY_BROKER_URL.startswith("filesystem"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 1800}
CELERY_BEAT_SCHEDULE_FILENAME = str(LOCAL_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "tenir-l-horaire": {"task": "consultation.tasks.tenir_l_horaire", "schedule": 10.0},
    "controler-les-urnes": {"task": "consultation.tasks.controler_les_urnes", "schedule": 300.0},
    "reprendre-les-imports": {"task": "refondation.membres.tasks.reprendre_les_imports", "schedule": 30.0},
    "suivre-les-candidatures": {"task": "delegues.tasks.suivre_les_candidatures", "schedule": 60.0},
    "reprendre-les-convocations": {
        "task": "delegues.tasks.reprendre_les_convocations",
        "schedule": 300.0,
    },
    "suivre-le-controle": {"task": "delegues.tasks_controle.suivre_le_controle", "schedule": 3600.0},
    "purger-les-delegations": {"task": "delegues.tasks_mandats.purger_les_imports", "schedule": 86400.0},
    "suivre-les-mandats": {"task": "delegues.tasks_mandats.suivre_les_mandats", "schedule": 3600.0},
    "purger-les-imports": {"task": "refondation.membres.tasks.purger_imports", "schedule": 86400.0},
}

# --- Accounts -------------------------------------------------------------------------------
AUTH_USER_MODEL = "membres.Compte"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "refondation.membres.connexion.ComptesPresents",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "accueil"
LOGOUT_REDIRECT_URL = "accueil"
ACCOUNT_ADAPTER = "refondation.membres.connexion.AdaptateurDeCompte"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
# True of the addresses that allauth itself would record: it records none, and couples share theirs.
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = False
# The one-time code is ours (refondation.membres.codes says why); allauth does all that follows it.
ACCOUNT_LOGIN_BY_CODE_ENABLED = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if PRODUCTION else "http"
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("PROXYS_DE_CONFIANCE", "0"))
MFA_ADAPTER = "refondation.membres.connexion.AdaptateurDuSecondFacteur"
MFA_FORMS = {
    "authenticate": "refondation.membres.forms.SecondFacteurForm",
    "reauthenticate": "refondation.membres.forms.ConfirmationForm",
    "activate_totp": "refondation.membres.forms.ApplicationForm",
    "add_webauthn": "refondation.membres.forms.CleForm",
    "edit_webauthn": "refondation.membres.forms.NomDeCleForm",
}
MFA_TOTP_TOLERANCE = 1  # clocks drift, people type slowly
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "Refondation"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
SECOND_FACTEUR_OBLIGATOIRE = not MODE_DEMO

# --- Security -------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "worker-src": [SELF],
    }
}
SESSION_ENGINE = "refondation.membres.sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^sante/$"]
SECURE_HSTS_SECONDS = 31536000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ALLAUTH_TRUSTED_PROXY_COUNT else None
SECURE_REFERRER_POLICY = "no-referrer" if PRODUCTION else "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600

# --- Language, static files, mail ------------------------------------------------------------
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français")]
TIME_ZONE = "Europe/Paris"
USE_TZ = True
USE_I18N = True
USE_THOUSAND_SEPARATOR = False
STATIC_URL = "static/"
STATIC_ROOT = os.environ.get("STATIC_ROOT", BASE_DIR / "staticfiles")
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = not PRODUCTION
# Without a collected folder, files are looked for when they are asked.
WHITENOISE_AUTOREFRESH = not PRODUCTION
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
MEDIA_ROOT = Path(os.environ.get("MEDIA_ROOT", LOCAL_DIR / "media"))
DEFAULT_FROM_EMAIL = os.environ.get(
    "COURRIEL_EXPEDITEUR", "Refondation <ne-pas-repondre@refondation.example>"
)
if MODE == "test":
    EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
elif MODE_DEMO or not os.environ.get("EMAIL_HOST"):
    EMAIL_BACKEND = "refondation.demo.courriels.BoiteDeDemonstration"
    if PRODUCTION:
        raise ImproperlyConfigured("EMAIL_HOST est obligatoire en production.")
EMAIL_HOST = os.environ.get("EMAIL_HOST", "")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("EMAIL_USE_TLS", "1") == "1"
EMAIL_TIMEOUT = 10

# --- Spreadsheets of the administration ------------------------------------------------------
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True

# --- Logs: one JSON line each, never a person, a query string or a body -----------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "refondation.traces.LigneJson"}},
    "handlers": {"sortie": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["sortie"], "level": os.environ.get("NIVEAU_DES_TRACES", "WARNING")},
    "loggers": {
        "refondation": {"level": os.environ.get("NIVEAU_DES_TRACES", "INFO" if PRODUCTION else "WARNING")},
        # Django logs the path of each 4xx: ours says the route's name instead.
        "django.request": {"level": "CRITICAL"},
    },
}
