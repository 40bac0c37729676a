"""Makes Tests/Fixtures/videos: what transformers' LLaVA-OneVision makes of videos given as frames.

    python Tests/Fixtures/make/videos.py    # after models.py: torch, torchvision, transformers, safetensors, numpy

The model is the tiny checkpoint of Tests/Fixtures/models/onevision with the chat template of the published ones, which
shows videos, and a video processor of its own colours. Texts are rendered and cut into tokens, and frames resized, by
transformers' processors; features, residuals, logits and greedy tokens are those of its model with hooks, in float32
with eager attention and whole forward passes.

Where torchvision's own operators do not fit torch they are declared and never run: resizing is torch's.
"""

import hashlib
import json
import platform
from pathlib import Path

import numpy
import safetensors
import torch
import transformers
from safetensors.torch import save_file

try:
    import torchvision
except RuntimeError:
    from torch.library import Library

    LIBRARY = Library("torchvision", "DEF")
    for operator in ["nms", "qnms"]:
        LIBRARY.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    BOXES = "Tensor rois, float spatial_scale, int pooled_height, int pooled_width"
    SIZES = "int batch_size, int channels, int height, int width"
    for operator in [
        f"roi_align(Tensor input, {BOXES}, int sampling_ratio, bool aligned) -> Tensor",
        f"_roi_align_backward(Tensor grad, {BOXES}, {SIZES}, int sampling_ratio, bool aligned) -> Tensor",
        f"ps_roi_align(Tensor input, {BOXES}, int sampling_ratio) -> (Tensor, Tensor)",
        f"_ps_roi_align_backward(Tensor grad, Tensor rois, Tensor channel_mapping, float spatial_scale, int pooled_height, "
        f"int pooled_width, int sampling_ratio, {SIZES}) -> Tensor",
        f"roi_pool(Tensor input, {BOXES}) -> (Tensor, Tensor)",
        f"_roi_pool_backward(Tensor grad, Tensor rois, Tensor argmax, float spatial_scale, int pooled_height, "
        f"int pooled_width, {SIZES}) -> Tensor",
        f"ps_roi_pool(Tensor input, {BOXES}) -> (Tensor, Tensor)",
        f"_ps_roi_pool_backward(Tensor grad, Tensor rois, Tensor channel_mapping, float spatial_scale, int pooled_height, "
        f"int pooled_width, {SIZES}) -> Tensor",
        "deform_conv2d(Tensor input, Tensor weight, Tensor offset, Tensor mask, Tensor bias, int a, int b, int c, int d, "
        "int e, int f, int g, int h, bool use_mask) -> Tensor",
        "_deform_conv2d_backward(Tensor grad, Tensor input, Tensor weight, Tensor offset, Tensor mask, Tensor bias, int a, "
        "int b, int c, int d, int e, int f, int g, int h, bool use_mask) -> (Tensor, Tensor, Tensor, Tensor, Tensor)",
    ]:
        LIBRARY.define(operator)
    import torchvision

from transformers import LlavaOnevisionForConditionalGeneration, PreTrainedTokenizerFast
from transformers.models.llava_onevision.image_processing_llava_onevision import LlavaOnevisionImageProcessor
from transformers.models.llava_onevision.processing_llava_onevision import LlavaOnevisionProcessor
from transformers.models.llava_onevision.video_processing_llava_onevision import LlavaOnevisionVideoProcessor

ROOT = Path(__file__).resolve().parent.parent
CHECKPOINT, OUT = ROOT / "models" / "onevision", ROOT / "videos"
GREEDY = 6
torch.set_num_threads(1)

TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + ' ' }}"
    "{# Render all images first #}{% for content in message['content'] | selectattr('type', 'equalto', 'image') %}"
    "{{ '<image>' }}{% endfor %}"
    "{# Render all video then #}{% for content in message['content'] | selectattr('type', 'equalto', 'video') %}"
    "{{ '<video>' }}{% endfor %}"
    "{# Render all text next #}{% for content in message['content'] | selectattr('type', 'equalto', 'text') %}"
    "{{ '\\n' + content['text'] }}{% endfor %}{{ '<|im_end|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
VIDEO = {
    "size": {"height": 46, "width": 46}, "image_mean": [0.4, 0.5, 0.6], "image_std": [0.5, 0.4, 0.3], "resample": 3,
    "rescale_factor": 1 / 255, "do_resize": True, "do_rescale": True, "do_normalize": True, "do_sample_frames": False,
    "video_processor_type": "LlavaOnevisionVideoProcessor",
}
# By part: a text, a picture's width, height and seed, or a video's and each frame's seed.
CASES = {
    "frames": [["video", 50, 34, [11, 12, 13]], "what is in it?"],
    "tall": [["video", 31, 77, [21, 22]], "a red circle"],
    "one-frame": [["video", 46, 46, [31]], "yes"],
    # The template shows pictures before videos.
    "both": [["video", 20, 60, [41, 42]], ["picture", 46, 46, 43], "is it red?", ["video", 64, 40, [44, 45, 46, 47]]],
}


def pattern(width, height, seed):
    """The bytes that the tests make again: a 32-bit xorshift, one byte a step."""
    state, values = seed, []
    for _ in range(width * height * 3):
        state ^= (state << 13) & 0xFFFFFFFF
        state ^= state >> 17
        state ^= (state << 5) & 0xFFFFFFFF
        values.append((state >> 11) & 0xFF)
    return numpy.array(values, numpy.uint8).reshape(height, width, 3)


def processor():
    settings = json.loads((CHECKPOINT / "processor_config.json").read_text())
    pictures = json.loads((CHECKPOINT / "preprocessor_config.json").read_text())
    return LlavaOnevisionProcessor(
        image_processor=LlavaOnevisionImageProcessor(**pictures),
        tokenizer=PreTrainedTokenizerFast.from_pretrained(CHECKPOINT),
        video_processor=LlavaOnevisionVideoProcessor(**VIDEO), num_image_tokens=settings["num_image_tokens"],
        vision_feature_select_strategy=settings["vision_feature_select_strategy"], chat_template=TEMPLATE,
        image_token=settings["image_token"], video_token=settings["video_token"],
        vision_aspect_ratio=settings["vision_aspect_ratio"])


def run(model, inputs):
    """Logits [T, V] and what goes into the first block and comes out of each, [T, D]."""
    states, handles = [], []
    layers = model.model.language_model.layers
    handles.append(layers[0].register_forward_pre_hook(
        lambda _m, args, kwargs: states.append((args[0] if args else kwargs["hidden_states"])[0]), with_kwargs=True))
    for layer in layers:
        handles.append(layer.register_forward_hook(
            lambda _m, _a, output: states.append((output[0] if isinstance(output, tuple) else output).reshape(-1, model.config.text_config.hidden_size))))
    try:
        with torch.no_grad():
            logits = model(**inputs, use_cache=False).logits[0]
    finally:
        for handle in handles:
            handle.remove()
    return logits, states


def main():
    OUT.mkdir(exist_ok=True)
    (OUT / "chat_template.json").write_text(json.dumps({"chat_template": TEMPLATE}, indent=1) + "\n")
    (OUT / "video_preprocessor_config.json").write_text(json.dumps(VIDEO, indent=1) + "\n")
    model = LlavaOnevisionForConditionalGeneration.from_pretrained(
        CHECKPOINT, dtype=torch.float32, attn_implementation="eager").eval()
    reader = processor()
    tensors, cases = {}, {}
    for name, parts in CASES.items():
        content, videos, pictures = [], [], []
        for part in parts:
            if isinstance(part, str):
                content.append({"type": "text", "text": part})
            elif part[0] == "video":
                content.append({"type": "video"})
                videos.append(numpy.stack([pattern(part[1], part[2], seed) for seed in part[3]]))
            else:
                content.append({"type": "image"})
                pictures.append(pattern(*part[1:]))
        text = reader.apply_chat_template([{"role": "user", "content": content}], add_generation_prompt=True)
        # Videos of several lengths cannot be stacked: the model is asked for each one's features by itself.
        inputs = reader(text=[text], images=pictures or None, videos=videos, return_tensors=None)
        ids = torch.tensor([[int(v) for v in inputs["input_ids"][0]]])
        pixels = [torch.as_tensor(numpy.asarray(v)) for v in inputs["pixel_values_videos"]]
        features = []
        with torch.no_grad():
            for number, video in enumerate(pixels):
                tensors[f"{name}|pixels.{number}"] = video
                found = model.model.get_video_features(
                    video[None], vision_feature_layer=model.config.vision_feature_layer,
                    vision_feature_select_strategy=model.config.vision_feature_select_strategy).pooler_output[0]
                tensors[f"{name}|features.{number}"] = found
                features.append(found)

            def embedded(ids):
                embeddings = model.model.get_input_embeddings()(ids)
                embeddings = embeddings.masked_scatter(
                    (ids == model.config.video_token_id)[..., None], torch.cat(features))
                if pictures:
                    seen = model.model.get_image_features(
                        torch.as_tensor(numpy.stack(inputs["pixel_values"])),
                        torch.as_tensor(numpy.asarray(inputs["image_sizes"])),
                        batch_num_images=torch.tensor([len(pictures)])).pooler_output
                    embeddings = embeddings.masked_scatter(
                        (ids == model.config.image_token_id)[..., None], torch.cat(list(seen)))
                return embeddings

            if len(pixels) == 1 and not pictures:
                # The whole model's own way.
                logits, states = run(model, {"input_ids": ids, "pixel_values_videos": pixels[0][None]})
                assert torch.equal(states[0], embedded(ids)[0])
            logits, states = run(model, {"inputs_embeds": embedded(ids)})
            answer = []
            for _ in range(GREEDY):
                rest = torch.cat([ids, torch.tensor([answer], dtype=torch.long).reshape(1, -1)], dim=1)
                best = run(model, {"inputs_embeds": embedded(rest)})[0][-1].topk(2)
                assert float(best.values[0] - best.values[1]) > 1e-3, name
                answer.append(int(best.indices[0]))
        for block, state in enumerate(states):
            tensors[f"{name}|states.{block}"] = state
        tensors[f"{name}|logits"] = logits
        cases[name] = {
            "parts": [p if isinstance(p, str) else {"kind": p[0], "width": p[1], "height": p[2], "seeds": p[3] if p[0] == "video" else [p[3]]}
                      for p in parts],
            "rendered": text, "tokens": ids[0].tolist(), "greedy": answer,
        }
        print(name, len(ids[0]), [list(p.shape) for p in pixels], [list(f.shape) for f in features], answer)
    save_file({k: v.detach().float().contiguous() for k, v in tensors.items()}, OUT / "expected.safetensors")
    (OUT / "cases.json").write_text(json.dumps(cases, indent=1) + "\n")
    files = sorted(p for p in OUT.iterdir() if p.is_file() and p.name != "MANIFEST.json")
    (OUT / "MANIFEST.json").write_text(json.dumps({
        "script": "Tests/Fixtures/make/videos.py",
        "versions": {"python": platform.python_version(), "torch": torch.__version__, "torchvision": torchvision.__version__,
                     "transformers": transformers.__version__, "safetensors": safetensors.__version__, "numpy": numpy.__version__},
        "sha256": {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in files},
    }, indent=1) + "\n")


if __name__ == "__main__":
    main()
