/// Filters of lists and of what else can be looped over.
extension TemplateEvaluator {
  func listFilter(
    _ name: String, _ value: TemplateValue, _ bound: TemplateBoundArguments
  ) throws(TokenizationError) -> TemplateValue {
    switch (name, value) {
    case ("length", .loop(let state)), ("count", .loop(let state)):
      return .integer(state.items.count)
    case ("length", .string(let text)), ("count", .string(let text)):
      try spend(bytes: text.utf8.count)
      return .integer(text.unicodeScalars.count)
    case ("reverse", .string(let text)): return try made(TemplateText.reversed(text))
    case ("dictsort", _): return try dictionarySorted(value, bound)
    default: break
    }
    let values = try elements(of: value)
    switch name {
    case "length", "count": return .integer(values.count)
    case "first": return values.first ?? .undefined(name: "the first of none")
    case "last": return values.last ?? .undefined(name: "the last of none")
    case "list": return try made(values)
    case "reverse": return try made(values.reversed())
    case "join": return try joined(values, bound)
    case "sort": return try sorted(values, bound)
    case "unique": return try made(try unique(values, bound))
    case "min", "max":
      let keys = try sortKeys(values, bound)
      var best = 0
      for index in values.indices.dropFirst() {
        let isBetter =
          name == "min"
          ? try isLess(keys[index], keys[best]) : try isLess(keys[best], keys[index])
        if isBetter { best = index }
      }
      return values.isEmpty ? .undefined(name: "the \(name) of none") : values[best]
    case "sum":
      var sum = bound["start"] ?? .integer(0)
      let path = bound["attribute"]
      for value in values {
        sum = try arithmetic(
          .add, sum,
          path.map { (path) throws(TokenizationError) in
            try attribute(along: path, of: value)
          } ?? value)
      }
      return sum
    case "groupby": return try made(try groups(values, bound))
    case "batch": return try made(try batches(values, bound))
    default: return try made(try slices(values, bound))
    }
  }

  // MARK: Attributes

  /// The attribute that `map` and its like name: "a.b.0", or an index.
  func attribute(
    along path: TemplateValue, of value: TemplateValue
  ) throws(TokenizationError) -> TemplateValue {
    try spend()
    if let index = path.asInteger { return try item(.integer(index), of: value) }
    guard let name = path.asText else { throw failure("\(path.kind) names no attribute") }
    var current = value
    for part in name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
      let key = String(decoding: Array(part), as: UTF8.self)
      let isIndex = !key.isEmpty && key.utf8.allSatisfy { (0x30...0x39).contains($0) }
      try spend()
      current = try item(
        isIndex ? Int(key).map { .integer($0) } ?? .none : .string(key), of: current)
    }
    return current
  }

  // MARK: Joining

  private func joined(
    _ values: [TemplateValue], _ bound: TemplateBoundArguments
  ) throws(TokenizationError) -> TemplateValue {
    let separator =
      try bound["d"].map { (value) throws(TokenizationError) in
        try text(of: value)
      } ?? ""
    var result = ""
    for (index, value) in values.enumerated() {
      var value = value
      if let path = bound["attribute"], !path.isNone {
        value = try attribute(along: path, of: value)
      }
      let piece = try text(of: value)
      try requireSize(result.utf8.count + piece.utf8.count + separator.utf8.count)
      try spend(bytes: piece.utf8.count + separator.utf8.count)
      if index > 0 { result += separator }
      result += piece
    }
    return .string(result)
  }

  // MARK: Order

  /// What values are compared by: themselves or an attribute, texts in lower case unless cases
  /// count.
  private func sortKeys(
    _ values: [TemplateValue], _ bound: TemplateBoundArguments
  ) throws(TokenizationError) -> [TemplateValue] {
    let keepsCase = bound.isTrue("case_sensitive")
    var keys: [TemplateValue] = []
    for value in values {
      guard let path = bound["attribute"], !path.isNone else {
        keys.append(try caseless(value, keepsCase))
        continue
      }
      guard let names = path.asText, bound.what.hasSuffix("sort") else {
        keys.append(try caseless(attribute(along: path, of: value), keepsCase))
        continue
      }
      // Several with commas between are compared one after the other.
      var parts: [TemplateValue] = []
      for name in names.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
        let name = TemplateValue.string(String(decoding: Array(name), as: UTF8.self))
        parts.append(try caseless(attribute(along: name, of: value), keepsCase))
      }
      keys.append(.list(parts))
    }
    return keys
  }

  private func caseless(
    _ value: TemplateValue, _ keepsCase: Bool
  ) throws(TokenizationError) -> TemplateValue {
    guard !keepsCase, let text = value.asText else { return value }
    try spend(bytes: text.utf8.count)
    return .string(TemplateText.lowered(text))
  }

  private func sorted(
    _ values: [TemplateValue], _ bound: TemplateBoundArguments
  ) throws(TokenizationError) -> TemplateValue {
    let keys = try sortKeys(values, bound)
    return try made(
      try order(of: keys, reversed: bound.isTrue("reverse")).map { values[$0] })
  }

  /// A stable merge sort: Swift's own takes no comparison that may fail.
  private func order(
    of keys: [TemplateValue], reversed: Bool
  ) throws(TokenizationError) -> [Int] {
    var order = Array(keys.indices)
    var width = 1
    while width < order.count {
      var merged: [Int] = []
      for start in stride(from: 0, to: order.count, by: 2 * width) {
        let middle = min(start + width, order.count)
        let end = min(start + 2 * width, order.count)
        var (left, right) = (start, middle)
        func comesFirst(_ right: Int, _ left: Int) throws(TokenizationError) -> Bool {
          let (one, other) = (keys[order[right]], keys[order[left]])
          return reversed ? try isLess(other, one) : try isLess(one, other)
        }
        while left < middle || right < end {
          var takesRight = left == middle
          if left < middle, right < end { takesRight = try comesFirst(right, left) }
          merged.append(order[takesRight ? right : left])
          if takesRight { right += 1 } else { left += 1 }
        }
      }
      order = merged
      width *= 2
    }
    return order
  }

  private func dictionarySorted(
    _ value: TemplateValue, _ bound: TemplateBoundArguments
  ) throws(TokenizationError) -> TemplateValue {
    guard case .dictionary(let dictionary) = value else {
      throw failure("the filter dictsort takes a dictionary, found \(value.kind)")
    }
    let by = try bound.text("by") ?? "key"
    guard by == "key" || by == "value" else {
      throw failure("the argument by of dictsort is \(by), expected key or value")
    }
    var keys: [TemplateValue] = []
    for pair in dictionary.pairs {
      keys.append(
        try caseless(by == "key" ? pair.key : pair.value, bound.isTrue("case_sensitive")))
    }
    return try made(
      try order(of: keys, reversed: bound.isTrue("reverse")).map {
        .tuple([dictionary.pairs[$0].key, dictionary.pairs[$0].value])
      })
  }

  /// By the attribute that they have in common, in its order, and within a group in theirs.
  private func groups(
    _ values: [TemplateValue], _ bound: TemplateBoundArguments
  ) throws(TokenizationError) -> [TemplateValue] {
    var (groupers, keys): ([TemplateValue], [TemplateValue]) = ([], [])
    for value in values {
      var grouper = try attribute(along: bound["attribute"] ?? .none, of: value)
      if grouper.isUndefined, let fallback = bound["default"], !fallback.isNone {
        grouper = fallback
      }
      groupers.append(grouper)
      keys.append(try caseless(grouper, bound.isTrue("case_sensitive")))
    }
    var groups: [(grouper: TemplateValue, key: TemplateValue, values: [TemplateValue])] = []
    for index in try order(of: keys, reversed: false) {
      if let last = groups.last, try equal(last.key, keys[index]) {
        groups[groups.count - 1].values.append(values[index])
      } else {
        groups.append((groupers[index], keys[index], [values[index]]))
      }
    }
    var result: [TemplateValue] = []
    for group in groups {
      result.append(try made([group.grouper, try made(group.values)], kind: .group))
    }
    return result
  }

  private func unique(
    _ values: [TemplateValue], _ bound: TemplateBoundArguments
  ) throws(TokenizationError) -> [TemplateValue] {
    var seen: Set<TemplateKey> = []
    var result: [TemplateValue] = []
    for (value, key) in zip(values, try sortKeys(values, bound)) {
      guard let known = TemplateKey(key) else {
        throw failure("the filter unique does not tell \(key.kind) apart")
      }
      try spend(bytes: key.asText?.utf8.count ?? 0)
      if seen.insert(known).inserted { result.append(value) }
    }
    return result
  }

  // MARK: Cutting

  private func batches(
    _ values: [TemplateValue], _ bound: TemplateBoundArguments
  ) throws(TokenizationError) -> [TemplateValue] {
    guard let count = try bound.integer("linecount"), count > 0 else {
      throw failure("batch takes a count above 0")
    }
    var result: [TemplateValue] = []
    for start in stride(from: 0, to: values.count, by: count) {
      var part = Array(
        values[start..<(count < values.count - start ? start + count : values.count)])
      if let fill = bound["fill_with"], !fill.isNone, part.count < count {
        try requireSize(count > 1 << 20 ? .max : count * 64)
        part += Array(repeating: fill, count: count - part.count)
      }
      result.append(try made(part))
    }
    return result
  }

  private func slices(
    _ values: [TemplateValue], _ bound: TemplateBoundArguments
  ) throws(TokenizationError) -> [TemplateValue] {
    guard let count = try bound.integer("slices"), count > 0, count <= 100_000 else {
      throw failure("slice takes a count from 1 to 100000")
    }
    let (each, longer) = (values.count / count, values.count % count)
    var result: [TemplateValue] = []
    for number in 0..<count {
      let start = number * each + min(number, longer)
      var part = Array(values[start..<start + each + (number < longer ? 1 : 0)])
      if let fill = bound["fill_with"], !fill.isNone, number >= longer { part.append(fill) }
      result.append(try made(part))
    }
    return result
  }

  // MARK: Choosing

  /// `map`: a filter of every element, or an attribute.
  func mapped(
    _ value: TemplateValue, _ arguments: TemplateArgumentValues
  ) throws(TokenizationError) -> TemplateValue {
    // Of what is false, Jinja visits nothing, whether it has elements or not.
    let values = value.isTrue ? try elements(of: value) : []
    var results: [TemplateValue] = []
    if arguments.positional.isEmpty,
      let path = arguments.named.first(where: { $0.name == "attribute" })?.value
    {
      let fallback = arguments.named.first { $0.name == "default" }?.value
      if let stranger = arguments.named.first(where: {
        !["attribute", "default"].contains($0.name)
      }) {
        throw failure("the filter map has no argument \(stranger.name)")
      }
      for element in values {
        let found = try attribute(along: path, of: element)
        results.append(found.isUndefined ? fallback ?? found : found)
      }
      return try made(results)
    }
    guard let name = arguments.positional.first?.asText else {
      throw failure("the filter map takes a filter's name or an attribute")
    }
    for element in values {
      results.append(try filter(name, element, arguments.dropping(1)))
    }
    return try made(results)
  }

  /// `select`, `reject`, `selectattr` and `rejectattr`.
  func selected(
    _ name: String, _ value: TemplateValue, _ arguments: TemplateArgumentValues
  ) throws(TokenizationError) -> TemplateValue {
    var rest = arguments
    var path: TemplateValue?
    if name.hasSuffix("attr") {
      guard let first = rest.positional.first else {
        throw failure("the filter \(name) takes an attribute")
      }
      path = first
      rest = rest.dropping(1)
    }
    var testName: String?
    if let first = rest.positional.first {
      guard let name = first.asText else { throw failure("\(first.kind) names no test") }
      testName = name
    } else if !rest.named.isEmpty {
      throw failure("the filter \(name) has no argument \(rest.named[0].name)")
    }
    rest = rest.dropping(1)
    var results: [TemplateValue] = []
    for element in value.isTrue ? try elements(of: value) : [] {
      let subject =
        try path.map { (path) throws(TokenizationError) in
          try attribute(along: path, of: element)
        } ?? element
      let holds =
        try testName.map { (name) throws(TokenizationError) in
          try test(name, subject, rest)
        } ?? subject.isTrue
      if holds == name.hasPrefix("select") { results.append(element) }
    }
    return try made(results)
  }
}
