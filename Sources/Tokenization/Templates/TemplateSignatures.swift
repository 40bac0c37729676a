/// The arguments of Jinja's filters, tests and functions and of Python's methods, in their order.
/// What is not in here is not passed over: an argument too many, or of another name, is refused.
struct TemplateSignature: Sendable {
  var names: [String]
  /// How many must be given.
  var required: Int
  /// Takes any further arguments, with and without names.
  var isOpen = false

  init(_ names: String..., required: Int = 0, isOpen: Bool = false) {
    self.names = names
    self.required = required
    self.isOpen = isOpen
  }
}

enum TemplateSignatures {
  static let filters: [String: TemplateSignature] = [
    "abs": .init(),
    "attr": .init("name", required: 1),
    "batch": .init("linecount", "fill_with", required: 1),
    "capitalize": .init(),
    "center": .init("width"),
    "count": .init(),
    "d": .init("default_value", "boolean"),
    "default": .init("default_value", "boolean"),
    "dictsort": .init("case_sensitive", "by", "reverse"),
    "e": .init(),
    "escape": .init(),
    "first": .init(),
    "float": .init("default"),
    "forceescape": .init(),
    "format": .init(isOpen: true),
    "groupby": .init("attribute", "default", "case_sensitive", required: 1),
    "indent": .init("width", "first", "blank"),
    "int": .init("default", "base"),
    "items": .init(),
    "join": .init("d", "attribute"),
    "last": .init(),
    "length": .init(),
    "list": .init(),
    "lower": .init(),
    "map": .init(isOpen: true),
    "max": .init("case_sensitive", "attribute"),
    "min": .init("case_sensitive", "attribute"),
    "reject": .init(isOpen: true),
    "rejectattr": .init(isOpen: true),
    "replace": .init("old", "new", "count", required: 2),
    "reverse": .init(),
    "round": .init("precision", "method"),
    "safe": .init(),
    "select": .init(isOpen: true),
    "selectattr": .init(isOpen: true),
    "slice": .init("slices", "fill_with", required: 1),
    "sort": .init("reverse", "case_sensitive", "attribute"),
    "string": .init(),
    "sum": .init("attribute", "start"),
    "title": .init(),
    "tojson": .init("ensure_ascii", "indent", "separators", "sort_keys"),
    "trim": .init("chars"),
    "truncate": .init("length", "killwords", "end", "leeway"),
    "unique": .init("case_sensitive", "attribute"),
    "upper": .init(),
    "urlencode": .init(),
    "wordcount": .init(),
    "xmlattr": .init("autospace"),
  ]

  static let tests: [String: TemplateSignature] = {
    var tests: [String: TemplateSignature] = [
      "divisibleby": .init("num", required: 1), "sameas": .init("other", required: 1),
    ]
    for name in [
      "boolean", "callable", "defined", "escaped", "even", "false", "filter", "float", "integer",
      "iterable",
      "lower", "mapping", "none", "number", "odd", "sequence", "string", "test", "true",
      "undefined", "upper",
    ] { tests[name] = .init() }
    for name in [
      "eq", "equalto", "==", "ne", "!=", "lt", "lessthan", "<", "le", "<=", "gt", "greaterthan",
      ">", "ge", ">=", "in",
    ] { tests[name] = .init("other", required: 1) }
    return tests
  }()

  static let textMethods: [String: TemplateSignature] = [
    "capitalize": .init(), "casefold": .init(), "center": .init("width", "fillchar", required: 1),
    "count": .init("sub", "start", "end", required: 1),
    "endswith": .init("suffix", "start", "end", required: 1),
    "find": .init("sub", "start", "end", required: 1), "format": .init(isOpen: true),
    "index": .init("sub", "start", "end", required: 1), "isalnum": .init(), "isalpha": .init(),
    "isascii": .init(), "isdecimal": .init(), "isdigit": .init(), "islower": .init(),
    "isnumeric": .init(), "isspace": .init(), "isupper": .init(),
    "join": .init("iterable", required: 1), "ljust": .init("width", "fillchar", required: 1),
    "lower": .init(), "lstrip": .init("chars"), "partition": .init("sep", required: 1),
    "removeprefix": .init("prefix", required: 1), "removesuffix": .init("suffix", required: 1),
    "replace": .init("old", "new", "count", required: 2),
    "rfind": .init("sub", "start", "end", required: 1),
    "rindex": .init("sub", "start", "end", required: 1),
    "rjust": .init("width", "fillchar", required: 1), "rpartition": .init("sep", required: 1),
    "rsplit": .init("sep", "maxsplit"), "rstrip": .init("chars"),
    "split": .init("sep", "maxsplit"), "splitlines": .init("keepends"),
    "startswith": .init("prefix", "start", "end", required: 1), "strip": .init("chars"),
    "swapcase": .init(), "title": .init(), "upper": .init(), "zfill": .init("width", required: 1),
  ]

  static let dictionaryMethods: [String: TemplateSignature] = [
    "copy": .init(), "get": .init("key", "default", required: 1), "items": .init(),
    "keys": .init(), "values": .init(),
  ]

  static let listMethods: [String: TemplateSignature] = [
    "copy": .init(), "count": .init("value", required: 1), "index": .init("value", required: 1),
  ]

  /// Methods that change what they are called on, which no template of transformers may.
  static let changingMethods: Set<String> = [
    "append", "clear", "extend", "insert", "pop", "popitem", "remove", "reverse", "setdefault",
    "sort", "update",
  ]
}

/// The values of a call's arguments.
struct TemplateArgumentValues {
  var positional: [TemplateValue] = []
  var named: [(name: String, value: TemplateValue)] = []

  /// By the signature's names: the arguments given, nil where one is left out. Throws the reason
  /// for which the call is refused.
  func bound(
    to signature: TemplateSignature, of what: String, in evaluator: TemplateEvaluator
  ) throws(TokenizationError) -> TemplateBoundArguments {
    guard positional.count <= signature.names.count else {
      throw evaluator.failure(
        "\(what) is given \(positional.count) arguments, expected at most "
          + "\(signature.names.count)")
    }
    var values = [TemplateValue?](repeating: nil, count: signature.names.count)
    for (index, value) in positional.enumerated() { values[index] = value }
    for argument in named {
      guard let index = signature.names.firstIndex(of: argument.name) else {
        throw evaluator.failure("\(what) has no argument \(argument.name)")
      }
      guard values[index] == nil else {
        throw evaluator.failure("\(what) is given the argument \(argument.name) twice")
      }
      values[index] = argument.value
    }
    if let missing = values.prefix(signature.required).firstIndex(where: { $0 == nil }) {
      throw evaluator.failure("\(what) lacks the argument \(signature.names[missing])")
    }
    return TemplateBoundArguments(
      values: Dictionary(
        zip(signature.names, values).compactMap { name, value in value.map { (name, $0) } },
        uniquingKeysWith: { first, _ in first }), what: what, evaluator: evaluator)
  }

  /// Without the first `count` positional arguments.
  func dropping(_ count: Int) -> TemplateArgumentValues {
    TemplateArgumentValues(positional: Array(positional.dropFirst(count)), named: named)
  }
}

/// The arguments of one call by their names.
struct TemplateBoundArguments {
  let values: [String: TemplateValue]
  let what: String
  let evaluator: TemplateEvaluator

  subscript(name: String) -> TemplateValue? { values[name] }

  func isTrue(_ name: String, default fallback: Bool = false) -> Bool {
    values[name]?.isTrue ?? fallback
  }

  /// A text; nil where it is left out or none.
  func text(_ name: String) throws(TokenizationError) -> String? {
    switch values[name] {
    case nil, .some(.none): return nil
    case .string(let text), .markup(let text): return text
    case let value?: throw wrong(name, value, "a text")
    }
  }

  func requiredText(_ name: String) throws(TokenizationError) -> String {
    guard let text = try text(name) else { throw wrong(name, values[name] ?? .none, "a text") }
    return text
  }

  /// An integer; nil where it is left out or none.
  func integer(_ name: String) throws(TokenizationError) -> Int? {
    switch values[name] {
    case nil, .some(.none): return nil
    case let value?:
      guard let integer = value.asInteger else { throw wrong(name, value, "an integer") }
      return integer
    }
  }

  private func wrong(
    _ name: String, _ found: TemplateValue, _ expected: String
  ) -> TokenizationError {
    evaluator.failure("the argument \(name) of \(what) is \(found.kind), expected \(expected)")
  }
}
