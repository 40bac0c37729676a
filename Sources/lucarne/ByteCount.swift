import ArgumentParser

/// Reads an option's number of bytes.
///
/// - Throws: `ValidationError` that says which form is expected.
func byteCount(_ text: String) throws -> Int {
  guard let count = Int(text), count > 0 else {
    throw ValidationError("expected a whole number of bytes above 0, such as 8000000000")
  }
  return count
}
