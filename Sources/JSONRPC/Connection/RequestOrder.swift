/// What a request does to what the requests of its client share, such as the indexes that are open,
/// whatever lanes they run on.
package enum RequestOrder: Sendable, Equatable {
  /// Nothing: it begins when its lane is free.
  case free
  /// It looks, and begins when every change that was asked for before it has been answered.
  case looks
  /// It changes, and begins when every look and change before it has been answered.
  case changes
}
