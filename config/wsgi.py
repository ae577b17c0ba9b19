"""Entry point of the web server (config.server serves it)."""

import gc
import os

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from config.commands import check_installation
from config.heads import without_body_of_head
from config.room import with_room

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = with_room(without_body_of_head(get_wsgi_application()))
try:
    check_installation()
except ImproperlyConfigured as error:
    raise SystemExit(f"无法启动：{error}") from error
# What is loaded stays: 350,000 objects that a full collection need not look at each time. It took
# 0.2 s out of the middle of some request, of a large draw above all, and takes none now.
gc.freeze()
# A page leaves a thousand objects in circles: looked for at each third page, while they are in the processor's
# cache. Those of twenty together took 20 to 45 ms, in the middle of every twentieth page. What lasts longer is gone
# through as seldom as if they were looked for each 50,000 objects: a large draw makes millions.
gc.set_threshold(5_000, 100, 10)
