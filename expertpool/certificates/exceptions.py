class CertificateRefused(ValueError):
    """Not done; the message says why and what to do. ``field`` is where a form shows it."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field
