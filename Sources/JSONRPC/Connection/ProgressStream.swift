internal import JSON

/// The `$/progress` notifications of one request: nothing in the first 300 ms, then at most ten a
/// second under each token, and the end before the reply.
struct ProgressStream {
  struct Message {
    let body: [UInt8]
    /// A waiting report may be replaced by a newer one.
    var key: String?
  }

  private struct Batch {
    let name: String
    let fields: JSONObject
    var items: [JSONValue]
  }

  private let options: RequestOptions
  private var hasBegun = false
  private var percentage: Int64 = 0
  private var reportPace: NotificationPace
  private var itemPace: NotificationPace
  private var batches: [Batch] = []

  init(options: RequestOptions) {
    self.options = options
    reportPace = NotificationPace()
    itemPace = reportPace
  }

  mutating func report(title: String, message: String?, fraction: Double?) -> [Message] {
    guard let token = options.workDoneToken, reportPace.isDue() else { return [] }
    reportPace.send()
    var value: JSONObject = ["kind": hasBegun ? "report" : "begin"]
    if let message { value["message"] = .string(message) }
    if let fraction, fraction.isFinite {
      percentage = max(percentage, Int64(min(max(fraction, 0), 1) * 100))
      value["percentage"] = .integer(percentage)
    }
    let key = hasBegun ? "progress \(token.id)" : nil
    if !hasBegun {
      hasBegun = true
      value["title"] = .string(title)
      value["cancellable"] = true
    }
    return Self.messages(token, value, key: key)
  }

  mutating func add(
    _ items: [JSONValue], as name: String, with fields: JSONObject
  ) -> [Message] {
    guard options.partialResultToken != nil else { return [] }
    if let last = batches.indices.last, batches[last].name == name, batches[last].fields == fields {
      batches[last].items += items
    } else {
      batches.append(Batch(name: name, fields: fields, items: items))
    }
    return itemPace.isDue() ? takeItems() : []
  }

  /// - Parameter keepingItems: whether the items that wait are still to be sent.
  mutating func end(keepingItems: Bool) -> [Message] {
    var messages = keepingItems ? takeItems() : []
    if let token = options.workDoneToken, hasBegun {
      messages += Self.messages(token, ["kind": "end"])
    }
    return messages
  }

  private mutating func takeItems() -> [Message] {
    guard let token = options.partialResultToken else { return [] }
    defer { batches = [] }
    itemPace.send()
    return batches.flatMap { batch in
      var value = batch.fields
      value[batch.name] = .array(batch.items)
      return Self.messages(token, value)
    }
  }

  private static func messages(
    _ token: ProgressToken, _ value: JSONObject, key: String? = nil
  ) -> [Message] {
    let params: JSONValue = ["token": token.id.json, "value": .object(value)]
    guard let body = try? Envelope.notification(method: "$/progress", params: params) else {
      return []
    }
    return [Message(body: body, key: key)]
  }
}
