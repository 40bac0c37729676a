/// The bytes that JSON and the frame headers are made of.
package enum Ascii {
  package static let quote = UInt8(ascii: "\"")
  package static let backslash = UInt8(ascii: "\\")
  package static let brace = UInt8(ascii: "{")
  package static let closeBrace = UInt8(ascii: "}")
  package static let bracket = UInt8(ascii: "[")
  package static let closeBracket = UInt8(ascii: "]")
  package static let comma = UInt8(ascii: ",")
  package static let colon = UInt8(ascii: ":")
  package static let minus = UInt8(ascii: "-")
  package static let space = UInt8(ascii: " ")
  package static let tab = UInt8(ascii: "\t")
  package static let carriageReturn = UInt8(ascii: "\r")
  package static let lineFeed = UInt8(ascii: "\n")

  package static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  package static func lowercased(_ byte: UInt8) -> UInt8 {
    byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
  }
}
