"""Makes window.png: the view Why of `lucarne ui` on the world's first probe, in light colours.

    python3 window.py PATH/TO/lucarne [PAGE]            # needs chromium and Pillow

PAGE is a folder with the window's files, by default those of this checkout.
"""

import base64
import io
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

here = Path(__file__).resolve().parent
root = here.parents[1]
sys.path.insert(0, str(root / "Tests/Conformance"))

from window_browser import Window  # noqa: E402

WIDTH, HEIGHT = 1400, 1000
PICTURE = root / "Sources/World/Resources/heldout/probe-bolivia-00.png"
page = sys.argv[2] if len(sys.argv) > 2 else str(root / "Sources/Browser/Page")

with tempfile.TemporaryDirectory() as folder:
    Path(folder).chmod(0o700)
    server = subprocess.Popen(
        [sys.argv[1], "ui", "--no-open", "--page", page, "--listen", "127.0.0.1:0", "--socket", f"{folder}/kernel.sock"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    window = Window(Path(folder), WIDTH, HEIGHT)
    try:
        window.go(next(found[0] for found in (re.search(r"http://\S+", line) for line in server.stdout) if found))
        window.ask("Emulation.setScrollbarsHidden", hidden=True)
        window.ask("Emulation.setDeviceMetricsOverride", width=WIDTH, height=HEIGHT, deviceScaleFactor=1, mobile=False)
        window.click("#theme input[value=light]")
        window.choose(".composer input[type=file]", PICTURE)
        window.until("document.querySelectorAll('.drop .thumbs img').length === 1")
        window.write(".composer textarea", "Does the image show Bolivia?")
        window.press("Enter")
        window.until("document.querySelectorAll('.result button.token').length > 0")
        window.click(".result button.token")
        window.until("document.querySelectorAll('.scatter circle').length > 0 && !document.querySelector('.here').hidden")
        # The strongest feature that is named for the word: where it is active is outlined on the map.
        window.value("""(() => {
          const rows = [...document.querySelectorAll('.contributions tr[data-feature]')];
          rows.find((each) => each.textContent.includes('(word)')).querySelector('button.feature').click();
          document.activeElement.blur();
          window.scrollTo(0, 0);
        })()""")
        window.until("document.querySelectorAll('.heat .marks rect').length > 0 && !document.querySelector('.progress')")
        shot = base64.b64decode(window.ask("Page.captureScreenshot", format="png")["data"])
    finally:
        window.close()
        server.terminate()
        server.wait(20)
Image.open(io.BytesIO(shot)).convert("RGB").quantize(255, dither=Image.Dither.NONE).save(here / "window.png", optimize=True)
