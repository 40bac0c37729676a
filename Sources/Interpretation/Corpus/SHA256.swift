/// TEMP until FeatureIndex has it.
enum SHA256 {
  private static let k: [UInt32] = {
    var primes: [Int] = []
    var n = 2
    while primes.count < 64 { if primes.allSatisfy({ n % $0 != 0 }) { primes.append(n) }; n += 1 }
    return primes.map { p in
      // fractional part of the cube root, by integer Newton on p << 96 … use double-checked arithmetic
      var low: UInt64 = 0, high: UInt64 = 1 << 36
      while high - low > 1 { let mid = (low + high) / 2
        let m2 = mid.multipliedFullWidth(by: mid)
        // mid^3 <= p << 96 ?
        let a = m2.low.multipliedFullWidth(by: mid)
        let b = m2.high.multipliedFullWidth(by: mid)
        let (mid64, c) = a.high.addingReportingOverflow(b.low)
        let top = b.high + (c ? 1 : 0)
        let less = top < 0 || (top == 0 && mid64 < UInt64(p) << 32) || (top == 0 && mid64 == UInt64(p) << 32 && a.low == 0)
        if less { low = mid } else { high = mid } }
      return UInt32(truncatingIfNeeded: low)
    }
  }()
  static func digest(of message: [UInt8]) -> [UInt8] {
    var h: [UInt32] = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19]
    var m = message + [0x80]
    while m.count % 64 != 56 { m.append(0) }
    let bits = UInt64(message.count) * 8
    for i in 0..<8 { m.append(UInt8(truncatingIfNeeded: bits >> UInt64(56 - 8 * i))) }
    var w = [UInt32](repeating: 0, count: 64)
    let k = Self.k
    func r(_ x: UInt32, _ n: UInt32) -> UInt32 { x >> n | x << (32 - n) }
    for c in stride(from: 0, to: m.count, by: 64) {
      for i in 0..<16 { let j = c + 4 * i; w[i] = UInt32(m[j]) << 24 | UInt32(m[j+1]) << 16 | UInt32(m[j+2]) << 8 | UInt32(m[j+3]) }
      for i in 16..<64 {
        let s0 = r(w[i-15], 7) ^ r(w[i-15], 18) ^ w[i-15] >> 3
        let s1 = r(w[i-2], 17) ^ r(w[i-2], 19) ^ w[i-2] >> 10
        w[i] = w[i-16] &+ s0 &+ w[i-7] &+ s1
      }
      var (a, b, cc, d, e, f, g, hh) = (h[0], h[1], h[2], h[3], h[4], h[5], h[6], h[7])
      for i in 0..<64 {
        let t1 = hh &+ (r(e, 6) ^ r(e, 11) ^ r(e, 25)) &+ ((e & f) ^ (~e & g)) &+ k[i] &+ w[i]
        let t2 = (r(a, 2) ^ r(a, 13) ^ r(a, 22)) &+ ((a & b) ^ (a & cc) ^ (b & cc))
        (hh, g, f, e, d, cc, b, a) = (g, f, e, d &+ t1, cc, b, a, t1 &+ t2)
      }
      h[0] = h[0] &+ a; h[1] = h[1] &+ b; h[2] = h[2] &+ cc; h[3] = h[3] &+ d; h[4] = h[4] &+ e; h[5] = h[5] &+ f; h[6] = h[6] &+ g; h[7] = h[7] &+ hh
    }
    return h.flatMap { x in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: x >> UInt32($0)) } }
  }
}
