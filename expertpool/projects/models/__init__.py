from expertpool.projects.models.batch import ProjectBatch
from expertpool.projects.models.follow_up import ProgressEntry, Task
from expertpool.projects.models.project import Avoidance, Project

__all__ = [
    "Avoidance",
    "ProgressEntry",
    "Project",
    "ProjectBatch",
    "Task",
]
