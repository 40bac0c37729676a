package import JSON

/// The outer members of what the kernel sends; nothing else is ever added to them, since some
/// clients refuse members they do not know.
package enum Envelope {
  package static func response(id: RequestID?, result: JSONValue) throws(JSONError) -> [UInt8] {
    try JSONValue.object(["id": id?.json ?? .null, "jsonrpc": "2.0", "result": result]).bytes()
  }

  /// Never fails: error data that JSON cannot carry is left out.
  package static func response(id: RequestID?, failure: ResponseFailure) -> [UInt8] {
    var failure = failure
    for _ in 0..<2 {
      let envelope: JSONValue = [
        "error": failure.json, "id": id?.json ?? .null, "jsonrpc": "2.0",
      ]
      if let bytes = try? envelope.bytes() { return bytes }
      failure.data = nil
    }
    return []
  }

  static func request(id: RequestID, method: String, params: JSONValue) throws(JSONError) -> [UInt8]
  {
    try JSONValue.object([
      "id": id.json, "jsonrpc": "2.0", "method": .string(method), "params": params,
    ]).bytes()
  }

  package static func notification(method: String, params: JSONValue) throws(JSONError) -> [UInt8] {
    try JSONValue.object(["jsonrpc": "2.0", "method": .string(method), "params": params]).bytes()
  }
}
