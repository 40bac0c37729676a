import Images
package import JSONRPC
package import KernelProtocol
import Models
import Tensors

extension ModelLoad: EngineAnswerable {
  /// Maps a checkpoint folder, makes or finds its 8-bit weights or copies its weights to a device
  /// where that is asked for;
  /// contexts opened from here on use it.
  package static func answer(_ params: Params, engine: Engine, call: Call) throws -> Result {
    let loaded = try engine.loadModel(
      path: FilePath(params.path).path, precision: Tensors.Precision(params.precision),
      resizing: params.resizing.map(PictureResizing.init),
      device: try params.device.map(DeviceChoice.init(named:)), call: call)
    let model = loaded.model
    let grid = model.pictures?.tileGrid ?? (rows: 0, columns: 0)
    return Result(
      model: loaded.name, architecture: model.architecture, layers: model.decoder.blockCount,
      hiddenSize: model.decoder.hiddenSize, vocabularySize: model.decoder.vocabularySize,
      image: Image(
        patchGrid: [grid.rows, grid.columns], tokensPerTile: grid.rows * grid.columns),
      bytes: model.byteCount, device: loaded.device?.name)
  }
}
