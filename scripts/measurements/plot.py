"""Draws the figures as a picture: bars of ours against the usual way, an SVG by hand.

`python plot.py TARGET.svg FIGURES.json...`
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

_WIDTH, _LEFT, _RIGHT, _ROW, _BAR, _HEAD, _FOOT = 760, 190, 150, 40, 13, 66, 42
# Mid tones: they can be read on white and on GitHub's dark grey.
_INK, _OURS, _USUAL = "#7d8590", "#2da44e", "#d4762c"
_TRIANGLES, _TEXTURE = 500_000, 2048
_LENGTHS = (5.0, 12.0, 40.0, 120.0)
_STEPS = (0.5, 1.0, 2.0, 5.0)

Bar = tuple[float, str]  # how long, and what is written beside it


def draw(runs: list[dict[str, Any]]) -> str:
    """Give the SVG for the figures of one or several Blenders."""
    runs = sorted(runs, key=lambda run: ("window" in run["blender"], _numbers(run["blender"])))
    parts: list[str] = []
    height = 0
    if stalls := _stalls(runs):
        title = f"How long Blender stands still when a model of {_TRIANGLES:,} triangles arrives"
        height = _chart(parts, height, title, "Blender's importer, called in a timer", "milliseconds", stalls)
    if polls := _polls(runs):
        title = "How late it is heard that the service has finished: median, and the worst in brackets"
        height = _chart(parts, height, title, "asking every 2 s", "seconds", polls)
    notes = [
        f"Two pictures of {_TEXTURE} px. {', '.join(dict.fromkeys(run['machine'] for run in runs))}.",
        f"{', '.join(sorted({run['date'] for run in runs}))}. Shorter is better.",
    ]
    renderers = list(dict.fromkeys(run["renderer"] for run in runs if run.get("renderer")))
    if renderers:
        notes.insert(1, f"The redraw that follows is not in it, the same for both; here by {', '.join(renderers)}.")
    for note in notes:
        height += 15
        parts.append(_text(0, height, note, size=11))
    size = f'width="{_WIDTH}" height="{height + 8}" viewBox="0 0 {_WIDTH} {height + 8}"'
    fonts = "-apple-system, Segoe UI, Helvetica, Arial, sans-serif"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="{fonts}" fill="{_INK}">'
    return "\n".join([head, *parts, "</svg>", ""])


def _numbers(blender: str) -> list[int]:
    return [int(part) for part in blender.split(maxsplit=1)[0].split(".")]


def _stalls(runs: list[dict[str, Any]]) -> list[tuple[str, Bar, Bar]]:
    rows = []
    for run in runs:
        for row in run.get("stalls", {}).get("rows", []):
            if (row["triangles"], row["texture"]) == (_TRIANGLES, _TEXTURE):
                ours, usual = row["arrival_ms"], row["stock_ms"]
                window = ", window" if "window" in run["blender"] else ""
                name = f"{run['blender'].split()[0]}{window}, {row['suffix'].upper()}"
                beside = f"{ours:,.0f} ms (1/{usual / ours:.0f})"
                rows.append((name, (ours, beside), (usual, f"{usual:,.0f} ms")))
    return rows


def _polls(runs: list[dict[str, Any]]) -> list[tuple[str, Bar, Bar]]:
    found = [run["polling"]["rows"] for run in runs if "polling" in run]
    told = {(row["seconds"], row["way"]): row for rows in found for row in rows}
    rows = []
    for seconds in _LENGTHS:
        ways = [told.get((seconds, way)) for way in ("ours, exact", "fixed 2 s")]
        if all(ways):
            ours, usual = ((row["median_s"], f"{row['median_s']:.2f} s ({row['worst_s']:.2f})") for row in ways if row)
            rows.append((f"a job of {seconds:.0f} s", ours, usual))
    return rows


def _chart(parts: list[str], top: int, title: str, usual: str, unit: str, rows: list[tuple[str, Bar, Bar]]) -> int:
    """Draw one chart, and give where the next may begin."""
    longest = max(bar[0] for _, *bars in rows for bar in bars)
    scale = (_WIDTH - _LEFT - _RIGHT) / longest
    bottom = top + _HEAD + _ROW * len(rows)
    parts += [
        _text(0, top + 18, title, size=15, weight=600),
        f'<rect x="0" y="{top + 32}" width="12" height="12" rx="2" fill="{_OURS}"/>',
        _text(18, top + 43, "this add-on"),
        f'<rect x="110" y="{top + 32}" width="12" height="12" rx="2" fill="{_USUAL}"/>',
        _text(128, top + 43, usual),
    ]
    step = next(s * 10**p for p in range(-2, 7) for s in _STEPS if longest / (s * 10**p) <= 6)
    for number in range(int(longest / step) + 1):
        x = _LEFT + number * step * scale
        parts.append(f'<path d="M{x:.1f} {bottom - 3}V{bottom + 2}" stroke="{_INK}"/>')
        parts.append(_text(x, bottom + 14, f"{number * step:,g}", size=11, anchor="middle"))
    parts.append(_text(_LEFT - 12, bottom + 14, unit, size=11, anchor="end"))
    for number, (name, *bars) in enumerate(rows):
        y = top + _HEAD + _ROW * number
        parts.append(_text(_LEFT - 12, y + 19, name, anchor="end"))
        for place, ((value, beside), colour) in enumerate(zip(bars, (_OURS, _USUAL), strict=True)):
            y_bar, width = y + place * (_BAR + 2), max(2.0, value * scale)
            parts.append(f'<rect x="{_LEFT}" y="{y_bar}" width="{width:.1f}" height="{_BAR}" rx="2" fill="{colour}"/>')
            parts.append(_text(_LEFT + width + 6, y_bar + 11, beside, size=12))
    return bottom + _FOOT


def _text(x: float, y: float, text: str, *, size: int = 13, weight: int = 400, anchor: str = "start") -> str:
    safe = text.replace("&", "&amp;").replace("<", "&lt;")
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}">{safe}</text>'
    )


if __name__ == "__main__":
    figures = [json.loads(Path(name).read_text(encoding="utf-8")) for name in sys.argv[2:]]
    Path(sys.argv[1]).write_text(draw(figures), encoding="utf-8")
