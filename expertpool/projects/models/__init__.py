from expertpool.projects.models.project import Avoidance, Project, RuleSetting
from expertpool.projects.models.regime import RegimeSetting

__all__ = ["Avoidance", "Project", "RegimeSetting", "RuleSetting"]
