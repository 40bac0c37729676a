import Foundation
import TestSupport
import Testing
import Torch

/// Where everything is to be tried, PyTorch is to be there.
@Suite struct PresenceTests {
  @Test func torchIsThereWhereEverythingIsTried() {
    guard ProcessInfo.processInfo.environment["CI"] != nil else { return }
    #expect(InstalledTorch.library != nil, "torch is not installed: run .ci/install-torch")
  }
}
