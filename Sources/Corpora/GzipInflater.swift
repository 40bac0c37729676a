import CZlib

/// Unpacks gzip as it comes, one member after the other. What it makes is
/// bounded by what it was given.
@safe final class GzipInflater {
  /// How a gzip file begins.
  static let signature: [UInt8] = [0x1F, 0x8B]
  /// Deflate packs at most a thousandfold, and only what is empty; pictures and
  /// texts never come near this.
  private static let ratio = 256
  private static let freeBytes = 64 << 20
  private static let chunk = 1 << 16

  /// zlib keeps its address.
  private let stream: UnsafeMutablePointer<z_stream>
  private var input: [UInt8]
  private var used = 0
  private var isAtEnd = false
  /// Whether a member's checksum and length were read, and found to be those of its bytes.
  private(set) var isBetweenMembers = false
  private var given = 0
  private var made = 0

  /// - Parameter beginning: the bytes that were read to see that it is gzip.
  /// - Throws: the reason.
  init(beginning: [UInt8]) throws(Malformed) {
    input = beginning
    given = beginning.count
    unsafe stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    // 15 bits of window, and 16 for the header of gzip.
    let status = unsafe inflateInit2_(
      stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else { throw Malformed("zlib cannot start: \(status)") }
  }

  deinit {
    unsafe inflateEnd(stream)
    unsafe stream.deinitialize(count: 1)
    unsafe stream.deallocate()
  }

  /// Fills some of `output`; 0 only at the end.
  /// - Parameters:
  ///   - stopsAtMember: whether the end of a member is the end.
  ///   - more: further packed bytes, at most so many; none at the end.
  func read(
    into output: UnsafeMutableRawBufferPointer, stopsAtMember: Bool = false,
    more: (Int) throws -> [UInt8]
  ) throws -> Int {
    while !isAtEnd, output.count > 0 {
      if stopsAtMember, isBetweenMembers { return 0 }
      if used == input.count {
        input = try more(Self.chunk)
        used = 0
        given += input.count
        if input.isEmpty { isAtEnd = true }
        continue
      }
      if isBetweenMembers {
        // As gzip does: what follows the last member and is none is passed over.
        guard input[used] == Self.signature[0] else {
          isAtEnd = true
          continue
        }
        unsafe inflateReset(stream)
        isBetweenMembers = false
      }
      let count = try unsafe inflateSome(into: output)
      if count > 0 { return count }
    }
    return 0
  }

  private func inflateSome(into output: UnsafeMutableRawBufferPointer) throws -> Int {
    let status = unsafe input.withUnsafeMutableBufferPointer { bytes in
      unsafe stream.pointee.next_in = unsafe bytes.baseAddress?.advanced(by: used)
      unsafe stream.pointee.avail_in = UInt32(bytes.count - used)
      unsafe stream.pointee.next_out = unsafe output.bindMemory(to: UInt8.self).baseAddress
      unsafe stream.pointee.avail_out = UInt32(clamping: output.count)
      return unsafe inflate(stream, Z_NO_FLUSH)
    }
    let count = unsafe min(output.count, Int(UInt32.max)) - Int(stream.pointee.avail_out)
    used = unsafe input.count - Int(stream.pointee.avail_in)
    made += count
    switch status {
    case Z_STREAM_END: isBetweenMembers = true
    case Z_OK, Z_BUF_ERROR: break
    default:
      let reason =
        unsafe stream.pointee.msg.map { unsafe String(cString: $0) } ?? "status \(status)"
      throw Malformed("its gzip data are damaged: \(reason)")
    }
    guard made <= Self.freeBytes + given * Self.ratio else {
      throw Malformed(
        "it unpacks to more than \(made) bytes from \(given), more than \(Self.ratio) times as "
          + "many, "
          + "which no archive of pictures does")
    }
    return count
  }
}
