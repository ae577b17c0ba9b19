from expertpool.projects.models.project import Avoidance, Project, RuleSetting

__all__ = ["Avoidance", "Project", "RuleSetting"]
