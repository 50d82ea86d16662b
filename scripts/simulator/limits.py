"""How many tasks may run at once."""

from collections.abc import Iterable, Mapping
from typing import Any

from simulator.options import Options
from simulator.refusals import Refusal

_OF_THEIR_OWN = {"P1": 5, "refine_model": 5, "generate_multiview_image": 1, "edit_multiview_image": 1}
_OTHERS = 10


def check_limit(body: Mapping[str, Any], running: Iterable[Mapping[str, Any]], options: Options) -> None:
    """Raise the refusal of a create that is one too many; `running` are those of the tasks under way."""
    most = options.concurrency
    counted = list(running)
    if options.own_limits:
        group = _group(body)
        counted = [other for other in counted if _group(other) == group]
        most = most if group == "model" else _OF_THEIR_OWN.get(group, _OTHERS)
    if len(counted) >= most:
        raise Refusal(2000, f"{len(counted)} tasks are running", retry_after=1)


def _group(body: Mapping[str, Any]) -> str:
    """Return what a task is counted with: models together but those of P1, all else by its type."""
    kind = str(body["type"])
    if not kind.endswith("_to_model"):
        return kind
    return "P1" if str(body.get("model_version")).startswith("P1") else "model"
