"""What search engines are told: which pages are for them, and that all others are not."""

from __future__ import annotations

from html import escape

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from expertpool.core.middleware import Middleware
from expertpool.core.registry import PUBLIC_PAGES

HEADER = "X-Robots-Tag"
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


@require_safe
@login_not_required
def robots(request: HttpRequest) -> HttpResponse:
    """Which addresses robots may ask for: the pages that are listed, and what those are made of."""
    lines = [
        "User-agent: *",
        *(f"Allow: {path}$" for path in _listed()),
        f"Allow: {settings.STATIC_URL}",
        "Disallow: /",
        "",
        f"Sitemap: {settings.SITE_URL}{reverse('core:sitemap')}",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
@login_not_required
def sitemap(request: HttpRequest) -> HttpResponse:
    """The addresses of the pages that are listed and open."""
    places = "".join(
        f"<url><loc>{escape(settings.SITE_URL + path)}</loc></url>" for path in _listed()
    )
    xml = f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{NAMESPACE}">{places}</urlset>\n'
    return HttpResponse(xml, content_type="application/xml; charset=utf-8")


class RobotsMiddleware(Middleware):
    """Says with each answer but those of listed pages that it is not to be found: files and data have no page to
    say it on."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        page = PUBLIC_PAGES.get(match.view_name) if match else None
        if page is None or not page.listed or response.status_code != 200:
            response.headers[HEADER] = "noindex, nofollow"
        return response


def _listed() -> list[str]:
    return [reverse(page.code) for page in PUBLIC_PAGES if page.listed and page.is_open()]
