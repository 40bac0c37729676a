/// A client's own words in an error, shortened so that no answer grows with them.
package func quoted(_ text: String) -> String {
  let limit = 200
  return text.count > limit ? "\"\(text.prefix(limit))…\"" : "\"\(text)\""
}
