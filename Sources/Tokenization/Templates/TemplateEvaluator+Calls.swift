/// Functions, macros and methods that are no text's.
extension TemplateEvaluator {
  func call(
    _ callee: TemplateExpression, _ arguments: TemplateArgumentValues
  ) throws(TokenizationError) -> TemplateValue {
    try call(evaluate(callee), arguments)
  }

  private func call(
    _ callee: TemplateValue, _ arguments: TemplateArgumentValues
  ) throws(TokenizationError) -> TemplateValue {
    switch callee {
    case .function(let name): return try function(name, arguments)
    case .method(let name, let value): return try method(name, of: value, arguments)
    case .macro(let number): return try run(macros[number], arguments)
    case .joiner(let number):
      guard arguments.positional.isEmpty, arguments.named.isEmpty else {
        throw failure("a joiner takes no arguments")
      }
      defer { joiners[number].isUsed = true }
      return joiners[number].isUsed ? joiners[number].separator : .string("")
    case .loop(let state):
      let sequence = try bind(arguments, .init("iterable", required: 1), "loop")["iterable"]
      return try recurse(state, over: sequence ?? .none)
    case .undefined(let name): throw failure("\(name) is undefined and cannot be called")
    default: throw failure("\(callee.kind) is not a function")
    }
  }

  func bind(
    _ arguments: TemplateArgumentValues, _ signature: TemplateSignature, _ what: String
  ) throws(TokenizationError) -> TemplateBoundArguments {
    try arguments.bound(to: signature, of: what, in: self)
  }

  // MARK: Functions

  private func function(
    _ name: String, _ arguments: TemplateArgumentValues
  ) throws(TokenizationError) -> TemplateValue {
    switch name {
    case "raise_exception":
      let bound = try bind(arguments, .init("message", required: 1), name)
      throw .refusedByTemplate(try text(of: bound["message"] ?? .none))
    case "strftime_now":
      let format = try bind(arguments, .init("format", required: 1), name).requiredText("format")
      guard let text = time.text(format) else { throw failure("strftime_now has a bad format") }
      return try made(text)
    case "namespace":
      let attributes = try dictionary(arguments, name)
      namespaces.append(TemplateDictionary())
      for pair in attributes.pairs {
        guard let name = pair.key.asText else {
          throw failure("an attribute of a namespace is \(pair.key.kind), expected a text")
        }
        try set(name, of: namespaces.count - 1, to: pair.value)
      }
      return .namespace(namespaces.count - 1)
    case "dict": return try made(try dictionary(arguments, name))
    case "cycler":
      guard !arguments.positional.isEmpty, arguments.named.isEmpty else {
        throw failure("a cycler takes at least one item")
      }
      cyclers.append((arguments.positional, 0))
      return .cycler(cyclers.count - 1)
    case "joiner":
      let separator = try bind(arguments, .init("sep"), name)["sep"] ?? .string(", ")
      joiners.append((separator, false))
      return .joiner(joiners.count - 1)
    case "range": return try range(arguments)
    default: return try block(name, arguments)
    }
  }

  /// `self.name()`: what a block renders.
  private func block(
    _ name: String, _ arguments: TemplateArgumentValues
  ) throws(TokenizationError) -> TemplateValue {
    guard name.hasPrefix("self.") else { throw failure("\(name) cannot be called") }
    _ = try bind(arguments, .init(), "a block")
    return .string(
      try capture { () throws(TokenizationError) in
        try execute(block: String(name.dropFirst("self.".count)), isScoped: false)
      })
  }

  /// As Python's `dict`: a dictionary or pairs, and named values.
  private func dictionary(
    _ arguments: TemplateArgumentValues, _ what: String
  ) throws(TokenizationError) -> TemplateDictionary {
    var result = TemplateDictionary()
    guard arguments.positional.count <= 1 else {
      throw failure("\(what) takes one value without a name, found \(arguments.positional.count)")
    }
    if case .dictionary(let given)? = arguments.positional.first {
      try spend(given.pairs.count)
      result = given
    } else if let pairs = arguments.positional.first {
      for pair in try elements(of: pairs) {
        let parts = try elements(of: pair)
        guard parts.count == 2, result.insert(parts[1], for: parts[0]) else {
          throw failure("\(what) takes pairs of a key and a value")
        }
      }
    }
    for argument in arguments.named { result.insert(argument.value, for: .string(argument.name)) }
    return result
  }

  private func range(
    _ arguments: TemplateArgumentValues
  ) throws(TokenizationError) -> TemplateValue {
    let bounds = arguments.positional.compactMap(\.asInteger)
    guard (1...3).contains(bounds.count), bounds.count == arguments.positional.count,
      arguments.named.isEmpty
    else { throw failure("range takes one to three integers") }
    let (start, end) = bounds.count == 1 ? (0, bounds[0]) : (bounds[0], bounds[1])
    let step = bounds.count == 3 ? bounds[2] : 1
    guard step != 0 else { throw failure("range has the step 0") }
    // Jinja's sandbox allows as many.
    let limit = 100_000
    var values: [TemplateValue] = []
    for value in stride(from: start, to: end, by: step) {
      guard values.count < limit else { throw failure("a range of more than \(limit)") }
      values.append(.integer(value))
    }
    return try made(values, kind: .range(start: start, end: end, step: step))
  }

  // MARK: Macros

  func define(_ macro: TemplateMacro) -> TemplateValue {
    macros.append(Macro(definition: macro, scope: scope))
    return .macro(macros.count - 1)
  }

  private func run(
    _ macro: Macro, _ arguments: TemplateArgumentValues
  ) throws(TokenizationError) -> TemplateValue {
    let definition = macro.definition
    let names = definition.parameters.map(\.name)
    var values = zip(names, arguments.positional).map { (name: $0, value: $1) }
    let further = Array(arguments.positional.dropFirst(names.count))
    guard further.isEmpty || definition.uses.contains("varargs") else {
      throw failure(
        "the macro \(definition.name) is given \(arguments.positional.count) arguments, expected "
          + "at most \(names.count)")
    }
    var strangers = TemplateDictionary()
    var caller: TemplateValue?
    for argument in arguments.named {
      if names.contains(argument.name) {
        guard !values.contains(where: { $0.name == argument.name }) else {
          throw failure("the macro \(definition.name) is given \(argument.name) twice")
        }
        values.append((argument.name, argument.value))
      } else if argument.name == "caller", definition.uses.contains("caller") {
        caller = argument.value
      } else if definition.uses.contains("kwargs") {
        strangers.insert(argument.value, for: .string(argument.name))
      } else {
        throw failure("the macro \(definition.name) has no argument \(argument.name)")
      }
    }
    let callLine = line
    let text = try scoped(parent: macro.scope) { () throws(TokenizationError) in
      if definition.uses.contains("caller") {
        scope.set("caller", caller ?? .undefined(name: "caller"))
      }
      if definition.uses.contains("varargs") {
        scope.set("varargs", try made(further, kind: .tuple))
      }
      if definition.uses.contains("kwargs") { scope.set("kwargs", .dictionary(strangers)) }
      for parameter in definition.parameters {
        if let given = values.first(where: { $0.name == parameter.name }) {
          scope.set(parameter.name, given.value)
        } else if let fallback = parameter.fallback {
          scope.set(parameter.name, try evaluate(fallback))
        } else {
          scope.set(parameter.name, .undefined(name: parameter.name))
        }
      }
      return try capture { () throws(TokenizationError) in _ = try execute(definition.body) }
    }
    line = callLine
    return .string(text)
  }

  /// `loop(…)` of a recursive loop.
  private func recurse(
    _ state: TemplateLoopState, over sequence: TemplateValue
  ) throws(TokenizationError) -> TemplateValue {
    let loop = loops[state.number]
    guard loop.definition.isRecursive else {
      throw failure("loop(…) stands in a loop that is not recursive")
    }
    return .string(
      try capture { () throws(TokenizationError) in
        let outer = scope
        scope = loop.scope
        defer { scope = outer }
        try execute(loop.definition, over: sequence, depth: state.depth + 1, of: state.number)
      })
  }

  // MARK: Methods

  private func method(
    _ name: String, of value: TemplateValue, _ arguments: TemplateArgumentValues
  ) throws(TokenizationError) -> TemplateValue {
    switch value {
    case .string(let text): return try textMethod(name, of: text, arguments)
    case .markup(let text): return try markupMethod(name, of: text, arguments)
    case .dictionary(let dictionary): return try method(name, of: dictionary, arguments)
    case .sequence(let list): return try method(name, of: list, arguments)
    case .loop(let state): return try method(name, of: state, arguments)
    case .cycler(let number):
      _ = try bind(arguments, .init(), name)
      let (items, position) = cyclers[number]
      cyclers[number].position = name == "reset" ? 0 : (position + 1) % items.count
      return name == "reset" ? .none : items[position]
    default: throw failure("\(value.kind) has no method \(name)")
    }
  }

  private func method(
    _ name: String, of dictionary: TemplateDictionary, _ arguments: TemplateArgumentValues
  ) throws(TokenizationError) -> TemplateValue {
    guard let signature = TemplateSignatures.dictionaryMethods[name] else {
      throw failure("\(name) would change a dictionary, which templates may not")
    }
    let bound = try bind(arguments, signature, name)
    switch name {
    case "items":
      return try made(
        dictionary.pairs.map { .tuple([$0.key, $0.value]) }, kind: .view("dict_items"))
    case "keys": return try made(dictionary.pairs.map(\.key), kind: .view("dict_keys"))
    case "values": return try made(dictionary.pairs.map(\.value), kind: .view("dict_values"))
    case "copy": return .dictionary(dictionary)
    default:
      let key = bound["key"] ?? .none
      guard TemplateKey(key) != nil || key.isUndefined else {
        throw failure("\(key.kind) cannot be a key")
      }
      return dictionary[key: key] ?? bound["default"] ?? .none
    }
  }

  private func method(
    _ name: String, of list: TemplateList, _ arguments: TemplateArgumentValues
  ) throws(TokenizationError) -> TemplateValue {
    guard let signature = TemplateSignatures.listMethods[name] else {
      throw failure("\(name) would change a list, which templates may not")
    }
    let bound = try bind(arguments, signature, name)
    let wanted = bound["value"] ?? .none
    switch name {
    case "copy": return .sequence(list)
    case "count":
      var count = 0
      for element in list.elements where try equal(element, wanted) { count += 1 }
      return .integer(count)
    default:
      for (index, element) in list.elements.enumerated() where try equal(element, wanted) {
        return .integer(index)
      }
      throw failure("index finds no such element")
    }
  }

  private func method(
    _ name: String, of loop: TemplateLoopState, _ arguments: TemplateArgumentValues
  ) throws(TokenizationError) -> TemplateValue {
    guard arguments.named.isEmpty else { throw failure("loop.\(name) takes no named arguments") }
    let values = arguments.positional
    if name == "cycle" {
      guard !values.isEmpty else { throw failure("loop.cycle takes at least one item") }
      return values[loop.index % values.count]
    }
    let last = loops[loop.number].changed
    loops[loop.number].changed = values
    guard let last, last.count == values.count else { return .bool(true) }
    for (one, other) in zip(last, values) where try !equal(one, other) { return .bool(true) }
    return .bool(false)
  }
}
