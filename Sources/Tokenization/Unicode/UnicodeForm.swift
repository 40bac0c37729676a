/// Unicode's normalisation forms, by its algorithm and the tables of `UnicodeTables`, which are of
/// one known version on every machine.
package enum UnicodeForm: Sendable, CaseIterable {
  /// Form C.
  case composed
  /// Form D.
  case decomposed
  /// Form KC.
  case compatiblyComposed
  /// Form KD.
  case compatiblyDecomposed

  /// The version of Unicode whose characters are known.
  package static var unicodeVersion: String { UnicodeTables.version }

  private var isCompatible: Bool { self == .compatiblyComposed || self == .compatiblyDecomposed }
  private var composes: Bool { self == .composed || self == .compatiblyComposed }

  /// The form of `text`, UTF-8.
  package func callAsFunction(_ text: [UInt8]) -> [UInt8] {
    let string = String(decoding: text, as: UTF8.self)
    // No scalar below U+0300 changes under C or joins another; none of ASCII under any form.
    let limit: UInt32 = self == .composed ? 0x300 : 0x80
    if string.unicodeScalars.allSatisfy({ $0.value < limit }) { return text }
    let data = UnicodeData.shared
    var scalars: [UInt32] = []
    scalars.reserveCapacity(text.count)
    for scalar in string.unicodeScalars {
      data.decompose(scalar.value, compatibly: isCompatible, into: &scalars)
    }
    data.order(&scalars)
    if composes { data.compose(&scalars) }
    var view = String.UnicodeScalarView()
    for value in scalars { if let scalar = Unicode.Scalar(value) { view.append(scalar) } }
    return Array(String(view).utf8)
  }
}
