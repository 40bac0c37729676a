/// The classes of characters that pre-tokenizers tell apart.
enum CharacterClass: UInt8 {
  /// \p{L}
  case letter
  /// \p{N}
  case number
  /// \r or \n, which are white space, too.
  case newline
  /// \s other than \r and \n.
  case space
  case other

  var isSpace: Bool { self == .space || self == .newline }

  /// The class of `scalar` in Unicode 16, the version of the reference's tables: Swift's own are
  /// newer and know letters that the reference takes for unassigned.
  init(_ scalar: Unicode.Scalar) {
    if scalar.value < 0x80 {
      self = Self.ofASCII(UInt8(scalar.value))
      return
    }
    let properties = scalar.properties
    if properties.isWhitespace {
      self = .space
      return
    }
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      self = Self.isKnownToUnicode16(properties) ? .letter : .other
    case .decimalNumber, .letterNumber, .otherNumber:
      self = Self.isKnownToUnicode16(properties) ? .number : .other
    default: self = .other
    }
  }

  private static func ofASCII(_ byte: UInt8) -> CharacterClass {
    switch byte {
    case 0x41...0x5A, 0x61...0x7A: .letter
    case 0x30...0x39: .number
    case 0x0A, 0x0D: .newline
    case 0x20, 0x09, 0x0B, 0x0C: .space
    default: .other
    }
  }

  /// What the reference's Digits cuts at: the numbers of Rust's own tables, which are as new as
  /// Swift's.
  static func isNumber(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .decimalNumber, .letterNumber, .otherNumber: true
    default: false
    }
  }

  /// What the reference's Punctuation cuts at: all of ASCII's marks, and Unicode's punctuation as
  /// of version 8, which its tables are of. Two characters have left that class since.
  static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value < 0x80 {
      return (0x21...0x2F).contains(scalar.value) || (0x3A...0x40).contains(scalar.value)
        || (0x5B...0x60).contains(scalar.value) || (0x7B...0x7E).contains(scalar.value)
    }
    if scalar.value == 0x166D || scalar.value == 0x111C9 { return true }
    let properties = scalar.properties
    switch properties.generalCategory {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
      .initialPunctuation, .finalPunctuation, .otherPunctuation:
      return properties.age.map { $0.major <= 8 } ?? false
    default: return false
    }
  }

  private static func isKnownToUnicode16(_ properties: Unicode.Scalar.Properties) -> Bool {
    guard let age = properties.age else { return false }
    return age.major <= 16
  }
}
