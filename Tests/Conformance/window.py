"""Clicks through the window of `lucarne ui` in Chromium, and holds what it shows to a kernel that is asked the same.

    python Tests/Conformance/window.py PROGRAM [ADDRESS]     # Python's standard library

Without an ADDRESS it starts `PROGRAM ui` and opens the address that this prints. What is shown must equal what `PROGRAM serve`
answers on standard streams: answers, the numbers of heat maps, parts, features and scatters, steered answers, searches. Ends with 77
where Chromium is not installed.
"""

import re
import subprocess
import sys
import tempfile
import traceback
import urllib.parse
from pathlib import Path

import browser
import window_rows
from line_kernel import LineKernel
from window_browser import Window

ROOT = Path(__file__).resolve().parents[2]


def start(program, folder):
    """`lucarne ui` with a kernel of its own, and the address that lets a browser in."""
    process = subprocess.Popen(
        [program, "ui", "--no-open", "--listen", "127.0.0.1:0", "--socket", f"{folder}/kernel.sock", "--", "--jobs", f"{folder}/jobs"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    for line in process.stdout:
        found = re.search(r"http://\S+", line)
        if found:
            return process, found[0]
    raise SystemExit("lucarne ui printed no address")


def main():
    if browser.program() is None:
        print("Chromium is not installed")
        return 77
    program = str(Path(sys.argv[1]).resolve())
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        folder.chmod(0o700)
        process, address = (None, sys.argv[2]) if len(sys.argv) > 2 else start(program, folder)
        host = urllib.parse.urlsplit(address).netloc
        (folder / "downloads").mkdir()
        page, kernel = Window(folder / "downloads"), LineKernel(program)
        try:
            page.go(address)
            world = window_rows.World(page, kernel, folder, program, ROOT, f"http://{host}/", process and process.pid)
            for name, row in window_rows.ROWS:
                try:
                    row(world)
                    print(f"passed  {name}", flush=True)
                except Exception as error:  # noqa: BLE001: any failure is a row's
                    failures += 1
                    where = traceback.extract_tb(error.__traceback__)[-1]
                    print(f"FAILED  {name}: {type(error).__name__} {str(error)[:900]} (line {where.lineno})", flush=True)
            elsewhere = [url for url in page.requested() if urllib.parse.urlsplit(url).netloc not in (host, "")]
            for name, found in (("nothing is asked of another host", elsewhere), ("the console and the policy have nothing to say", world.troubles + page.troubles())):
                failures += bool(found)
                print(f"{'FAILED' if found else 'passed'}  {name}" + (f": {found[:5]}" if found else ""))
        finally:
            page.close()
            kernel.kill()
            if process:
                process.terminate()
                process.wait(20)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
