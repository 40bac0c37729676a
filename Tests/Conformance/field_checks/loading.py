"""model/load, sae/load, sae/sites, sae/fit and kernel/status: facts of the files, fits, and bytes that add up."""

import os
from pathlib import Path

import numpy

from .world import BLOCK, MODEL, SAE, picture


def check(world, ledger, folder):
    model(world, ledger)
    autoencoder(world, ledger)
    sites(world, ledger)
    fit(world, ledger)
    status(world, ledger)


def model(world, ledger):
    method, found = "model/load", world.loaded_model
    config, text = world.decoder.config, world.decoder.text
    side = config["vision_config"]["image_size"] // config["vision_config"]["patch_size"]
    ledger.same(method, "architecture", found["architecture"], config["architectures"][0])
    ledger.same(method, "layers", found["layers"], text["num_hidden_layers"])
    ledger.same(method, "hiddenSize", found["hiddenSize"], text["hidden_size"])
    ledger.same(method, "vocabularySize", found["vocabularySize"], text["vocab_size"])
    ledger.same(method, "image.patchGrid[]", found["image"]["patchGrid"], [side, side])
    ledger.same(method, "image.tokensPerTile", found["image"]["tokensPerTile"], config["image_seq_length"])
    ledger.same(method, "bytes", found["bytes"], (MODEL / "model.safetensors").stat().st_size)


def autoencoder(world, ledger):
    method, found, config = "sae/load", world.loaded_sae, world.autoencoder.config
    ledger.same(method, "latents", found["latents"], config["num_latents"])
    ledger.same(method, "k", found["k"], config["k"])
    ledger.same(method, "inputSize", found["inputSize"], config["d_in"])
    ledger.same(method, "activation", found["activation"], config["activation"])
    ledger.same(method, "format", found["format"], "sparsify")
    ledger.same(method, "site", found["site"], f"resid_post.{BLOCK}")
    ledger.same(method, "bytes", found["bytes"], world.autoencoder.weights.bytes)
    # The fit is measured on the context that was opened last.
    context = next(each for each in (world.open(picture(f"street-{n}")) for n in range(24, 30)) if each.decisive)
    for other in world.ask("kernel/status")["contexts"]:
        if other["context"] != context.name:
            world.ask("context/close", context=other["context"])
    fit = world.ask(method, path=str(SAE))["fit"]
    ledger.close(method, "fit.fvu", fit["fvu"], world.autoencoder.unexplained(context.residual), 1e-4)
    ledger.close(method, "fit.l0", fit["l0"], (context.code > 0).sum(axis=1).mean())


def sites(world, ledger):
    method, text = "sae/sites", world.decoder.text
    found = world.ask(method)
    ledger.same(method, "model", found["model"], world.loaded_model["model"])
    ledger.same(method, "blocks", found["blocks"], text["num_hidden_layers"])
    served = {each["site"] for each in found["sites"] if each["isServed"]}
    blocks = [each for each in found["sites"] if "width" in each]
    ledger.same(method, "sites[].isServed", served, {
        "vision.resid_post.N", "resid_pre.N", "attn_heads.N", "attn_out.N", "resid_mid.N", "mlp_out.N", "resid_post.N", "transcoder.N"})
    ledger.same(method, "sites[].site", len(found["sites"]), len({each["site"] for each in found["sites"]}))
    tower = next(each for each in blocks if each["site"] == "vision.resid_post.N")
    vision = world.decoder.config["vision_config"]
    # vision_feature_layer -2: the output of the last layer but one becomes features.
    ledger.same(method, "sites[].last", tower["last"], vision["num_hidden_layers"] + world.decoder.config["vision_feature_layer"])
    ledger.same(method, "sites[].width", tower["width"], vision["hidden_size"])
    ledger.same(method, "sites[].first", tower["first"], 0)
    for each in blocks:
        if each is tower:
            continue
        last = 0 if each["site"] == "resid_pre.N" else text["num_hidden_layers"] - 1
        ledger.same(method, "sites[].first", each["first"], 0)
        ledger.same(method, "sites[].last", each["last"], last)
        heads = text["num_attention_heads"] * text["head_dim"]
        ledger.same(method, "sites[].width", each["width"], heads if "heads" in each["site"] else text["hidden_size"])
    ledger.same(method, "sites[].names[]", "model.layers.N" in next(
        each["names"] for each in blocks if each["site"] == "resid_post.N"), True)


def fit(world, ledger):
    """Fits by kind of token and by convention, in numpy over the same residuals."""
    method, sae = "sae/fit", world.autoencoder
    context = next(each for each in (world.open(picture(f"street-{n}")) for n in range(24, 30)) if each.decisive)
    found = world.ask(method, sae=world.sae, context=context.name)
    ledger.same(method, "sae", found["sae"], world.sae)
    ledger.same(method, "site", found["site"], f"resid_post.{BLOCK}")
    ledger.same(method, "contexts", found["contexts"], 1)
    x, made = context.residual, sae.decode(context.code)
    rows = {"first": [0], "all": list(range(1, len(x))), "last": [len(x) - 1]}
    for token in context.tokens[1:]:
        kind = "text" if "image" not in token else token["view"] if "box" in token else "newline"
        rows.setdefault(kind, []).append(token["position"])
    kinds = {each["kind"]: each for each in found["kinds"]}
    ledger.same(method, "kinds[].kind", set(kinds), set(rows))
    for kind, positions in rows.items():
        own, y, z = kinds[kind], x[positions], made[positions]
        error, mean = ((z - y) ** 2).sum(), y.mean(axis=0)
        ledger.same(method, "kinds[].tokens", own["tokens"], len(positions))
        if len(positions) > 1:
            ledger.close(method, "kinds[].fvu", own["fvu"], error / ((y - mean) ** 2).sum(), 1e-4)
        ledger.close(method, "kinds[].relativeError", own["relativeError"], error / (y**2).sum(), 1e-4)
        ratio = (numpy.linalg.norm(z, axis=1) / numpy.linalg.norm(y, axis=1)).mean()
        ledger.close(method, "kinds[].normRatio", own["normRatio"], ratio, 1e-4)
        ledger.close(method, "kinds[].l0", own["l0"], (context.code[positions] > 0).sum(axis=1).mean())
    readings = {each["convention"]: each for each in found["conventions"]}
    ledger.same(method, "conventions[].convention", len(readings), len(found["conventions"]))
    others = {"blockBelow": context.read(BLOCK - 1), "blockAbove": context.read(BLOCK + 1)}
    for name, y in others.items():
        code = sae.encode(y)
        y, z = y[1:], sae.decode(code)[1:]
        unexplained = ((z - y) ** 2).sum() / ((y - y.mean(axis=0)) ** 2).sum()
        ledger.close(method, "conventions[].fvu", readings[name]["fvu"], unexplained, 1e-3)
        ledger.close(method, "conventions[].l0", readings[name]["l0"], (code[1:] > 0).sum(axis=1).mean(), 1e-3)
    ledger.same(method, "better", found.get("better"), None)


def status(world, ledger):
    method, context = "kernel/status", world.open(picture("beach-06"))
    found = world.ask(method)
    (model,), (sae,) = found["models"], found["saes"]
    ledger.same(method, "models[].bytes", model["bytes"], world.loaded_model["bytes"])
    ledger.same(method, "models[].architecture", model["architecture"], world.loaded_model["architecture"])
    ledger.same(method, "models[].precision", model["precision"], "float32")
    ledger.same(method, "models[].path", os.path.realpath(model["path"]), os.path.realpath(MODEL))
    ledger.same(method, "saes[].path", os.path.realpath(sae["path"]), os.path.realpath(SAE))
    for name in ("site", "latents", "k", "bytes", "sae"):
        ledger.same(method, f"saes[].{name}", sae[name], world.loaded_sae[name])
    ledger.same(method, "saes[].model", sae["model"], model["model"])
    ledger.same(method, "models[].model", model["model"], world.loaded_model["model"])
    own = next(each for each in found["contexts"] if each["context"] == context.name)
    ledger.same(method, "contexts[].tokenCount", own["tokenCount"], len(context.ids))
    ledger.same(method, "contexts[].version", own["version"], context.opened["version"])
    memory = found["memory"]
    items = {each["name"]: each["bytes"] for each in memory["items"]}
    ledger.same(method, "contexts[].bytes", sum(each["bytes"] for each in found["contexts"]), items["contexts"])
    # Keys and values of every block, in float32.
    text = world.decoder.text
    least = 4 * 2 * text["num_hidden_layers"] * text["num_key_value_heads"] * text["head_dim"] * len(context.ids)
    ledger.holds(method, "contexts[].bytes", own["bytes"] >= least, f"less than the {least} of keys and values")
    weights = sum(each["bytes"] for each in found["models"] + found["saes"])
    ledger.same(method, "memory.items[].bytes", items["mapped weights"], weights)
    ledger.same(method, "memory.items[].name", len(items), len(memory["items"]))
    ledger.same(method, "memory.used", memory["used"], sum(items.values()) - items["mapped weights"])
    resident = int(Path(f"/proc/{world.process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    ledger.holds(method, "memory.used", memory["used"] < resident, f"more than the process's {resident}")
    ledger.holds(method, "memory.limit", memory["limit"] > memory["used"], "below what is used")
    ledger.same(method, "queue.waiting", found["queue"]["waiting"], 0)
    ledger.same(method, "health", (found["health"], "message" in found), ("ok", False))
