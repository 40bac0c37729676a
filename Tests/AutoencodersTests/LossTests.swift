import Autoencoders
import Tensors
import Testing

/// Losses and gradients against PyTorch's autograd in float64.
@Suite struct LossTests {
  @Test(arguments: ["many", "few"], [0.0, 1, 0.125])
  func gradientsAreThoseOfAutograd(dead: String, weight: Double) throws {
    let reference = try Reference("training")
    let parameters = try reference.parameters("point")
    let mask = try reference.matrix("dead.\(dead)").values
    var gradients = AutoencoderParameters(latentCount: 40, inputSize: 12)
    let loss = try AutoencoderLoss(
      parameters, try reference.matrix("point.x"), k: 4,
      dead: mask.indices.filter { mask[$0] == 1 }, auxiliaryWeight: weight,
      gradients: &gradients, compute: Reference.compute)
    #expect(abs(loss.fvu - (try reference.number("fvu.\(dead)"))) < 1e-6)
    if weight > 0 {
      let expected = try reference.number("auxk.\(dead)")
      #expect(abs(loss.auxiliary - expected) < 1e-6 * max(1, expected))
    } else {
      #expect(loss.auxiliary == 0)
    }
    let main = try reference.parameters("fvu.\(dead)")
    let auxiliary = try reference.parameters("auxk.\(dead)")
    for (found, main, auxiliary) in [
      (gradients.encoder, main.encoder, auxiliary.encoder),
      (gradients.encoderBias, main.encoderBias, auxiliary.encoderBias),
      (gradients.decoder, main.decoder, auxiliary.decoder),
      (gradients.decoderBias, main.decoderBias, auxiliary.decoderBias),
    ] {
      let expected = main + auxiliary.scaled(by: Float(weight))
      #expect(found.relativeError(to: expected) < 3e-6)
    }
  }

  @Test func anAuxiliaryGradientIsThere() throws {
    let reference = try Reference("training")
    for dead in ["many", "few"] {
      #expect(try reference.parameters("auxk.\(dead)").norm > 0.01)
    }
  }

  @Test func refusesABatchWithoutVariance() throws {
    var gradients = AutoencoderParameters(latentCount: 40, inputSize: 12)
    let parameters = try Reference("training").parameters("point")
    #expect(throws: AutoencoderError.self) {
      try AutoencoderLoss(
        parameters, Matrix(rows: 3, columns: 12), k: 4, dead: [], auxiliaryWeight: 0,
        gradients: &gradients, compute: Reference.compute)
    }
  }
}
