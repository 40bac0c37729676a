import JSON
import JSONRPC
import Kernel
import KernelProtocol
import Testing

/// The kernel answers exactly the published methods.
@Suite struct RoutingTests {
  /// `shutdown` is the connection's own.
  private let routed = allRequests.filter { $0.method != Shutdown.method }

  @Test func everyPublishedMethodHasItsLane() {
    let handler = KernelHandler(KernelOptions(memoryLimit: 1 << 20, threads: 1, world: nil))
    for request in routed {
      #expect(handler.lane(of: request.method) == request.lane, "\(request.method)")
    }
    for stranger in ["", "context", "context/", "Context/open", "kernel/stop", "$/cancelRequest"] {
      #expect(handler.lane(of: stranger) == nil, "\(stranger)")
    }
  }

  @Test func theDocumentServedListsTheseMethods() throws {
    let client = try KernelClient()
    let document = try client.ask("rpc.discover")
    let names = document["methods"]?.elements.compactMap { $0["name"]?.stringValue } ?? []
    #expect(names == allRequests.map { $0.method })
    let kinds = document["x-errorKinds"]?.elements.compactMap { $0["kind"]?.stringValue } ?? []
    #expect(kinds.contains("checkpointInvalid") && kinds.count == Set(kinds).count)
  }

  /// With empty params a method asks for what it misses; none is unknown and none fails inside.
  @Test func everyMethodAnswersEmptyParams() throws {
    let client = try KernelClient()
    for request in routed where request.method != Initialize.method {
      let error = try client.reply(to: client.request(request.method)).value["error"]
      let code = error?["code"]?.integerValue
      // Nothing is open that a request about an index or a model could be about.
      let isOfNothing = ["indexMissing", "modelNotLoaded"].contains(error?["data"]?["kind"])
      #expect(
        code == nil || code == -32602 || isOfNothing, "\(request.method): \(error ?? nil)")
      if code == -32602 {
        #expect(error?["data"]?["path"]?.stringValue?.hasPrefix("params.") == true)
      }
    }
  }

  @Test func capabilitiesAndLimitsAreTold() throws {
    let client = try KernelClient(options: nil)
    let told = try client.ask("initialize", ["initializationOptions": ["memoryLimit": 123_456]])
    #expect(told["serverInfo"]?["name"] == "lucarne")
    #expect(told["limits"]?["memoryBytes"]?.integerValue == 123_456)
    #expect((told["limits"]?["maxMessageBytes"]?.integerValue ?? 0) >= 1 << 20)
    #expect(told["capabilities"]?["attributionProvider"] != nil)
  }
}
