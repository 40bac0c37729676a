extension SparseAutoencoder {
  /// The same weights read by another convention than the files': whether b_dec is taken off the
  /// input, and which latents are active. Nil where that is what is done already, or cannot be.
  package func reading(
    subtractsDecoderBias: Bool? = nil, activation: LatentActivation? = nil
  ) throws(AutoencoderError) -> SparseAutoencoder? {
    let subtracts = subtractsDecoderBias ?? self.subtractsDecoderBias
    let chosen = activation ?? self.activation
    guard subtracts != self.subtractsDecoderBias || chosen != self.activation,
      !subtracts || outputSize == inputSize
    else { return nil }
    return try SparseAutoencoder(
      configuration: configuration, folder: folder, encoder: encoder, encoderBias: encoderBias,
      decoder: decoder, decoderBias: decoderBias, skip: skip, activation: chosen,
      subtractsDecoderBias: subtracts, normalisation: normalisation,
      undoesNormalisation: undoesNormalisation, stated: stated, notes: notes, compute: compute)
  }
}
