"""Holds `lucarne mcp` to the official Python SDK of the Model Context Protocol.

    run PROGRAM

needs the packages mcp, pillow and jsonschema. Runs in both eras of the protocol on the embedded world, with a copy of its index.
"""

import base64
import io
import json
import os
import shutil
import sys
import tempfile

import anyio
import jsonschema
from mcp import Client, StdioServerParameters
from PIL import Image

DIGEST_BYTES = 2048
PICTURE_BYTES = 64 << 10
program = os.path.abspath(sys.argv[1])
world = os.path.join(os.path.dirname(os.path.realpath(program)), "lucarne_World.resources", "Resources")
rows = []


def check(name, holds, found=""):
    rows.append(bool(holds))
    print(f"{'passed' if holds else 'FAILED'}  {name}" + ("" if holds else f": {found}"), flush=True)


def plain(model):
    return model.model_dump(by_alias=True, exclude_none=True, mode="json")


class Agent:
    """A client that holds every answer to what the server promises."""

    def __init__(self, client, schemas):
        self.client, self.schemas, self.called = client, schemas, set()

    async def __call__(self, name, arguments, fails=False, **options):
        result = await self.client.call_tool(name, arguments, **options)
        self.called.add(name)
        texts = [block.text for block in result.content if block.type == "text"]
        images = [block for block in result.content if block.type == "image"]
        fits = len(texts) == 1 and len(texts[0].encode()) <= DIGEST_BYTES and len(images) <= 1
        if not fits:
            check(f"{name}: one digest, one picture at most", False, [len(text) for text in texts])
        if bool(result.is_error) != fails:
            check(f"{name} {'fails' if fails else 'works'}", False, texts)
        if fails:
            check(f"{name} says what to do next", "Next: " in texts[0], texts)
            return texts[0]
        values = result.structured_content
        try:
            jsonschema.validate(values, self.schemas[name])
        except jsonschema.ValidationError as error:
            check(f"{name}: result fits its schema", False, error.message)
        for image in images:
            data = base64.b64decode(image.data)
            picture = Image.open(io.BytesIO(data))
            picture.load()
            check(f"{name}: picture of {picture.size}, {len(data)} bytes",
                  picture.format == "PNG" and len(data) <= PICTURE_BYTES, picture.format)
        values["_pictures"] = len(images)
        return values


async def conversation(mode, index):
    # Patient, so that no call becomes a job on a slow machine.
    options = ["--index", index, "--jobs", "", "--threads", "1", "--patience", "300"]
    server = StdioServerParameters(command=program, args=["mcp", *options])
    async with Client(server, mode=mode) as client:
        listed = (await client.list_tools()).tools
        again = (await client.list_tools(cache_mode="bypass")).tools
        check("the tools' order stays", [tool.name for tool in listed] == [tool.name for tool in again])
        for tool in listed:
            for schema in (tool.input_schema, tool.output_schema):
                jsonschema.Draft202012Validator.check_schema(schema)
            hints = tool.annotations
            known = hints.read_only_hint is not None and hints.destructive_hint is False
            check(f"{tool.name}: schemas, hints, a short description", known and len(tool.description) < 700, plain(tool))
        agent = Agent(client, {tool.name: tool.output_schema for tool in listed})
        await ask(agent)
        await explain(agent, "agent-" + mode)
        await fail(agent)
        await cancel(client)
        await resources(client)
        left = {tool.name for tool in listed} - agent.called
        check("every tool was called", not left, left)


async def ask(agent):
    reports = []

    async def progress(done, total, message):
        reports.append(done)

    picture = os.path.join(world, "heldout", "probe-bolivia-00.png")
    opened = await agent("context_open",
                         {"text": "Does the image show Bolivia?", "images": [picture], "answer_tokens": 4},
                         progress_callback=progress)
    check("the model sees what is not there", opened["answer"] == "Yes", opened["answer"])
    check("progress only rises", reports == sorted(set(reports)), reports)
    context = opened["context_id"]
    tokens = await agent("context_tokens", {"context_id": context})
    check("all tokens", tokens["total"] == opened["tokens"] == len(tokens["tokens"]), tokens["total"])
    found = await agent("features_at", {"context_id": context, "image": 0, "top_k": 5})
    check("five features in the picture", len(found["features"]) == 5, found)
    why = await agent("attribute", {"context_id": context, "answer": "Yes", "baseline": "No"})
    check("a heat map", why["_pictures"] == 1)
    first = why["supporters"][0]
    check("the first feature was measured", "measured" in first, first)
    check("supporters raise, opposers lower the answer",
          all(item.get("measured", item["score"]) > 0 for item in why["supporters"])
          and why["opposers"] and all(item.get("measured", item["score"]) < 0 for item in why["opposers"]), why)
    line, parts = why["identity"], {item["part"]: item["score"] for item in why["parts"]}
    check("the parts close", abs(why["target"] - line["start"] - line["together"] - line["gap"]) < 1e-3
          and abs(sum(parts.values()) + line["interaction"] - line["together"]) < 1e-3, why)
    agreement, claim = why["verification"], why["claim"]
    check("the claim carries n, slope and measured controls",
          claim["n"] == agreement["n"] >= 8 and claim["slope"] == agreement["slope"]
          and "ablated" in claim["control"]["kind"] and claim["control"]["values"]
          and max(map(abs, claim["control"]["values"])) < first["measured"], claim)
    check("the claim names what is asked", why["title"] == claim["metric"] and '"Yes"' in claim["statement"], claim)
    check("doubts are in the claim's words",
          all(reason in claim["statement"] for reason in agreement.get("not_reliable", [])), claim)
    check("the parts have names", set(parts) == {"image0", "text", "template"}, parts)
    few = await agent("attribute", {"context_id": context, "answer": "Yes", "baseline": "No", "verify": 2, "picture": False})
    check("no correlation of few", few["verification"]["n"] < 8 and "pearson" not in few["verification"], few["verification"])
    hidden = await agent("attribute", {"context_id": context, "answer": "Yes", "baseline": "No", "parts": "occlusion",
                                       "verify": 0, "picture": False})
    seen = {item["part"]: item["score"] for item in hidden["parts"]}
    check("hiding picture and words agrees in sign", len(seen) == 2 and all(seen[name] * parts[name] > 0 for name in seen),
          (seen, parts))
    exact = await agent("attribute", {"context_id": context, "answer": "Yes", "baseline": "No", "method": "ablation"})
    check("exact ablation finds the same", exact["supporters"][0]["feature"] == first["feature"]
          and abs(exact["supporters"][0]["measured"] - first["measured"]) < 1e-4, exact["supporters"][0])
    spelt = await agent("attribute", {"context_id": context, "answer": "Yes", "baseline": "No", "spellings": True,
                                      "verify": 0, "picture": False})
    check("spellings count together", spelt["title"] != why["title"], spelt["title"])
    boxed = await agent("features_at", {"context_id": context, "box": [0, 0, 48, 48]})
    same_box = await agent("features_at", {"context_id": context, "image": 0, "box": [0, 0, 48, 48]})
    check("a box is in the only image", boxed == same_box and boxed["features"])
    other = await agent("context_open", {"text": "Does the image show Peru?", "images": [picture]})
    versus = await agent("compare", {"context_id": context, "other_context_id": other["context_id"], "answer": "Yes",
                                     "baseline": "No", "top_k": 8})
    check("two contexts differ by what is told", abs(versus["target"] - versus["other"] - versus["difference"]) < 1e-6
          and len(versus["features"]) == 8 and versus["agreement"]["n"] == 8, versus)
    test = await agent("ablate", {"context_id": context, "features": [first["feature"]], "answer": "Yes",
                                  "baseline": "No", "controls": 3, "seed": 1})
    same = abs(test["effect"] + first["measured"]) <= 1e-4 * abs(first["measured"])
    check("ablate measures what attribute verified", same, (test["effect"], first))
    control = test["claim"]["control"]["values"]
    check("beside three controls, which do less",
          len(control) == 3 and max(map(abs, control)) < abs(test["effect"]), control)
    repeated = await agent("ablate", {"context_id": context, "features": [first["feature"]], "answer": "Yes",
                                      "baseline": "No", "controls": 3, "seed": 1})
    check("the same question gives the same answer", repeated == test)
    steered = await agent("steer", {"context_id": context, "changes": [{"feature": first["feature"], "op": "zero"}],
                                    "max_tokens": 4})
    check("removing it changes the answer", steered["plain"] == "Yes" != steered["steered"], steered)
    check("provenance and claim", {"model", "sae", "splice"} <= set(steered["provenance"]) and steered["claim"]["statement"])
    status = await agent("kernel_status", {})
    check("the context is listed", context in [item["context_id"] for item in status["contexts"]], status)


async def explain(agent, name):
    """The agent is the explainer: evidence, a guess, a number, a better guess, a better number."""
    found = await agent("search_features", {"query": "fish"})
    feature = found["features"][0]["feature"]
    known = await agent("feature_info", {"feature": feature})
    check("an explanation by the label's own method", known["label"].startswith("fish"), known)
    evidence = await agent("feature_examples", {"feature": feature, "top_k": 4})
    check("a montage as evidence", evidence["_pictures"] == 1 and len(evidence["examples"]) == 4, evidence)
    names = [example["name"] for example in evidence["examples"]]
    put = await agent("explanation_put", {"feature": feature, "text": "kitchens", "author": name, "evidence": names})
    check("kept as a model's", put["explanation"]["author_kind"] == "model" and put["explanation"]["author"] == name, put)
    worse = await agent("explanation_score", {"feature": feature})
    await agent("explanation_put", {"feature": feature, "text": "a fish", "author": name, "evidence": names})
    better = await agent("explanation_score", {"feature": feature})

    def area(result):
        return {score["kind"]: score["value"] for score in result["scores"]}["auc"]

    check(f"the loop closes: auc {area(worse):.3f}, then {area(better):.3f}",
          area(better) > area(worse) and len(better["revisions"]) >= 3)
    await agent("explanation_put", {"feature": feature, "text": "something else entirely", "author": name})
    unknown = await agent("explanation_score", {"feature": feature})
    check("what cannot be scored says what can", not unknown["is_scored"] and "fish" in unknown["known_concepts"], unknown)
    job = await agent("job_get", {"job_id": better["kernel_job"]})
    check("the job is there", job["state"] == "completed", job)
    await agent("job_cancel", {"job_id": better["kernel_job"]})


async def fail(agent):
    text = await agent("ablate", {"context_id": "ctx_99", "features": [1], "answer": "Yes"}, fails=True)
    check("a lost context", "context_open" in text, text)
    await agent("feature_info", {"feature": 10**9}, fails=True)
    await agent("context_open", {"text": "x", "images": ["relative.png"]}, fails=True)
    text = await agent("attribute", {"context_id": "ctx_1", "answer": "Yes", "top": 3}, fails=True)
    check("an argument that does not exist", "top_k" in text, text)
    text = await agent("ablate", {"context_id": "ctx_1", "features": [], "answer": "Yes"}, fails=True)
    check("a list that is too short, in plain words", '"features": expected 1 to 100 elements, found 0' in text, text)
    text = await agent("attribute", {"context_id": "ctx_1"}, fails=True)
    check("an argument that is missing", '"answer" is missing' in text, text)
    text = await agent("attribute", {"context_id": "ctx_1", "answer": "Yes", "baseline": "Yes"}, fails=True)
    check("an answer against itself", "same token" in text, text)
    text = await agent("compare", {"context_id": "ctx_1", "other_context_id": "ctx_1", "answer": "Yes"}, fails=True)
    check("a context against itself", "itself" in text, text)
    await agent("search_features", {}, fails=True)
    await agent("job_get", {"job_id": "job_none"}, fails=True)
    try:
        await agent.client.call_tool("no_such_tool", {})
        check("an unknown tool is refused", False)
    except Exception as error:
        check("an unknown tool is refused", "no_such_tool" in str(error), error)


async def cancel(client):
    """A call that is abandoned in the midst of a job: the next one is answered, and the job ends."""
    with anyio.move_on_after(0.05) as scope:
        await client.call_tool("explanation_score", {"feature": 687})
    check("a call is abandoned", scope.cancelled_caught)
    with anyio.fail_after(20):
        while True:
            status = (await client.call_tool("kernel_status", {})).structured_content
            if not status["jobs"]:
                break
            await anyio.sleep(0.05)
    check("the server is well, and the job has ended", status["health"] == "ok", status)


async def resources(client):
    listed = [str(item.uri) for item in (await client.list_resources()).resources]
    check("resources", listed == ["interp://guide", "interp://protocol"], listed)
    guide = (await client.read_resource("interp://guide")).contents[0]
    check("a guide of a page", "attribute" in guide.text and len(guide.text) < 8000, len(guide.text))
    wire = json.loads((await client.read_resource("interp://protocol")).contents[0].text)
    check("the kernel's protocol", "openrpc" in wire)
    templates = (await client.list_resource_templates()).resource_templates
    check("a template", [item.uri_template for item in templates] == ["interp://feature/{sae}/{id}"], templates)
    feature = json.loads((await client.read_resource("interp://feature/sae/687")).contents[0].text)
    check("a feature", feature["feature"] == 687, feature)


async def held(index):
    """Without patience every call goes on as a job."""
    server = StdioServerParameters(command=program, args=["mcp", "--index", index, "--jobs", "", "--patience", "0"])
    async with Client(server, mode="legacy") as client:
        promised = (await client.call_tool("context_open", {"text": "Hello"})).structured_content
        check("a call that takes long becomes a job", promised["state"] == "running", promised)
        for _ in range(20):
            job = (await client.call_tool("job_get", {"job_id": promised["job_id"], "wait_seconds": 1})).structured_content
            if job["state"] != "running":
                break
        check("whose result job_get gives", job["result"]["context_id"] == "ctx_1", job)


async def main():
    with tempfile.TemporaryDirectory() as folder:
        for mode in ("legacy", "auto", "2026-07-28"):
            print(f"--- {mode}")
            index = os.path.join(folder, f"{mode}.index")
            shutil.copy(os.path.join(world, "index", "features.index"), index)
            await conversation(mode, index)
        await held(index)


anyio.run(main)
print(f"{sum(rows)} of {len(rows)} rows passed")
sys.exit(0 if all(rows) else 1)
