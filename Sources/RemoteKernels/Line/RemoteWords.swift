/// Words that another machine's shell is to read as they are.
package enum RemoteWords {
  /// The words as one command, as POSIX shells and fish read it.
  /// - Returns: nil where a word has a control character, which no shell needs to be trusted with.
  package static func command(_ words: [String]) -> String? {
    let isText = words.joined().unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    guard isText else { return nil }
    return words.map(quoted).joined(separator: " ")
  }

  private static func quoted(_ word: String) -> String {
    let isPlain = word.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
      case UInt8(ascii: "0")...UInt8(ascii: "9"): true
      default: "_-./:,+@%".utf8.contains(byte)
      }
    }
    if isPlain, !word.isEmpty { return word }
    // fish reads a backslash between single quotes, so it stands outside of them.
    var quoted = "'"
    for character in word {
      switch character {
      case "'": quoted += #"'\''"#
      case "\\": quoted += #"'\\'"#
      default: quoted.append(character)
      }
    }
    return quoted + "'"
  }
}
