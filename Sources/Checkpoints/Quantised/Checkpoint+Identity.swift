internal import Tensors

extension Checkpoint {
  /// What tells this checkpoint from others, for files that are derived from it: of each file its
  /// name, size and time of change, and a digest of its header and of some bytes of every tensor.
  /// The samples tell apart what a release's fine-tuned variants have in common, where times of
  /// change were set to one value. The folder's path is left out: it may move.
  package func identity() throws(CheckpointError) -> String {
    var parts: [String] = []
    for file in files {
      var digest = Digest()
      digest.add(try file.sample())
      let name = file.path.split(separator: "/").last.map(String.init) ?? file.path
      parts.append("\(name) \(file.file.byteCount) \(file.file.changeTime) \(digest.text)")
    }
    return parts.joined(separator: "\n")
  }

  /// What tells this checkpoint's weights from others', wherever and however their files lie:
  /// headers and samples of every file.
  package func contentSample() throws(CheckpointError) -> [UInt8] {
    var bytes: [UInt8] = []
    for file in files { bytes += try file.sample() }
    return bytes
  }
}

extension SafetensorsFile {
  private static let samplesPerTensor = 3
  private static let sampleBytes = 64

  /// The header and some bytes of every tensor.
  package func sample() throws(CheckpointError) -> [UInt8] {
    let entries = entries.values.sorted { $0.byteOffset < $1.byteOffset }
    var bytes = try file.read(0..<(entries.first?.byteOffset ?? file.byteCount))
    for entry in entries {
      for part in 0..<Self.samplesPerTensor {
        let last = max(0, entry.byteCount - Self.sampleBytes)
        let start = entry.byteOffset + last / max(1, Self.samplesPerTensor - 1) * part
        let end = min(start + Self.sampleBytes, entry.byteOffset + entry.byteCount)
        bytes += try file.read(start..<max(start, end))
      }
    }
    return bytes
  }
}

/// The 64-bit FNV-1a hash of bytes, in hexadecimal: for telling files apart, not against forgers.
struct Digest {
  private var state: UInt64 = 0xCBF2_9CE4_8422_2325

  mutating func add(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
  }

  var text: String {
    let digits = String(state, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
