extension [LoadedAutoencoder] {
  /// Refuses an autoencoder that is named twice.
  func checkDistinct() throws(InterpretationError) {
    var known = Set<String>()
    for autoencoder in self where !known.insert(autoencoder.name).inserted {
      throw .badValue("the autoencoder \"\(autoencoder.name)\" is named twice")
    }
  }
}
