"""Entry point of the web server (granian serves it)."""

import os

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from config.commands import check_keys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
try:
    check_keys()
except ImproperlyConfigured as error:
    raise SystemExit(f"无法启动：{error}") from error
