import GRDB

extension Row {
  /// The value of a column.
  ///
  /// A file may hold anything: what cannot be converted is thrown, where GRDB's subscripts would end the process.
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
}
