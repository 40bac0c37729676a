"""Of the size of llama3-llava-next-8b: 8.36 billion parameters, and a TopK autoencoder in sparsify's layout."""

from .tensors import Tensors, write, write_safetensors, write_shards

HIDDEN, INTERMEDIATE, HEADS, KEY_VALUE_HEADS, VOCABULARY = 4096, 14336, 32, 8, 128_320
TOWER, TOWER_INTERMEDIATE, TOWER_LAYERS, IMAGE, PATCH = 1024, 4096, 24, 336, 14
SPECIALS = ["<|begin_of_text|>", "<|end_of_text|>", "<|reserved_special_token_0|>", "<|reserved_special_token_1|>",
            "<|finetune_right_pad_id|>", "<|reserved_special_token_2|>", "<|start_header_id|>", "<|end_header_id|>",
            "<|eom_id|>", "<|eot_id|>"]
SPLIT = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
         r"|\s*[\r\n]+|\s+(?!\S)|\s+")
TEMPLATE = (
    "{% for message in messages %}<|start_header_id|>{{ message['role'] }}<|end_header_id|>\n\n"
    "{% for part in message['content'] if part['type'] == 'image' %}<image>{% endfor %}"
    "{% for part in message['content'] if part['type'] == 'text' %}\n{{ part['text'] }}{% endfor %}<|eot_id|>"
    "{% endfor %}{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>\n\n{% endif %}")


def decoder(blocks):
    tensors = Tensors()
    prefix = "language_model.model."
    tensors.add(prefix + "embed_tokens.weight", (VOCABULARY, HIDDEN))
    tensors.add("image_newline", (HIDDEN,))
    narrow = HIDDEN // HEADS * KEY_VALUE_HEADS
    for block in range(blocks):
        name = f"{prefix}layers.{block}."
        tensors.add(name + "input_layernorm.weight", (HIDDEN,), constant=1)
        tensors.add(name + "self_attn.q_proj.weight", (HIDDEN, HIDDEN))
        tensors.add(name + "self_attn.k_proj.weight", (narrow, HIDDEN))
        tensors.add(name + "self_attn.v_proj.weight", (narrow, HIDDEN))
        tensors.add(name + "self_attn.o_proj.weight", (HIDDEN, HIDDEN), 0.01)
        tensors.add(name + "post_attention_layernorm.weight", (HIDDEN,), constant=1)
        tensors.add(name + "mlp.gate_proj.weight", (INTERMEDIATE, HIDDEN))
        tensors.add(name + "mlp.up_proj.weight", (INTERMEDIATE, HIDDEN))
        tensors.add(name + "mlp.down_proj.weight", (HIDDEN, INTERMEDIATE), 0.01)
    tensors.add(prefix + "norm.weight", (HIDDEN,), constant=1)
    tensors.add("language_model.lm_head.weight", (VOCABULARY, HIDDEN))
    return tensors


def tower(tensors):
    prefix = "vision_tower.vision_model."
    tensors.add(prefix + "embeddings.class_embedding", (TOWER,))
    tensors.add(prefix + "embeddings.patch_embedding.weight", (TOWER, 3, PATCH, PATCH))
    tensors.add(prefix + "embeddings.position_embedding.weight", ((IMAGE // PATCH) ** 2 + 1, TOWER))

    def norm(name):
        tensors.add(name + ".weight", (TOWER,), constant=1)
        tensors.add(name + ".bias", (TOWER,))

    norm(prefix + "pre_layrnorm")
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
    for layer, width in ((1, TOWER), (2, HIDDEN)):
        tensors.add(f"multi_modal_projector.linear_{layer}.weight", (HIDDEN, width))
        tensors.add(f"multi_modal_projector.linear_{layer}.bias", (HIDDEN,))


def write_model(folder, blocks):
    tensors = decoder(blocks)
    tower(tensors)
    write_shards(folder, tensors)
    write_settings(folder, blocks)
    write_tokenizer(folder)


def write_settings(folder, blocks):
    pinpoints = [[336, 672], [672, 336], [672, 672], [1008, 336], [336, 1008]]
    write(folder / "config.json", {
        "architectures": ["LlavaNextForConditionalGeneration"], "model_type": "llava_next",
        "image_token_index": 128256, "image_grid_pinpoints": pinpoints, "vision_feature_layer": -2,
        "vision_feature_select_strategy": "default", "projector_hidden_act": "gelu", "tie_word_embeddings": False,
        "use_image_newline_parameter": True, "torch_dtype": "bfloat16",
        "text_config": {
            "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": HIDDEN,
            "intermediate_size": INTERMEDIATE, "num_hidden_layers": blocks, "num_attention_heads": HEADS,
            "num_key_value_heads": KEY_VALUE_HEADS, "vocab_size": VOCABULARY, "rms_norm_eps": 1e-5,
            "rope_theta": 500000.0, "max_position_embeddings": 8192, "bos_token_id": 128000, "eos_token_id": 128009,
            "torch_dtype": "bfloat16"},
        "vision_config": {
            "model_type": "clip_vision_model", "hidden_size": TOWER, "intermediate_size": TOWER_INTERMEDIATE,
            "num_hidden_layers": TOWER_LAYERS, "num_attention_heads": 16, "image_size": IMAGE, "patch_size": PATCH,
            "projection_dim": 768, "vocab_size": 32000}})
    write(folder / "generation_config.json", {"bos_token_id": 128000, "eos_token_id": 128009})
    write(folder / "preprocessor_config.json", {
        "image_processor_type": "LlavaNextImageProcessor", "image_mean": [0.48145466, 0.4578275, 0.40821073],
        "image_std": [0.26862954, 0.26130258, 0.27577711], "size": {"shortest_edge": IMAGE},
        "crop_size": {"height": IMAGE, "width": IMAGE}, "resample": 3, "image_grid_pinpoints": pinpoints,
        "rescale_factor": 1 / 255, "do_convert_rgb": True, "do_center_crop": True, "do_normalize": True, "do_pad": True,
        "do_rescale": True, "do_resize": True})
    write(folder / "processor_config.json", {
        "processor_class": "LlavaNextProcessor", "patch_size": PATCH, "image_token": "<image>",
        "vision_feature_select_strategy": "default", "num_additional_image_tokens": 1})
    write(folder / "chat_template.json", {"chat_template": TEMPLATE})


def write_tokenizer(folder):
    """A byte-level BPE with the size of Llama 3's: 128,000 tokens and 191,360 merges of letters, not learnt."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    alphabet = {byte: chr(byte) for byte in printable} | {byte: chr(256 + i) for i, byte in enumerate(others)}
    vocabulary = {text: i for i, text in enumerate(alphabet.values())}
    merges = []
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    starts = ["Ġ", *letters, *(letter.upper() for letter in letters), *"0123456789"]
    pairs = [first + second for first in starts for second in letters]
    longer = [pair + letter for pair in pairs for letter in letters]
    for token in [*pairs, *longer]:
        merges.append([token[:-1], token[-1]])
        vocabulary[token] = len(vocabulary)
    for token in longer:
        if token[1:] in vocabulary:
            merges.append([token[0], token[1:]])
    for token in longer:
        for letter in letters:
            if len(vocabulary) == 128_000:
                break
            merges.append([token, letter])
            vocabulary[token + letter] = len(vocabulary)
    names = SPECIALS + [f"<|reserved_special_token_{i}|>" for i in range(3, 256 - len(SPECIALS) + 3)] + ["<image>", "<pad>"]
    added = [{"id": 128_000 + i, "content": name, "single_word": False, "lstrip": False, "rstrip": False,
              "normalized": False, "special": True} for i, name in enumerate(names)]
    write(folder / "tokenizer.json", {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": added, "normalizer": None,
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
            {"type": "Split", "pattern": {"Regex": SPLIT}, "behavior": "Isolated", "invert": False},
            {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}]},
        "post_processor": {"type": "Sequence", "processors": [
            {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": False, "use_regex": True},
            {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": SPECIALS[0], "type_id": 0}},
                                                      {"Sequence": {"id": "A", "type_id": 0}}],
             "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
             "special_tokens": {SPECIALS[0]: {"id": SPECIALS[0], "ids": [128_000], "tokens": [SPECIALS[0]]}}}]},
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
        "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
                  "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "ignore_merges": True,
                  "vocab": vocabulary, "merges": merges}})
    write(folder / "tokenizer_config.json", {
        "tokenizer_class": "PreTrainedTokenizerFast", "bos_token": SPECIALS[0], "eos_token": SPECIALS[9],
        "pad_token": "<pad>", "model_max_length": 8192, "image_token": "<image>"})


def write_autoencoder(folder, block, latents, type_name):
    """A decoder of unit rows; the encoder its copy with other noise, so that scores are not all alike."""
    folder = folder / f"model.layers.{block}"
    folder.mkdir(parents=True, exist_ok=True)
    tensors = Tensors()
    deviation = HIDDEN ** -0.5
    tensors.add("W_dec", (latents, HIDDEN), deviation)
    tensors.add("b_dec", (HIDDEN,), 0.01)
    tensors.add("encoder.bias", (latents,), 0.01)
    tensors.add("encoder.weight", (latents, HIDDEN), deviation)
    write_safetensors(folder / "sae.safetensors", tensors, list(tensors.shapes), type_name)
    write(folder / "cfg.json", {"expansion_factor": latents // HIDDEN, "normalize_decoder": True,
                                "num_latents": latents, "k": 256, "multi_topk": False, "d_in": HIDDEN})
