/// Why a question has no answer. Texts of servers are quoted shortened, on
/// one line, without the key.
package indirect enum ChatError: Error, Equatable, CustomStringConvertible {
  /// An address, a model's name or a key that cannot be used.
  case invalidEndpoint(what: String, found: String, expected: String)
  case invalidRequest(String)
  /// This machine cannot ask servers: libcurl is missing.
  case unavailable(String)
  /// No such host, or nobody listens there.
  case unreachable(host: String, reason: String)
  case timedOut(host: String, seconds: Double)
  /// The connection ended before the answer did.
  case broken(host: String, reason: String)
  /// The server's certificate is not trusted.
  case untrusted(host: String, reason: String)
  /// The server points elsewhere; it is not followed.
  case redirected(status: Int, to: String)
  /// The server does not want this question: a status of 4xx.
  case refused(status: Int, reason: String)
  /// The server wants to be asked later: 408, 425, 429 or 503.
  case busy(status: Int, retryAfter: Double?, reason: String)
  /// The server failed: any other 5xx.
  case failed(status: Int, reason: String)
  /// The answer is longer than its limit.
  case tooLarge(limit: Int)
  /// The answer is no JSON, such as a page.
  case notJSON(contentType: String, beginning: String)
  /// The answer is JSON, but not a chat completion.
  case malformed(String)
  /// Each try failed; the last like this.
  case gaveUp(tries: Int, last: ChatError)

  package var description: String {
    switch self {
    case .invalidEndpoint(let what, let found, let expected):
      "\(what) is \(found), expected \(expected)"
    case .invalidRequest(let reason): reason
    case .unavailable(let reason):
      "servers cannot be reached without libcurl 7.66 or newer: \(reason)"
    case .unreachable(let host, let reason): "no connection to \(host): \(reason)"
    case .timedOut(let host, let seconds): "\(host) has not answered within \(seconds) s"
    case .broken(let host, let reason):
      "the connection to \(host) ended before the answer did: \(reason)"
    case .untrusted(let host, let reason): "\(host) is not trusted: \(reason)"
    case .redirected(let status, let to):
      "the server redirects (\(status)) to \"\(to)\", which is not followed: give that address"
    case .refused(let status, let reason): "the server refuses with status \(status): \(reason)"
    case .busy(let status, nil, let reason): "the server is busy (\(status)): \(reason)"
    case .busy(let status, let seconds?, let reason):
      "the server is busy (\(status)) and asks for \(seconds) s of patience: \(reason)"
    case .failed(let status, let reason): "the server failed with status \(status): \(reason)"
    case .tooLarge(let limit): "the server's answer is longer than \(limit) bytes"
    case .notJSON(let contentType, let beginning):
      "the server answers with \(contentType), expected JSON; it begins \"\(beginning)\""
    case .malformed(let reason): "the server did not answer with a chat completion: \(reason)"
    case .gaveUp(1, let last): last.description
    case .gaveUp(let tries, let last): "\(tries) tries failed, the last because \(last)"
    }
  }

  /// Whether the same question may be answered later.
  package var isTransient: Bool {
    switch self {
    case .unreachable, .timedOut, .broken, .busy, .failed: true
    case .gaveUp(_, let last): last.isTransient
    default: false
    }
  }
}
