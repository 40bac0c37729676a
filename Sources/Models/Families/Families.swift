internal import JSON

/// What a checkpoint's config.json describes.
package enum ModelFileConfiguration: Sendable, Equatable {
  case llavaNext(LlavaNextConfiguration)
  case text(TextConfiguration)

  private static let supportedTypes =
    ["llava_next"] + TextConfiguration.Family.allCases.map(\.rawValue)

  /// Reads `folder`/config.json. Throws `.unreadable`, `.malformed`, `.configuration`,
  /// `.quantised`, `.unsupported`.
  package init(folder: String) throws(CheckpointError) {
    try QuantisedWeights.refuse(besideConfiguration: folder)
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
    try QuantisedWeights.refuse(in: object)
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

  static func textFamily(
    _ reader: ConfigurationReader, default fallback: TextConfiguration.Family
  ) throws(CheckpointError) -> TextConfiguration.Family {
    try reader.choice(
      "model_type", of: TextConfiguration.Family.allCases, default: fallback)
  }
}
