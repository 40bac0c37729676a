import JSON
import JSONRPC
import KernelProtocol

/// The autoencoder that a call is about, and the model it belongs to.
struct Subject: Sendable {
  let sae: String
  let site: String
  let model: String
  let precision: String

  /// The named autoencoder, or the one loaded last; what the kernel was
  /// started with is loaded first.
  init(_ arguments: Arguments, _ work: Work) throws {
    try self.init(named: arguments.text("sae"), work)
  }

  init(named name: String?, _ work: Work) throws {
    var status = try work.ask(KernelStatus.self, [:])
    if status.saes.isEmpty {
      // Any question about a latent loads; that there is none of this name is no failure.
      do {
        _ = try work.ask(FeatureInfo.self, ["feature": ["sae": "", "index": 0], "topK": 0])
      } catch let failure as ResponseFailure where failure.data?["kind"] == "saeMismatch" {
        status = try work.ask(KernelStatus.self, [:])
        if status.saes.isEmpty { throw ToolFailure(failure) }
      }
    }
    let found = name.map { name in status.saes.last { $0.sae == name } } ?? status.saes.last
    guard let found else {
      let known = status.saes.map { "\"\($0.sae)\"" }.joined(separator: ", ")
      throw ToolFailure(
        "there is no autoencoder \"\((name ?? "").prefix(100))\"; loaded: "
          + "\(known.isEmpty ? "none" : known)",
        next:
          "Leave \"sae\" out, or use one of these names; the server's option --sae loads others.")
    }
    sae = found.sae
    site = found.site
    let model = status.models.first { $0.model == found.model } ?? status.models.last
    self.model = model?.model ?? "unknown"
    precision = model?.precision.rawValue ?? "unknown"
  }

  /// A latent of it, for the wire.
  func feature(_ index: Int) -> JSONValue {
    ["sae": .string(sae), "index": .integer(Int64(index))]
  }

  /// What numbers rest on.
  func provenance(_ work: Work, splice: Splice? = nil, seed: Int? = nil) -> JSONValue {
    var members: JSONObject = [
      "kernel": .string("lucarne \(work.surroundings.options.version)"),
      "model": .string(model), "precision": .string(precision), "sae": .string(sae),
      "site": .string(site),
      "splice": .string(
        "errorTerm \(splice?.errorTerm?.rawValue ?? "keep"), reselect "
          + "\(splice?.reselect?.rawValue ?? "none")"
      ),
    ]
    if let seed { members["seed"] = .integer(Int64(seed)) }
    return .object(members)
  }

  static let provenanceSchema = Schema.Member(
    "provenance",
    Schema.record(
      [
        .init("kernel", Schema.text("Program and version.")),
        .init("model", Schema.text("The model.")),
        .init("precision", Schema.text("What products are made in.")),
        .init("sae", Schema.text("The autoencoder.")),
        .init("site", Schema.text("Where it reads the residual stream.")),
        .init("splice", Schema.text("How it is put into the model.")),
        .init("seed", Schema.integer("Of what is drawn."), isRequired: false),
      ], "What the numbers rest on."))

  static let argument = Schema.Member(
    "sae", Schema.text("An autoencoder's name; absent: the one loaded last."), isRequired: false)

  /// What the latents are called, where an index knows it.
  func labels(of latents: [Int], _ work: Work) throws -> [Int: String] {
    guard !latents.isEmpty else { return [:] }
    do {
      let list = JSONValue.array(latents.map { .integer(Int64($0)) })
      let found = try work.ask(
        IndexSearch.self,
        [
          "query": ["latents": list], "sae": .string(sae),
          "limit": .integer(Int64(min(latents.count, 1000))),
        ])
      return Dictionary(
        found.items.compactMap { item in item.label.map { (item.latent, $0) } },
        uniquingKeysWith: { first, _ in first })
    } catch let failure as ResponseFailure
      where ["indexMissing", "indexStale", "featureOutOfRange"].contains(
        failure.data?["kind"]?.stringValue)
    {
      return [:]
    }
  }
}
