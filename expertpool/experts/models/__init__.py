from expertpool.experts.models.apart import ToldApart
from expertpool.experts.models.appeal import BlacklistAppeal
from expertpool.experts.models.avoidance import AvoidanceUnit
from expertpool.experts.models.blacklist import BlacklistEntry
from expertpool.experts.models.expert import Expert, ExpertSpecialty, Tag
from expertpool.experts.models.leave import Leave
from expertpool.experts.models.pack import SearchPack, UnpackedExpert
from expertpool.experts.models.removal import AvoidanceRemoval
from expertpool.experts.models.sharing import Sharing
from expertpool.experts.models.version import ExpertVersion, UntoldVersion

__all__ = [
    "AvoidanceRemoval",
    "AvoidanceUnit",
    "BlacklistAppeal",
    "BlacklistEntry",
    "Expert",
    "ExpertSpecialty",
    "ExpertVersion",
    "Leave",
    "SearchPack",
    "Sharing",
    "Tag",
    "ToldApart",
    "UnpackedExpert",
    "UntoldVersion",
]
