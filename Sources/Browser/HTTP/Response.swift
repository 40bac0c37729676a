import Glibc

/// An answer to a request. Each ends its connection.
package struct Response: Sendable, Equatable {
  package enum Status: Int, Sendable {
    case ok = 200
    case seeOther = 303
    case badRequest = 400
    case unauthorized = 401
    case forbidden = 403
    case notFound = 404
    case methodNotAllowed = 405
    case timeout = 408
    case contentTooLarge = 413
    case upgradeRequired = 426
    case headTooLarge = 431
    case unavailable = 503
    case version = 505

    var reason: String {
      switch self {
      case .ok: "OK"
      case .seeOther: "See Other"
      case .badRequest: "Bad Request"
      case .unauthorized: "Unauthorized"
      case .forbidden: "Forbidden"
      case .notFound: "Not Found"
      case .methodNotAllowed: "Method Not Allowed"
      case .timeout: "Request Timeout"
      case .contentTooLarge: "Content Too Large"
      case .upgradeRequired: "Upgrade Required"
      case .headTooLarge: "Request Header Fields Too Large"
      case .unavailable: "Service Unavailable"
      case .version: "HTTP Version Not Supported"
      }
    }
  }

  package let status: Status
  package let type: String
  package let body: [UInt8]
  /// Fields beside those that every answer has.
  package var fields: [(name: String, value: String)] = []

  package init(_ status: Status, type: String, body: [UInt8]) {
    (self.status, self.type, self.body) = (status, type, body)
  }

  /// A page of one sentence.
  /// - Parameter text: shown as it is, without markup.
  package init(_ status: Status, text: String) {
    let escaped = text.flatMap { character -> [Character] in
      switch character {
      case "&": Array("&amp;")
      case "<": Array("&lt;")
      case ">": Array("&gt;")
      default: [character]
      }
    }
    let page = """
      <!doctype html>
      <html lang="en"><meta charset="utf-8"><title>Lucarne</title>
      <p>\(String(escaped))</p></html>

      """
    self.init(status, type: "text/html; charset=utf-8", body: Array(page.utf8))
  }

  /// What keeps other sites, frames and copies of the page away.
  private static let always = """
    Cache-Control: no-store\r
    X-Content-Type-Options: nosniff\r
    Referrer-Policy: no-referrer\r
    Cross-Origin-Opener-Policy: same-origin\r
    Cross-Origin-Resource-Policy: same-origin\r
    Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' blob: data:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'\r
    Connection: close\r\n
    """

  /// - Parameter isHead: whether the request was `HEAD`, whose answer has no body.
  package func bytes(isHead: Bool = false) -> [UInt8] {
    var head = "HTTP/1.1 \(status.rawValue) \(status.reason)\r\nDate: \(Self.date())\r\n"
    head += Self.always
    head += "Content-Type: \(type)\r\nContent-Length: \(body.count)\r\n"
    for (name, value) in fields { head += "\(name): \(value)\r\n" }
    return Array((head + "\r\n").utf8) + (isHead ? [] : body)
  }

  /// The time as RFC 9110 has it; the program sets no other locale than C's.
  private static func date() -> String {
    var now = time(nil)
    var parts = unsafe tm()
    unsafe gmtime_r(&now, &parts)
    var text = [CChar](repeating: 0, count: 64)
    let count = unsafe strftime(&text, text.count, "%a, %d %b %Y %H:%M:%S GMT", &parts)
    return String(decoding: text.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  package static func == (left: Response, right: Response) -> Bool {
    (left.status, left.type, left.body) == (right.status, right.type, right.body)
      && left.fields.elementsEqual(right.fields, by: ==)
  }
}
