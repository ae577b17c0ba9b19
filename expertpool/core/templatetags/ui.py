"""The components all pages are made of. See `docs/howto/build-a-page.md` and `/styleguide/`.

Parameters are keyword-only: a misspelt one fails when the template is compiled. Small components
are written by their functions, large ones by `core/ui/<name>.html`. Apps whose own tags build upon
a mark import it from here.
"""

from expertpool.core.templatetags import (
    ui_addresses,
    ui_boxes,
    ui_buttons,
    ui_figures,
    ui_forms,
    ui_lists,
)
from expertpool.core.templatetags.ui_base import TONES, register
from expertpool.core.templatetags.ui_marks import avatar, badge, chip, icon, masked, pill

__all__ = [
    "TONES",
    "avatar",
    "badge",
    "chip",
    "icon",
    "masked",
    "pill",
    "register",
    "ui_addresses",
    "ui_boxes",
    "ui_buttons",
    "ui_figures",
    "ui_forms",
    "ui_lists",
]
