import ArgumentParser
import Kernel

/// The program: a kernel, and commands that talk to one or prepare what it needs.
@main struct Lucarne: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lucarne",
    abstract: "An interpretability kernel for large multimodal models.",
    discussion: """
      It keeps a model and its sparse autoencoders resident and answers attribution, ablation and \
      steering over stdio JSON-RPC. Without a model it uses the small world that ships with it.
      """,
    version: KernelVersion.current,
    subcommands: [
      Serve.self, Attach.self, ServeAgents.self, Demo.self, Train.self, IndexCommand.self,
      ReportCommand.self, Benchmark.self,
    ])
}
