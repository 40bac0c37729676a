import CSQLite
import GRDB

/// Ends the questions that run within it when somebody wants that.
final class StopWatch: Sendable {
  /// What the questions of this thread, or task, ask.
  @TaskLocal static var current: StopWatch?

  private let shouldStop: @Sendable () -> Bool

  init(_ shouldStop: @escaping @Sendable () -> Bool) { self.shouldStop = shouldStop }

  /// Runs questions that end with SQLITE_INTERRUPT once they are to stop.
  func watch<Result>(_ database: Database, _ body: () throws -> Result) rethrows -> Result {
    guard let connection = unsafe database.sqliteConnection else { return try body() }
    let handle = unsafe UnsafeMutableRawPointer(connection)
    unsafe csqlite_watch(
      handle,
      { context in
        guard let context = unsafe context else { return 0 }
        return unsafe Unmanaged<StopWatch>.fromOpaque(context).takeUnretainedValue().shouldStop()
          ? 1 : 0
      }, Unmanaged.passUnretained(self).toOpaque())
    defer { unsafe csqlite_watch(handle, nil, nil) }
    return try withExtendedLifetime(self) { try body() }
  }
}

extension FeatureIndexStore {
  /// Runs questions to indexes, of whatever store, that end with `FeatureIndexError.interrupted`
  /// soon after they are to stop. Writes are not cut short.
  /// - Parameter shouldStop: asked every fraction of a millisecond, on whatever thread.
  package static func stopping<Result>(
    when shouldStop: @escaping @Sendable () -> Bool, _ body: () throws -> Result
  ) rethrows -> Result {
    try StopWatch.$current.withValue(StopWatch(shouldStop), operation: body)
  }

  /// Runs reads on one snapshot of a file, which end when they are to.
  static func watched<Value>(
    _ reader: any DatabaseReader, _ body: (Database) throws -> Value
  ) throws -> Value {
    let watch = StopWatch.current
    return try reader.read { database in
      guard let watch else { return try body(database) }
      return try watch.watch(database) { try body(database) }
    }
  }
}
