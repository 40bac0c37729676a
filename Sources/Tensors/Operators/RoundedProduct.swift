/// x̃·W̃ᵀ, `[T, in]` → `[T, out]`, of factors that are rounded in the same way, by ranges of
/// outputs.
package struct RoundedProduct {
  private enum Way {
    case bfloat16(TiledProduct)
    case integers(IntegerProduct)
  }

  private let way: Way

  package init(_ x: Matrix, _ rounded: RoundedWeights, compute: Compute) {
    if let scales = rounded.scales {
      way = .integers(IntegerProduct(x, rounded.weight, scales: scales, compute: compute))
    } else {
      let rounding = Compute(team: compute.team, precision: .bfloat16, path: compute.path)
      way = .bfloat16(TiledProduct(x, rounded.weight, bias: nil, compute: rounding))
    }
  }

  /// Writes the columns `outputs` to `tile`: see `TiledProduct.write`.
  package func write(_ outputs: Range<Int>, to tile: inout Matrix) {
    switch way {
    case .bfloat16(let product): product.write(outputs, to: &tile)
    case .integers(let product): product.write(outputs, to: &tile)
    }
  }
}
