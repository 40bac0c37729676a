"""The pieces of the browser's window that the panel of VS Code is drawn with: copies, since an
extension sees nothing outside of its own folder.
"""

from pathlib import Path

SHARED = [
    "components/bar.js", "components/element.js", "components/heat_map.js", "components/numbers.js",
    "components/token_strip.js", "style/components.css", "style/tokens.css",
]


def files(page: Path) -> dict[str, str]:
    """Returns the copies by their paths."""
    return {name: (page / name).read_text(encoding="utf-8") for name in SHARED}
