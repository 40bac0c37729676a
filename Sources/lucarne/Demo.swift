import ArgumentParser

/// The main job, start to end.
struct Demo: ParsableCommand {
  func run() throws {}
}
