"""HTML and pictures for notebooks: self-contained, escaped, legible on light and on dark paper.

Colours of text and paper are the notebook's own; scores lie over them, translucent.
"""

from __future__ import annotations

import base64
import html
import re
from typing import Any, Iterable, Mapping, Sequence

LINE = "rgba(128,128,128,0.35)"
POSITIVE, NEGATIVE = "178,24,43", "33,102,172"


def escape(value: Any) -> str:
    return html.escape(str(value), quote=True)


def visible(text: str) -> str:
    """A token's text with its white space to be seen."""
    shown = text.replace("\n", "↵").replace("\t", "⇥")
    return "".join(each if each.isprintable() else "·" for each in shown)


def number(value: Any) -> str:
    """Three significant digits, with the minus sign that the kernel writes."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return str(value)
    size = abs(value)
    if isinstance(value, int):
        text = f"{value:,}"
    elif size >= 1000:
        text = f"{value:,.0f}" if size < 1e9 else f"{value:.3g}"
    else:
        text = f"{value:.2f}" if size >= 0.1 or size == 0 else f"{value:.3g}"
    return text.replace("-", "−", 1) if value < 0 else text


def duration(seconds: float) -> str:
    """A time in the unit that it is thought of in."""
    for least, unit, name in [(172_800, 86_400, "days"), (5_400, 3_600, "h"), (90, 60, "min")]:
        if seconds >= least:
            return f"{seconds / unit:.1f} {name}"
    return f"{max(1.0, seconds):.0f} s"


def signed(value: float) -> str:
    """The same with a sign; 0 has none."""
    return ("+" if value > 0 else "") + number(value)


def box(title: str, *parts: str) -> str:
    """What every display is wrapped in."""
    head = f'<div style="font-weight:600;margin-bottom:6px">{title}</div>' if title else ""
    body = "".join(part for part in parts if part)
    return (
        f'<div class="lucarne" style="font:13px/1.5 system-ui,sans-serif;color:inherit;border:1px solid {LINE};'
        f'border-radius:6px;padding:10px 12px;margin:4px 0;max-width:68em;overflow-x:auto">{head}{body}</div>'
    )


def fixed(value: float) -> str:
    """With a sign and two digits behind the point, as the kernel's sentences have it."""
    text = f"{value:+.2f}"
    return text[1:] if float(text) == 0 else text.replace("-", "−")


def lines(texts: Iterable[str]) -> str:
    """Sentences, one below the other."""
    return "".join(f'<div style="margin:2px 0">{escape(each)}</div>' for each in texts)


def badge(text: str, title: str) -> str:
    """A word of warning beside a heading."""
    return (
        f'<span title="{escape(title)}" style="margin-left:8px;padding:1px 7px;border-radius:9px;font-size:11px;'
        f'font-weight:600;background:rgba(230,160,0,0.28)">{escape(text)}</span>'
    )


def headed(text: str, part: str) -> str:
    """A part under a small heading."""
    return f'<div style="font-weight:600;margin-top:6px">{escape(text)}</div>{part}' if part else ""


def folded(text: str, part: str) -> str:
    """A part that is unfolded by a click."""
    return f'<details style="margin-top:6px"><summary>{escape(text)}</summary>{part}</details>' if part else ""


def note(text: str) -> str:
    return f'<div style="opacity:0.75;margin:2px 0">{text}</div>'


def quality(scores: Iterable[Any] | None) -> str:
    """How well a label holds: `IoU 0.31, by chance 0.02`, and what else was measured."""
    names = {"iou": "IoU", "dissection": "IoU", "auc": "AUC"}
    return " · ".join(
        f"{names.get(each.kind, each.kind)} {each.value:.2f}"
        + (f", by chance {each.baseline:.2f}" if each.baseline is not None else "")
        for each in scores or ()
    )


def picture(data: str, alt: str, width: int = 320) -> str:
    """A PNG given in base64; whatever else stands there cannot leave its attribute."""
    clean = re.sub(r"[^A-Za-z0-9+/=]", "", data)
    return (
        f'<img alt="{escape(alt)}" title="{escape(alt)}" src="data:image/png;base64,{clean}" '
        f'style="width:{width}px;max-width:100%;image-rendering:pixelated;border-radius:4px;background:#fff">'
    )


def row(*parts: str) -> str:
    """Side by side while there is room."""
    cells = "".join(f"<div>{part}</div>" for part in parts if part)
    return f'<div style="display:flex;flex-wrap:wrap;gap:14px;align-items:flex-start">{cells}</div>'


def table(
    heads: Sequence[str], rows: Iterable[Sequence[Any]], left: Iterable[int] = (0,), raw: bool = False
) -> str:
    """A table; columns of `left` are aligned to the left. Cells are escaped unless `raw`."""
    lefts = set(left)

    def cell(kind: str, column: int, text: Any) -> str:
        side = "left" if column in lefts else "right"
        style = f"text-align:{side};padding:2px 10px 2px 0;border:0;border-bottom:1px solid {LINE};background:none;color:inherit"
        shown = str(text) if raw and kind == "td" else escape(text)
        return f'<{kind} style="{style}">{shown}</{kind}>'

    head = "".join(cell("th", column, text) for column, text in enumerate(heads))
    body = "".join(
        "<tr style='background:none'>"
        + "".join(cell("td", column, text) for column, text in enumerate(each))
        + "</tr>"
        for each in rows
    )
    return f'<table style="border-collapse:collapse;font-size:13px;margin:4px 0;color:inherit"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def tint(score: float, largest: float) -> str:
    """Red supports, blue opposes; the largest covers six tenths of the paper."""
    share = min(1.0, abs(score) / largest) if largest > 0 else 0.0
    return f"rgba({POSITIVE if score >= 0 else NEGATIVE},{0.6 * share:.2f})"


def bar(score: float, largest: float, width: int = 90) -> str:
    share = min(1.0, abs(score) / largest) if largest > 0 else 0.0
    return (
        f'<span style="display:inline-block;vertical-align:middle;height:9px;border-radius:2px;'
        f'width:{max(1, round(width * share))}px;background:rgb({POSITIVE if score >= 0 else NEGATIVE})"></span>'
    )


def token_strip(tokens: Iterable[Any], scores: Mapping[int, float] | None = None) -> str:
    """Text tokens coloured by the score of their position; a picture is one token."""
    scores = scores or {}
    pieces: list[tuple[str, float, str]] = []
    image = None
    for each in tokens:
        score = scores.get(each["position"], 0.0)
        if each.get("image") is not None:
            if each["image"] == image and pieces:
                text, sum_, title = pieces[-1]
                pieces[-1] = (text, sum_ + score, title)
            else:
                image = each["image"]
                pieces.append((f"[picture {image}]", score, f"picture {image}, summed"))
        else:
            image = None if each.get("part") else image
            pieces.append((each["text"], score, f"position {each['position']}, id {each.get('id')}"))
    largest = max((abs(score) for _, score, _ in pieces), default=0)
    spans = []
    for text, score, title in pieces:
        shown = f"{title}: {signed(score)}" if scores else title
        spans.append(
            f'<span title="{escape(shown)}" style="padding:2px 1px;border-radius:2px;unicode-bidi:isolate;'
            f'background:{tint(score, largest)}">{escape(visible(text))}</span>'
            + ("<br>" if "\n" in text else "")
        )
    return (
        '<div class="token-strip" style="font:14px/2 ui-monospace,monospace;white-space:pre-wrap;'
        f'overflow-wrap:anywhere">{"".join(spans)}</div>'
    )


def strip_text(tokens: Iterable[Any]) -> str:
    """The same in plain text, pictures as one token."""
    pieces, image = [], None
    for each in tokens:
        if each.get("image") is not None:
            if each["image"] != image:
                image = each["image"]
                pieces.append(f"[picture {image}]")
        else:
            pieces.append(visible(each["text"]))
    return "|".join(pieces)


def text_table(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table of plain text, numbers to the right."""
    lines = [[str(each) for each in heads]]
    lines += [[number(each) if each is not None else "" for each in line] for line in rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    return "\n".join(
        "  ".join(
            text.ljust(width) if column == len(heads) - 1 else text.rjust(width)
            for column, (text, width) in enumerate(zip(line, widths))
        ).rstrip()
        for line in lines
    )


def decoded(data: str) -> bytes:
    return base64.b64decode(data)
