"""How every figure looks: colours that survive colour blindness and print, type, and the small drawing helpers."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cache, cached_property
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

REPORTED = "#c8501e"
TRUE = "#1f5f99"
HONEST = "#8a949e"
STAKE = "#e59866"
INK = "#1c2126"
MUTED = "#5d6670"
RULE = "#d9dde1"
SHADE = "#f1f2f4"
GOOD_FONTS = (
    "Helvetica Neue",
    "Helvetica",
    "Segoe UI",
    "Arial",
    "Inter",
    "Source Sans 3",
    "Liberation Sans",
    "DejaVu Sans",
)
WIDTH = 10.0
EDGE = 0.02
SUBTITLE_LETTERS = 165
POINTS = 72.0
PIXELS_AN_INCH = 200
# Inches of white around a picture for slides.
MARGIN = 0.25


@dataclass(frozen=True)
class Track:
    """One line that can be read at the cursor: its name, colour and values as they are to be written."""

    name: str
    color: str
    values: list[str]


@dataclass(frozen=True)
class Panel:
    """Where a time axis lies in the picture (in SVG units) and what is read on it."""

    left: float
    right: float
    top: float
    bottom: float
    first: float
    last: float
    weeks: list[int]
    tracks: list[Track]


@dataclass(frozen=True)
class Layer:
    """Something in a picture that the reader may hide: its marks carry `id-` and a number as their SVG ids."""

    id: str
    title: str


@dataclass(frozen=True)
class Picture:
    """A figure with the words that go with it: file name, section, alternative text, caption, and what hovering shows."""

    name: str
    figure: Figure
    alt: str
    caption: str
    panels: list[Panel] = field(default_factory=list)
    layers: list[Layer] = field(default_factory=list)

    def png(self) -> bytes:
        """For slides: with a margin, since it stands alone."""
        buffer = BytesIO()
        with looks():
            self.figure.savefig(buffer, format="png", dpi=PIXELS_AN_INCH, bbox_inches="tight", pad_inches=MARGIN)
        return buffer.getvalue()

    @cached_property
    def svg(self) -> bytes:
        """For print and for the page, where it stands flush with the text; drawn once for both."""
        import matplotlib as mpl

        buffer = BytesIO()
        # The date would make two reports of one result differ; the salt keeps the ids of two pictures in a page apart.
        with looks(), mpl.rc_context({"svg.hashsalt": self.name}):
            self.figure.savefig(buffer, format="svg", metadata={"Date": None})
        return buffer.getvalue()


def looks() -> AbstractContextManager[Any]:
    """The settings of all figures, for the time of drawing only. SVG text stays text, so that it can be read aloud."""
    import matplotlib as mpl

    return mpl.rc_context(
        {
            "font.family": _font(),
            "font.size": 10, "text.color": INK, "axes.labelcolor": MUTED, "xtick.color": MUTED, "ytick.color": MUTED,
            "xtick.labelsize": 9, "ytick.labelsize": 9, "axes.edgecolor": RULE, "axes.linewidth": 0.8,
            "axes.spines.top": False, "axes.spines.right": False, "axes.spines.left": False, "xtick.major.size": 3,
            "ytick.major.size": 0, "ytick.major.pad": 4, "axes.grid": False, "svg.fonttype": "none",
            "svg.hashsalt": "gamed", "figure.facecolor": "white", "axes.axisbelow": True, "axes.unicode_minus": True,
            "text.parse_math": False,
        }
    )  # fmt: skip


@cache
def _font() -> str:
    """The first good font that this machine has."""
    from matplotlib import font_manager

    there = {font.name for font in font_manager.fontManager.ttflist}
    return next((name for name in GOOD_FONTS if name in there), "DejaVu Sans")


@dataclass(frozen=True)
class Grid:
    """A figure of equal panels, laid out in inches so that words of any length find their place."""

    figure: Figure
    axes: list[Axes]
    columns: int


def grid(
    count: int, columns: int, panel_height: float, *, title: str, subtitle: str, left: float = 0.55, right: float = 0.2,
    bottom: float = 0.55, across: float = 0.35, down: float = 0.75,
) -> Grid:  # fmt: skip
    """`count` panels, at most `columns` beside each other, under a title and a subtitle; all lengths in inches."""
    from matplotlib.figure import Figure

    lines = balanced(subtitle)
    top = 0.42 + 0.19 * len(lines) + 0.6
    columns = max(1, min(columns, count))
    rows = -(-count // columns)
    height = top + bottom + rows * panel_height + (rows - 1) * down
    figure = Figure(figsize=(WIDTH, height))
    figure.text(EDGE / WIDTH, 1 - 0.1 / height, title, fontsize=15, fontweight="bold", va="top")
    figure.text(
        EDGE / WIDTH, 1 - 0.44 / height, "\n".join(lines), fontsize=9.5, color=MUTED, va="top", linespacing=1.35
    )
    width = (WIDTH - left - right - (columns - 1) * across) / columns
    axes = []
    for place in range(count):
        row, column = divmod(place, columns)
        x = left + column * (width + across)
        y = height - top - panel_height - row * (panel_height + down)
        axes.append(figure.add_axes((x / WIDTH, y / height, width / WIDTH, panel_height / height)))
    return Grid(figure, axes, columns)


def balanced(text: str) -> list[str]:
    """Lines of about equal length, none longer than fits: no word left alone on the last one."""
    count = -(-len(text) // SUBTITLE_LETTERS)
    return textwrap.wrap(text, min(SUBTITLE_LETTERS, len(text) // count + 12))


def panel_title(axes: Axes, title: str, note: str = "", color: str = INK) -> None:
    """The name of a panel above it, with a quiet note behind or below."""
    lift = 18 if note else 7
    place: dict[str, Any] = {
        "xycoords": "axes fraction",
        "textcoords": "offset points",
        "va": "bottom",
        "annotation_clip": False,
    }
    axes.annotate(title, (0, 1), (0, lift), fontsize=11, fontweight="bold", color=color, **place)
    if note:
        axes.annotate(note, (0, 1), (0, 6), fontsize=9, color=MUTED, **place)


def spread(places: Sequence[float], least: float) -> list[float]:
    """Positions moved apart so that neighbours keep at least `least`, each as near to its own as that allows."""
    order = sorted(range(len(places)), key=lambda i: places[i])
    moved = [float(places[i]) for i in order]
    for _ in range(50):
        shifted = False
        for i in range(1, len(moved)):
            missing = least - (moved[i] - moved[i - 1])
            if missing > 1e-9:
                moved[i - 1] -= missing / 2
                moved[i] += missing / 2
                shifted = True
        if not shifted:
            break
    out = [0.0] * len(places)
    for place, i in enumerate(order):
        out[i] = moved[place]
    return out


def box(axes: Axes) -> tuple[float, float, float, float]:
    """Left, right, top, bottom of the axes in SVG units (points from the upper left corner)."""
    figure = axes.figure
    width, height = figure.get_figwidth() * POINTS, figure.get_figheight() * POINTS  # type: ignore[union-attr]
    where = axes.get_position()
    return where.x0 * width, where.x1 * width, (1 - where.y1) * height, (1 - where.y0) * height
