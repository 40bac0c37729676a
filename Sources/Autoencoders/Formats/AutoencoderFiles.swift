import Checkpoints
import Tensors

extension AutoencoderFolder {
  /// What the files of a format other than sparsify hold.
  /// - Parameter memory: bytes that may be taken beside mapped files.
  func parts(memory: Int) throws(AutoencoderError) -> AutoencoderParts {
    var allowance = MemoryAllowance(left: memory)
    do { return try parts(memory: &allowance) } catch let error as AutoencoderError {
      throw error
    } catch let error as CheckpointError {
      throw .file(error)
    } catch {
      throw .notAnAutoencoder(path: path, reason: "\(error)")
    }
  }

  private func parts(memory allowance: inout MemoryAllowance) throws -> AutoencoderParts {
    switch format {
    case .sparsify: throw AutoencoderError.notAnAutoencoder(path: path, reason: "read by itself")
    case .saeLens: return try SAELensReader(folder: self).parts(memory: &allowance)
    case .gemmaScope:
      return try GemmaScopeReader(zip: try zip(), asked: asked).parts(memory: &allowance)
    case .dictionaryLearning:
      return try DictionaryLearningReader(
        zip: try zip(), configurationPath: configurationPath, asked: asked
      ).parts(memory: &allowance)
    }
  }

  private func zip() throws -> ZipArchive {
    let file: MappedFile
    do { file = try MappedFile(path: weightsPath) } catch {
      throw AutoencoderError.notAnAutoencoder(path: path, reason: "\(error)")
    }
    return try ZipArchive(file: file)
  }
}
