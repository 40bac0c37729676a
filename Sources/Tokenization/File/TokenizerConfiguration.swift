internal import JSON

/// What tokenizer_config.json says beside the tokenizer itself.
package struct TokenizerConfiguration: Sendable, Equatable {
  /// The spellings of the tokens that have a part to play, by the names under which transformers
  /// hands them to templates: bos_token, eos_token, pad_token, image_token and so on.
  package var specialTokens: [String: String]

  /// The spelling of the token that begins a text.
  package var beginToken: String? { specialTokens["bos_token"] }
  /// The spelling of the token that ends a text.
  package var endToken: String? { specialTokens["eos_token"] }

  /// Those that every tokenizer of transformers has, set or not.
  private static let standardNames = [
    "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token",
  ]

  /// What a class of transformers assumes where the file is silent.
  private static let classDefaults = [
    "LlamaTokenizer": ["unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>"],
    "Qwen2Tokenizer": [
      "unk_token": "<|endoftext|>", "eos_token": "<|endoftext|>", "pad_token": "<|endoftext|>",
    ],
  ]

  /// Reads `folder`/tokenizer_config.json, and special_tokens_map.json where the former is of the
  /// kind that leaves tokens to it; without these files nothing is known.
  package init(folder: String) throws(TokenizationError) {
    let name = "tokenizer_config.json"
    let object = try FolderReader.readObjectIfPresent(name, in: folder) ?? JSONObject()
    var type = object["tokenizer_class"]?.stringValue ?? ""
    if type.hasSuffix("Fast") { type.removeLast("Fast".count) }
    specialTokens = Self.classDefaults[type] ?? [:]
    for member in object.members where member.name.hasSuffix("_token") {
      let isStandard = Self.standardNames.contains(member.name)
      // Of further names, transformers takes those that are plain texts.
      if isStandard {
        specialTokens[member.name] = Self.spelling(member.value)
      } else if let text = member.value.stringValue {
        specialTokens[member.name] = text
      }
    }
    for key in ["extra_special_tokens", "model_specific_special_tokens"] {
      for member in object[key]?.objectValue?.members ?? [] {
        if let text = Self.spelling(member.value) { specialTokens[member.name] = text }
      }
    }
    guard object["added_tokens_decoder"] == nil else { return }
    let older = try FolderReader.readObjectIfPresent("special_tokens_map.json", in: folder)
    for member in older?.members ?? [] where Self.standardNames.contains(member.name) {
      specialTokens[member.name] = Self.spelling(member.value)
    }
  }

  /// For `ChatTemplate.render`.
  package var templateVariables: [String: TemplateValue] {
    specialTokens.mapValues { .string($0) }
  }

  /// A token is written as its text or as an object with its content.
  private static func spelling(_ value: JSONValue?) -> String? {
    value?.stringValue ?? value?.objectValue?["content"]?.stringValue
  }
}
