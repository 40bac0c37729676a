import ArgumentParser

/// What `lucarne benchmark` can be told to measure alone.
enum BenchmarkSubject: String, CaseIterable, ExpressibleByArgument {
  case ceilings
  case start
  case load
  case prefill
  case decode
  case encode
  case attribution
  /// What the kernel answers while the engine is busy, and how soon it gives a request up.
  case busy
}
