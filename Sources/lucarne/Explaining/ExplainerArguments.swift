import ArgumentParser
import KernelProtocol

/// Who looks at pictures: a server of chat completions, or the model itself.
struct ExplainerArguments: ParsableArguments {
  @Option(
    help: """
      The address of a server of OpenAI's chat completions, such as http://localhost:8000/v1; its \
      key, where it asks for one, is the environment variable LUCARNE_EXPLAINER_KEY.
      """)
  var endpoint: String?

  @Option(help: "The name of the server's model.")
  var endpointModel: String?

  @Flag(help: "Ask the model itself that is interpreted.")
  var resident = false

  func validate() throws {
    if endpoint != nil, resident {
      throw ValidationError("give --endpoint or --resident, not both")
    }
    if (endpoint == nil) != (endpointModel == nil) {
      throw ValidationError("--endpoint and --endpoint-model go together")
    }
  }

  /// nil where neither is given.
  var explainer: ExplanationGenerate.Explainer? {
    if resident { return .resident(model: nil) }
    guard let endpoint, let endpointModel else { return nil }
    return .endpoint(.init(url: endpoint, model: endpointModel))
  }
}
