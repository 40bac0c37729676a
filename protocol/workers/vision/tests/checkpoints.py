"""Tiny checkpoints of the classes that the worker runs, in Hugging Face's files, with weights from a seed.

    python checkpoints.py FOLDER        # makes all of them, one folder each

Nothing is trained: what is tested is that the worker computes what transformers computes.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Callable

import torch
import transformers
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

SEED = 20_261
WORDS = "a red ball small house dog with striped umbrella on the beach kayak water night map".split()
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


def all_made(folder: Path) -> dict[str, Path]:
    """Every checkpoint by name."""
    found = {}
    for name, make in MAKERS.items():
        torch.manual_seed(SEED)
        found[name] = folder / name
        make(found[name])
    return found


def _spread(network: torch.nn.Module) -> torch.nn.Module:
    """Weights by which what goes in shows in what comes out: initial ones are nearly zero."""
    with torch.no_grad():
        for name, each in network.named_parameters():
            if each.dim() > 1 and "relative_position" not in name:
                each.normal_(0, each[0].numel() ** -0.5)
    return network.eval()


# MARK: Tokenizers


def _bert(folder: Path) -> transformers.PreTrainedTokenizerFast:
    """Word pieces; the special tokens and the full stop have bert-base-uncased's numbers.

    GroundingDINO knows these numbers by heart.
    """
    vocabulary = {f"[unused{index}]": index for index in range(1030)}
    names = {0: "[PAD]", 100: "[UNK]", 101: "[CLS]", 102: "[SEP]", 1012: ".", 1029: "?", 1010: ","}
    for index, name in names.items():
        del vocabulary[f"[unused{index}]"]
        vocabulary[name] = index
    for piece in [*LETTERS, *(f"##{each}" for each in LETTERS), *WORDS[3:]]:
        vocabulary.setdefault(piece, len(vocabulary))
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 102), ("[CLS]", 101))
    tokenizer.decoder = decoders.WordPiece()
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]",
        pad_token="[PAD]", model_input_names=["input_ids", "token_type_ids", "attention_mask"])
    fast.save_pretrained(folder)
    return fast


def _clip_tokenizer(folder: Path, length: int) -> transformers.PreTrainedTokenizerFast:
    """As CLIP's: the first and the last token are the largest, the last one fills up."""
    vocabulary: dict[str, int] = {}
    for piece in [*LETTERS, *(f"{each}</w>" for each in [*LETTERS, ".", ",", "!"])]:
        vocabulary[piece] = len(vocabulary)
    merges = []
    for left, right in (("a", "t"), ("r", "e"), ("h", "o"), ("b", "a"), ("l", "l</w>"), ("re", "d</w>")):
        vocabulary[left + right] = len(vocabulary)
        merges.append((left, right))
    for name in ("<|startoftext|>", "<|endoftext|>"):
        vocabulary[name] = len(vocabulary)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges))
    slow = transformers.CLIPTokenizer(
        vocab=str(folder / "vocab.json"), merges=str(folder / "merges.txt"), model_max_length=length)
    slow.save_pretrained(folder)
    return slow


def _unigram(folder: Path, length: int) -> transformers.PreTrainedTokenizerFast:
    """As SigLIP's, so far as the model sees it: an end, and fillers behind it."""
    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", -10.0), ("▁", -3.0)]
    pieces += [(each, -4.0) for each in LETTERS] + [(f"▁{each}", -2.0) for each in WORDS[1:]]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=2))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing("$A </s>", special_tokens=[("</s>", 1)])
    tokenizer.decoder = decoders.Metaspace()
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", eos_token="</s>", unk_token="<unk>",
        model_max_length=length, model_input_names=["input_ids"])
    fast.save_pretrained(folder)
    return fast


# MARK: Checkpoints


def grounding_dino(folder: Path) -> None:
    tokenizer = _bert(folder)
    swin = transformers.SwinConfig(
        image_size=64, embed_dim=8, depths=[1, 1, 2, 1], num_heads=[1, 2, 2, 4], window_size=4,
        out_features=["stage2", "stage3", "stage4"])
    bert = transformers.BertConfig(
        vocab_size=len(tokenizer), hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=256)
    configuration = transformers.GroundingDinoConfig(
        backbone_config=swin, text_config=bert, d_model=32, encoder_layers=2, decoder_layers=2,
        encoder_attention_heads=4, decoder_attention_heads=4, encoder_ffn_dim=32, decoder_ffn_dim=32,
        num_queries=12, max_text_len=64)
    network = _spread(transformers.GroundingDinoForObjectDetection(configuration))
    with torch.no_grad():  # Without it, all queries see everywhere, and all boxes are one.
        network.model.query_position_embeddings.weight.normal_(0, 2)
    network.save_pretrained(folder)
    transformers.GroundingDinoImageProcessor(
        size={"shortest_edge": 96, "longest_edge": 160}).save_pretrained(folder)


def owlv2(folder: Path) -> None:
    tokenizer = _clip_tokenizer(folder, 40)
    configuration = transformers.Owlv2Config(
        text_config={
            "vocab_size": len(tokenizer), "hidden_size": 32, "intermediate_size": 64,
            "num_hidden_layers": 2, "num_attention_heads": 2, "max_position_embeddings": 40,
            "bos_token_id": len(tokenizer) - 2, "eos_token_id": len(tokenizer) - 1},
        vision_config={
            "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2,
            "num_attention_heads": 2, "image_size": 48, "patch_size": 12},
        projection_dim=32)
    _spread(transformers.Owlv2ForObjectDetection(configuration)).save_pretrained(folder)
    transformers.Owlv2ImageProcessor(size={"height": 48, "width": 48}).save_pretrained(folder)


def sam(folder: Path) -> None:
    configuration = transformers.SamConfig(
        vision_config={
            "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "image_size": 128,
            "patch_size": 16, "output_channels": 16, "window_size": 3, "global_attn_indexes": [1],
            "mlp_ratio": 2.0, "num_pos_feats": 8},
        prompt_encoder_config={
            "hidden_size": 16, "image_size": 128, "patch_size": 16, "mask_input_channels": 4},
        mask_decoder_config={
            "hidden_size": 16, "mlp_dim": 32, "num_attention_heads": 2, "iou_head_hidden_dim": 16})
    _spread(transformers.SamModel(configuration)).save_pretrained(folder)
    image_processor = transformers.SamImageProcessor(
        size={"longest_edge": 128}, pad_size={"height": 128, "width": 128},
        mask_size={"longest_edge": 32}, mask_pad_size={"height": 32, "width": 32})
    transformers.SamProcessor(image_processor).save_pretrained(folder)


def sam2(folder: Path) -> None:
    """Its processor needs torchvision, and so does this."""
    configuration = transformers.Sam2Config(
        vision_config={
            "backbone_config": {
                "model_type": "sam2_hiera_det_model", "image_size": [64, 64], "hidden_size": 8,
                "embed_dim_per_stage": [8, 16, 32, 64], "num_attention_heads_per_stage": [1, 2, 4, 8],
                "blocks_per_stage": [1, 1, 2, 1], "global_attention_blocks": [3],
                "window_size_per_stage": [4, 2, 4, 2],
                "window_positional_embedding_background_size": [4, 4]},
            "backbone_channel_list": [64, 32, 16, 8],
            "backbone_feature_sizes": [[16, 16], [8, 8], [4, 4]], "fpn_hidden_size": 16},
        prompt_encoder_config={
            "hidden_size": 16, "image_size": 64, "patch_size": 16, "mask_input_channels": 4},
        mask_decoder_config={
            "hidden_size": 16, "mlp_dim": 32, "num_attention_heads": 2, "iou_head_hidden_dim": 16})
    _spread(transformers.Sam2Model(configuration)).save_pretrained(folder)
    image_processor = transformers.Sam2ImageProcessor(
        size={"height": 64, "width": 64}, mask_size={"height": 16, "width": 16})
    transformers.Sam2Processor(image_processor).save_pretrained(folder)


def clip(folder: Path) -> None:
    tokenizer = _clip_tokenizer(folder, 77)
    configuration = transformers.CLIPConfig(
        text_config={
            "vocab_size": len(tokenizer), "hidden_size": 32, "intermediate_size": 64,
            "num_hidden_layers": 2, "num_attention_heads": 2, "max_position_embeddings": 77,
            "bos_token_id": len(tokenizer) - 2, "eos_token_id": len(tokenizer) - 1,
            "pad_token_id": len(tokenizer) - 1},
        vision_config={
            "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2,
            "num_attention_heads": 2, "image_size": 48, "patch_size": 12},
        projection_dim=24)
    _spread(transformers.CLIPModel(configuration)).save_pretrained(folder)
    processor = transformers.CLIPImageProcessor(
        size={"shortest_edge": 48}, crop_size={"height": 48, "width": 48})
    transformers.CLIPProcessor(processor, tokenizer).save_pretrained(folder)


def siglip(folder: Path) -> None:
    tokenizer = _unigram(folder, 16)
    configuration = transformers.SiglipConfig(
        text_config={
            "vocab_size": len(tokenizer), "hidden_size": 32, "intermediate_size": 64,
            "num_hidden_layers": 2, "num_attention_heads": 2, "max_position_embeddings": 16,
            "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 1},
        vision_config={
            "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2,
            "num_attention_heads": 2, "image_size": 48, "patch_size": 12})
    _spread(transformers.SiglipModel(configuration)).save_pretrained(folder)
    transformers.SiglipImageProcessor(size={"height": 48, "width": 48}).save_pretrained(folder)


def dinov2(folder: Path) -> None:
    configuration = transformers.Dinov2Config(
        hidden_size=32, num_hidden_layers=2, num_attention_heads=2, mlp_ratio=2, image_size=56,
        patch_size=14)
    _spread(transformers.Dinov2Model(configuration)).save_pretrained(folder)
    transformers.BitImageProcessor(
        size={"shortest_edge": 64}, crop_size={"height": 56, "width": 56}).save_pretrained(folder)


MAKERS: dict[str, Callable[[Path], None]] = {
    "grounding-dino": grounding_dino, "owlv2": owlv2, "sam": sam, "clip": clip, "siglip": siglip,
    "dinov2": dinov2}
if transformers.utils.is_torchvision_available():
    MAKERS["sam2"] = sam2


if __name__ == "__main__":
    for name, made in all_made(Path(sys.argv[1])).items():
        size = sum(each.stat().st_size for each in made.iterdir())
        print(f"{name}: {size:,} bytes")
