import CCurl

/// HTTP and HTTPS by libcurl, which is loaded with the first value of this
/// type: no start waits for it.
///
/// A value is used by several threads at once; each request has its own handles.
@safe final class CurlTransport: ChatTransport, @unchecked Sendable {
  private let library: OpaquePointer

  /// - Throws: `ChatError.unavailable`.
  init() throws(ChatError) {
    var message = [CChar](repeating: 0, count: Int(CCURL_MESSAGE_LENGTH))
    guard let found = unsafe ccurl_open(&message) else { throw .unavailable(text(of: message)) }
    unsafe library = found
  }

  deinit { unsafe ccurl_close(library) }

  func post(
    _ body: [UInt8], to endpoint: ChatEndpoint, limits: ChatLimits,
    isCancelled: @escaping @Sendable () -> Bool
  ) throws -> HTTPAnswer {
    var answer = unsafe ccurl_answer()
    defer { unsafe ccurl_free(&answer) }
    let outcome = unsafe send(body, to: endpoint, limits: limits, isCancelled, into: &answer)
    let message = unsafe withUnsafeBytes(of: answer.message) { unsafe text(of: $0) }
    let words = quotable(message)
    switch Int(outcome) {
    case CCURL_OK: break
    case CCURL_CANCELLED: throw CancellationError()
    case CCURL_TOO_LARGE: throw ChatError.tooLarge(limit: limits.answerBytes)
    case CCURL_TIMED_OUT:
      throw ChatError.timedOut(host: endpoint.host, seconds: limits.requestSeconds)
    case CCURL_UNREACHABLE: throw ChatError.unreachable(host: endpoint.host, reason: words)
    case CCURL_BROKEN: throw ChatError.broken(host: endpoint.host, reason: words)
    case CCURL_UNTRUSTED: throw ChatError.untrusted(host: endpoint.host, reason: words)
    case CCURL_NO_MEMORY: throw ChatError.invalidRequest("no memory for the server's answer")
    default: throw ChatError.invalidRequest("\(endpoint.host) cannot be asked: \(words)")
    }
    return unsafe HTTPAnswer(answer)
  }

  private func send(
    _ body: [UInt8], to endpoint: ChatEndpoint, limits: ChatLimits,
    _ isCancelled: @escaping @Sendable () -> Bool, into answer: inout ccurl_answer
  ) -> Int32 {
    var lines = ["Content-Type: application/json", "Accept: application/json"]
    lines.append("User-Agent: lucarne")
    if let key = endpoint.key { lines.append("Authorization: Bearer \(key)") }
    let headers = CStrings(lines)
    let asked = Asked(isCancelled: isCancelled)
    return withExtendedLifetime((headers, asked)) {
      unsafe body.withUnsafeBufferPointer { bytes in
        unsafe endpoint.url.withCString { url in
          unsafe headers.pointers.withUnsafeBufferPointer { lines in
            var request = unsafe ccurl_request()
            unsafe request.url = url
            unsafe request.headers = lines.baseAddress
            unsafe request.header_count = lines.count
            unsafe request.body = bytes.baseAddress
            unsafe request.body_length = bytes.count
            unsafe request.answer_limit = limits.answerBytes
            unsafe request.connect_milliseconds = milliseconds(limits.connectSeconds)
            unsafe request.total_milliseconds = milliseconds(limits.requestSeconds)
            unsafe request.is_cancelled = { context in
              guard let context = unsafe context else { return false }
              return unsafe Unmanaged<Asked>.fromOpaque(context).takeUnretainedValue().isCancelled()
            }
            unsafe request.context = Unmanaged.passUnretained(asked).toOpaque()
            return unsafe ccurl_post(library, &request, &answer)
          }
        }
      }
    }
  }
}

extension HTTPAnswer {
  fileprivate init(_ answer: ccurl_answer) {
    unsafe self.init(
      status: answer.status,
      contentType: withUnsafeBytes(of: answer.content_type) { unsafe text(of: $0) },
      location: withUnsafeBytes(of: answer.location) { unsafe text(of: $0) },
      retryAfter: answer.retry_after > 0 ? Double(answer.retry_after) : nil,
      body: Array(UnsafeBufferPointer(start: answer.body, count: answer.body_length)))
  }
}

/// What the C side asks between two waits.
private final class Asked: Sendable {
  let isCancelled: @Sendable () -> Bool

  init(isCancelled: @escaping @Sendable () -> Bool) { self.isCancelled = isCancelled }
}

/// Texts as C wants them, for as long as the value lives.
@safe private final class CStrings {
  private let owned: [UnsafeMutablePointer<CChar>]
  let pointers: [UnsafePointer<CChar>?]

  init(_ texts: [String]) {
    unsafe owned = texts.map { text in
      let characters = UnsafeMutablePointer<CChar>.allocate(capacity: text.utf8.count + 1)
      for (index, byte) in text.utf8.enumerated() {
        unsafe characters[index] = CChar(bitPattern: byte)
      }
      unsafe characters[text.utf8.count] = 0
      return unsafe characters
    }
    unsafe pointers = unsafe owned.map { unsafe UnsafePointer($0) }
  }

  deinit { for index in unsafe owned.indices { unsafe owned[index].deallocate() } }
}

/// At least one: libcurl takes 0 for its own idea of patience.
private func milliseconds(_ seconds: Double) -> Int {
  Int((min(max(seconds, 0), 86_400) * 1000).rounded(.up)).clamped(from: 1)
}

extension Int {
  fileprivate func clamped(from least: Int) -> Int { Swift.max(self, least) }
}

private func text(of characters: [CChar]) -> String {
  String(decoding: characters.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}

private func text(of bytes: UnsafeRawBufferPointer) -> String {
  unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
}
