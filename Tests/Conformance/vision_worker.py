"""A vision worker that behaves as its arguments say; each request's method is written to a log.

    python3 vision_worker.py LOG BEHAVIOUR [METHOD [TIMES]]

Answers are made of what is asked: a box is the picture's quarter, a mask its left half, a vector the first bytes.
The behaviour shows at the method, in the first TIMES processes (default: in all).
"""

import base64
import json
import os
import signal
import sys
import time

log, behaviour = sys.argv[1:3]
method_of_trouble = sys.argv[3] if len(sys.argv) > 3 else "ground"
times = int(sys.argv[4]) if len(sys.argv) > 4 else 1 << 30
with open(log, "a") as file:
    file.write(f"start {os.getpid()}\n")
starts = sum(line.startswith("start") for line in open(log))
if behaviour == "deaf":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def size(image):
    data = base64.b64decode(image["bytes"])
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")


ROLES = {"ground": "grounding", "segment": "segmentation", "embed": "embedding"}
# Another model, where that is the behaviour of the first processes.
digest = ("ab" if behaviour != "other" or starts > times else "cd") * 32


def answer(method, params):
    if method == "initialize":
        models = {role: {"class": "Script", "digest": digest, "parameters": 0} for role in ROLES.values()}
        models["embedding"] |= {"dimensions": 2, "inputs": ["images", "texts"]}
        return {"name": "scripted", "version": "1", "protocol": 1, "methods": list(ROLES), "device": "none",
                "versions": {"python": sys.version.split()[0]}, "models": models, "memory": 1}
    return {**results(method, params), "models": {ROLES[method]: digest}, "versions": {}, "memory": 1}


def results(method, params):
    if method == "ground":
        results = []
        for item in params["items"]:
            width, height = size(item["image"])
            results.append({"boxes": [
                {"box": [0, 0, width / 2, height / 2], "score": 0.9, "phrase": number}
                for number, phrase in enumerate(item["phrases"]) if phrase != "nothing"]})
        return {"results": results}
    if method == "segment":
        results = []
        for item in params["items"]:
            width, height = size(item["image"])
            half = width // 2
            runs = [0] + [half, width - half] * height
            results.append({"masks": [{"width": width, "height": height, "runs": runs} for _ in item["boxes"]]})
        return {"results": results}
    values = params.get("images") or params["texts"]
    return {"results": [{"vector": [len(value), 1.5]} for value in values]}


def spoil(result, asked):
    """The answer's text where the behaviour shows in it."""
    if behaviour == "die":
        print("out of luck\x1b[31m", file=sys.stderr, flush=True)
        os._exit(3)
    if behaviour == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if behaviour == "hang":
        time.sleep(1000)
    if behaviour == "garbage":
        return "Loading checkpoint shards: 100%"
    if behaviour == "protocol":
        return {**result, "protocol": 2}
    if behaviour == "nodigest":
        result["models"]["segmentation"]["digest"] = "zz"
    if behaviour == "nodimensions":
        del result["models"]["embedding"]["dimensions"]
    if behaviour == "changed":
        return {**result, "models": {ROLES[method]: "cd" * 32}}
    if behaviour == "nameless":
        del result["models"]
    if behaviour == "closed":
        os.close(1)
        time.sleep(1000)
    if behaviour == "many":
        box = result["results"][0]["boxes"][0]
        result["results"][0]["boxes"] = [{**box, "score": (50 + number % 10) / 100} for number in range(1000)]
    if behaviour == "longer" or behaviour == "longer-picture" and isinstance(asked[0], dict):
        result["results"][0]["vector"].append(1)
    if behaviour == "few":
        return {**result, "results": result["results"][1:]}
    if behaviour == "size":
        result["results"][0]["masks"][0]["width"] += 1
    if behaviour == "runs":
        result["results"][0]["masks"][0]["runs"].append(1)
    if behaviour == "box":
        result["results"][0]["boxes"][0]["box"] = [3, 0, 1, 2]
    if behaviour == "nan":
        return '{"results": [{"vector": [NaN, 1]}], "models": {"embedding": "%s"}}' % digest
    if behaviour == "zero":
        result["results"][0]["vector"] = [0, 0]
    if behaviour == "item":
        result["results"][0] = {"error": "the picture cannot be read"}
    return result


for line in sys.stdin:
    request = json.loads(line)
    method = request["method"]
    with open(log, "a") as file:
        file.write(method + "\n")
    result = answer(method, request["params"])
    if method == method_of_trouble and starts <= times:
        if behaviour == "id":
            request["id"] += 1
        if behaviour == "long":
            sys.stdout.write("x" * 200_000)
        if behaviour == "refuse":
            print(json.dumps({"jsonrpc": "2.0", "id": request["id"],
                              "error": {"code": -32602, "message": "items: found 0, expected 1"}}), flush=True)
            continue
        result = spoil(result, request["params"].get("images") or request["params"].get("texts") or [None])
    if isinstance(result, str) and not result.startswith("{"):
        print(result, flush=True)
        continue
    text = result if isinstance(result, str) else json.dumps(result)
    print(f'{{"jsonrpc": "2.0", "id": {request["id"]}, "result": {text}}}', flush=True)
if behaviour == "deaf":
    time.sleep(1000)
