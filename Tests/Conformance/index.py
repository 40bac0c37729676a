"""Holds `lucarne index` to its promises on the embedded world's pictures.

    python Tests/Conformance/index.py PROGRAM [SEED]     # Python's standard library; the Parquet row needs pyarrow

An index killed with SIGKILL at ten random moments and gone on with, one stopped by SIGINT, one of three shards
merged, and one from a tar through a pipe must all say what an unbroken build says.
"""

import random
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "Sources/World/Resources/heldout"
FEEDER = ROOT / "protocol/clients/feeder/parquet.py"


class Row:
    failures = 0

    @classmethod
    def check(cls, what, holds, detail=""):
        print(("ok    " if holds else "FAIL  ") + what + (f": {detail}" if detail else ""))
        cls.failures += not holds


def run(program, *arguments, **more):
    return subprocess.run([program, "index", *map(str, arguments)], capture_output=True, text=True, **more)


def content(program, index):
    result = run(program, "check", index)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def kill_often(program, index, source, seconds, seed):
    """Ten kills at moments drawn from the whole length of a build, then one build that is let alone."""
    draw = random.Random(seed)
    killed = 0
    while killed < 10:
        process = subprocess.Popen(
            [program, "index", "build", index, *source, "--commit-entries", "3"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(timeout=draw.uniform(0.02, 0.9 * seconds))
            Path(index).unlink()  # it was done before its time: anew
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            killed += 1
    items = run(program, "check", index).stdout.split("\n")[0] if Path(index).exists() else "no file"
    result = run(program, "build", index, *source, "--commit-entries", "3")
    assert result.returncode == 0, result.stderr
    return items, result.stdout


def main():
    program, seed = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 20
    pictures = sorted(p for p in PICTURES.glob("*.png") if ".mask." not in p.name)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        broken = folder / "broken.png"
        broken.write_bytes(pictures[0].read_bytes()[:200])
        names = [*pictures[:20], broken, pictures[3], *pictures[20:]]
        (folder / "list.txt").write_text("".join(f"{p}\n" for p in names))
        source = ["--list", str(folder / "list.txt")]

        start = time.monotonic()
        whole = run(program, "build", folder / "whole.index", *source, "--commit-entries", "3")
        seconds = time.monotonic() - start
        print(whole.stdout + whole.stderr, end="")
        expected = content(program, folder / "whole.index")
        Row.check("an unbroken build", whole.returncode == 0 and f"{len(pictures)} items" in whole.stdout, f"{seconds:.2f} s")
        Row.check("what cannot be read and what is there already", "1 duplicate, 1 unreadable, 0 unusable" in whole.stdout)

        items, last = kill_often(program, folder / "killed.index", source, seconds, seed)
        Row.check("killed ten times", content(program, folder / "killed.index") == expected, f"{items} after the kills")
        again = run(program, "build", folder / "killed.index", *source)
        Row.check("built once more", ", 0 of them new" in again.stdout and content(program, folder / "killed.index") == expected)

        process = subprocess.Popen(
            [program, "index", "build", folder / "stopped.index", *source], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(min(0.4, seconds / 3))
        process.send_signal(signal.SIGINT)
        process.communicate()
        run(program, "build", folder / "stopped.index", *source)
        Row.check("stopped by Ctrl-C", content(program, folder / "stopped.index") == expected, f"exit code {process.returncode}")

        shards = [folder / f"{i}.index" for i in range(3)]
        for i, shard in enumerate(shards):
            assert run(program, "build", shard, *source, "--shard", f"{i}/3").returncode == 0
        merged = run(program, "merge", folder / "merged.index", *shards)
        Row.check("three shards merged", merged.returncode == 0 and content(program, folder / "merged.index") == expected, merged.stdout.strip() + merged.stderr)

        archive = folder / "pictures.tar"
        with tarfile.open(archive, "w") as tar:
            for number, path in enumerate(names):
                tar.add(path, f"{number:04d}.png")
        run(program, "build", folder / "tar.index", "--tar", archive)
        Row.check("a tar", content(program, folder / "tar.index") == expected)
        with open(archive, "rb") as stream:
            run(program, "build", folder / "pipe.index", "--tar", "-", stdin=stream)
        Row.check("a tar on standard input", content(program, folder / "pipe.index") == expected)
        parquet(program, folder, names, expected)

        other = run(program, "build", folder / "whole.index", *source, "--exemplars", "3")
        Row.check("other options are refused", other.returncode != 0 and "options" in other.stderr, other.stderr.strip()[:160])
    sys.exit(1 if Row.failures else 0)


def parquet(program, folder, names, expected):
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        print("--    Parquet: pyarrow is not installed")
        return
    rows = [{"image": {"bytes": path.read_bytes(), "path": path.name}, "source": path.stem} for path in names]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), folder / "set.parquet", row_group_size=16)
    with subprocess.Popen([sys.executable, FEEDER, folder / "set.parquet"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as feeder:
        built = run(program, "build", folder / "parquet.index", "--tar", "-", stdin=feeder.stdout)
    Row.check("a Parquet file", built.returncode == 0 and content(program, folder / "parquet.index") == expected, built.stdout.split("\n")[0] + built.stderr)


main()
