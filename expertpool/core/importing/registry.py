"""The imports of all apps by code."""

from __future__ import annotations

from expertpool.core.catalogue import Catalogue
from expertpool.core.importing.importer import Importer

IMPORTS: Catalogue[type[Importer]] = Catalogue("import")
