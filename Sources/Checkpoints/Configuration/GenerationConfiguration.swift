/// Where generation begins and ends.
package struct GenerationConfiguration: Sendable, Equatable {
  package var beginToken: Int?
  /// Any of these ends an answer; without repetition, in the order of the files.
  package var endTokens: [Int]
  package var paddingToken: Int?

  /// From `folder`/generation_config.json; what it leaves open is what the model's own
  /// configuration says.
  package init(
    folder: String, beginToken modelBegin: Int?, endTokens modelEnds: [Int]
  ) throws(CheckpointError) {
    let reader = try ConfigurationReader(
      ifPresent: "generation_config.json", in: folder, path: "generation_config ")
    beginToken = try reader.token("bos_token_id") ?? modelBegin
    let endTokens = try reader.tokens("eos_token_id") ?? modelEnds
    var seen: Set<Int> = []
    self.endTokens = endTokens.filter { seen.insert($0).inserted }
    paddingToken = try reader.token("pad_token_id")
  }
}
