import ArgumentParser
import CMappings
import Glibc
import Kernel

/// The program: a kernel, and commands that talk to one or prepare what it needs.
@main struct Lucarne: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lucarne",
    abstract: "An interpretability kernel for large multimodal models.",
    discussion: """
      Keeps a model and its sparse autoencoders in memory and answers requests for attribution, \
      ablation and steering over JSON-RPC. Without --model, commands use the small model that \
      ships \
      with lucarne; "lucarne demo" shows what can be done with it.
      """,
    version: KernelVersion.current,
    subcommands: [
      Serve.self, Attach.self, ServeAgents.self, UserInterface.self, Demo.self, Benchmark.self,
    ],
    groupedSubcommands: [
      CommandGroup(
        name: "Autoencoders and indexes",
        subcommands: [Train.self, IndexCommand.self, AnnotateCommand.self]),
      CommandGroup(
        name: "Explanations",
        subcommands: [
          DissectCommand.self, ExplainCommand.self, RefineCommand.self, ScoreCommand.self,
          RateCommand.self,
          ReportCommand.self,
        ]),
      CommandGroup(
        name: "Behaviour",
        subcommands: [
          EvaluateCommand.self, SearchSteeringCommand.self, JudgeAnswersCommand.self,
        ]),
    ])

  static func main() {
    cmappings_name_lost_files()
    // A file that may not grow any more is an error of whoever writes to it.
    signal(SIGXFSZ, SIG_IGN)
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      // What went wrong quotes files, names and arguments.
      let code = exitCode(for: error)
      let message = fullMessage(for: error)
      if !message.isEmpty {
        writeLine(message, to: code == .success ? STDOUT_FILENO : STDERR_FILENO)
      }
      _exit(code.rawValue)
    }
  }
}
