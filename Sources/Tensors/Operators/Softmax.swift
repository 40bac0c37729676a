import CKernels
import Glibc

/// exp(x − max x) / Σ exp(x − max x); empty for an empty x.
package func softmax(_ x: [Float], path: KernelPath = .best) -> [Float] {
  guard !x.isEmpty else { return [] }
  var result = [Float](repeating: 0, count: x.count)
  let maximum = unsafe kernel_maximum(path.code, x, x.count)
  let sum = unsafe kernel_exp_shifted(path.code, x, &result, maximum, x.count)
  for i in result.indices { result[i] /= sum }
  return result
}

/// log Σ exp(x); −∞ for an empty x.
package func logSumExp(_ x: [Float], path: KernelPath = .best) -> Float {
  guard !x.isEmpty else { return -.infinity }
  let maximum = unsafe kernel_maximum(path.code, x, x.count)
  guard maximum.isFinite else { return maximum }
  var terms = [Float](repeating: 0, count: x.count)
  return unsafe maximum + logf(kernel_exp_shifted(path.code, x, &terms, maximum, x.count))
}

/// The index of the largest value, the lowest on ties; nil for an empty x. NaN is never larger.
package func argmax(_ x: [Float]) -> Int? {
  guard !x.isEmpty else { return nil }
  var best = 0
  for i in x.indices where x[i] > x[best] || x[best].isNaN { best = i }
  return best
}
