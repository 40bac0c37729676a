"""Makes Tests/Fixtures/tower_sites: autoencoders of layers of the vision tower, by transformers' own modules.

    python Tests/Fixtures/make/tower_sites.py    # after models.py: torch, transformers, safetensors, pillow, numpy

As sites.py, whose definitions and records these are, with another output of a layer of the tower. Position t of the prompt
has the row of the layer's output `[tiles, P, h]` whose features become its token, as the model's own pack_image_features
says of features that are their own numbers; a position of no patch has zeros, an empty code, and nothing of it is
written. A change of what is made goes into the layer's output, and whole passes of the model run behind it.
"""

import json

import torch

import interpretation as base
import sites

ROOT = base.MODELS.parent / "tower_sites"

# checkpoint, case, region of positions, sites as in sites.py.
CASES = {
    # A layer with one above it, and the one whose output is the picture's features.
    "llama3": ("llama3", "landscape", (20, 27), [(f"vision.resid_post.{n}",) * 3 + (False,) for n in (0, 1)]),
    # Features of two states: of layer 2 and of layer 0, so that one lies below layer 1 and one above.
    "qwen2": ("qwen2", "wide", (30, 36), [(f"vision.resid_post.{n}",) * 3 + (False,) for n in (0, 1)]),
    # SigLIP without a class token.
    "onevision": ("onevision", "landscape", (19, 25), [("vision.resid_post.1",) * 3 + (False,)]),
}
base.SEEING["llava_onevision"] = __import__("transformers").LlavaOnevisionForConditionalGeneration


def processor(config):
    if config.model_type != "llava_onevision":
        return llava_next(config)
    from transformers.models.llava_onevision.image_processing_pil_llava_onevision import LlavaOnevisionImageProcessorPil

    tile = config.vision_config.image_size
    files = json.loads((base.MODELS / "onevision" / "preprocessor_config.json").read_text())
    return LlavaOnevisionImageProcessorPil(
        size={"height": tile, "width": tile}, image_grid_pinpoints=config.image_grid_pinpoints,
        **{key: files[key] for key in ["image_mean", "image_std"]},
    )


llava_next, base.image_processor = base.image_processor, processor


class Model(sites.Model):
    def __init__(self, checkpoint, case, reads, makes):
        self.layer = int(reads.split(".")[-1])
        super().__init__(checkpoint, case, reads, makes)

    def check(self, checkpoint, case):
        tower = self.model.model.vision_tower
        self.tower = getattr(tower, "vision_model", tower)
        self.places = self.places_of()
        super().check(checkpoint, case)

    def places_of(self):
        """By position of the prompt, tile and row of the layer's output; none where there is no patch."""
        model, config = self.model.model, self.model.config
        tiles = self.extra["pixel_values"].shape[1]
        patches = (config.vision_config.image_size // config.vision_config.patch_size) ** 2
        first = 1 if config.vision_config.model_type == "clip_vision_model" else 0
        numbers = torch.arange(1, tiles * patches + 1, dtype=torch.float64).reshape(tiles, patches, 1)
        more = (
            {"vision_aspect_ratio": config.vision_aspect_ratio} if config.model_type == "llava_onevision"
            else {"vision_feature_select_strategy": config.vision_feature_select_strategy}
        )
        packed, _ = model.pack_image_features(
            [numbers], self.extra["image_sizes"], image_newline=torch.zeros(1, dtype=torch.float64), **more)
        packed = iter(packed[0][:, 0].tolist())
        found = {}
        for position, token in enumerate(self.tokens):
            if token == config.image_token_id and (number := next(packed)) > 0:
                assert number == int(number), "a token of several patches"
                found[position] = divmod(int(number) - 1, patches)
        assert next(packed, None) is None
        return {position: (tile, patch + first) for position, (tile, patch) in found.items()}

    def run(self, continuation=(), edit=None):
        found = {}
        positions = torch.tensor(list(self.places))
        tiles, rows = (torch.tensor(list(numbers)) for numbers in zip(*self.places.values()))

        def forward(*arguments, **keywords):
            output = given(*arguments, **keywords)
            value = output[0] if isinstance(output, tuple) else output
            y = torch.zeros(len(self.tokens) + len(continuation), value.shape[-1])
            found["y"] = y.index_put((positions,), value[tiles, rows])
            if edit is None:
                return output
            changed = value.clone().index_put((tiles, rows), edit(found["y"], found["y"])[positions])
            return (changed, *output[1:]) if isinstance(output, tuple) else changed

        # What transformers keeps of a layer as its hidden state is what forward gives, before any hook.
        layer = self.tower.encoder.layers[self.layer]
        given, layer.forward = layer.forward, forward
        try:
            logits = self.model(
                input_ids=torch.tensor([[*self.tokens, *continuation]]), use_cache=False, **self.extra).logits[0]
        finally:
            layer.forward = given
        return (found["y"], found["y"]), logits


class Coder(sites.Coder):
    """Positions of no patch, whose rows are zeros, have no code."""

    def __init__(self, x, y, is_autoencoder, has_skip, seed):
        is_patch = x.abs().sum(1) > 0
        super().__init__(x[is_patch], y[is_patch], is_autoencoder, has_skip, seed)

    def pre(self, x):
        return super().pre(x) * (x.abs().sum(1) > 0)[:, None]


def make_site(checkpoint, case, region, site, seed, tensors):
    record, model = whole(checkpoint, case, region, site, seed, tensors)
    rows = torch.tensor(list(model.places))
    y = tensors[f"{site[0]}|x"][rows]
    coder = Coder(y, y, True, False, seed)
    with torch.no_grad():
        z = coder.encode(y)
        double, made = y.double(), coder.decode(z).double()
    record["fvu"] = float(((made - double) ** 2).sum() / ((double - double.mean(0)) ** 2).sum())
    record["l0"] = float((z > 0).sum()) / len(rows)
    record["patches"] = [[position, *place] for position, place in model.places.items()]
    print("patches", len(rows), "of", model.count, "fvu", record["fvu"], list(model.places)[:3], list(model.places)[-3:])
    return record, model


whole = sites.make_site
sites.Model, sites.Coder, sites.make_site = Model, Coder, make_site
sites.FULL = 0.15  # of all positions, most of which are no patch
sites.ROOT, sites.CASES, sites.SCRIPT = ROOT, CASES, "Tests/Fixtures/make/tower_sites.py"

if __name__ == "__main__":
    sites.main()
