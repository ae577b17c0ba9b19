from expertpool.certificates.models.certificate import Certificate, Lookup, Series
from expertpool.certificates.models.design import Background, Design, DesignVersion
from expertpool.certificates.models.run import CertificateRun

__all__ = [
    "Background",
    "Certificate",
    "CertificateRun",
    "Design",
    "DesignVersion",
    "Lookup",
    "Series",
]
