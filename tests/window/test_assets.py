"""Models in an asset library, as the Asset Browser shows them."""

from __future__ import annotations

from .conftest import Play


def test_the_asset_browser_shows_models_with_their_previews(play: Play) -> None:
    notes = play("asset_browser")

    assert notes["files"] == ["Tripo/Pictured.blend", "Tripo/Rig.blend", "Tripo/Rendered.blend"]
    assert notes["previews"] == {"Pictured": [256, 229], "Rig": [256, 229], "Rendered": [128, 128]}
    assert notes["pending"], "what Blender renders comes later"
