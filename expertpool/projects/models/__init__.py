from expertpool.projects.models.batch import ProjectBatch
from expertpool.projects.models.follow_up import ProgressEntry, Task
from expertpool.projects.models.project import Avoidance, Project, RuleSetting
from expertpool.projects.models.regime import RegimeSetting

__all__ = [
    "Avoidance",
    "ProgressEntry",
    "Project",
    "ProjectBatch",
    "RegimeSetting",
    "RuleSetting",
    "Task",
]
