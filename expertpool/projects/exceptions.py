"""What a service of projects may refuse. Each message says how to mend it."""


class ProjectError(Exception):
    """Base of all refusals; ``str(error)`` is a Chinese sentence for the user, ``field`` the form
    field it belongs to, if any."""

    field: str | None = None


class NumberTaken(ProjectError):
    """The project number belongs to another project."""

    field = "number"


class DepartmentNotAllowed(ProjectError):
    """The actor may not file projects for this department."""

    field = "department"


class ProjectNotEditable(ProjectError):
    """The project is past the point up to which this may be changed."""


class ProjectChanged(ProjectError):
    """Somebody else was first: the project no longer stands where the actor saw it."""


class TransitionNotAllowed(ProjectError):
    """The tables in `projects.enums` do not allow this change of state."""


class ApproverIsApplicant(ProjectError):
    """Nobody decides on his own application."""


class NotYourStep(ProjectError):
    """Another role, or another person, decides the step at which the application stands."""


class NoteRequired(ProjectError):
    """A rejection has to say why."""


class ProjectArchived(ProjectError):
    """The project is archived: it can be read, and nothing of it changes any more."""


class NotReadyToArchive(ProjectError):
    """Something of the project goes on, or is still open."""


class TaskRefused(ProjectError):
    """The task cannot be given out, or has ended already."""


class BatchRefused(ProjectError):
    """The projects cannot be drawn together, or the batch cannot be changed now."""
