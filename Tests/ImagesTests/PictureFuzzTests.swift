import FoundationEssentials
import Images
import TestSupport
import Testing

/// Changed copies of small files: whatever they hold, decoding ends in a
/// picture or an `ImageError`.
@Suite struct PictureFuzzTests {
  @Test func changedFilesEndInAPictureOrAnError() throws {
    let folder = Fixtures.folder.appending(path: "fuzz/images")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(names.count >= 10)
    let corpus = try names.map { try Fixtures.bytes("fuzz/images/" + $0) }
    let decoder = PictureDecoder(limits: PictureLimits(side: 4096, pixels: 1 << 20, scans: 20))
    let opened = PictureDecoder(treatment: .opened, limits: decoder.limits)
    let run = FuzzRun(rounds: 6_000, seed: 2026)
    let found = run("pictures") { _, seeded in
      var random = Xorshift(state: seeded.next() | 1)
      let bytes = mutated(corpus[random.below(corpus.count)], &random)
      do {
        let picture = try (random.below(2) == 0 ? decoder : opened).picture(from: bytes)
        #expect(picture.pixels.count == picture.width * picture.height * 3)
        return .answered
      } catch {
        #expect(error is ImageError, "\(error)")
        return .refused
      }
    }
    #expect(found.answered > 0 && found.refused > 0)
  }

  private func mutated(_ original: [UInt8], _ random: inout Xorshift) -> [UInt8] {
    var bytes = original
    for _ in 0...random.below(4) {
      let place = random.below(bytes.count)
      switch random.below(6) {
      case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
      case 1: bytes[place] ^= 1 << UInt8(random.below(8))
      case 2: bytes[place] = random.below(2) == 0 ? 0 : 255
      case 3: bytes.removeLast(random.below(bytes.count - 1))
      case 4: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
      default:
        let source = random.below(bytes.count)
        let length = min(random.below(40), bytes.count - source)
        bytes.insert(contentsOf: Array(bytes[source..<(source + length)]), at: place)
      }
    }
    // PNG checks its chunks: without right checksums nothing behind them would ever be reached.
    return random.below(3) == 0 ? bytes : withChecksums(bytes)
  }

  private func withChecksums(_ original: [UInt8]) -> [UInt8] {
    var bytes = original
    guard bytes.count > 8, bytes[0] == 0x89 else { return bytes }
    var position = 8
    while bytes.count - position >= 12 {
      let length = bytes[position..<(position + 4)].reduce(0) { $0 << 8 | Int($1) }
      guard length <= bytes.count - position - 12 else { break }
      let sum = checksum(bytes[(position + 4)..<(position + 8 + length)])
      for index in 0..<4 {
        bytes[position + 8 + length + index] = UInt8(
          truncatingIfNeeded: sum >> (24 - 8 * UInt32(index)))
      }
      position += length + 12
    }
    return bytes
  }

  /// CRC-32 as in the PNG specification, annex D.
  private func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var sum: UInt32 = .max
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? 0xEDB8_8320 ^ (sum >> 1) : sum >> 1 }
    }
    return ~sum
  }
}

/// A small generator, so that a failure comes again.
struct Xorshift {
  var state: UInt64

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }

  /// A number in `0..<max(1, bound)`.
  mutating func below(_ bound: Int) -> Int {
    Int(next() % UInt64(max(1, bound)))
  }
}
