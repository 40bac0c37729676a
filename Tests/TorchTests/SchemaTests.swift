import Foundation
import TestSupport
import Testing

/// The C functions' stacks against the schemas of the PyTorch that is installed, by its Python.
@Suite(.enabled(if: InstalledTorch.library != nil, InstalledTorch.absence))
struct SchemaTests {
  @Test(.enabled(if: InstalledTorch.python != nil, "skipped: no python beside that torch"))
  func everyCallFollowsItsSchema() throws {
    let script = Fixtures.path("../Conformance/torch_schemas.py")
    let (status, text) = try InstalledTorch.run(
      [#require(InstalledTorch.python), script, "--selftest"])
    // Libraries without CUDA's others, as .ci/install-torch brings them, cannot be imported.
    let isLacking = status == 77 && ProcessInfo.processInfo.environment["CI"] == nil
    #expect(status == 0 || isLacking, "\(status): \(text.suffix(2_000))")
  }
}
