internal import JSON

/// Where generation begins and ends.
package struct GenerationConfiguration: Sendable, Equatable {
  package var beginToken: Int?
  /// Any of these ends an answer; without repetition, in the order of the files.
  package var endTokens: [Int]
  package var paddingToken: Int?

  /// From `folder`/generation_config.json; what it leaves open comes from `model`.
  package init(folder: String, model: ModelFileConfiguration) throws(CheckpointError) {
    let object =
      try ConfigurationFile.readIfPresent("generation_config.json", in: folder) ?? JSONObject()
    let reader = ConfigurationReader(object: object, path: "generation_config ")
    beginToken = try reader.token("bos_token_id") ?? model.text.beginToken
    let endTokens = try reader.tokens("eos_token_id") ?? model.text.endTokens
    var seen: Set<Int> = []
    self.endTokens = endTokens.filter { seen.insert($0).inserted }
    paddingToken = try reader.token("pad_token_id")
  }
}
