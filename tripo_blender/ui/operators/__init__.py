"""The operators, one module an act."""

from .generate import TRIPO_OT_generate
from .generate_again import TRIPO_OT_generate_again
from .import_model import TRIPO_OT_import_again, TRIPO_OT_import_here, TRIPO_OT_import_model
from .jobs import TRIPO_OT_cancel, TRIPO_OT_clear, TRIPO_OT_fetch, TRIPO_OT_send_again
from .keep_variation import TRIPO_OT_keep_variation
from .model_cache import TRIPO_OT_clear_kept
from .open_settings import TRIPO_OT_show_online_access, TRIPO_OT_show_preferences
from .recovery import TRIPO_OT_dismiss, TRIPO_OT_resume, TRIPO_OT_resume_all
from .save_asset import TRIPO_OT_save_asset

CLASSES = (
    TRIPO_OT_generate,
    TRIPO_OT_generate_again,
    TRIPO_OT_import_model,
    TRIPO_OT_import_again,
    TRIPO_OT_import_here,
    TRIPO_OT_save_asset,
    TRIPO_OT_keep_variation,
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
