/// An error that knows what it answers.
package protocol FailureConvertible: Error {
  var failure: ResponseFailure { get }
}
