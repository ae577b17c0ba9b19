"""What keeps a custom field as it is; the texts are Chinese sentences that say the mend."""

from django.core.exceptions import ValidationError


class FieldInUse(ValidationError):
    """Draws name the field, or records hold what is to be taken from it."""


class FieldRetired(ValueError):
    """A condition that is about to be sealed names a field that is no longer in use."""
