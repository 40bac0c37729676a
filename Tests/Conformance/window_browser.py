"""The window of `lucarne ui` in a browser: what a person does, and what the page shows for it."""

import base64
import json
import time

from browser import Browser

# Counts the addresses of blobs that are not given back yet.
COUNTING = """
  window.liveBlobs = new Set();
  const [create, revoke] = [URL.createObjectURL, URL.revokeObjectURL];
  URL.createObjectURL = (blob) => { const url = create.call(URL, blob); window.liveBlobs.add(url); return url; };
  URL.revokeObjectURL = (url) => { window.liveBlobs.delete(url); revoke.call(URL, url); };
"""

# Elements whose text stands out from what is behind it by less than AA asks.
CONTRAST = """(() => {
  const canvas = document.createElement('canvas'); canvas.width = canvas.height = 1;
  const pencil = canvas.getContext('2d', { willReadFrequently: true });
  const over = (colours) => {
    pencil.globalAlpha = 1; pencil.fillStyle = '#fff'; pencil.fillRect(0, 0, 1, 1);
    for (const colour of colours) { pencil.fillStyle = colour; pencil.fillRect(0, 0, 1, 1); }
    return [...pencil.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (rgb) => rgb.map((each) => each / 255).map((each) => each <= .04045 ? each / 12.92 : ((each + .055) / 1.055) ** 2.4)
    .reduce((sum, each, number) => sum + each * [.2126, .7152, .0722][number], 0);
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !element.checkVisibility({ opacityProperty: true }) || element.closest('.unseen, svg, option, :disabled, .skip')) continue;
    const behind = [];
    for (let each = element; each; each = each.parentElement) behind.unshift(getComputedStyle(each).backgroundColor);
    const style = getComputedStyle(element);
    const [one, other] = [light(over(behind)), light(over([...behind, style.color]))].sort((a, b) => b - a);
    const size = parseFloat(style.fontSize);
    const needed = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
    const ratio = (one + .05) / (other + .05);
    if (ratio < needed) poor.push(`${element.className || element.tagName} “${walker.currentNode.textContent.trim().slice(0, 24)}” ${ratio.toFixed(2)}`);
  }
  return [...new Set(poor)];
})()"""

NAMED_ROLES = {"button", "link", "textbox", "searchbox", "checkbox", "radio", "combobox", "slider", "spinbutton", "application", "img", "image"}


class Window(Browser):
    def __init__(self, downloads, width=1280, height=900):
        super().__init__(width, height)
        self.downloads = downloads
        self.ask("Network.enable")
        self.ask("Page.addScriptToEvaluateOnNewDocument", source=COUNTING)
        self.ask("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(downloads))

    def go(self, url):
        self.ask("Page.navigate", url=url)
        self.until("document.readyState === 'complete' && !!document.querySelector('main h1')")

    def reload(self):
        self.ask("Page.reload")
        time.sleep(0.1)
        self.until("document.readyState === 'complete' && !!document.querySelector('main h1')")

    def address(self, view, **state):
        """Goes to a view with a state, as a link would."""
        query = "&".join(f"{name}=${{encodeURIComponent({json.dumps(json.dumps(value))})}}" for name, value in state.items())
        self.value(f"location.hash = `#/{view}?{query}`")
        self.until(f"document.querySelector('.view')?.dataset.view === '{view}'")

    def state(self, name):
        text = self.value(f"new URLSearchParams(location.hash.split('?')[1] ?? '').get('{name}')")
        return None if text is None else json.loads(text)

    def choose(self, selector, *paths, seconds=10):
        """Files for a field, which a page that is being drawn may put in another's place meanwhile."""
        end = time.monotonic() + seconds
        while True:
            root = self.ask("DOM.getDocument")["root"]["nodeId"]
            node = self.ask("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
            try:
                self.ask("DOM.setFileInputFiles", nodeId=node, files=[str(path) for path in paths])
                return
            except RuntimeError as error:
                if "Could not find node" not in str(error) or time.monotonic() > end:
                    raise
                time.sleep(0.05)

    def give(self, selector, event, path):
        """Drops or pastes a picture."""
        data = base64.b64encode(path.read_bytes()).decode()
        member = "dataTransfer" if event == "drop" else "clipboardData"
        kind = "DragEvent" if event == "drop" else "ClipboardEvent"
        self.value(f"""(() => {{
          const bytes = Uint8Array.from(atob('{data}'), (letter) => letter.charCodeAt(0));
          const transfer = new DataTransfer();
          transfer.items.add(new File([bytes], '{path.name}', {{ type: 'image/png' }}));
          document.querySelector('{selector}').dispatchEvent(
            new {kind}('{event}', {{ bubbles: true, cancelable: true, {member}: transfer }}));
        }})()""")

    def write(self, selector, text):
        self.value(f"(() => {{ const field = document.querySelector({json.dumps(selector)}); field.focus(); field.select?.(); }})()")
        self.type(text)

    def set(self, selector, value, event="change"):
        self.value(f"""(() => {{
          const field = document.querySelector({json.dumps(selector)});
          field.value = {json.dumps(value)};
          field.dispatchEvent(new Event('{event}', {{ bubbles: true }}));
        }})()""")

    def click(self, selector, number=0):
        found = self.value(f"""(() => {{
          const element = document.querySelectorAll({json.dumps(selector)})[{number}];
          element?.click();
          return Boolean(element);
        }})()""")
        assert found, f"there is no {selector}"

    def click_when_there(self, selector):
        """Clicks what is still to come in the moment it does, were it gone in the next."""
        self.value(f"""(() => {{
          const look = (_, observer) => {{
            const element = document.querySelector({json.dumps(selector)});
            if (element) {{ observer.disconnect(); element.click(); }}
          }};
          new MutationObserver(look).observe(document.body, {{ childList: true, subtree: true }});
        }})()""")

    def click_text(self, text, within="main"):
        found = self.value(f"""(() => {{
          const element = [...document.querySelectorAll({json.dumps(within + ' :is(button, a, summary, label)')})]
            .find((each) => each.textContent.trim() === {json.dumps(text)});
          element?.click();
          return Boolean(element);
        }})()""")
        assert found, f"nothing says {text}"

    def hover(self, selector, number=0):
        x, y = self.value(f"""(() => {{
          const element = document.querySelectorAll({json.dumps(selector)})[{number}];
          element.scrollIntoView({{ block: 'center' }});
          const box = element.getBoundingClientRect();
          return [box.x + box.width / 2, box.y + box.height / 2];
        }})()""")
        self.ask("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def drag(self, selector, start, end):
        """Over an element, from and to shares of its sides."""
        box = self.value(f"""(() => {{
          const element = document.querySelector({json.dumps(selector)});
          element.scrollIntoView({{ block: 'center' }});
          const box = element.getBoundingClientRect();
          return [box.x, box.y, box.width, box.height];
        }})()""")
        places = [(box[0] + x * box[2], box[1] + y * box[3]) for x, y in (start, end)]
        self.ask("Input.dispatchMouseEvent", type="mousePressed", x=places[0][0], y=places[0][1], button="left", clickCount=1)
        for part in (0.5, 1):
            x, y = [one + (other - one) * part for one, other in zip(*places)]
            self.ask("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y, button="left", buttons=1)
        self.ask("Input.dispatchMouseEvent", type="mouseReleased", x=places[1][0], y=places[1][1], button="left", clickCount=1)

    def texts(self, selector):
        return self.value(f"[...document.querySelectorAll({json.dumps(selector)})].map((each) => each.textContent)")

    def data(self, selector, *names):
        """Data attributes of elements: numbers where they are some."""
        found = self.value(
            f"[...document.querySelectorAll({json.dumps(selector)})].map((each) => {json.dumps(names)}.map((name) => each.dataset[name] ?? null))")

        def read(text):
            try:
                return float(text)
            except (TypeError, ValueError):
                return text

        return [tuple(map(read, each)) for each in found]

    def downloaded(self, name, seconds=20):
        path = self.downloads / name
        end = time.monotonic() + seconds
        while not path.exists() or path.stat().st_size == 0:
            assert time.monotonic() < end, f"{name} was not saved"
            self.value("1")
            time.sleep(0.05)
        time.sleep(0.1)
        text = path.read_text()
        path.unlink()
        return text

    def poor_contrast(self):
        return self.value(CONTRAST)

    def nameless(self):
        """What a reader of the screen cannot call by a name."""
        nodes = self.ask("Accessibility.getFullAXTree")["nodes"]
        return [
            each["role"]["value"] for each in nodes
            if not each.get("ignored") and each.get("role", {}).get("value") in NAMED_ROLES
            and not each.get("name", {}).get("value", "").strip()
        ]

    def requested(self):
        return [each["params"]["request"]["url"] for each in self.events if each.get("method") == "Network.requestWillBeSent"] + [
            each["params"]["url"] for each in self.events if each.get("method") == "Network.webSocketCreated"]

    def troubles(self):
        found = []
        for each in self.complaints():
            params = each["params"]
            entry = params.get("entry", {})
            if each["method"] == "Log.entryAdded" and entry.get("level") not in ("error", "warning"):
                continue
            found.append(json.dumps(params)[:400])
        return found
