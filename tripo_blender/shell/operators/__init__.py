"""The operators, one module an act."""

from .again import TRIPO_OT_generate_again
from .assets import TRIPO_OT_save_asset
from .generate import TRIPO_OT_generate
from .importing import TRIPO_OT_import_again, TRIPO_OT_import_here, TRIPO_OT_import_model
from .jobs import TRIPO_OT_cancel, TRIPO_OT_clear, TRIPO_OT_fetch, TRIPO_OT_send_again
from .kept import TRIPO_OT_clear_kept
from .settings import TRIPO_OT_show_online_access, TRIPO_OT_show_preferences
from .waiting import TRIPO_OT_dismiss, TRIPO_OT_resume, TRIPO_OT_resume_all

CLASSES = (
    TRIPO_OT_generate,
    TRIPO_OT_generate_again,
    TRIPO_OT_import_model,
    TRIPO_OT_import_again,
    TRIPO_OT_import_here,
    TRIPO_OT_save_asset,
    TRIPO_OT_cancel,
    TRIPO_OT_send_again,
    TRIPO_OT_fetch,
    TRIPO_OT_clear,
    TRIPO_OT_resume,
    TRIPO_OT_resume_all,
    TRIPO_OT_dismiss,
    TRIPO_OT_clear_kept,
    TRIPO_OT_show_preferences,
    TRIPO_OT_show_online_access,
)
