internal import Glibc

/// The moment at which a template is rendered, as `strftime_now` tells it: local time.
package struct TemplateTime: Sendable {
  private let seconds: Int

  package static var now: TemplateTime { TemplateTime(secondsSince1970: Glibc.time(nil)) }

  package init(secondsSince1970 seconds: Int) { self.seconds = seconds }

  /// As C's `strftime`; nil where it does not fit a line or so.
  func text(_ format: String) -> String? {
    guard format.utf8.count <= 256, !format.utf8.contains(0) else { return nil }
    if format.isEmpty { return "" }
    var moment = seconds
    var parts = unsafe tm()
    guard unsafe localtime_r(&moment, &parts) != nil else { return nil }
    var buffer = [CChar](repeating: 0, count: 8192)
    let length = unsafe strftime(&buffer, buffer.count, format, &parts)
    return String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
