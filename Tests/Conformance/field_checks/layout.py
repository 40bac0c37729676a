"""The views of a picture among its tokens, from a LLaVA-NeXT configuration alone."""

LEAVES = ("name", "rows", "columns", "first", "separators")


def views(config, size, start=0):
    """Base view and tiles of a picture of `size`, (width, height), whose first token is `start`.

    As transformers has it: `select_best_resolution` picks the canvas, `unpad_image` drops its padding.
    """
    width, height = size
    tile, patch = config["vision_config"]["image_size"], config["vision_config"]["patch_size"]
    side = tile // patch

    def fit(canvas):
        scale = min(canvas[1] / width, canvas[0] / height)
        effective = min(int(width * scale) * int(height * scale), width * height)
        return effective, effective - canvas[0] * canvas[1]

    canvas = max(config["image_grid_pinpoints"], key=fit)
    rows, columns = (length // tile * side for length in canvas)
    if width / height > columns / rows:
        kept = int(round(height * (columns / width), 7))
        rows -= (rows - kept) // 2 * 2
    else:
        kept = int(round(width * (rows / height), 7))
        columns -= (columns - kept) // 2 * 2
    return [
        {"name": "base", "rows": side, "columns": side, "first": start, "separators": 0},
        {"name": "tiles", "rows": rows, "columns": columns, "first": start + side * side, "separators": 1},
    ]


def compare(ledger, method, path, found, expected):
    for leaf in LEAVES:
        ledger.same(method, f"{path}[].{leaf}", [each[leaf] for each in found], [each[leaf] for each in expected])
