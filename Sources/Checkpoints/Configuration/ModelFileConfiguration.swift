internal import JSON

/// What a checkpoint's config.json describes.
package enum ModelFileConfiguration: Sendable, Equatable {
  case llavaNext(LlavaNextConfiguration)
  case text(TextConfiguration)

  private static let supportedTypes =
    ["llava_next"] + TextConfiguration.Family.allCases.map(\.rawValue)

  /// Reads `folder`/config.json. Throws `.unreadable`, `.malformed`, `.configuration`,
  /// `.unsupported`.
  package init(folder: String) throws(CheckpointError) {
    try self.init(ConfigurationFile.read("config.json", in: folder))
  }

  /// The decoder, with or without a vision tower before it.
  package var text: TextConfiguration {
    switch self {
    case .llavaNext(let configuration): configuration.text
    case .text(let configuration): configuration
    }
  }

  init(_ object: JSONObject) throws(CheckpointError) {
    let reader = ConfigurationReader(object: object, path: "")
    try Self.refuseQuantised(reader)
    try Self.refuseQuantised(reader.child("text_config"))
    guard let type = try reader.text("model_type") else {
      throw reader.error(
        "model_type", nil, "one of \(Self.supportedTypes.joined(separator: ", "))")
    }
    if type == "llava_next" {
      self = .llavaNext(try LlavaNextConfiguration(reader))
    } else {
      guard let family = TextConfiguration.Family(rawValue: type) else {
        throw .unsupported(key: "model_type", found: type, supported: Self.supportedTypes)
      }
      self = .text(try TextConfiguration(reader, family: family))
    }
  }

  /// Weights of fewer bits than 16 are stored in each library's own way, none of which is read.
  private static func refuseQuantised(
    _ reader: ConfigurationReader?
  ) throws(CheckpointError) {
    guard let quantised = try reader?.child("quantization_config") else { return }
    var found = try quantised.text("quant_method") ?? "of an unnamed method"
    for bits in ["4", "8"] where quantised.object["load_in_\(bits)bit"]?.boolValue == true {
      found += ", \(bits) bits"
    }
    if let bits = quantised.object["bits"]?.plainInteger { found += ", \(bits) bits" }
    throw .unsupported(
      key: quantised.path + "quant_method", found: found,
      supported: [
        "none: give a checkpoint of 16- or 32-bit weights, and precision int8 to quantise it here"
      ])
  }

  static func textFamily(
    _ reader: ConfigurationReader, default fallback: TextConfiguration.Family
  ) throws(CheckpointError) -> TextConfiguration.Family {
    try reader.choice(
      "model_type", of: TextConfiguration.Family.allCases, default: fallback)
  }
}
