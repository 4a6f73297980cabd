"""All figures of a report: which are drawn, in which order, and how they are saved."""

from __future__ import annotations

import os
import re
from pathlib import Path

from sim.analysis.summary import Reader
from sim.report import figure_compare, figure_money, figure_series, figure_staff, figure_waterfall
from sim.report.findings import Finding
from sim.report.style import Picture

# More than this many measures are in the tables, not in pictures of their own.
MOST_MEASURES = 4
# Ids such as `axes_1`, which matplotlib gives to every group of every picture: nothing refers to them, and a page has each once.
NUMBERED = re.compile(r' id="[A-Za-z][A-Za-z0-9.]*_\d+"')


def draw_all(source: Reader, found: list[Finding]) -> dict[str, list[Picture]]:
    """Pictures by the section of the report they belong to, in its order; a section without pictures is left out."""
    known = [label for label in source.study.shown if any(label in item.readings for item in found)][:MOST_MEASURES]
    answered = [
        label for label in known if any(i.readings[label].reported.defined for i in found if label in i.readings)
    ]
    staff = figure_staff.draw(source, found)
    sections = {
        "Reported and true": [figure_series.draw(source, label) for label in known],
        "What the gap consists of": [figure_waterfall.draw(source, found, label) for label in answered],
        "Scheme against scheme": [figure_compare.draw(source, found)] if len(found) > 1 else [],
        "What people did": [staff] if staff is not None else [],
        "The money": [figure_money.draw(source, found)] if len(source.tables["books"]) else [],
    }
    return {title: pictures for title, pictures in sections.items() if pictures}


def save(picture: Picture, folder: Path) -> list[Path]:
    """Write a picture as PNG (for slides) and SVG (for print), each beside its place and then renamed into it."""
    written = []
    for kind, drawn in (("png", picture.png()), ("svg", picture.svg)):
        place = folder / f"{picture.name}.{kind}"
        partial = place.with_name(f".{place.name}.partial")
        partial.write_bytes(drawn)
        os.replace(partial, place)
        written.append(place)
    return written


def svg(picture: Picture) -> str:
    """The picture as an SVG element to stand in a page: no prologue, no metadata, as wide as its place allows."""
    text = picture.svg.decode()
    text = text[text.index("<svg") :]
    begin, end = text.find("<metadata>"), text.find("</metadata>")
    if begin >= 0:
        text = text[:begin] + text[end + len("</metadata>") :]
    head, rest = text.split(">", 1)
    kept = [word for word in head.split('" ') if not word.startswith(("width=", "height="))]
    rest = NUMBERED.sub("", rest)
    return '" '.join(kept).rstrip('"') + '" aria-hidden="true">' + rest
