"""Where the pages of bundles lie."""

from expertpool.core.registry import MenuPage

PAGES = (MenuPage("bundles:detail", "projects"),)
