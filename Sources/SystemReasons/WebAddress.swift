/// An address of the web, which people give in a path's place.
package enum WebAddress {
  package static let refusal = "addresses are not fetched; give a file or a data: address"

  package static func isOne(_ text: String) -> Bool {
    let beginning = text.prefix(8).lowercased()
    return beginning.hasPrefix("http://") || beginning == "https://"
  }
}
