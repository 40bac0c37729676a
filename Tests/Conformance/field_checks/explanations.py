"""explanation/* and the searches in labels: what was put, and the world's own index beside what sqlite reads there."""

import json
import os
import sqlite3
import time

from .corpora import job
from .world import INDEX


def explanations(world, ledger, path, latent):
    before = time.time()
    said = [
        {"text": "red things", "author": {"kind": "human", "name": "a reader"}, "evidence": ["item:0", "item:1"]},
        {"state": "uninterpretable", "author": {"kind": "model", "name": "another"}, "method": "chat", "evidence": ["item:2"]},
    ]
    for number, each in enumerate(said, 1):
        found = world.ask("explanation/put", index=world.index, latent=latent, **each)
        revision(ledger, "explanation/put", "", found, latent, number, each, before)
        ledger.same("explanation/put", "path", os.path.realpath(found["path"]), os.path.realpath(path))
        ledger.same("explanation/put", "id", found["id"], number)
    found = world.ask("explanation/get", index=world.index, latent=latent)
    ledger.same("explanation/get", "label", found["label"], "red things")
    for each, number in zip(found["items"], (2, 1)):
        revision(ledger, "explanation/get", "items[].", each, latent, number, said[number - 1], before)
    listed = world.ask("explanation/list", index=world.index)
    ledger.same("explanation/list", "total", listed["total"], 1)
    revision(ledger, "explanation/list", "items[].", listed["items"][0], latent, 2, said[1], before)
    ledger.same("index/info", "explainedLatents", world.ask("index/info", index=world.index)["explainedLatents"], 1)
    phrase(world, ledger, path, latent)


def phrase(world, ledger, path, latent):
    """A phrase names what it was made of, and of what kind of concept it is."""
    longer = world.ask(
        "explanation/put", index=world.index, latent=latent, text="The images show red things (colour)", concept="texture",
        author={"kind": "human", "name": "a reader"})
    ledger.same("explanation/put", "concept", longer["concept"], "texture")
    done = job(world, "explanation/refine", index=path, by={"rule": {}}, features={"latents": [latent]})
    assert done["result"]["refined"] == 1, done
    found = world.ask("explanation/get", index=world.index, latent=latent)["items"]
    listed = world.ask("explanation/list", index=world.index)["items"]
    assert found[0]["text"] == listed[0]["text"] == "red things", found
    for method, items in (("explanation/get", found), ("explanation/list", listed)):
        ledger.same(method, "items[].concept", items[0]["concept"], "colour")
        ledger.same(method, "items[].refines", items[0]["refines"], longer["id"])


def revision(ledger, method, path, found, latent, number, said, before):
    expected = {"state": "explained", "text": "", "method": "manual", "evidence": []} | said
    for name in ("state", "text", "method"):
        ledger.same(method, path + name, found[name], expected[name])
    ledger.same(method, path + "evidence[]", found["evidence"], expected["evidence"])
    for name in ("kind", "name"):
        ledger.same(method, f"{path}author.{name}", found["author"][name], said["author"][name])
    ledger.same(method, path + "latent", found["latent"], latent)
    ledger.same(method, path + "revision", found["revision"], number)
    ledger.holds(method, path + "created", before - 1 <= found["created"] <= time.time() + 1, "not now")


def labels(world, ledger):
    """The world's own index, whose explanations have scores, beside what sqlite reads there."""
    index = world.ask("index/open", path=str(INDEX))["index"]
    with sqlite3.connect(f"file:{INDEX}?mode=ro", uri=True) as database:
        def rows(query, *arguments):
            return database.execute(query, arguments).fetchall()

        words = '"fish"*'
        hits = rows("SELECT rowid, -bm25(label), text FROM label WHERE label MATCH ? ORDER BY 2 DESC, rowid", words)
        found = world.ask("index/search", index=index, query={"text": "fish"}, limit=5)
        ledger.same("index/search", "items[].latent", [each["latent"] for each in found["items"]], [hit[0] for hit in hits[:5]])
        ledger.close("index/search", "items[].score", [each["score"] for each in found["items"]], [hit[1] for hit in hits[:5]])
        ledger.same("index/search", "items[].label", [each["label"] for each in found["items"]], [hit[2] for hit in hits[:5]])
        ledger.same("index/search", "hasMore", found["hasMore"], len(hits) > 5)
        latent = hits[0][0]
        near = world.ask("index/neighbours", index=index, latent=latent, limit=5)["items"]
        texts = {row[0]: row[1] for row in rows("SELECT rowid, text FROM label")}
        ledger.same(
            "index/neighbours", "items[].label", [each.get("label") for each in near], [texts.get(each["latent"]) for each in near])
        for method, items in (("index/search", found["items"]), ("index/neighbours", near)):
            beside_labels(ledger, method, "items[].", items, rows)
        stored = rows(
            "SELECT score.kind, value, baseline, count, details, score.created FROM score JOIN explanation"
            " ON explanation.id = score.explanation WHERE latent = ? ORDER BY score.id", latent)
        listed = world.ask("explanation/list", index=index, limit=1000)
        ledger.same("explanation/list", "total", listed["total"], len(texts))
        ids = dict(rows("SELECT latent, max(id) FROM explanation GROUP BY latent"))
        ledger.same("explanation/list", "items[].id", {each["latent"]: each["id"] for each in listed["items"]}, ids)
        found = world.ask("explanation/get", index=index, latent=latent)
        ledger.same("explanation/get", "items[].id", found["items"][0]["id"], ids[latent])
        own = next(each for each in listed["items"] if each["latent"] == latent)
        for method, scores in (("explanation/get", found["items"][0]["scores"]), ("explanation/list", own["scores"])):
            names = ("kind", "value", "baseline", "count", "details", "created")
            for name, column in zip(names, zip(*stored)):
                expected = [json.loads(each) for each in column] if name == "details" else list(column)
                ledger.same(method, f"items[].scores[].{name}", [each[name] for each in scores], expected)
        said = world.ask("feature/info", feature=world.feature(latent))["explanation"]
        ledger.same("feature/info", "explanation.text", said["text"], texts[latent])
        ledger.same("feature/info", "explanation.author", said["author"], found["items"][0]["author"]["name"])
        ledger.same("feature/info", "explanation.score", said["score"], stored[-1][1])
        beside_labels(ledger, "feature/info", "explanation.", [said | {"latent": latent}], rows)
    world.ask("index/close", index=index)


def beside_labels(ledger, method, path, items, rows):
    """The newest overlap, of the best pictures before a dissection's, then the area under the curve."""
    expected = []
    for each in items:
        scores = {kind: (value, baseline) for kind, value, baseline in rows(
            "SELECT kind, value, baseline FROM score WHERE explanation = (SELECT id FROM explanation WHERE latent = ? "
            "AND state = 'explained' ORDER BY revision DESC LIMIT 1) ORDER BY id", each["latent"])}
        scores["auc"] = scores.get("auc", scores.get("detection"))
        told = ["iou" if "iou" in scores else "dissection", "auc"]
        expected.append([(kind, *scores[kind]) for kind in told if scores.get(kind)])
    found = [[(s["kind"], s["value"], s.get("baseline")) for s in each.get("labelScores", [])] for each in items]
    for name in ("kind", "value", "baseline"):
        ledger.same(method, f"{path}labelScores[].{name}", found, expected)
    ledger.holds(method, f"{path}labelScores[].kind", any(found), "nothing was compared")
