"""Of the size of gemma-3-4b-it: 4.3 billion parameters, and a JumpReLU autoencoder as Gemma Scope 2 lays it out."""

from .tensors import Tensors, write, write_safetensors, write_shards

HIDDEN, INTERMEDIATE, HEADS, KEY_VALUE_HEADS, HEAD, VOCABULARY = 2560, 10240, 8, 4, 256, 262_208
TOWER, TOWER_INTERMEDIATE, TOWER_LAYERS, TOWER_HEADS, IMAGE, PATCH = 1152, 4304, 27, 16, 896, 14
PICTURE_TOKENS = 256
SPECIALS = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>", *(f"<unused{i}>" for i in range(100)), "<start_of_turn>",
            "<end_of_turn>"]
NEWLINES = ["\n" * count for count in range(2, 32)]
PICTURE_START, PICTURE_END, PICTURE_TOKEN = 255_999, 256_000, 262_144
TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}<start_of_turn>{{ 'model' if message['role'] == 'assistant' else message['role'] }}\n"
    "{% for part in message['content'] %}{% if part['type'] == 'image' %}<start_of_image>{% else %}{{ part['text'] | trim }}"
    "{% endif %}{% endfor %}<end_of_turn>\n{% endfor %}{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}")


def decoder(blocks):
    """Norms of what halves of blocks give have a weight of 0.1, 1 + w: so the stream stays as long as embeddings are."""
    tensors = Tensors()
    prefix = "language_model.model."
    tensors.add(prefix + "embed_tokens.weight", (VOCABULARY, HIDDEN))
    for block in range(blocks):
        name = f"{prefix}layers.{block}."
        for norm in ("input_layernorm", "pre_feedforward_layernorm"):
            tensors.add(f"{name}{norm}.weight", (HIDDEN,), constant=0)
        for norm in ("post_attention_layernorm", "post_feedforward_layernorm"):
            tensors.add(f"{name}{norm}.weight", (HIDDEN,), constant=-0.9)
        for norm in ("q_norm", "k_norm"):
            tensors.add(f"{name}self_attn.{norm}.weight", (HEAD,), constant=0)
        tensors.add(name + "self_attn.q_proj.weight", (HEADS * HEAD, HIDDEN))
        tensors.add(name + "self_attn.k_proj.weight", (KEY_VALUE_HEADS * HEAD, HIDDEN))
        tensors.add(name + "self_attn.v_proj.weight", (KEY_VALUE_HEADS * HEAD, HIDDEN))
        tensors.add(name + "self_attn.o_proj.weight", (HIDDEN, HEADS * HEAD))
        tensors.add(name + "mlp.gate_proj.weight", (INTERMEDIATE, HIDDEN))
        tensors.add(name + "mlp.up_proj.weight", (INTERMEDIATE, HIDDEN))
        tensors.add(name + "mlp.down_proj.weight", (HIDDEN, INTERMEDIATE))
    tensors.add(prefix + "norm.weight", (HIDDEN,), constant=0)
    return tensors


def tower(tensors):
    prefix = "vision_tower.vision_model."
    tensors.add(prefix + "embeddings.patch_embedding.weight", (TOWER, 3, PATCH, PATCH))
    tensors.add(prefix + "embeddings.patch_embedding.bias", (TOWER,))
    tensors.add(prefix + "embeddings.position_embedding.weight", ((IMAGE // PATCH) ** 2, TOWER))

    def norm(name):
        tensors.add(name + ".weight", (TOWER,), constant=1)
        tensors.add(name + ".bias", (TOWER,))

    for layer in range(TOWER_LAYERS):
        name = f"{prefix}encoder.layers.{layer}."
        for part in ("k", "v", "q", "out"):
            tensors.add(f"{name}self_attn.{part}_proj.weight", (TOWER, TOWER))
            tensors.add(f"{name}self_attn.{part}_proj.bias", (TOWER,))
        norm(name + "layer_norm1")
        tensors.add(name + "mlp.fc1.weight", (TOWER_INTERMEDIATE, TOWER))
        tensors.add(name + "mlp.fc1.bias", (TOWER_INTERMEDIATE,))
        tensors.add(name + "mlp.fc2.weight", (TOWER, TOWER_INTERMEDIATE))
        tensors.add(name + "mlp.fc2.bias", (TOWER,))
        norm(name + "layer_norm2")
    norm(prefix + "post_layernorm")
    tensors.add("multi_modal_projector.mm_soft_emb_norm.weight", (TOWER,), constant=0)
    tensors.add("multi_modal_projector.mm_input_projection_weight", (TOWER, HIDDEN), 0.03)


def write_model(folder, blocks):
    tensors = decoder(blocks)
    tower(tensors)
    write_shards(folder, tensors, 2)
    write_settings(folder, blocks)
    write_tokenizer(folder)


def write_settings(folder, blocks):
    write(folder / "config.json", {
        "architectures": ["Gemma3ForConditionalGeneration"], "model_type": "gemma3", "boi_token_index": PICTURE_START,
        "eoi_token_index": PICTURE_END, "image_token_index": PICTURE_TOKEN, "mm_tokens_per_image": PICTURE_TOKENS,
        "eos_token_id": [1, 106], "torch_dtype": "bfloat16",
        "text_config": {
            "model_type": "gemma3_text", "hidden_size": HIDDEN, "intermediate_size": INTERMEDIATE,
            "num_hidden_layers": blocks, "num_attention_heads": HEADS, "num_key_value_heads": KEY_VALUE_HEADS,
            "head_dim": HEAD, "query_pre_attn_scalar": HEAD, "vocab_size": VOCABULARY, "rms_norm_eps": 1e-6,
            "hidden_activation": "gelu_pytorch_tanh", "max_position_embeddings": 131072, "sliding_window": 1024,
            "sliding_window_pattern": 6, "rope_theta": 1000000.0, "rope_local_base_freq": 10000.0,
            "rope_scaling": {"factor": 8.0, "rope_type": "linear"}, "tie_word_embeddings": True},
        "vision_config": {
            "model_type": "siglip_vision_model", "hidden_size": TOWER, "intermediate_size": TOWER_INTERMEDIATE,
            "num_hidden_layers": TOWER_LAYERS, "num_attention_heads": TOWER_HEADS, "image_size": IMAGE,
            "patch_size": PATCH, "vision_use_head": False}})
    write(folder / "generation_config.json", {"bos_token_id": 2, "eos_token_id": [1, 106], "pad_token_id": 0})
    write(folder / "preprocessor_config.json", {
        "image_processor_type": "Gemma3ImageProcessor", "processor_class": "Gemma3Processor",
        "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5], "size": {"height": IMAGE, "width": IMAGE},
        "resample": 2, "rescale_factor": 1 / 255, "do_normalize": True, "do_rescale": True, "do_resize": True,
        "do_convert_rgb": None, "do_pan_and_scan": None, "pan_and_scan_min_crop_size": None,
        "pan_and_scan_max_num_crops": None, "pan_and_scan_min_ratio_to_activate": None})
    write(folder / "processor_config.json", {"processor_class": "Gemma3Processor", "image_seq_length": PICTURE_TOKENS})
    write(folder / "chat_template.json", {"chat_template": TEMPLATE})


def write_tokenizer(folder):
    """A BPE with the size of Gemma 3's, bytes for what it does not know: merges of letters, not learnt."""
    vocabulary = {text: i for i, text in enumerate([*SPECIALS, "\n", *NEWLINES, *(f"<0x{byte:02X}>" for byte in range(256))])}
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    starts = ["▁", *letters, *(letter.upper() for letter in letters), *"0123456789"]
    for character in [*starts, *"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"]:
        vocabulary.setdefault(character, len(vocabulary))
    merges = []

    def learn(token, *pairs):
        vocabulary[token] = len(vocabulary)
        merges.extend(list(pair) for pair in pairs)

    pairs = [first + second for first in starts for second in letters]
    longer = [pair + letter for pair in pairs for letter in letters]
    for token in [*pairs, *longer]:
        learn(token, (token[:-1], token[-1]))
    merges += [[token[0], token[1:]] for token in longer if token[1:] in vocabulary]
    for token in (token + letter for token in longer for letter in letters):
        if len(vocabulary) == PICTURE_START:
            break
        learn(token, (token[:-1], token[-1]))
    last = [f"<unused{i}>" for i in range(100, 100 + PICTURE_TOKEN - PICTURE_END - 1)]
    for token in ["<start_of_image>", "<end_of_image>", *last]:
        vocabulary[token] = len(vocabulary)
    special = [*SPECIALS, "<start_of_image>", "<end_of_image>", *last]
    added = [{"id": vocabulary[name], "content": name, "single_word": False, "lstrip": False, "rstrip": False,
              "normalized": False, "special": name not in NEWLINES} for name in [*special, *NEWLINES]]
    added.append({"id": PICTURE_TOKEN, "content": "<image_soft_token>", "single_word": False, "lstrip": False,
                  "rstrip": False, "normalized": False, "special": True})
    write(folder / "tokenizer.json", {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": sorted(added, key=lambda token: token["id"]),
        "normalizer": {"type": "Replace", "pattern": {"String": " "}, "content": "▁"},
        "pre_tokenizer": {"type": "Split", "pattern": {"String": " "}, "behavior": "MergedWithPrevious", "invert": False},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": "<bos>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {"<bos>": {"id": "<bos>", "ids": [2], "tokens": ["<bos>"]}}},
        "decoder": {"type": "Sequence", "decoders": [
            {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"}]},
        "model": {"type": "BPE", "dropout": None, "unk_token": "<unk>", "continuing_subword_prefix": None,
                  "end_of_word_suffix": None, "fuse_unk": True, "byte_fallback": True, "ignore_merges": False,
                  "vocab": vocabulary, "merges": merges}})
    write(folder / "tokenizer_config.json", {
        "tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<bos>", "eos_token": "<eos>", "pad_token": "<pad>",
        "unk_token": "<unk>", "model_max_length": 131072, "boi_token": "<start_of_image>",
        "eoi_token": "<end_of_image>", "image_token": "<image_soft_token>"})


def write_autoencoder(folder, block, latents, type_name):
    """A decoder of unit rows; thresholds at three deviations of what a stream as long as this model's gives, so
    that about one latent in a thousand is active."""
    folder = folder / "resid_post" / f"layer_{block}_width_{latents // 1000}k_l0_medium"
    folder.mkdir(parents=True, exist_ok=True)
    tensors = Tensors()
    tensors.add("w_enc", (HIDDEN, latents), 1 / 60)
    tensors.add("w_dec", (latents, HIDDEN), HIDDEN ** -0.5)
    tensors.add("b_enc", (latents,), 0.01)
    tensors.add("b_dec", (HIDDEN,), 0.01)
    tensors.add("threshold", (latents,), constant=3)
    write_safetensors(folder / "params.safetensors", tensors, list(tensors.shapes), type_name)
    write(folder / "config.json", {
        "hf_hook_point_in": f"model.layers.{block}.output", "hf_hook_point_out": f"model.layers.{block}.output",
        "width": latents, "model_name": "google/gemma-3-4b-it", "architecture": "jump_relu", "l0": 60,
        "affine_connection": False, "type": "sae"})
