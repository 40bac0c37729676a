"""Makes attribution.png: what a notebook shows for `context.attribute("Yes", "No")`.

    python3 make.py PATH/TO/lucarne            # needs chromium and Pillow
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

here = Path(__file__).resolve().parent
root = here.parents[1]
sys.path.insert(0, str(root / "protocol/clients/python/src"))

from lucarne import Kernel  # noqa: E402

picture = root / "Sources/World/Resources/heldout/probe-bolivia-00.png"
with Kernel([sys.argv[1], "serve"]) as kernel, kernel.open("Does the image show Bolivia?", picture) as context:
    shown = context.attribute("Yes", "No")._repr_html_()
with tempfile.TemporaryDirectory() as folder:
    page, shot = Path(folder, "page.html"), Path(folder, "shot.png")
    page.write_text(f'<meta charset="utf-8"><body style="background: #fff; font: 15px sans-serif">{shown}', encoding="utf-8")
    subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-device-scale-factor=1.25",
                    "--window-size=910,906", f"--screenshot={shot}", page.as_uri()], check=True, stderr=subprocess.DEVNULL)
    Image.open(shot).convert("RGB").quantize(255, dither=Image.Dither.NONE).save(here / "attribution.png", optimize=True)
