/// Room for a message that a C function writes, ended by a zero.
struct CMessage {
  var characters: [CChar]

  init(length: Int) {
    characters = [CChar](repeating: 0, count: length)
  }

  var text: String {
    let bytes = characters.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
    return bytes.isEmpty ? "no reason given" : String(decoding: bytes, as: UTF8.self)
  }
}
