"""What the autoencoder's latents stand for, measured through the kernel on the held-out pictures:
which latents fire at which patches, compared with the masks of the concepts."""

import json
import subprocess
from pathlib import Path

import numpy as np
from PIL import Image

RESOURCES = Path(__file__).resolve().parent.parent / "Resources"
QUESTION = "What is in the image?"
# A latent's map at a share of its own highest value; 0 counts any activity, as the paper does.
SHARES = (0.0, 0.25, 0.5)
WANTED_RATIO = 5
# Pictures beyond the held-out ones on which dead latents are counted.
FURTHER = 400


class Kernel:
    """`lucarne serve` as a child, one JSON message a line."""

    def __init__(self, program: Path, model: Path, sae: Path) -> None:
        command = [program, "serve", "--model", model, "--sae", sae]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.count = 0
        self.call("initialize", {"capabilities": {}})

    def call(self, method: str, params: dict) -> dict:
        self.count += 1
        message = {"jsonrpc": "2.0", "id": self.count, "method": method, "params": params}
        self.process.stdin.write((json.dumps(message) + "\n").encode())
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise SystemExit(f"{method}: {answer['error']['message']}")
        return answer["result"]


def patch_maps(kernel: Kernel, picture: Path, latents: int) -> tuple[np.ndarray, np.ndarray, dict]:
    """The activations of every latent at the tiles' patches [M, patches], the patches' boxes
    [patches, 4] in pixels, and the figures of the whole context."""
    parts = [{"id": "picture", "image": {"path": str(picture)}}, {"text": QUESTION}]
    context = kernel.call("context/open", {"parts": parts})["context"]
    sae = kernel.call("kernel/status", {})["saes"][0]["sae"]
    tokens = kernel.call("context/tokens", {"context": context})["tokens"]
    boxes = {
        t["position"]: t["box"] for t in tokens if t.get("view") == "tiles" and t.get("box")
    }
    places = {position: index for index, position in enumerate(sorted(boxes))}
    asked = {"context": context, "sae": sae, "topK": latents}
    found = kernel.call("feature/activations", asked)
    values = np.zeros((latents, len(places)), np.float32)
    fired = set()
    for item in found["items"]:
        latent = item["feature"]["index"]
        fired.add(latent)
        for place in item["positions"]:
            if place["position"] in places:
                values[latent, places[place["position"]]] = place["value"]
    kernel.call("context/close", {"context": context})
    box = np.array([boxes[position] for position in sorted(boxes)])
    figures = {
        "fvu": found["fvu"], "l0": found["l0"], "fired": fired, "tokens": len(tokens),
    }
    return values, box, figures


def mask_pixels(mask: np.ndarray, values: list[int], boxes: np.ndarray) -> np.ndarray:
    """How many pixels of each patch [patches] the concept covers."""
    covered = np.isin(mask, values)
    corners = boxes.round().astype(int)
    return np.array([covered[y0:y1, x0:x1].sum() for x0, y0, x1, y1 in corners])


def overlap(active: np.ndarray, covered: np.ndarray, area: np.ndarray) -> np.ndarray:
    """IoU in pixels of each latent's patches [M, patches] with a concept's pixels [patches]."""
    shared = active @ covered
    union = active @ area + covered.sum() - shared
    return np.where(union > 0, shared / np.maximum(union, 1), 0)


def measure(maps: dict, concepts: list[dict], masks: dict, boxes: dict) -> list[dict]:
    """For each concept the latent that is best on every other picture with and without it,
    measured on the rest. A concept that only one picture has cannot be measured so."""
    peak = np.max([values.max(axis=1) for values in maps.values()], axis=0)
    alive = peak > 0
    rows = []
    for concept in concepts:
        values = {place["picture"]: place["values"] for place in concept["places"]}
        if len(values) < 2:
            continue
        others = sorted(set(maps) - set(values))
        halves = [sorted(values)[half::2] + others[half::2] for half in (0, 1)]
        scores = {}
        for share in SHARES:
            for half, chosen in enumerate(halves):
                active = np.concatenate(
                    [maps[name] > share * peak[:, None] for name in chosen], axis=1
                ) & alive[:, None]
                covered = np.concatenate(
                    [mask_pixels(masks[n], values.get(n, []), boxes[n]) for n in chosen]
                )
                area = np.concatenate([
                    (b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1]) for b in (boxes[n] for n in chosen)
                ])
                scores[share, half] = overlap(active.astype(np.float32), covered, area)
        share = max(SHARES, key=lambda share: scores[share, 0].max())
        latent = int(scores[share, 0].argmax())
        baseline = float(scores[share, 1][alive].mean())
        rows.append({
            "attribute": concept["attribute"], "name": concept["name"], "latent": latent,
            "share": share, "iou": float(scores[share, 1][latent]), "random": baseline,
        })
    return rows


def report(rows: list[dict], figures: list[dict], latents: int, dead: int, seen: int) -> str:
    met = [r for r in rows if r["random"] > 0 and r["iou"] >= WANTED_RATIO * r["random"]]
    fvu = [f["fvu"] for f in figures]
    lines = [
        "# What the autoencoder's latents stand for", "",
        f"On {len(figures)} held-out pictures with the question \"{QUESTION}\": FVU "
        f"{np.mean(fvu):.3f} (mean over contexts, each against its own mean; worst "
        f"{max(fvu):.3f}), L0 {np.mean([f['l0'] for f in figures]):.1f}. Of {latents} latents "
        f"{dead} ({100 * dead / latents:.1f} %) fire at none of {seen} tokens.", "",
        f"{len(met)} of the {len(rows)} concepts shown by two or more pictures have a latent whose patches overlap the concept's mask "
        f"with an IoU of at least {WANTED_RATIO} times a random latent's. The latent and its "
        "threshold (a share of its highest value; 0 is any activity) are chosen on every other "
        "picture and measured on the rest; a random latent's IoU is the mean over all that fire.", "",
        "| concept | latent | threshold | IoU | random | ratio |", "|---|---|---|---|---|---|",
    ]
    for row in sorted(rows, key=lambda r: (r["attribute"], r["name"])):
        ratio = row["iou"] / row["random"] if row["random"] else 0
        lines.append(
            f"| {row['attribute']}: {row['name']} | {row['latent']} | {row['share']} | "
            f"{row['iou']:.3f} | {row['random']:.4f} | {ratio:.1f} |"
        )
    return "\n".join(lines) + "\n"


def write(program: Path, sae: Path, more: Path | None) -> None:
    """Measures an autoencoder on the held-out pictures and writes FEATURES.md beside it; `more`
    is a folder of further pictures, for the count of dead latents."""
    kernel = Kernel(program.resolve(), RESOURCES / "model", sae.resolve())
    folder = RESOURCES / "heldout"
    entries = json.loads((folder / "heldout.json").read_text())
    latents = json.loads(next(sae.rglob("cfg.json")).read_text())["num_latents"]
    maps, boxes, masks, figures, fired = {}, {}, {}, [], set()
    for name in (entry["name"] for entry in entries if not entry["name"].startswith("wide")):
        maps[name], boxes[name], figure = patch_maps(kernel, folder / f"{name}.png", latents)
        masks[name] = np.array(Image.open(folder / f"{name}.mask.png"))
        figures.append(figure)
    further = sorted(more.glob("*.png"))[:FURTHER] if more else []
    figures_too = [patch_maps(kernel, picture, latents)[2] for picture in further]
    for figure in figures + figures_too:
        fired |= figure["fired"]
    tokens = sum(figure["tokens"] for figure in figures + figures_too)
    concepts = json.loads((folder / "concepts.json").read_text())
    rows = measure(maps, concepts, masks, boxes)
    text = report(rows, figures, latents, latents - len(fired), tokens)
    (sae / "FEATURES.md").write_text(text)
    print(text)
