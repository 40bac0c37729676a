import ArgumentParser
import FoundationEssentials
import Glibc
import Kernel
import World

/// The main job, start to end, as a client of a kernel that runs as this program's child.
struct Demo: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: """
      Ask about a country that a map does not show, explain the wrong answer and correct it.
      """,
    discussion: """
      Starts a kernel, asks a question that the model gets wrong, measures what picture, words and \
      features contribute, and removes the features that decide the answer. Writes pictures and a \
      report \
      into a folder. With --picture and --question it does the same for a question of yours; the \
      answer is \
      then compared with "Yes" or "No" where it is the other of the two, else with the most likely \
      token \
      that is another word.
      """)

  @Option(
    help: """
      A picture to ask about: a file, or the name of a held-out picture such as park-00.
      """)
  var picture: String?

  @Option(help: "The question to ask (default: the picture's own).")
  var question: String?

  @OptionGroup var subject: ModelArguments

  @Option(help: "The folder to write to (default: a new folder lucarne-demo here).")
  var output: String?

  func run() throws {
    let world = try shippedWorld()
    let heldOut = try HeldOutSet(folder: world.heldOut)
    let report = TerminalReport()
    let started = ContinuousClock.now
    let folder = try OutputFolder(path: output)
    defer { folder.removeIfEmpty() }
    let kernel = try ChildKernel(
      serving: serveArguments(world), name: "lucarne demo", version: KernelVersion.current)
    let interview = try Interview(
      kernel, firstPicture: heldOut.pictures.first.map(heldOut.path) ?? "")
    report.tell(
      .kernel(
        processID: kernel.processID, interview.modelFacts, interview.saeFacts,
        warning: interview.warning))
    let story = try StoryTeller(
      interview: interview, heldOut: heldOut, narrate: { report.tell($0) }
    ).tell(picture: picture, question: question)
    let requests = kernel.answered
    try kernel.end()
    try folder.write(story)
    report.tell(
      .end(
        folder: folder.path, files: folder.written, requests: requests,
        seconds: (ContinuousClock.now - started) / .seconds(1)))
  }

  /// What `lucarne serve` is given; an autoencoder alone goes with the world's model.
  private func serveArguments(_ world: World) -> [String] {
    var arguments: [String] = []
    if let model = subject.model ?? subject.autoencoder.map({ _ in world.model }) {
      arguments += ["--model", absolutePath(model)]
    }
    if let autoencoder = subject.autoencoder { arguments += ["--sae", absolutePath(autoencoder)] }
    if let site = subject.site { arguments += ["--site", site] }
    return arguments
  }
}

/// Whether there is a file or folder at a path.
func isFile(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
