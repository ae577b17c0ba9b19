"""What this app refuses; each message says how to mend it."""


class IdentityError(Exception):
    """The base of everything below; its text is shown to who signs in, or to the security administrator."""


class ProviderFailed(IdentityError):
    """The provider is not reached, or answers what cannot be used."""


class NotVouched(IdentityError):
    """What came back does not show who it is."""


class NotAdmitted(IdentityError):
    """It is clear who it is, and he has no account here by the settings."""


class MappingRefused(IdentityError):
    """A group cannot be given this role."""
