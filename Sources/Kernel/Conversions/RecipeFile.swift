import FeatureIndex
import Interpretation
import JSON
import JSONRPC
import KernelProtocol
import Models
import SystemReasons

extension Recipe {
  private static let byteLimit = 64 << 20

  /// Reads a recipe's file.
  /// - Throws: `KernelError` for a path that cannot be, and for a file that is no recipe, with the
  ///   member that is wrong.
  init(at given: String) throws {
    let path = try FilePath(given).path
    func refuse(_ reason: String) -> KernelError {
      .unsupported("\(path) is not a recipe: \(reason)")
    }
    let value: JSONValue
    do { value = try JSONFile.value(at: path, byteLimit: Self.byteLimit) } catch {
      throw refuse(error.reason)
    }
    guard value["format"]?.stringValue == "lucarne-recipe" else {
      throw refuse("its \"format\" is not \"lucarne-recipe\"")
    }
    do { self = try value.decode(path: "recipe") } catch { throw refuse(systemReason(of: error)) }
    if let other = value.firstMember(notOf: try JSONValue(encoding: self)) {
      throw refuse("\"\(other.prefix(100))\" is there, which a recipe does not have or has once")
    }
    guard version == 1 else { throw refuse("its \"version\" is \(version), expected 1") }
    guard !interventions.isEmpty else { throw refuse("it has no intervention") }
    for (number, change) in interventions.enumerated() where change.op != .zero {
      guard change.value?.isFinite == true else {
        throw refuse("interventions[\(number)] has no value, which \(change.op.rawValue) needs")
      }
    }
  }

  /// What it changes, as requests state it.
  func interventions(of sae: String) -> [KernelProtocol.Intervention] {
    interventions.map { $0.intervention(of: sae) }
  }
}

extension JSONValue {
  /// The name of a member that another value has not got in the same place, or that is there twice;
  /// nil where there is none.
  fileprivate func firstMember(notOf known: JSONValue) -> String? {
    if let list = arrayValue {
      return zip(list, known.arrayValue ?? []).lazy.compactMap { $0.firstMember(notOf: $1) }.first
    }
    var seen: Set<String> = []
    for member in objectValue?.members ?? [] where member.value != .null {
      guard let own = known[member.name], seen.insert(member.name).inserted else {
        return member.name
      }
      if let other = member.value.firstMember(notOf: own) { return other }
    }
    return nil
  }
}

extension Recipe.Change {
  /// The change as requests state it.
  func intervention(of sae: String) -> KernelProtocol.Intervention {
    KernelProtocol.Intervention(
      op: op, feature: FeatureRef(sae: sae, index: feature), value: value, at: at,
      generated: generated)
  }
}

extension Engine {
  /// The loaded autoencoder that a recipe was made for.
  /// - Throws: `KernelError.saeMismatch` where it is not loaded.
  func autoencoder(for recipe: Recipe, at path: String) throws -> ResidentAutoencoder {
    _ = try model()
    for resident in autoencoders {
      if try identity(of: resident).autoencoder == recipe.saeDigest {
        try check(recipe, at: path, for: resident)
        return resident
      }
    }
    throw KernelError.saeMismatch(
      "the recipe \(path) was made for an autoencoder that is not loaded: its digest is "
        + recipe.saeDigest.prefix(100))
  }

  /// Refuses a recipe that was made for another autoencoder or model.
  func check(_ recipe: Recipe, at path: String, for resident: ResidentAutoencoder) throws {
    let own = try identity(of: resident)
    for (what, found, expected) in [
      ("autoencoder", recipe.saeDigest, own.autoencoder), ("model", recipe.modelDigest, own.model),
      ("site", recipe.site, own.site),
    ] where found != expected {
      throw KernelError.saeMismatch(
        "the recipe \(path) was made for another \(what): \(found.prefix(100)), "
          + "\"\(resident.autoencoder.name)\" has \(expected)")
    }
  }
}

/// A recipe and the loaded autoencoder that it was made for.
struct AppliedRecipe {
  private let recipe: Recipe
  private let path: String
  let autoencoder: LoadedAutoencoder

  /// - Throws: where the file is no recipe, or was made for something that is not loaded.
  init(at path: String, _ engine: Engine) throws {
    recipe = try Recipe(at: path)
    self.path = path
    autoencoder = try engine.autoencoder(for: recipe, at: path).autoencoder
  }

  var splice: KernelProtocol.Splice? { recipe.splice }

  /// Its changes on a context: `question` stands for its texts where no part is called so, and
  /// what it has no picture for is passed over.
  ///
  /// - Parameter asked: the autoencoder that the request is about.
  func interventions(
    on open: OpenContext, by asked: LoadedAutoencoder
  ) throws -> [Interpretation.Intervention] {
    guard asked.name == autoencoder.name else {
      throw KernelError.saeMismatch(
        "the recipe \(path) is for \"\(autoencoder.name)\", the request is about "
          + "\"\(asked.name)\": one request changes one autoencoder's features")
    }
    return try recipe.interventions(of: autoencoder.name).map { stated in
      var intervention = stated
      intervention.at = Region.limited(
        stated.at?.flatMap { open.resolved($0) }, to: open.context)
      return try open.intervention(intervention, autoencoder: autoencoder)
    }
  }
}

extension OpenContext {
  fileprivate func resolved(_ region: Region) -> [Region] {
    guard region == .part(QuestionParts.question),
      !context.partNames.contains(QuestionParts.question)
    else { return [region] }
    let pictures = Set(context.prompt.images.map(\.part))
    return context.partNames.indices.filter { !pictures.contains($0) }
      .map { .part(context.partNames[$0]) }
  }
}
