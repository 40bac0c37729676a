import Images
package import JSONRPC
package import KernelProtocol
import Models
import Tensors

extension ModelLoad: EngineAnswerable {
  /// Maps a checkpoint folder, and makes or finds its 8-bit weights where they are asked for;
  /// contexts opened from here on use it.
  package static func answer(_ params: Params, engine: Engine, call: Call) throws -> Result {
    let loaded = try engine.loadModel(
      path: FilePath(params.path).path, precision: Tensors.Precision(params.precision),
      resizing: params.resizing.map(PictureResizing.init), call: call)
    let model = loaded.model
    let grid = model.pictures?.tileGrid ?? (rows: 0, columns: 0)
    return Result(
      model: loaded.name, architecture: model.architecture, layers: model.decoder.blockCount,
      hiddenSize: model.decoder.hiddenSize, vocabularySize: model.decoder.vocabularySize,
      image: Image(
        patchGrid: [grid.rows, grid.columns], tokensPerTile: grid.rows * grid.columns),
      bytes: model.byteCount)
  }
}
