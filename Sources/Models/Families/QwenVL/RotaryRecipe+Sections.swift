import Checkpoints
internal import JSON

extension RotaryRecipe {
  /// That of Qwen's decoders whose tokens have three places, from `rope_scaling` or, where that is
  /// absent or empty, `rope_parameters`.
  ///
  /// - Parameters:
  ///   - theta: the base where the file is silent.
  ///   - sections: the pairs of each place where the file is silent.
  ///   - plainTypes: what a file may call an embedding that is not scaled, beside `default`.
  init(
    threePlaces reader: ConfigurationReader, theta: Double, sections fallback: Sections,
    contextLength: Int, plainTypes: [String] = []
  ) throws(CheckpointError) {
    let old = try reader.child("rope_scaling").flatMap { $0.object.members.isEmpty ? nil : $0 }
    let new = try reader.child("rope_parameters")
    let scaling = try (old ?? new)?.namingDefault(plainTypes)
    try self.init(
      scaling, theta: reader.positive("rope_theta", default: theta), outer: reader,
      contextLength: reader.size(
        "max_position_embeddings", default: contextLength, limit: 1 << 30))
    sections = fallback
    let key = "mrope_section"
    guard let scaling, let value = scaling.object.present(key) else { return }
    let counts = value.arrayValue?.compactMap(\.plainInteger) ?? []
    guard value.arrayValue?.count == 3, counts.count == 3,
      counts.allSatisfy({ (0...ConfigurationReader.sizeLimit).contains($0) })
    else { throw scaling.error(key, value, "three numbers of pairs: time, height and width") }
    sections?.counts = counts
  }
}

extension DecoderRecipe {
  /// Throws unless the three places share all pairs of a head out among themselves.
  func requireWholeSections(_ reader: ConfigurationReader) throws(CheckpointError) {
    let pairs = headSize / 2
    let counts = layers.first?.rotary.sections?.counts ?? []
    guard counts.reduce(0, +) == pairs else {
      throw reader.error(
        "rope_parameters.mrope_section", .array(counts.map { .integer(Int64($0)) }),
        "three numbers that make \(pairs), half of head_dim")
    }
  }
}

extension ConfigurationReader {
  /// With `default` in the place of a type of one of these names.
  fileprivate func namingDefault(
    _ names: [String]
  ) throws(CheckpointError) -> ConfigurationReader {
    guard let type = try text("rope_type", "type"), names.contains(type) else { return self }
    let others = object.members.filter { $0.name != "rope_type" }
    let plain = JSONObject(others + [.init(name: "rope_type", value: .string("default"))])
    return ConfigurationReader(object: plain, path: path)
  }
}
