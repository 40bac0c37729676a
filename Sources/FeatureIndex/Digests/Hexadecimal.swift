extension [UInt8] {
  /// In lower-case hexadecimal.
  package var hexadecimal: String {
    var text = ""
    for byte in self { text += (byte < 16 ? "0" : "") + String(byte, radix: 16) }
    return text
  }
}
