import Autoencoders
import Tensors
import Testing

/// Changes made before top-k is taken, against PyTorch in float64.
@Suite struct ReselectionTests {
  @Test(
    arguments: Reference.formats,
    ["zero", "smallClamp", "largeClamp", "add", "scale"])
  func matchesPyTorch(format: String, change name: String) throws {
    let reference = try Reference("codes")
    let autoencoder = try Reference.autoencoder(format)
    let x = try reference.matrix("x")
    let key = "\(format).reselect.\(name)"
    let change = try reference.change(name, of: key)
    let found = try autoencoder.encode(x, changing: [change])
    for row in 0..<23 {
      let expected = try reference.row(row, of: key)
      #expect(found.code.row(row).indices.map(Int.init) == expected.map(\.latent), "row \(row)")
      for (value, expected) in zip(found.code.row(row).values, expected) {
        #expect(abs(value - expected.value) < 2e-6)
      }
    }
    if name.hasSuffix("Clamp") {
      let lost = try reference.matrix("\(key).lost").values
      let expected = lost.indices.filter { lost[$0] == 1 }
      #expect(found.dropped.map(\.row) == expected)
      #expect(found.dropped.allSatisfy { $0.latent == change.latent })
      #expect(name == "largeClamp" ? expected.isEmpty : expected.count > 10)
    }
    let plain = try autoencoder.encode(x)
    let difference = try autoencoder.decodeChange(from: plain, to: found.code)
    let expected = try reference.matrix("\(key).decodeChange")
    #expect((difference - expected).maxMagnitude < 1e-5 * max(1, expected.maxMagnitude))
  }

  @Test func aLatentOfTheNextRankEnters() throws {
    let reference = try Reference("codes")
    let autoencoder = try Reference.autoencoder("float32")
    let x = try reference.matrix("x").slice(rows: 0..<1)
    let wider = try autoencoder.with(k: 6).encode(x).row(0).indices.map(Int.init)
    let change = LatentChange(rows: [0..<1], latent: wider[0], rule: .zero)
    let found = try autoencoder.encode(x, changing: [change])
    #expect(found.code.row(0).indices.map(Int.init) == Array(wider.dropFirst()))
    #expect(found.dropped.isEmpty, "nothing was asked to have a value")
  }

  @Test func aClampBelowZeroIsAlwaysLost() throws {
    let autoencoder = try Reference.autoencoder("float32")
    let x = try Reference("codes").matrix("x")
    let change = LatentChange(rows: [3..<5], latent: 20, rule: .clamp(-1))
    let found = try autoencoder.encode(x, changing: [change])
    #expect(found.dropped.map(\.row) == [3, 4])
  }

  @Test func noChangeIsTheCodeItself() throws {
    let autoencoder = try Reference.autoencoder("bfloat16")
    let x = try Reference("codes").matrix("x")
    #expect(try autoencoder.encode(x, changing: []).code == autoencoder.encode(x))
  }

  @Test(arguments: [
    LatentChange(rows: [0..<1], latent: 50, rule: .zero),
    LatentChange(rows: [0..<1], latent: -1, rule: .zero),
    LatentChange(rows: [0..<1, 22..<24], latent: 0, rule: .zero),
    LatentChange(rows: [-1..<1], latent: 0, rule: .zero),
    LatentChange(rows: [0..<1], latent: 0, rule: .clamp(.nan)),
    LatentChange(rows: [0..<1], latent: 0, rule: .add(.infinity)),
    LatentChange(rows: [0..<1], latent: 0, rule: .scale(-.infinity)),
  ])
  func refusesWhatCannotBe(change: LatentChange) throws {
    let autoencoder = try Reference.autoencoder("float32")
    let x = try Reference("codes").matrix("x")
    #expect(throws: AutoencoderError.self) { try autoencoder.encode(x, changing: [change]) }
    let code = try autoencoder.encode(x)
    #expect(throws: AutoencoderError.self) { try code.changing([change]) }
  }
}
