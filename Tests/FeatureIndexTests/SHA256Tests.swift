import FeatureIndex
import Testing

@Suite struct SHA256Tests {
  /// Digests of Python's hashlib, at lengths around the ends of blocks: bytes (7 i + n) mod 251.
  @Test(arguments: [
    (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    (1, "4bf5122f344554c53bde2ebb8cd2b7e3d1600ad631c385a5d7cce23c7785459a"),
    (55, "d604dc83c754bb5890ec011f3fa0552324cb1412205b5a5e83fd17cd4afe57ed"),
    (56, "0371e3fd4911ce4109ac9aaddc0ebdfe28431802ef70a966cb245da585f2a37e"),
    (57, "bdce47d7bad9c7849a36531ae5ac19e3c4413c87c20f5d00ccda7dcd7c57bdb1"),
    (63, "de8f546e5d44d4fb35d25af2748ed9b6644d200d56b6b0b6e71b095b44348dc6"),
    (64, "35eb8c80b4af970a05040dd151d5edad6172957c1ded27e521fdcf526178feb3"),
    (65, "c96988663bcd3779da5b1c0e499742ff48bf6148d5c044326ce3e5845a80e6ab"),
    (119, "7fb3869648ad8420f2e1a20812a61ba45c3db01dc7b391d48c2a8c1d6f41be35"),
    (120, "9db2bb35e3e98f502b654e82f0051eebfa45015e36ed8c3a28d44586eff7372b"),
    (128, "086e64af3be4bef59202dea267776bbbbe6264ad9ff0b46345743fffc446238e"),
    (1000, "e66c6563e3797f84573ef7dfe3a460d5d579967297ef20150d89f0c6e358221e"),
  ])
  func isThatOfHashlib(length: Int, expected: String) {
    let message = (0..<length).map { UInt8(($0 * 7 + length) % 251) }
    #expect(hexadecimal(SHA256.digest(of: message)) == expected)
    for cut in [0, 1, 31, 64, 65] where cut <= length {
      var hash = SHA256()
      hash.add(Array(message[..<cut]))
      hash.add(Array(message[cut...]))
      #expect(hexadecimal(hash.digest()) == expected, "cut at \(cut)")
    }
  }

  private func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
