import Checkpoints
import Models
import Tensors

/// How much a model's work is, by formula: 2 FLOP for a multiplication with its addition.
///
/// A prefill of T tokens through L blocks of P parameters in matrices, with H heads of size d:
///
///     blocks      2 L P T
///     attention   4 H d · pairs           QKᵀ and PV; a layer's rows with the keys that each sees
///     head        2 D V                   of the last row alone
///
/// and what pictures take, as `PictureWork` counts it.
///
/// Norms, activations, softmax and the tokens' embedding are left out. A token that is decoded
/// reads every matrix of the blocks and the head once, and the keys and values of T tokens: 2 L G d
/// T numbers, counted at 2 bytes each whatever the kernel keeps them in.
struct WorkCount {
  private let blockParameters: Double  // of all blocks together
  private let headParameters: Double
  private let weightBytes: Double  // that a decoded token reads
  private let attentionWidth: Double  // H d
  private let windows: [Int?]  // by layer
  private let keyValueWidth: Double  // L G d
  private let pictureWork: PictureWork
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
    attentionWidth = Double(text.headCount * text.headSize)
    windows = text.layers.map(\.window)
    keyValueWidth = Double(text.layerCount * text.keyValueHeadCount * text.headSize)
    files = checkpoint.files.map(\.file)
    pictureWork = PictureWork(family, matrices: all)
  }

  /// FLOP of a prefill with these pictures in it.
  func prefillOperations(tokens: Int, pictures: [PictureWork.Picture]) -> Double {
    let count = Double(tokens)
    let mutual = pictureWork.mutualPairs(pictures)
    let pairs = windows.reduce(0.0) { $0 + Self.pairs(tokens: count, window: $1) + mutual }
    return 2 * blockParameters * count + 4 * attentionWidth * pairs
      + 2 * headParameters + pictureWork.operations(pictures)
  }

  /// Rows with the keys up to their own that each of them sees.
  private static func pairs(tokens: Double, window: Int?) -> Double {
    let window = min(window.map(Double.init) ?? tokens, tokens)
    return window * (window + 1) / 2 + (tokens - window) * window
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
