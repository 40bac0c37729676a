import GRDB

/// A row that no index has ever written: the file is damaged, or was made to harm.
struct DamagedRow: Error, CustomStringConvertible {
  let reason: String

  init(reason: String) { self.reason = reason }

  var description: String { reason }

  init(what: String, found: String, expected: String) {
    reason = "\(what) is \(found), expected \(expected)"
  }
}

extension Row {
  /// The value of a column.
  ///
  /// A file may hold anything: what cannot be converted is thrown, where GRDB's
  /// subscripts would end the process.
  func value<Value: DatabaseValueConvertible & StatementColumnConvertible>(
    _ column: String
  ) throws -> Value {
    try decode(Value.self, forColumn: column)
  }

  /// The value of a column; nil where it is NULL.
  func optional<Value: DatabaseValueConvertible & StatementColumnConvertible>(
    _ column: String
  ) throws -> Value? {
    try decode(Value?.self, forColumn: column)
  }

  /// A whole number that must lie in a range.
  func number(_ column: String, in range: ClosedRange<Int>) throws -> Int {
    let number: Int = try value(column)
    guard range.contains(number) else {
      throw DamagedRow(
        what: "a row's \(column)", found: "\(number)",
        expected: "\(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// A number that must be finite, also as a Float.
  func finite(_ column: String) throws -> Double {
    let number: Double = try value(column)
    guard Float(number).isFinite else {
      throw DamagedRow(what: "a row's \(column)", found: "\(number)", expected: "a finite number")
    }
    return number
  }
}
