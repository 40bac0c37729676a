import ArgumentParser
import JSON
import JSONRPC

/// Holds the options of a command to the bounds of the request that it makes, and names the one
/// that is wrong as it is typed.
///
/// - Parameter names: members of the request whose options are called otherwise.
/// - Throws: `ValidationError`.
func checkOptions<Params: Codable>(
  _ params: Params, names: [String: String] = [:]
) throws {
  do {
    _ = try JSONValue(encoding: params).decode(path: "params") as Params
  } catch WireError.mismatch(let path, let expected, let found) {
    let member = path.split(separator: ".").dropFirst().joined(separator: ".")
    let option = names[member] ?? optionName(member)
    throw ValidationError("--\(option) is \(bare(found)), expected \(bare(expected))")
  }
}

/// A member of a request as options are written: `requestSeconds` as `request-seconds`.
private func optionName(_ member: String) -> String {
  member.reduce(into: "") { name, character in
    if character.isUppercase { name += "-" }
    name += character.lowercased()
  }
}

/// Without the words that tell JSON's kinds of values apart.
private func bare(_ words: String) -> String {
  for kind in ["integer", "number"] where words.hasPrefix(kind + " ") {
    var rest = words.dropFirst(kind.count + 1)
    if rest.hasPrefix("from ") { rest = rest.dropFirst(5) }
    if rest.hasPrefix("≥ ") { return "\(rest.dropFirst(2)) or more" }
    return rest.split(separator: " ").map { $0.hasSuffix(".0") ? $0.dropLast(2) : $0 }
      .joined(separator: " ")
  }
  return words
}
