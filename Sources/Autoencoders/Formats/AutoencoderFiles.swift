import Tensors

extension AutoencoderFolder {
  /// What the files of a format other than sparsify hold.
  /// - Parameter memory: bytes that may be taken beside mapped files.
  func parts(memory: Int) throws(AutoencoderError) -> AutoencoderParts {
    var allowance = MemoryAllowance(left: memory)
    switch format {
    case .sparsify: throw .notAnAutoencoder(path: path, reason: "read by itself")
    case .saeLens: return try SAELensReader(folder: self).parts(memory: &allowance)
    case .gemmaScope:
      return try GemmaScopeReader(zip: try zip(), asked: asked).parts(memory: &allowance)
    case .dictionaryLearning:
      return try DictionaryLearningReader(
        zip: try zip(), configurationPath: configurationPath, asked: asked
      ).parts(memory: &allowance)
    }
  }

  private func zip() throws(AutoencoderError) -> ZipArchive {
    let file: MappedFile
    do { file = try MappedFile(path: weightsPath) } catch {
      throw .notAnAutoencoder(path: path, reason: "\(error)")
    }
    return try ZipArchive(file: file)
  }
}
