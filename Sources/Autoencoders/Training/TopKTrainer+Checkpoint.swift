import Checkpoints
import FoundationEssentials
import SystemReasons
package import Tensors

extension TopKTrainer {
  /// Saves everything that the run needs to go on: one safetensors file, which is the old one or
  /// the whole new one at any time.
  /// - Parameter position: the source's, from which the next batch comes.
  package func saveCheckpoint(to path: String, position: [Int]) throws(AutoencoderError) {
    let state = TrainerState(
      options: options, step: step, tokensSinceFired: tokensSinceFired, position: position)
    do {
      let json = try JSONEncoder().encode(state)
      var writer = SafetensorsWriter(
        metadata: [TrainerState.key: String(decoding: json, as: UTF8.self)])
      for (group, tensors) in [
        ("parameters", parameters), ("first", optimizer.first), ("second", optimizer.second),
      ] {
        for (name, field, _) in AutoencoderParameters.fields {
          let matrix = tensors[keyPath: field]
          writer.add("\(group).\(name)", shape: [matrix.rows, matrix.columns], matrix.values)
        }
      }
      try writer.write(to: path)
    } catch {
      throw .writing(path: path, reason: systemReason(of: error))
    }
  }

  /// Goes on from a saved run.
  /// - Returns: the trainer, and the position to which the source must be moved.
  package static func resume(
    from path: String, compute: Compute
  ) throws(AutoencoderError) -> (trainer: TopKTrainer, position: [Int]) {
    do {
      let file = try SafetensorsFile(path: path)
      guard let json = file.metadata[TrainerState.key] else {
        throw AutoencoderError.checkpoint(path: path, reason: "no state of a trainer in it")
      }
      let state = try JSONDecoder().decode(TrainerState.self, from: Data(json.utf8))
      let options = try state.checkedOptions()
      var groups: [AutoencoderParameters] = []
      for group in ["parameters", "first", "second"] {
        var tensors = AutoencoderParameters(latentCount: 0, inputSize: 0)
        for (name, field, isVector) in AutoencoderParameters.fields {
          let rows = isVector ? 1 : options.latentCount
          let columns = name == "encoder.bias" ? options.latentCount : options.inputSize
          let weights = try file.matrix("\(group).\(name)", rows: rows, columns: columns)
          guard weights.firstNonFinite() == nil else {
            throw AutoencoderError.checkpoint(
              path: path, reason: "tensor \(group).\(name) is not finite")
          }
          tensors[keyPath: field] = weights.floats()
        }
        groups.append(tensors)
      }
      let optimizer = AdamOptimizer(first: groups[1], second: groups[2], step: state.step)
      let trainer = TopKTrainer(
        options: options, parameters: groups[0], optimizer: optimizer, step: state.step,
        tokensSinceFired: state.tokensSinceFired, compute: compute)
      return (trainer, state.position)
    } catch let error as AutoencoderError {
      throw error
    } catch {
      throw .checkpoint(path: path, reason: systemReason(of: error))
    }
  }
}

/// What a saved run holds beside its tensors.
private struct TrainerState: Codable {
  static let key = "trainer"

  let options: TrainerOptions
  let step: Int
  let tokensSinceFired: [Int]
  let position: [Int]

  /// The options, held to the same limits as new ones, when the rest agrees with them.
  func checkedOptions() throws(AutoencoderError) -> TrainerOptions {
    let checked = try TrainerOptions(
      inputSize: options.inputSize, latentCount: options.latentCount, k: options.k,
      steps: options.steps,
      learningRate: options.learningRate, warmUpSteps: options.warmUpSteps,
      auxiliaryWeight: options.auxiliaryWeight, deadAfterTokens: options.deadAfterTokens,
      largestGradientNorm: options.largestGradientNorm, seed: options.seed)
    guard (0...options.steps).contains(step) else {
      throw .value(
        what: "the step of a saved run", found: "\(step)", expected: "0 to \(options.steps)")
    }
    guard tokensSinceFired.count == options.latentCount else {
      throw .mismatch(
        what: "the number of latents with a count of tokens", found: tokensSinceFired.count,
        expected: options.latentCount)
    }
    guard tokensSinceFired.allSatisfy({ (0...(1 << 53)).contains($0) }) else {
      throw .value(
        what: "a latent's count of tokens", found: "out of range", expected: "0 to 2^53")
    }
    return checked
  }
}
