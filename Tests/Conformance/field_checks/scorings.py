"""What kernel/status tells of the vision worker, beside what the system and the worker's files say."""

import hashlib
import os
import platform
import shutil

from .corpora import job
from .world import INDEX, PICTURES, RESOURCES

CONCEPTS = PICTURES / "concepts.json"
WORKER = f"python3 '{RESOURCES}/workers/masks.py' --concepts '{CONCEPTS}'"


def check(world, ledger, folder):
    def told():
        return world.ask("kernel/status")["vision"]

    method = "kernel/status"
    before = told()
    ledger.same(method, "vision.command", before, {"command": WORKER, "starts": 0})
    index = f"{folder}/scored.index"
    shutil.copyfile(INDEX, index)
    os.chmod(index, 0o600)
    latent = world.ask("index/search", index=world.ask("index/open", path=index)["index"], query={"text": "house"}, limit=1)
    job(world, "explanation/score", index=index, sae=world.sae, scorers=["clip"], pool=4,
        features={"latents": [latent["items"][0]["latent"]]})
    found = told()
    ledger.same(method, "vision.starts", found["starts"], 1)
    process = found["process"]
    with open(f"/proc/{process}/cmdline") as file:
        words = file.read().split("\0")
    with open(f"/proc/{process}/status") as file:
        facts = dict(line.split(":", 1) for line in file.read().splitlines())
    ledger.holds(method, "vision.process", f"{RESOURCES}/workers/masks.py" in words, f"{process} is {words}")
    ledger.same(method, "vision.process", int(facts["PPid"]), world.process)
    resident = int(facts["VmRSS"].split()[0]) * 1024
    ledger.holds(method, "vision.memory", abs(found["memory"] - resident) < resident / 10, f"{found['memory']}, not {resident}")
    ledger.same(method, "vision.name", (found["name"], found["device"]), ("masks", "cpu"))
    ledger.same(method, "vision.device", found["device"], "cpu")
    ledger.same(method, "vision.versions", found["versions"]["python"], platform.python_version())
    ledger.same(method, "vision.version", found["versions"]["masks"], found["version"])
    ledger.same(method, "vision.models[].role", [m["role"] for m in found["models"]], ["embedding", "grounding", "segmentation"])
    ledger.same(method, "vision.models[].name", {m["name"] for m in found["models"]}, {"ConceptSet"})
    digest = hashlib.sha256(CONCEPTS.read_bytes()).hexdigest()
    ledger.same(method, "vision.models[].digest", {m["digest"] for m in found["models"]}, {digest})
