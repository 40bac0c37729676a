import Foundation
import Tensors
import TestSupport
import Testing
import Torch

/// FlashAttention, which no processor has: which attentions it is for, what a device without it
/// says, and, on one that has it, that it computes what the tiles compute.
@Suite(.enabled(if: InstalledTorch.library != nil, InstalledTorch.absence))
struct FlashTests {
  private static func computes(
    _ shape: AttentionShape, queries: Int = 5, keys: Int = 9, first: Int = 4,
    hasKeyEnds: Bool = false
  ) -> Bool {
    FlashAttention.computes(
      shape, queries: queries, keys: keys, firstQueryPosition: first, hasKeyEnds: hasKeyEnds)
  }

  private static func shape(
    size: Int = 64, scale: Float? = nil, causal: Bool = true, window: Int? = nil
  ) -> AttentionShape {
    AttentionShape(
      queryHeads: 4, keyValueHeads: 2, headSize: size, scale: scale, causal: causal,
      window: window)
  }

  @Test func isForWhatItComputes() {
    #expect(Self.computes(Self.shape()))
    #expect(Self.computes(Self.shape(size: 256)))
    #expect(Self.computes(Self.shape(scale: 0.125)))
    #expect(Self.computes(Self.shape(causal: false), first: 0))
    #expect(!Self.computes(Self.shape(size: 264)))
    #expect(!Self.computes(Self.shape(size: 20)))
    #expect(!Self.computes(Self.shape(scale: 0.1)))
    #expect(!Self.computes(Self.shape(window: 8)))
    #expect(!Self.computes(Self.shape(), hasKeyEnds: true))
    // The last query is not at the last key.
    #expect(!Self.computes(Self.shape(), first: 3))
    #expect(!Self.computes(Self.shape(), queries: 0, first: 9))
    #expect(!Self.computes(Self.shape(causal: false), keys: 0, first: 0))
  }

  /// The arguments are taken apart before a kernel is looked for: that none is found shows that
  /// they are what the operator asks for. Nothing is left of them.
  @Test(.enabled(if: InstalledTorch.place == .cpu, "the device has it"))
  func isTakenApartByADeviceWithoutIt() throws {
    let folder = try #require(InstalledTorch.folder)
    let library = try TorchLibrary(folder: folder, threads: 1)
    let engine = try TorchOperators(
      device: TorchDevice(.cpu, of: library), precision: .bfloat16)
    let flash = FlashAttention(Self.shape(), device: engine.device)
    let q = try engine.rows(random(5, 256, seed: 1))
    let k = try engine.rows(random(9, 128, seed: 2))
    let levels = try engine.rows(random(5, 4, seed: 3))
    let before = library.liveTensors
    func refuses(_ name: String, _ body: () throws -> Void) {
      let error = #expect(throws: TorchError.self) { try body() }
      guard case .failed(_, "torch:cpu", let reason) = error else {
        Issue.record("\(name): found \(error as Any)")
        return
      }
      #expect(
        reason.contains("Could not run 'aten::\(name)' with arguments from the 'CPU' backend")
          || reason.hasSuffix("tells its reasons on standard error alone"), "\(reason)")
      #expect(library.liveTensors == before)
    }
    refuses("_scaled_dot_product_flash_attention") { _ = try flash.forward(q, k, k) }
    refuses("_scaled_dot_product_flash_attention_backward") {
      _ = try flash.pullback(q, k, k, q, levels, outputGradient: q)
    }
  }

  static let cases = [
    AttentionCase(), AttentionCase(heads: 32, groups: 8, size: 128, queries: 616, keys: 616),
    AttentionCase(heads: 8, groups: 2, size: 64, queries: 100, keys: 700, first: 600),
    AttentionCase(heads: 8, groups: 1, size: 256, queries: 1, keys: 300, first: 299),
    AttentionCase(heads: 4, groups: 4, size: 72, queries: 577, keys: 577, causal: false),
  ]

  /// Both round weights to bfloat16, relative to other maxima, and FlashAttention its output: norms
  /// of differences stay below four times 2⁻⁹.
  @Test(
    .enabled(if: InstalledTorch.place != .cpu, "skipped: needs a CUDA device"),
    arguments: cases.indices)
  func computesWhatTilesCompute(_ index: Int) throws {
    let work = Self.cases[index]
    let expected = try work.results(InstalledTorch.operators(.bfloat16, usesFlash: false))
    let found = try work.results(InstalledTorch.operators(.bfloat16))
    for (name, wanted) in expected {
      let result = try #require(found[name])
      #expect(result != wanted || name == "logSumExp", "not computed in another way: \(name)")
      #expect(EngineTests.normError(result, wanted) < 4 * 0x1p-9, "\(work.name): \(name)")
    }
  }
}
