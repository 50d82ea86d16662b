"""What is said of a model that is saved as an asset."""

from __future__ import annotations

SENTENCES = {
    "asset.no_library_chosen": "Choose an asset library, or add one in the preferences under File Paths",
    "asset.no_library": (
        "There is no asset library '{library}', nor a folder that it could be. Name one of the preferences ({known}), "
        "or an existing folder by its path"
    ),
    "asset.library_read_only": (
        "Nothing can be saved in the asset library '{folder}': {why}. Make it writable, or choose another"
    ),
    "asset.not_saved": (
        "{what} could not be saved in the asset library '{folder}'. Check that the folder exists, can be written to "
        "and has room, then save again"
    ),
    "asset.catalog_name": "'{path}' is not a name for an asset catalog. Enter one such as Tripo or Props/Tripo",
    "asset.catalog_format": (
        "The asset library's catalogs are in a format that this add-on does not know. Update the add-on, or choose "
        "another library"
    ),
    "asset.catalog_alone": "A catalog is for an asset. Name the library to save it in with --asset-library",
    "asset.not_in_scene": "{name} is no longer in the scene. Import it again first",
}

PARTS = {
    "asset.no_libraries": "there are none",
    "asset.of_catalog": "The asset catalog",
    "asset.of_model": "'{name}'",
    "asset.marked": "Marked as an asset of this file, in the catalog {catalog}",
    "asset.saved": "Saved as an asset: {path}",
}
