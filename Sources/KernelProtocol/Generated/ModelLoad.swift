// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// Loads a checkpoint's folder and makes it the model that contexts are opened on.
package enum ModelLoad: Request {
  package static let method = "model/load"
  package static let lane = Lane.engine
  package static let isLong = true

  package struct Params: Codable, Sendable, Equatable {
    /// Absolute.
    package var path: String
    /// Absent: auto.
    package var precision: Precision?
    /// Absent: torchvision.
    package var resizing: Resizing?
    /// What the model's layers run on: cpu (this kernel's own operators on the processor), cuda or
    /// cuda:N (a card, through PyTorch's libraries), torch:cpu (the same on the processor, to
    /// compare), auto (the first card where libraries and card are there, else the processor).
    /// Absent: as the kernel was started, cpu if that says nothing. precision int8 runs on the
    /// processor alone.
    package var device: String?

    package init(
      path: String, precision: Precision? = nil, resizing: Resizing? = nil, device: String? = nil
    ) {
      self.path = path
      self.precision = precision
      self.resizing = resizing
      self.device = device
    }
  }

  package struct Result: Codable, Sendable, Equatable {
    package var model: String
    package var architecture: String
    package var layers: Int
    package var hiddenSize: Int
    package var vocabularySize: Int
    package var image: Image
    /// Bytes of the weights' files, and of the weights made for int8.
    package var bytes: Int
    /// What its layers run on; absent for the processor.
    package var device: String?

    package init(
      model: String, architecture: String, layers: Int, hiddenSize: Int, vocabularySize: Int,
      image: Image, bytes: Int, device: String? = nil
    ) {
      self.model = model
      self.architecture = architecture
      self.layers = layers
      self.hiddenSize = hiddenSize
      self.vocabularySize = vocabularySize
      self.image = image
      self.bytes = bytes
      self.device = device
    }
  }

  /// How the model sees one tile of an image.
  package struct Image: Codable, Sendable, Equatable {
    /// Patches of a tile, [rows, columns]; [0, 0] in a model whose pictures are seen whole at sizes
    /// of their own, as Qwen2.5-VL's and Qwen3-VL's.
    package var patchGrid: [Int]
    package var tokensPerTile: Int

    package init(patchGrid: [Int], tokensPerTile: Int) {
      self.patchGrid = patchGrid
      self.tokensPerTile = tokensPerTile
    }
  }

  /// What products are made in.
  package enum Precision: String, WireName {
    /// bfloat16 where the weights are, else float32.
    case auto
    /// Everything in float32: slow, and held to the reference.
    case float32
    case bfloat16
    /// As bfloat16, with 8-bit weights, a scale a row, for the decoder's projections and head: half
    /// the bytes to read for every generated token, for work that is mostly generation. Weights are
    /// rounded, so answers differ. Never chosen by auto.
    case int8
  }

  /// Which library's resizing is applied to pictures before the model sees them, bit for bit.
  package enum Resizing: String, WireName {
    /// That of transformers 5 where torchvision is installed, what most pipelines have today;
    /// within two levels of 255 of pillow.
    case torchvision
    /// That of transformers with Pillow up to version 12.
    case pillow
    /// That of transformers with Pillow 13, which resizes tall pictures in the other order: up to
    /// eight levels apart.
    case pillow13
  }
}
