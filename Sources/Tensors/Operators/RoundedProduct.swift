/// x̃·W̃ᵀ, `[T, in]` → `[T, out]`, of factors that are rounded in the same way, by ranges of
/// outputs.
package struct RoundedProduct {
  private enum Way {
    case bfloat16(TiledProduct)
    /// Of these weights, rounded range by range.
    case bfloat16AsRead(TiledProduct, WeightMatrix, Compute)
    case integers(IntegerProduct)
  }

  private let way: Way

  package init(_ x: Matrix, _ rounded: RoundedWeights, compute: Compute) {
    if let scales = rounded.scales {
      way = .integers(IntegerProduct(x, rounded.weight, scales: scales, compute: compute))
    } else {
      let rounding = Compute(team: compute.team, precision: .bfloat16, path: compute.path)
      let weight = rounded.weight
      if weight.type == .bfloat16 {
        way = .bfloat16(TiledProduct(x, weight, bias: nil, compute: rounding))
      } else {
        let first = RoundedWeights.rounded(weight.slice(rows: 0..<0), compute: rounding)
        way = .bfloat16AsRead(
          TiledProduct(x, first, bias: nil, compute: rounding), weight, rounding)
      }
    }
  }

  /// Writes the columns `outputs` to `tile`: see `TiledProduct.write`.
  package func write(_ outputs: Range<Int>, to tile: inout Matrix) {
    switch way {
    case .bfloat16(let product): product.write(outputs, to: &tile)
    case .bfloat16AsRead(let product, let weight, let compute):
      let part = RoundedWeights.rounded(weight.slice(rows: outputs), compute: compute)
      product.write(part, to: &tile)
    case .integers(let product): product.write(outputs, to: &tile)
    }
  }
}
