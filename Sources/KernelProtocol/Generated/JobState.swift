// Written by protocol/generator from protocol/openrpc.json.

import JSONRPC

package enum JobState: String, WireName {
  case queued
  case running
  case paused
  case completed
  case failed
  case cancelled
  /// its process ended before it did; it can be resumed, as one that is paused or failed.
  case interrupted
}
