"""Runs the kernel's benchmark and the peer's alternately on one checkpoint, and prints both sides.

    python Tests/Performance/run.py FOLDER [--rounds 3] [--sizes 616,picture] [--program .build/release/lucarne]
                                    [--device cuda:0]
    python Tests/Performance/run.py --read RESULTS

FOLDER is what checkpoint.py wrote. Each round is one process of each side, never both at once; every second
round begins with the peer. Medians over all rounds go to standard output as a Markdown table; they and each
process's JSON are kept in FOLDER/results-DATE, or where --output says. Nothing measured is dropped.
--read prints the table of results that are there, of the sides that are there.

Both sides on --device: the kernel as it names devices, PyTorch alike (torch:cpu is its cpu). Shares of the processor's ceilings
say nothing of a device and are left out; instead a second table holds the figures against what is aimed at on a card.
"""

import argparse
import datetime
import json
import math
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
# Title, figure of ours, figure of the peer. One is against another's name where the peer has no such state.
OVERALL = [("process start to `initialize` answered", "start", None), ("`model/load`", "model/load", "model/load"),
           ("`sae/load`", "sae/load", "sae/load")]
CONTEXT = [
    ("prefill", "context/open", "context/open"),
    ("decode, a token", "decode", "decode"),
    ("SAE encode + top-k", "encode and top-k", "encode and top-k"),
    ("prompt to attribution: open, then attribute", "open and attribution", "open and attribution"),
    ("attribution on a context just opened", "attribution, first", "open and attribution"),
    ("second pair, peer from scratch", "attribution, second pair", "attribution, second pair"),
    ("second pair, peer keeps its graph", "attribution, second pair", "attribution, second pair, graph kept"),
    ("third pair", "attribution, third pair", None),
    ("exact ablation of one latent", "ablation of one feature", "ablation of one feature"),
    ("attribution with norms held", "attribution with norms held", None),
    ("conserving attribution", "conserving attribution", None),
    ("attribution and parts by ablation", "attribution and parts", None),
    ("attribution and Shapley values of 4 regions", "attribution and Shapley values of 4", None),
    ("attribution and verification of 3", "attribution and verification of 3", None),
    ("peak resident memory", "peak resident memory", "peak resident memory"),
    ("of it allocated, not mapped", "peak of allocated memory", None),
    ("`kernel/status` in a prefill, median", "kernel/status in a prefill, median", None),
    ("`kernel/status` in a prefill, longest", "kernel/status in a prefill, longest", None),
    ("cancel a prefill, to the answer", "cancel a prefill", None),
    ("cancel an attribution, to the answer", "cancel an attribution", None),
]

# On a card, beside PyTorch in bfloat16, eager, in the same run: title, context (its beginning), figure of ours, figure of the
# peer, and how often the peer's time ours is at least to go into; or seconds that ours is to stay under.
TARGETS = [
    ("prefill", "", "context/open", "context/open", 1),
    ("pullback: a second pair, beside a backward pass on a graph that was kept", "", "attribution, second pair",
     "attribution, second pair, graph kept", 1),
    ("prompt to attribution", "", "open and attribution", "open and attribution", 3),
    ("second pair, beside forward and backward again", "", "attribution, second pair", "attribution, second pair", 10),
    ("decode", "", "decode", "decode", 1),
    ("SAE encode + top-k", "", "encode and top-k", "encode and top-k", 2),
    ("first answer: prompt to attribution", "text 616", "open and attribution", None, 0.3),
]


class Side:
    """Everything one side measured, over the rounds."""

    def __init__(self, runs=()):
        self.runs = list(runs)

    def values(self, name, context=""):
        return [value for run in self.runs for figure in run["figures"]
                if figure["name"] == name and figure["context"] == context for value in figure["values"]]

    @property
    def contexts(self):
        """Each context with its results, as the first run that has it found them."""
        found = {}
        for run in self.runs:
            for context in run["contexts"]:
                found.setdefault(context["name"], context)
        return list(found.values())

    def median(self, name, context=""):
        values = self.values(name, context) if name else []
        return statistics.median(values) if values else None


def text(value, name):
    if value is None:
        return "–"
    if "memory" in name:
        return f"{value / 1e9:.2f} GB"
    return f"{value * 1e3:.1f} ms" if value < 1 else f"{value:.2f} s"


def share(value):
    return "–" if value is None else f"{100 * value:.0f} %"


def shares(title, context, ours, peer, beside_peer, operations, decode_bytes):
    """Ours and the peer's share of the ceiling. Ours is taken beside each of its measurements, the peer's against
    the median of what was measured before and after each of its processes."""
    if not beside_peer.runs:
        return ""
    if title == "prefill":
        mine, ceiling = ours.median("prefill of the ceiling", context), multiply_ceiling(beside_peer)
        seconds, work = peer.median("context/open", context), operations
    elif title == "decode, a token":
        mine, ceiling = ours.median("decode of the memory ceiling", context), beside_peer.median("memory read ceiling")
        seconds, work = peer.median("decode", context), decode_bytes
    else:
        return ""
    theirs = work / seconds / ceiling if seconds and ceiling and work else None
    return f"{share(mine)}, peer {share(theirs)}"


def multiply_ceiling_name(side):
    return f"multiply-add ceiling, {side.runs[0]['machine']['path']}"


def multiply_ceiling(side):
    return side.median(multiply_ceiling_name(side))


def spread(side, name, unit):
    values = side.values(name)
    return f"{side.median(name) / unit:.3g}, {min(values) / unit:.3g} … {max(values) / unit:.3g}"


def ceilings(ours, peer, everything):
    if device(peer) and peer.values("multiply-adds of the device"):
        return (f"On {peer.runs[0]['card']} through PyTorch: bfloat16 products {spread(peer, 'multiply-adds of the device', 1e12)} "
                f"TFLOP/s, copying {spread(peer, 'copying on the device', 1e12)} TB/s (median, least … most).")
    return (f"Ceilings: multiply-adds {spread(everything, multiply_ceiling_name(everything), 1e12)} TFLOP/s, memory read "
            f"{spread(everything, 'memory read ceiling', 1e9)} GB/s (median, least … most).")


def device(side):
    """What a side ran on, where that is no processor."""
    name = side.runs[0].get("device", "cpu") if side.runs else "cpu"
    return None if name == "cpu" else name


def targets(ours, peer, note):
    """The figures against what is aimed at on a card."""
    lines = [f"What is aimed at on a card{note}:", "", "| what | ours | peer | peer / ours | aimed at | |", "|---|---|---|---|---|---|"]
    for context in ours.contexts:
        for title, only, mine, theirs, aim in TARGETS:
            name = context["name"]
            if not name.startswith(only):
                continue
            value, other = ours.median(mine, name), peer.median(theirs, name)
            if theirs is None:
                ratio, holds, wanted = "", value is not None and value < aim, f"under {aim:g} s"
            else:
                ratio = other / value if other and value and value > 0 else None
                holds, wanted = ratio is not None and ratio >= aim, f"≥ {aim:g}"
                ratio = "" if ratio is None else f"{ratio:.2f}"
            verdict = "holds" if holds else "**missed**" if value is not None and (theirs is None or ratio) else "not measured"
            lines.append(f"| {title}, {name} | {text(value, mine)} | {text(other, theirs or '')} | {ratio} | {wanted} | {verdict} |")
    return lines


def pearson(a, b):
    return statistics.correlation(a, b) if len(set(a)) > 1 and len(set(b)) > 1 else math.nan


def table(ours, peer, beside_peer, note):
    first, everything = ours.runs[0], Side(ours.runs + beside_peer.runs)
    machine, model, sae = first["machine"], first["model"], first["sae"]
    versions = peer.runs[0]["versions"] if peer.runs else {"torch": "not run", "transformers": "not run"}
    lines = [
        f"{first['date'][:10]}, {machine['processor']}, {machine['cores']} cores, {machine['memoryBytes'] / 2**30:.0f} GiB, "
        f"path `{machine['path']}`; lucarne {first['program']['version']}; torch {versions['torch']}, transformers "
        f"{versions['transformers']}; {model['layers']} blocks, {model['bytes'] / 1e9:.1f} GB, {sae['latents']:,} latents, "
        f"{'k = ' + str(sae['k']) + ', ' if sae['k'] < sae['latents'] else ''}at {sae['site']}; medians of {note}.", "",
        ceilings(ours, peer, everything) + f" Weights in memory before the first load: "
        f"{share(ours.values('weights in memory before the first load')[0])}.", "",
        "| what | ours | peer | peer / ours | share of the ceiling |", "|---|---|---|---|---|"]

    def row(title, mine, theirs, ratio_text, extra=""):
        lines.append(f"| {title} | {mine} | {theirs} | {ratio_text} | {extra} |")

    def compare(title, name, other, context, extra=""):
        mine, theirs = ours.median(name, context), peer.median(other, context)
        ratio = f"{theirs / mine:.2f}" if mine and theirs else ""
        row(title, text(mine, name or ""), text(theirs, other or ""), ratio, extra)

    for title, name, other in OVERALL:
        compare(title, name, other, "")
    for context in ours.contexts:
        name, tokens = context["name"], context["tokenCount"]
        row(f"**{name}, T = {tokens:,}**, prefill {context['prefillOperations'] / 1e12:.2f} TFLOP", "", "", "")
        for title, mine, theirs in CONTEXT:
            extra = shares(title, name, ours, peer, beside_peer, context["prefillOperations"], context["decodeBytes"])
            compare(title, mine, theirs, name, extra)
            if title == "peak resident memory" and peer.values("peak device memory", name):
                compare("peak device memory, PyTorch's allocations", None, "peak device memory", name)
            if title == "prefill":
                rates = [tokens / side.median("context/open", name) if side.median("context/open", name) else None
                         for side in (ours, peer)]
                row("prefill, tokens/s", *(f"{rate:.1f}" if rate else "–" for rate in rates), "")
    if peer.runs:
        lines += ["", *agreement(ours, peer)]
    return "\n".join(lines)


def agreement(ours, peer):
    """How far the two sides' results are the same: bfloat16 throughout there, float32 between products here."""
    lines = ["Results of the same questions, ours against the peer's:", "",
             "| context | top-10 tokens in common | largest difference of their logits | target | top-20 (latent, position) in common | "
             "Pearson of our top scores | ablation's fall of the target |", "|---|---|---|---|---|---|---|"]
    theirs_by_name = {context["name"]: context for context in peer.contexts}
    for mine in ours.contexts:
        theirs = theirs_by_name.get(mine["name"])
        if not theirs:
            continue
        tokens = [{item["token"] for item in side["logits"]} for side in (mine, theirs)]
        difference = max(abs(item["logit"] - other) for item, other in zip(mine["logits"], theirs["logitsAtOurs"]))
        tops = [{(item["latent"], item["position"]) for item in side["attribution"][:20]} for side in (mine, theirs)]
        scores = [item["score"] for item in mine["attribution"]]
        falls = [side["ablation"]["before"] - side["ablation"]["after"] for side in (mine, theirs)]
        lines.append(
            f"| {mine['name']} | {len(tokens[0] & tokens[1])} | {difference:.3f} | {mine['target']:.3f}, {theirs['target']:.3f} | "
            f"{len(tops[0] & tops[1])} | {pearson(scores, theirs['scoresAtOurs']):.4f} over {len(scores)} | "
            f"{falls[0]:.3f}, {falls[1]:.3f} |")
    return lines


def run(command):
    print("$ " + " ".join(map(str, command)), file=sys.stderr, flush=True)
    subprocess.run([str(word) for word in command], check=True, stdout=sys.stderr)


def read(folder):
    """The sides' results as they are kept in a folder, and what PyTorch ran beside."""
    sides = [[json.loads(file.read_text()) for file in sorted(folder.glob(f"{name}-*.json"))] for name in ("ours", "peer", "ceilings")]
    return [Side(runs) for runs in sides]


def report(ours, peer, beside_peer, note, place):
    result = table(ours, peer, beside_peer, note)
    if place != "cpu":
        rehearsal = "" if place.startswith("cuda") else f" (run on {place}, which is none: a rehearsal, and no figure of a card)"
        result = "\n".join([*targets(ours, peer, rehearsal), "", result])
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path, nargs="?")
    parser.add_argument("--read", type=pathlib.Path, metavar="RESULTS")
    parser.add_argument("--device", default="cpu", help="what both run on: cpu, cuda:N, torch:cpu")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sizes", default="616,picture", help="lengths of texts, and the word picture")
    parser.add_argument("--program", type=pathlib.Path, default=HERE.parent.parent / ".build/release/lucarne")
    parser.add_argument("--repeats", type=int, default=1, help="measurements in each process")
    parser.add_argument("--decode-tokens", type=int, default=16)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--output", type=pathlib.Path)
    arguments = parser.parse_args()
    if arguments.read:
        ours, peer, beside_peer = read(arguments.read)
        if not ours.runs:
            parser.error(f"there is no ours-*.json in {arguments.read}")
        print(report(ours, peer, beside_peer, f"{len(ours.runs)} processes of each side", arguments.device))
        return
    if not arguments.folder:
        parser.error("expected the FOLDER that checkpoint.py wrote, or --read RESULTS")
    folder = arguments.folder.resolve()
    output = arguments.output or folder / f"results-{datetime.datetime.now():%Y-%m-%d-%H%M}"
    output.mkdir(parents=True, exist_ok=True)
    sizes = [size.strip() for size in arguments.sizes.split(",")]
    for size in sizes:
        if size != "picture" and not (size.isdecimal() and int(size) > 0):
            parser.error(f"--sizes has {size!r}, expected lengths such as 616 and the word picture")
    sae = next((folder / "sae").rglob("*.safetensors")).parent
    common = ["--model", folder / "model", "--sae", sae, "--repeats", arguments.repeats,
              "--decode-tokens", arguments.decode_tokens]
    if arguments.threads:
        common += ["--threads", arguments.threads]
    if "picture" in sizes:
        common += ["--picture", folder / "picture.png"]
    lengths = ",".join(size for size in sizes if size != "picture") or "none"
    place = [] if arguments.device == "cpu" else ["--device", arguments.device]
    ours, peer, beside_peer, questions = Side(), Side(), Side(), output / "ours-1.json"

    def measure(side, number):
        file = output / f"{'ours' if side is ours else 'peer'}-{number}.json"
        if side is ours:
            run([arguments.program, "benchmark", *common, *place, f"--tokens={lengths}", "--json", file])
        elif arguments.device != "cpu":
            theirs = "cpu" if arguments.device == "torch:cpu" else arguments.device
            run([sys.executable, HERE / "peer.py", *common, "--device", theirs, "--questions", questions, "--json", file])
        else:
            ceilings = [output / f"ceilings-{moment}-{number}.json" for moment in ("before", "after")]
            run([arguments.program, "benchmark", *common, "--only", "ceilings", "--json", ceilings[0]])
            run([sys.executable, HERE / "peer.py", *common, "--questions", questions, "--json", file])
            run([arguments.program, "benchmark", *common, "--only", "ceilings", "--json", ceilings[1]])
            beside_peer.runs += [json.loads(ceiling.read_text()) for ceiling in ceilings]
        side.runs.append(json.loads(file.read_text()))

    for number in range(1, arguments.rounds + 1):
        for side in (ours, peer) if number % 2 else (peer, ours):
            measure(side, number)
    result = report(ours, peer, beside_peer, f"{arguments.rounds} rounds, {arguments.repeats} in each", arguments.device)
    (output / "table.md").write_text(result + "\n")
    print(result)


if __name__ == "__main__":
    main()
