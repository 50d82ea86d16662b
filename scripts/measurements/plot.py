"""Draws the stalls as a picture for the README: bars of ours against the stock importer, an SVG by hand."""

from __future__ import annotations

from typing import Any

_WIDTH, _LEFT, _RIGHT, _ROW, _BAR, _TOP = 760, 190, 96, 46, 14, 64
# Mid tones: they can be read on white and on GitHub's dark grey.
_INK, _OURS, _STOCK = "#7d8590", "#2da44e", "#d4762c"


def draw(figures: dict[str, Any]) -> str:
    """Give the SVG for a run's figures."""
    rows = [row for row in figures["stalls"]["rows"] if row["texture"] == 2048]
    longest = max(row["stock_ms"] for row in rows)
    height = _TOP + _ROW * len(rows) + 30
    size = f'width="{_WIDTH}" height="{height}" viewBox="0 0 {_WIDTH} {height}"'
    fonts = "-apple-system, Segoe UI, Helvetica, Arial, sans-serif"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="{fonts}" fill="{_INK}">',
        _text(0, 18, "How long Blender stands still when a model arrives", size=15, weight=600),
        f'<rect x="0" y="32" width="12" height="12" rx="2" fill="{_OURS}"/>',
        _text(18, 43, "this add-on"),
        f'<rect x="110" y="32" width="12" height="12" rx="2" fill="{_STOCK}"/>',
        _text(128, 43, "Blender's importer, called in a timer"),
    ]
    for number, row in enumerate(rows):
        top = _TOP + _ROW * number
        count = f"{row['triangles'] / 1e6:g} million" if row["triangles"] >= 1e6 else f"{row['triangles']:,}"
        parts.append(_text(_LEFT - 12, top + 20, f"{count} triangles, {row['suffix'].upper()}", anchor="end"))
        for place, (name, colour) in enumerate((("arrival_ms", _OURS), ("stock_ms", _STOCK))):
            width = max(2.0, row[name] / longest * (_WIDTH - _LEFT - _RIGHT))
            y = top + 2 + place * (_BAR + 2)
            parts.append(f'<rect x="{_LEFT}" y="{y}" width="{width:.1f}" height="{_BAR}" rx="2" fill="{colour}"/>')
            parts.append(_text(_LEFT + width + 6, y + 11, f"{row[name]:,.0f} ms"))
    note = f"Blender {figures['blender']}, two 2048 px textures; {figures['machine']}, {figures['date']}"
    return "\n".join([*parts, _text(0, height - 8, note, size=11), "</svg>", ""])


def _text(x: float, y: float, text: str, *, size: int = 13, weight: int = 400, anchor: str = "start") -> str:
    safe = text.replace("&", "&amp;").replace("<", "&lt;")
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}">{safe}</text>'
    )
