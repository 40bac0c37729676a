import Glibc

/// A line on standard error that is written over, or on anything but a
/// terminal now and then a line.
struct ProgressLine {
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private var last = ContinuousClock.now
  private var width = 0

  mutating func show(_ text: String) {
    guard ContinuousClock.now - last > .seconds(isTerminal ? 0.1 : 5) else { return }
    last = .now
    guard isTerminal else {
      writeLine(text, to: STDERR_FILENO)
      return
    }
    // A line that is wrapped could not be written over.
    let shown = text.prefix(Self.columns - 1)
    let padding = String(repeating: " ", count: max(0, width - shown.count))
    width = shown.count
    // The return is ours, the text may be a file's.
    var start: UInt8 = 0x0D
    _ = unsafe write(STDERR_FILENO, &start, 1)
    writeText(shown + padding, to: STDERR_FILENO)
  }

  /// Of the terminal.
  private static var columns: Int {
    var size = winsize()
    guard unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 1 else {
      return 80
    }
    return Int(size.ws_col)
  }

  mutating func end() {
    if isTerminal, width > 0 { writeLine("", to: STDERR_FILENO) }
    width = 0
  }
}
