/// Makes text fit for a terminal, whatever files, names and servers put into it.
///
/// Control characters, those that turn the direction of writing and bytes that are no text are
/// shown instead of obeyed. Line breaks and tabs stay, and so do our own marks for bold and
/// plain, which do nobody harm.
func harmless(_ text: String) -> String {
  var shown = ""
  var rest = text.unicodeScalars[...]
  while let scalar = rest.first {
    if let mark = ["\u{1B}[1m", "\u{1B}[0m"].first(where: { rest.starts(with: $0.unicodeScalars) })
    {
      shown += mark
      rest = rest.dropFirst(mark.unicodeScalars.count)
      continue
    }
    rest = rest.dropFirst()
    if isObeyed(scalar) {
      shown += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
    } else {
      shown.unicodeScalars.append(scalar)
    }
  }
  return shown
}

/// Whether a terminal would do something else than show it.
private func isObeyed(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0x09, 0x0A: false
  case 0x00...0x1F, 0x7F...0x9F: true
  // Marks, embeddings and isolates of direction; separators of lines and paragraphs.
  case 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
  default: false
  }
}
