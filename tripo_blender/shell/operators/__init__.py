"""The operators, one module an act."""

from .generate import TRIPO_OT_generate
from .jobs import TRIPO_OT_cancel, TRIPO_OT_clear, TRIPO_OT_fetch, TRIPO_OT_send_again
from .settings import TRIPO_OT_show_online_access, TRIPO_OT_show_preferences

CLASSES = (
    TRIPO_OT_generate,
    TRIPO_OT_cancel,
    TRIPO_OT_send_again,
    TRIPO_OT_fetch,
    TRIPO_OT_clear,
    TRIPO_OT_show_preferences,
    TRIPO_OT_show_online_access,
)
