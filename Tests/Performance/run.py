"""Measures lucarne and its peer by turns and prints a table of medians.

    python Tests/Performance/run.py FOLDER [--rounds 3] [--words 615] [--no-picture] [--program PATH]

FOLDER is what checkpoint.py wrote. Every round runs `lucarne benchmark` and then peer.py, as processes of
their own: at full size the two do not fit in memory together. Raw figures are left in FOLDER/figures.
"""

import argparse
import json
import pathlib
import platform
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
# Ours, the peer's, and what a reader calls them. A peer keeps nothing: another pair costs it everything again.
ROWS = [
    ("prefill", "prefill", "prefill"), ("decode", "decode", "decode, a token"),
    ("encode", "encode", "SAE encode + top-k"),
    ("attribution", "open and attribution", "attribution on a context just opened"),
    ("open and attribution", "open and attribution", "the same with the opening"),
    ("second pair", "open and attribution", "second pair"),
    ("second pair", "pullback alone", "second pair, the peer's graph kept"),
    ("ablation", "ablation", "exact ablation, the first"),
    ("second ablation", "ablation", "exact ablation, another"),
]


def figures(file):
    value = json.loads(file.read_text())
    found = {(row["name"], row["tokens"]): row["seconds"] for row in value["figures"]}
    for name, tokens in [key for key in found if key[0] == "prefill"]:
        parts = [found.get((part, tokens)) for part in ("prefill", "encode", "attribution")]
        if all(parts) and ("open and attribution", tokens) not in found:
            found["open and attribution", tokens] = [sum(times) for times in zip(*parts)]
    shares = {(row["name"], row["tokens"]): row["shareOfCeiling"] for row in value["figures"] if "shareOfCeiling" in row}
    return value, found, shares


def merged(files):
    result = {}
    for _, found, _ in files:
        for key, seconds in found.items():
            result.setdefault(key, []).extend(seconds)
    return {key: statistics.median(seconds) for key, seconds in result.items()}


def text(seconds):
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def pearson(a, b):
    if len(a) < 2:
        return float("nan")
    return statistics.correlation(a, b)


def agreement(ours, theirs):
    """Of the scores that both sides have: how many, and their correlation; how many of the 20 highest are common."""
    lines = []
    for index, (mine, peer) in enumerate(zip(ours["attributions"], theirs["attributions"])):
        known = {(row["position"], row["latent"]): row["score"] for row in peer["top"]}
        known |= {(p, l): s for p, l, s in peer["last"]}
        pairs = [(row["score"], known[row["position"], row["latent"]]) for row in mine
                 if (row["position"], row["latent"]) in known]
        common = len({(r["position"], r["latent"]) for r in mine} & {(r["position"], r["latent"]) for r in peer["top"]})
        lines.append(f"prompt {index}: {common} of the 20 highest scores are of the same latent and position; "
                     f"{len(pairs)} of ours known to the peer, Pearson {pearson(*zip(*pairs)) if pairs else float('nan'):.4f}")
    return lines


def cpu():
    for line in open("/proc/cpuinfo"):
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return platform.machine()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--words", type=int, default=615)
    parser.add_argument("--no-picture", action="store_true")
    parser.add_argument("--program", default=str(HERE.parent.parent / ".build/release/lucarne"))
    arguments = parser.parse_args()
    out = arguments.folder / "figures"
    out.mkdir(exist_ok=True)
    ours, theirs = [], []
    for round_ in range(arguments.rounds):
        mine, peers = out / f"ours-{round_}.json", out / f"peer-{round_}.json"
        command = [arguments.program, "benchmark", "--model", str(arguments.folder / "model"), "--sae", str(arguments.folder / "sae"),
                   "--words", str(arguments.words), "--repeats", "1", "--json", str(mine)]
        if not arguments.no_picture:
            command += ["--picture", str(arguments.folder / "picture.png")]
        subprocess.run(command, check=True, stdout=sys.stderr)
        subprocess.run([sys.executable, str(HERE / "peer.py"), str(arguments.folder), str(mine), str(peers)], check=True, stdout=sys.stderr)
        ours.append(figures(mine))
        theirs.append(figures(peers))
    a, b = merged(ours), merged(theirs)
    shares = {}
    for _, _, share in ours:
        for key, value in share.items():
            shares.setdefault(key, []).append(value)
    ceiling = ours[-1][0]["ceilings"]
    print(f"{cpu()}, {theirs[-1][0]['threads']} threads, path {ceiling['path']}, multiply-adds "
          f"{statistics.median(v[0]['ceilings'].get('operationsPerSecond', 0) for v in ours) / 1e9:.0f} GFLOP/s, memory read "
          f"{statistics.median(v[0]['ceilings']['readBytesPerSecond'] for v in ours) / 1e9:.1f} GB/s; medians of {arguments.rounds} rounds\n")
    print("| what | tokens | lucarne | peer | ratio | of the ceiling |\n|---|---|---|---|---|---|")
    for tokens in sorted({key[1] for key in a if key[0] == "prefill"}):
        for mine, peer, name in ROWS:
            if (mine, tokens) not in a or (peer, tokens) not in b:
                continue
            share = shares.get((mine, tokens))
            share = f"{statistics.median(share):.0%}" if share else ""
            ratio = b[peer, tokens] / a[mine, tokens]
            print(f"| {name} | {tokens} | {text(a[mine, tokens])} | {text(b[peer, tokens])} | {ratio:.2f} | {share} |")
    for name in ("start to initialize", "model/load", "sae/load", "status while busy", "cancel to reply"):
        if (name, 0) in a:
            print(f"| {name} | | {text(a[name, 0]) if a[name, 0] >= 1 else f'{a[name, 0] * 1000:.2f} ms'} | | | |")
    peak = [statistics.median(v[0]["peakBytes"] for v in side) / 1e9 for side in (ours, theirs)]
    print(f"| peak resident memory | | {peak[0]:.1f} GB | {peak[1]:.1f} GB | {peak[1] / peak[0]:.2f} | |")
    print()
    for line in agreement(ours[-1][0], theirs[-1][0]):
        print(line)


if __name__ == "__main__":
    main()
