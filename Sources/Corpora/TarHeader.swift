import Images

/// One header block of a tar archive: POSIX ustar, or GNU's variant of it.
struct TarHeader {
  static let byteCount = 512

  let name: String
  /// Bytes of content behind it.
  let size: Int
  /// `0` and NUL are files, `5` folders, `L` and `x` carry the next member's long name.
  let type: UInt8

  /// Throws a reason where the block is no header.
  init(_ block: [UInt8]) throws(Malformed) {
    guard block.count == Self.byteCount else {
      throw Malformed("it breaks off after \(block.count) of \(Self.byteCount) bytes")
    }
    let stored = try Self.number(block[148..<156], "checksum")
    let sum = block.enumerated().reduce(0) { $0 + ((148..<156).contains($1.0) ? 32 : Int($1.1)) }
    guard stored == sum else {
      throw Malformed("its checksum is \(stored), expected \(sum): it is not a tar header")
    }
    size = try Self.number(block[124..<136], "size")
    type = block[156]
    let name = Self.text(block[0..<100])
    let isPOSIX = block[257..<263].elementsEqual([0x75, 0x73, 0x74, 0x61, 0x72, 0])
    let prefix = isPOSIX ? Self.text(block[345..<500]) : []
    self.name = FileName.text(prefix.isEmpty ? name : prefix + [0x2F] + name)
  }

  /// The bytes before the first zero.
  private static func text(_ field: ArraySlice<UInt8>) -> [UInt8] {
    Array(field.prefix { $0 != 0 })
  }

  /// Octal digits between blanks, or with the first bit set a binary number.
  private static func number(_ field: ArraySlice<UInt8>, _ what: String) throws(Malformed) -> Int {
    guard let first = field.first else { return 0 }
    var value = 0
    if first & 0x80 != 0 {
      guard first == 0x80 else { throw Malformed("its \(what) is negative or beyond 64 bits") }
      for byte in field.dropFirst() {
        let (shifted, overflow) = value.multipliedReportingOverflow(by: 256)
        guard !overflow else { throw Malformed("its \(what) is beyond 64 bits") }
        value = shifted + Int(byte)
      }
      return value
    }
    let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0x20 && $0 != 0 }
    for digit in digits {
      guard (0x30...0x37).contains(digit) else {
        throw Malformed("its \(what) is not a number in octal")
      }
      value = value * 8 + Int(digit - 0x30)  // at most 12 digits, 36 bits
    }
    return value
  }
}

/// What is wrong with a piece of an archive.
struct Malformed: Error, CustomStringConvertible {
  let reason: String

  init(_ reason: String) { self.reason = reason }

  var description: String { reason }
}
