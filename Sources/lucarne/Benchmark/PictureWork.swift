import Checkpoints
import Models

/// How much work pictures are before the decoder, by formula: 2 FLOP for a multiplication with its
/// addition. For each tile, or each picture that is seen as one, of n patches, with c = n rows, or
/// n + 1 with a class token, through the tower's layers that are run:
///
///     patches     2 n · the kernel of the patch embedding
///     layers      2 c · parameters of their matrices + 4 c² · width, the square by windows where
///                 a layer has them
///     projector   2 tokens · its matrices
struct PictureWork {
  /// A picture of a prompt: its size in pixels, and the rows and columns of each of its views.
  struct Picture {
    let width: Int
    let height: Int
    let grids: [[Int]]
  }

  private let family: any ModelFamily
  private let matrices: [(String, TensorEntry)]

  /// - Parameter matrices: the checkpoint's, by name.
  init(_ family: any ModelFamily, matrices: [(String, TensorEntry)]) {
    self.family = family
    self.matrices = matrices
  }

  func operations(_ pictures: [Picture]) -> Double {
    switch family {
    case let family as any LlavaFamily:
      let model = family.configuration
      let tile = operationsOfTile(
        model.vision, layers: model.featureStates.max() ?? 0, tokens: model.vision.patchCount)
      return pictures.reduce(0) {
        let tiles = model.tileCount(
          width: $1.width, height: $1.height, among: pictures.count)
        return $0 + Double(tiles) * tile
      }
    case let family as Gemma3Family:
      let model = family.configuration
      let tile = operationsOfTile(
        model.vision, layers: model.vision.layerCount,
        tokens: model.tokensPerSide * model.tokensPerSide)
      return Double(pictures.reduce(0) { $0 + $1.grids.count }) * tile
    case let family as Qwen3VLFamily:
      let vision = family.configuration.vision
      return pictures.flatMap(\.grids).reduce(0) {
        let tokens = Double($1.reduce(1, *))
        let patches = tokens * Double(vision.patches.mergeCount)
        let attention = 4 * patches * patches * Double(vision.hiddenSize * vision.layerCount)
        return $0 + operations(patches: patches, tokens: tokens) + attention
      }
    case let family as Qwen25VLFamily:
      return pictures.flatMap(\.grids).reduce(0) {
        let tokens = Double($1.reduce(1, *))
        let patches = tokens * Double(family.configuration.vision.patches.mergeCount)
        return $0 + operations(patches: patches, tokens: tokens)
          + attention(family.configuration.vision, grid: $1)
      }
    default: return 0
    }
  }

  /// Pairs of tokens that see each other both ways, beyond those that a causal mask lets through.
  func mutualPairs(_ pictures: [Picture]) -> Double {
    guard family is Gemma3Family else { return 0 }
    return pictures.flatMap(\.grids).reduce(0) {
      let tokens = Double($1.reduce(1, *))
      return $0 + tokens * (tokens - 1) / 2
    }
  }

  private func parameters(_ prefix: String) -> Double {
    matrices.filter { $0.0.hasPrefix(prefix) }.reduce(0) { $0 + Double($1.1.count) }
  }

  private func operationsOfTile(
    _ vision: VisionConfiguration, layers: Int, tokens: Int
  ) -> Double {
    let patches = Double(vision.patchCount)
    let rows = patches + Double(vision.classTokenCount)
    let layer = (0..<layers).reduce(0.0) {
      $0 + 2 * rows * parameters("vision_tower.encoder.layers.\($1).")
        + 4 * rows * rows * Double(vision.hiddenSize)
    }
    return 2 * patches * parameters("vision_tower.embeddings.patch_embedding.") + layer
      + 2 * Double(tokens) * parameters("multi_modal_projector.")
  }

  /// Of a tower of Qwen's without its attention.
  private func operations(patches: Double, tokens: Double) -> Double {
    2 * patches * (parameters("visual.patch_embed.") + parameters("visual.blocks."))
      + 2 * tokens
      * (parameters("visual.merger.") + parameters("visual.deepstack_merger_list."))
  }

  /// Σ 4 w² · width over the windows of w patches of each layer, in whole ones all patches.
  private func attention(_ vision: Qwen25VLVisionConfiguration, grid: [Int]) -> Double {
    /// Σ squares of the sides of a row of windows: a product of two such is Σ squares of areas.
    func squares(_ count: Int) -> Double {
      let (full, rest) = count.quotientAndRemainder(dividingBy: vision.windowSide)
      return Double(full * vision.windowSide * vision.windowSide + rest * rest)
    }
    let merged = Double(vision.patches.mergeCount)
    let whole = Double((0..<vision.layerCount).filter(vision.wholeLayers.contains).count)
    let tokens = Double(grid.reduce(1, *))
    let pairs =
      whole * tokens * tokens
      + (Double(vision.layerCount) - whole) * grid.map(squares).reduce(1, *)
    return 4 * pairs * merged * merged * Double(vision.hiddenSize)
  }
}
