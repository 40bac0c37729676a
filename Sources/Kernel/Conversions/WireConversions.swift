import Autoencoders
import Checkpoints
import Images
import Interpretation
import JSONRPC
import KernelProtocol
import Models
import Tensors
import Tokenization

extension Cancellation {
  /// Stops when the request is cancelled or past its deadline.
  init(_ call: Call) {
    self.init { call.shouldStop }
  }
}

extension Tensors.Precision {
  /// The precision a client asked for; nil leaves it to the checkpoint's type.
  init?(_ wire: ModelLoad.Precision?) {
    switch wire {
    case nil, .auto: return nil
    case .float32: self = .float32
    case .bfloat16: self = .bfloat16
    case .int8: self = .int8
    }
  }
}

extension PictureResizing {
  init(_ wire: ModelLoad.Resizing) {
    switch wire {
    case .torchvision: self = .torchvision
    case .pillow: self = .pillow
    case .pillow13: self = .pillow13
    }
  }
}

extension ModelLoad.Resizing {
  init(_ resizing: PictureResizing) {
    switch resizing {
    case .torchvision: self = .torchvision
    case .pillow: self = .pillow
    case .pillow13: self = .pillow13
    }
  }
}

extension ModelLoad.Precision {
  init(_ precision: Tensors.Precision) {
    switch precision {
    case .float32: self = .float32
    case .bfloat16: self = .bfloat16
    case .int8: self = .int8
    }
  }
}

extension Interpretation.Splice {
  init(_ wire: KernelProtocol.Splice?) {
    self.init(
      errorTerm: wire?.errorTerm == .drop ? .drop : .keep,
      reselection: wire?.reselect == .topk ? .topK : .none)
  }
}

extension KernelProtocol.Splice {
  init(_ splice: Interpretation.Splice) {
    self.init(
      errorTerm: splice.errorTerm == .drop ? .drop : .keep,
      reselect: splice.reselection == .topK ? .topk : KernelProtocol.Splice.Reselect.none)
  }
}

extension ContextRegion {
  init(_ wire: Region) {
    switch wire {
    case .span(let span): self = .span(span.start..<span.end)
    case .part(let part): self = .part(part)
    case .last(let count): self = .last(count)
    case .image(let index, let view, let box):
      self = .image(
        index: index, view: view,
        box: box.map { PixelBox(left: $0.x0, top: $0.y0, right: $0.x1, bottom: $0.y1) })
    }
  }
}

extension Box {
  init(_ box: PixelBox) {
    self.init(x0: box.left, y0: box.top, x1: box.right, y1: box.bottom)
  }
}

extension KernelProtocol.PictureView {
  /// - Parameter start: the position of the picture's first token.
  init(_ view: Models.PictureView, from start: Int = 0) {
    self.init(
      name: view.name, rows: view.rows, columns: view.columns, first: start + view.firstToken,
      separators: view.separatorsPerRow)
  }
}

extension Span {
  init(_ range: Range<Int>) { self.init(start: range.lowerBound, end: range.upperBound) }
}

extension OpenContext {
  /// The id of a token spec; a text must be exactly one token.
  func token(_ spec: TokenSpec) throws -> Int {
    let vocabularySize = context.decoder.vocabularySize
    switch spec {
    case .id(let id):
      guard id < vocabularySize else {
        throw InterpretationError.tokenOutOfRange(token: id, vocabularySize: vocabularySize)
      }
      return id
    case .text(let text):
      switch try context.model.tokenizer.singleToken(for: text) {
      case .token(let id): return id
      case .ambiguous(let tokens):
        throw KernelError.ambiguousToken(
          text: text, ids: tokens.map(\.id), spellings: tokens.map(\.text))
      case .split(let tokens):
        throw KernelError.unsupportedTarget(text: text, split: tokens.map(\.text))
      }
    }
  }

  /// A wire intervention with its region resolved, for the autoencoder the request is about.
  func intervention(
    _ wire: KernelProtocol.Intervention, autoencoder: LoadedAutoencoder
  ) throws -> Interpretation.Intervention {
    guard wire.feature.sae == autoencoder.name else {
      throw KernelError.unsupported(
        "an intervention names the autoencoder \"\(wire.feature.sae)\", the request is about "
          + "\"\(autoencoder.name)\": one request changes one autoencoder's features")
    }
    try autoencoder.check(latent: wire.feature.index)
    let value = Float(wire.value ?? 0)
    guard value.isFinite else {
      throw InterpretationError.badValue(
        "the intervention's value \(wire.value ?? 0) does not fit a float32")
    }
    let rule: LatentChange.Rule =
      switch wire.op {
      case .clamp: .clamp(value)
      case .add: .add(value)
      case .scale: .scale(value)
      case .zero: .zero
      }
    return Interpretation.Intervention(
      latent: wire.feature.index, rule: rule,
      positions: try context.positions(of: wire.at?.map(ContextRegion.init)),
      coversGenerated: wire.generated ?? false)
  }

  /// The text a token alone stands for.
  func text(ofToken id: Int) -> String { context.model.tokenizer.tokenText(id) ?? "" }
}

extension GeneratedToken {
  init(_ token: Generation.Token) {
    self.init(id: token.id, text: token.text, logProb: Double(token.logProbability))
  }
}

extension OpenContext {
  /// How a continuation is drawn; greedy unless a temperature is given.
  func generationOptions(
    maxTokens: Int, temperature: Double?, topP: Double?, seed: UInt64?, stop: [String]?
  ) throws -> GenerationOptions {
    GenerationOptions(
      maxTokens: maxTokens,
      sampling: try SamplingOptions(
        temperature: Float(temperature ?? 0), topP: Float(topP ?? 1), seed: seed ?? 0),
      endTokens: Set(context.model.generation.endTokens), stopStrings: stop ?? [])
  }
}
