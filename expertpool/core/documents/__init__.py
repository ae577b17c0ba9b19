"""System documents: PDF by typst, printed Excel forms, QR codes; customers' own forms: `filling`.

A template is ``<app>/documents/<name>.typ``, named ``<app>/<name>.typ``; it imports
``/core/documents/base.typ``, which explains itself.
"""

from expertpool.core.documents.glyphs import Lacking, lacking, lacking_in
from expertpool.core.documents.pdf import DocumentError, font_names, render_pdf, render_pngs
from expertpool.core.documents.pictures import Refused, page_png, png_size, png_svg, square_png
from expertpool.core.documents.qr import qr_data_uri, qr_png, qr_svg
from expertpool.core.documents.sheets import SheetColumn, xlsx_sheet

__all__ = [
    "DocumentError",
    "Lacking",
    "Refused",
    "SheetColumn",
    "font_names",
    "lacking",
    "lacking_in",
    "page_png",
    "png_size",
    "png_svg",
    "qr_data_uri",
    "qr_png",
    "qr_svg",
    "render_pdf",
    "render_pngs",
    "square_png",
    "xlsx_sheet",
]
