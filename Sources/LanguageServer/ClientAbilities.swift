internal import JSON

/// What a language client says that it can do.
struct ClientAbilities: Sendable {
  var isLanguageClient = false
  var readsMarkdown = false
  var appliesEdits = false
  var versionsEdits = false
  var takesActions = false
  var showsHints = false
  var showsTokens = false
  var refreshesHints = false
  var refreshesTokens = false

  init() {}

  init(_ capabilities: JSONValue?) {
    guard let capabilities, let document = capabilities["textDocument"], document.objectValue != nil
    else { return }
    let workspace = capabilities["workspace"]
    func isTrue(_ value: JSONValue?) -> Bool { value?.boolValue ?? false }
    isLanguageClient = true
    readsMarkdown =
      document["hover"]?["contentFormat"]?.arrayValue?.contains("markdown") ?? false
    appliesEdits = isTrue(workspace?["applyEdit"])
    versionsEdits = isTrue(workspace?["workspaceEdit"]?["documentChanges"])
    takesActions = document["codeAction"]?["codeActionLiteralSupport"]?.objectValue != nil
    showsHints = document["inlayHint"]?.objectValue != nil
    showsTokens = document["semanticTokens"]?.objectValue != nil
    refreshesHints = isTrue(workspace?["inlayHint"]?["refreshSupport"])
    refreshesTokens = isTrue(workspace?["semanticTokens"]?["refreshSupport"])
  }
}

extension LanguageServer {
  static let commands = ["lucarne.attribute", "lucarne.generate", "lucarne.steer"]

  /// What `initialize` tells a language client beside the kernel's own capabilities.
  static let capabilities: [(String, JSONValue)] = [
    ("positionEncoding", "utf-16"),
    ("textDocumentSync", ["openClose": true, "change": 1, "save": ["includeText": false]]),
    ("hoverProvider", true),
    ("inlayHintProvider", true),
    (
      "semanticTokensProvider",
      [
        "legend": [
          "tokenTypes": .array(TokenKind.allCases.map { .string($0.rawValue) }),
          "tokenModifiers": .array(Strength.allCases.map { .string($0.rawValue) }),
        ], "full": true, "range": false,
      ]
    ),
    ("codeActionProvider", ["codeActionKinds": ["lucarne"]]),
    ("executeCommandProvider", ["commands": .array(commands.map { .string($0) })]),
  ]
}
