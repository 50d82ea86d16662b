"""What can happen to a job: the events that the worker tells Blender of, and that the user decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .errors import Failure
from .inspection import Inspection
from .sentences.text import Text
from .task import Artifact, Role


@dataclass(frozen=True)
class Started:
    """A place is free; the files go up."""


@dataclass(frozen=True)
class Submitting:
    """The purchase is about to be sent; `sha256` is of each file that went up, by its slot, in hex."""

    sha256: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TaskCreated:
    """The service has the task; from here on it costs."""

    task_id: str
    trace_id: str = ""


@dataclass(frozen=True)
class AnswerLost:
    """The purchase was sent and its answer never read."""

    failure: Failure


@dataclass(frozen=True)
class TaskNamed:
    """The user says which task an uncertain order made after all; the service has not been asked for it yet."""

    task_id: str


@dataclass(frozen=True)
class TaskFound:
    """The service knows the task that the user named."""


@dataclass(frozen=True)
class Progressed:
    """The service or the download is at `percent` (0 to 100) of this state.

    `queue_position` counts the tasks ahead and `seconds_left` is the service's own guess; -1 where unknown.
    """

    percent: float
    queue_position: int = -1
    seconds_left: float = -1.0


@dataclass(frozen=True)
class Delayed:
    """Something passing is in the way, and what is done about it."""

    note: Text


@dataclass(frozen=True)
class Generated:
    """The service has finished; `credits` is what it took, the seeds what it used; -1 where it does not say."""

    credits: float = -1.0
    model_seed: int = -1
    texture_seed: int = -1


@dataclass(frozen=True)
class Downloaded:
    """The files of the task are on disk, whole; of the preview of a model only where it was quick to get."""

    artifacts: tuple[Artifact, ...]


def model_downloaded(path: str, model_format: str, preview: str = "") -> Downloaded:
    """Return the event for a model file, and for the path of its preview where that came too."""
    model = Artifact(Role.MODEL, path, model_format)
    if not preview:
        return Downloaded((model,))
    return Downloaded((model, Artifact(Role.PREVIEW, preview, preview.rpartition(".")[2])))


@dataclass(frozen=True)
class Prepared:
    """The model lies as a .blend beside its file, set up, only to be appended.

    Without a path it is imported in place, and `why` says why it was not prepared. `names` are those of its objects, a
    line each, the main one first.
    """

    path: str = ""
    names: str = ""
    inspection: Inspection | None = None
    why: Text | None = None


@dataclass(frozen=True)
class Imported:
    """The model is in the scene; `warnings` say what is not as it was ordered or asked for."""

    object_name: str
    inspection: Inspection | None = None
    warnings: tuple[Text, ...] = ()


@dataclass(frozen=True)
class Kept:
    """Its files stay on the disk, for other jobs or for a script; nothing of it goes into a scene."""


@dataclass(frozen=True)
class Failed:
    """It ends here, and why; `refused` are files that came and are kept, but not let near an importer."""

    failure: Failure
    refused: tuple[Artifact, ...] = ()


@dataclass(frozen=True)
class Cancelled:
    """The user stopped it."""


Event = (
    Started
    | Submitting
    | TaskCreated
    | AnswerLost
    | TaskNamed
    | TaskFound
    | Progressed
    | Delayed
    | Generated
    | Downloaded
    | Prepared
    | Imported
    | Kept
    | Failed
    | Cancelled
)
