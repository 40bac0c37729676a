import Checkpoints
import Models
import Tensors

/// How much a model's work is, by formula: 2 FLOP for a multiplication with its addition.
///
/// A prefill of T tokens through L blocks of P parameters in matrices, with H heads of size d:
///
///     blocks      2 L P T
///     attention   2 L H d T (T + 1)       QKᵀ and PV, each row as far as it sees
///     head        2 D V                   of the last row alone
///
/// and for each tile of a picture, n patches, c = n + 1 rows with a class token and n without one
/// through the tower's layers that are run:
///
///     patches     2 n · the kernel of the patch embedding
///     layers      2 c · parameters of their matrices + 4 c² · width
///     projector   2 n · its matrices
///
/// Norms, activations, softmax and the tokens' embedding are left out. A token that is decoded
/// reads every matrix of the blocks and the head once, and the keys and values of T tokens: 2 L G d
/// T numbers, counted at 2 bytes each whatever the kernel keeps them in.
struct WorkCount {
  private let blockParameters: Double  // of all blocks together
  private let headParameters: Double
  private let weightBytes: Double  // that a decoded token reads
  private let attentionWidth: Double  // L H d
  private let keyValueWidth: Double  // L G d
  private let tileOperations: Double
  private let patchesPerSide: Int
  /// The weights' files.
  let files: [MappedFile]

  /// Reads a checkpoint's configuration and headers.
  init(checkpoint folder: String) throws {
    let family = try ModelFamilies.read(folder: folder)
    let text = family.text.decoder
    let checkpoint = try Checkpoint(folder: folder)
    let matrices = try checkpoint.names.map(checkpoint.entry).filter { $0.shape.count >= 2 }
    let names = try checkpoint.names.filter { try checkpoint.entry($0).shape.count >= 2 }
    let all = Array(zip(names, matrices))
    let blocks = all.filter { $0.0.hasPrefix("language_model.layers.") }.map(\.1)
    let head = try checkpoint.entry(checkpoint.headName(tied: text.tiedHead))
    blockParameters = blocks.reduce(0) { $0 + Double($1.count) }
    headParameters = Double(head.count)
    weightBytes = blocks.reduce(Double(head.byteCount)) { $0 + Double($1.byteCount) }
    attentionWidth = Double(text.layerCount * text.headCount * text.headSize)
    keyValueWidth = Double(text.layerCount * text.keyValueHeadCount * text.headSize)
    files = checkpoint.files.map(\.file)
    guard let model = (family as? any LlavaFamily)?.configuration else {
      (tileOperations, patchesPerSide) = (0, 0)
      return
    }
    patchesPerSide = model.vision.gridSize
    tileOperations = Self.operationsOfTile(model, matrices: all)
  }

  private static func operationsOfTile(
    _ model: LlavaConfiguration, matrices: [(String, TensorEntry)]
  ) -> Double {
    func parameters(_ prefix: String) -> Double {
      matrices.filter { $0.0.hasPrefix(prefix) }.reduce(0) { $0 + Double($1.1.count) }
    }
    let patches = Double(model.vision.patchCount)
    let rows = patches + Double(model.vision.classTokenCount)
    let layers = model.featureStates.max() ?? 0
    let layer = (0..<layers).reduce(0.0) {
      $0 + 2 * rows * parameters("vision_tower.encoder.layers.\($1).")
        + 4 * rows * rows * Double(model.vision.hiddenSize)
    }
    return 2 * patches * parameters("vision_tower.embeddings.patch_embedding.") + layer
      + 2 * patches * parameters("multi_modal_projector.")
  }

  /// FLOP of a prefill; `grid` is that of the picture's tiles in tokens, where there is a picture.
  func prefillOperations(tokens: Int, pictureGrids: [[Int]]) -> Double {
    let count = Double(tokens)
    let tiles = pictureGrids.reduce(0) { total, grid in
      guard grid.count == 2, patchesPerSide > 0 else { return total }
      let sides = grid.map { ($0 + patchesPerSide - 1) / patchesPerSide }
      return total + sides[0] * sides[1]
    }
    return 2 * blockParameters * count + 2 * attentionWidth * count * (count + 1)
      + 2 * headParameters + Double(tiles) * tileOperations
  }

  /// Bytes that one more token behind `tokens` others must read.
  func decodeBytes(tokens: Int) -> Double {
    weightBytes + 2 * keyValueWidth * Double(tokens) * 2
  }

  /// The share of the weights' pages that are in memory now, 0 … 1.
  static func residentShare(of files: [MappedFile]) -> Double? {
    let total = files.reduce(0) { $0 + $1.byteCount }
    let resident = files.map { $0.residentByteCount() }
    guard total > 0, !resident.contains(nil) else { return nil }
    return Double(resident.compactMap(\.self).reduce(0, +)) / Double(total)
  }
}
