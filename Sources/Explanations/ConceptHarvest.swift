import Autoencoders
import Corpora
package import FeatureIndex
package import Images
import Indexing
package import Interpretation
package import Models
import SystemReasons
package import Tensors

/// Runs the pictures of a concept set, one a step, and keeps where latents are active.
package final class ConceptHarvest {
  private let conceptSet: ConceptSet
  private let coder: ItemCoder
  private let view: IndexView
  private let text: String?
  private var masks = MaskReader()
  private var patches: [ConceptMaps.Patches] = []
  private var conceptAreas: [[Int]]
  private var collector = LatentMapCollector()

  /// - Parameters:
  ///   - view: one of a picture's.
  ///   - text: what follows the picture in its prompt.
  /// - Throws: `InterpretationError.badValue` for a text model, and for a view that
  ///   its pictures do not have.
  package init(
    _ set: ConceptSet, model: Model, autoencoder: LoadedAutoencoder, view: IndexView,
    text: String?, usesTemplate: Bool
  ) throws(InterpretationError) {
    guard let known = model.pictures?.viewNames else {
      throw .badValue("concepts are seen in pictures, and the model sees none")
    }
    guard known.contains(view.name) else {
      throw .badValue(
        "concepts are seen in pictures: the view is \(quoted(view.name)), expected "
          + known.joined(separator: " or "))
    }
    conceptSet = set
    self.view = view
    self.text = text
    coder = ItemCoder(
      model: model, autoencoder: autoencoder, views: [view], usesTemplate: usesTemplate)
    conceptAreas = Array(
      repeating: Array(repeating: 0, count: set.pictures.count), count: set.concepts.count)
  }

  package var done: Int { patches.count }
  package var total: Int { conceptSet.pictures.count }
  package var heldBytes: Int { collector.heldBytes }

  /// Runs the next picture.
  ///
  /// - Parameters:
  ///   - limits: what decoding the picture, and each mask, may cost.
  ///   - admit: may refuse, by throwing, what the run and the maps take, in bytes.
  /// - Throws: `ConceptError` for a picture or mask that cannot be used; `ModelError`;
  ///   `CancellationError`, after which the step may be repeated.
  package func step(
    limits: PictureLimits = PictureLimits(), admit: (Int) throws -> Void,
    cancellation: Cancellation
  ) throws {
    masks.limits = limits
    let number = patches.count
    let path = conceptSet.pictures[number]
    let picture: Picture
    do { picture = try PictureDecoder(limits: limits).picture(atPath: path) } catch {
      throw ConceptError(path: conceptSet.path, reason: "\(path): \(error)")
    }
    let entry = CorpusEntry(name: path, picture: .file(path), text: text)
    let prepared = PreparedEntry(
      entry: entry, position: number, digest: [], content: .usable(picture))
    let held = heldBytes
    let harvested = try coder.harvest(
      prepared, picture: picture, admit: { try admit($0 + held) }, cancellation: cancellation)
    let code = try coder.encode(harvested, cancellation: cancellation)
    let boxes = code.item.boxes(in: view, nil)
    let patches = try cover(boxes, of: number, picture: picture)
    collector.append(code.views[view], picture: number)
    self.patches.append(patches)
  }

  /// Counts the concepts' pixels under each patch, corners rounded to whole pixels.
  private func cover(
    _ boxes: [PixelBox?], of number: Int, picture: Picture
  ) throws(ConceptError) -> ConceptMaps.Patches {
    var patches = ConceptMaps.Patches(areas: [], offsets: [0], covers: [])
    let owned = try ownedMasks(of: number, picture: picture)
    for box in boxes {
      let (columns, rows) =
        box?.wholePixels(width: picture.width, height: picture.height) ?? (0..<0, 0..<0)
      var counts: [Int32: Int32] = [:]
      for mask in owned { mask.count(columns, rows, into: &counts) }
      patches.areas.append(Int32(columns.count * rows.count))
      for (concept, pixels) in counts.sorted(by: { $0.key < $1.key }) {
        patches.covers.append(.init(concept: concept, pixels: pixels))
      }
      patches.offsets.append(Int32(patches.covers.count))
    }
    return patches
  }

  /// The masks of a picture with the concepts of each grey level, so that a pixel is looked at
  /// once; notes how much of the picture each concept has.
  private func ownedMasks(
    of number: Int, picture: Picture
  ) throws(ConceptError) -> [OwnedMask] {
    var owned: [String: OwnedMask] = [:]
    for (concept, entry) in conceptSet.concepts.enumerated() {
      guard let place = entry.places[number] else { continue }
      let levels = try masks.levels(place.mask, fitting: picture, set: conceptSet)
      conceptAreas[concept][number] = levels.count { place.values.contains($0) }
      for value in place.values {
        owned[place.mask, default: OwnedMask(levels: levels, width: picture.width)]
          .owners[Int(value)].append(Int32(concept))
      }
    }
    return Array(owned.values)
  }

  /// What was found, sorted by latents.
  package func finish() -> ConceptMaps {
    ConceptMaps(
      set: conceptSet,
      activations: collector.finish(latentCount: coder.autoencoder.weights.latentCount),
      patches: patches, conceptAreas: conceptAreas)
  }
}

/// A mask, row by row, and whose each of its grey levels is.
private struct OwnedMask {
  let levels: [UInt8]
  let width: Int
  /// Concepts by grey level.
  var owners = [[Int32]](repeating: [], count: 256)

  init(levels: [UInt8], width: Int) {
    self.levels = levels
    self.width = width
  }

  /// Adds the pixels of a rectangle to those that each concept has.
  func count(_ columns: Range<Int>, _ rows: Range<Int>, into counts: inout [Int32: Int32]) {
    for y in rows {
      for x in columns {
        for concept in owners[Int(levels[y * width + x])] { counts[concept, default: 0] += 1 }
      }
    }
  }
}

/// Reads masks; several concepts of a picture share one.
private struct MaskReader {
  var limits = PictureLimits()
  private var last: (path: String, levels: [UInt8], width: Int, height: Int)?

  mutating func levels(
    _ path: String, fitting picture: Picture, set: ConceptSet
  ) throws(ConceptError) -> [UInt8] {
    if last?.path != path {
      let mask: Picture
      do {
        mask = try PictureDecoder(treatment: .loaded, limits: limits).picture(atPath: path)
      } catch {
        throw ConceptError(path: set.path, reason: "\(path): \(error)")
      }
      var levels: [UInt8] = []
      levels.reserveCapacity(mask.width * mask.height)
      for start in stride(from: 0, to: mask.pixels.count, by: 3) {
        let level = mask.pixels[start]
        guard mask.pixels[start + 1] == level, mask.pixels[start + 2] == level else {
          throw ConceptError(path: set.path, reason: "the mask \(path) is not greyscale")
        }
        levels.append(level)
      }
      last = (path, levels, mask.width, mask.height)
    }
    guard let last, last.width == picture.width, last.height == picture.height else {
      throw ConceptError(
        path: set.path,
        reason: "the mask \(path) has \(last?.width ?? 0) × \(last?.height ?? 0) pixels, expected "
          + "\(picture.width) × \(picture.height), as its picture has")
    }
    return last.levels
  }
}

extension PixelBox {
  /// The whole pixels nearest to the box, within a picture.
  func wholePixels(width: Int, height: Int) -> (columns: Range<Int>, rows: Range<Int>) {
    func range(_ from: Double, _ to: Double, _ limit: Int) -> Range<Int> {
      let first = min(max(Int(from.rounded(.toNearestOrEven)), 0), limit)
      return first..<max(first, min(Int(to.rounded(.toNearestOrEven)), limit))
    }
    return (range(left, right, width), range(top, bottom, height))
  }
}
