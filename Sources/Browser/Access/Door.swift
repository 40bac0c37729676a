import Synchronization

/// Who is let in: the page, in a browser that was shown a token, and nobody else.
///
/// A site that the user visits can make the browser send requests here, under a name of its own
/// that leads to this address (which `Host` tells) or from its own pages (which `Origin` tells).
package final class Door: Sendable {
  private let port: UInt16
  private let cookie = Secret()
  private let token = Mutex(Secret())

  package init(port: UInt16) { self.port = port }

  /// The token that opens the page once.
  package var currentToken: String { token.withLock { $0.text } }

  /// The cookie's name: browsers do not tell ports apart.
  package var cookieName: String { "lucarne_\(port)" }

  /// Whether the request names this server, by the address that it came to or, inside the machine,
  /// by one of the machine's names for itself.
  package func isNamed(in head: RequestHead, local: InternetAddress) -> Bool {
    guard let host = head.value(of: "host")?.lowercased() else { return false }
    let own = local.isLoopback ? ["127.0.0.1", "localhost", "[::1]"] : []
    return ([local.host] + own).contains {
      host == "\($0):\(port)" || (port == 80 && host == $0)
    }
  }

  /// Whether a page of this server makes the request. `isNamed` holds already.
  package func isOwnOrigin(_ head: RequestHead) -> Bool {
    guard let host = head.value(of: "host"), let origin = head.value(of: "origin") else {
      return false
    }
    return origin.lowercased() == "http://" + host.lowercased()
  }

  /// Whether the browser was let in before.
  package func isKnown(_ head: RequestHead) -> Bool {
    // No shortcut among several: each is compared.
    head.cookies(named: cookieName).map(cookie.isKnown).contains(true)
  }

  /// Takes a token in: it is void from then on.
  /// - Returns: the cookie's field for the browser; nil where the token is not the current one.
  package func admit(_ text: String) -> String? {
    let isRight = token.withLock { token in
      guard token.isKnown(by: text) else { return false }
      token = Secret()
      return true
    }
    return isRight ? "\(cookieName)=\(cookie.text); Path=/; HttpOnly; SameSite=Strict" : nil
  }
}
