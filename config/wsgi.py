"""Entry point of the web server (config.server serves it)."""

import os

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from config.commands import check_installation
from config.heads import without_body_of_head
from config.room import with_room
from expertpool.core.garbage import collect_seldom

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = with_room(without_body_of_head(get_wsgi_application()))
try:
    check_installation()
except ImproperlyConfigured as error:
    raise SystemExit(f"无法启动：{error}") from error
collect_seldom()
