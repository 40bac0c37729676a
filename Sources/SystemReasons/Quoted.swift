/// Somebody's own words in a message, in quotes; shortened to 200 characters,
/// so that no answer grows with them.
package func quoted(_ text: String) -> String {
  let limit = 200
  return text.count > limit ? "\"\(text.prefix(limit))…\"" : "\"\(text)\""
}
