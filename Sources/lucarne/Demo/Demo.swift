import ArgumentParser
import Kernel
import World

/// The main job, start to end.
struct Demo: ParsableCommand {
  func run() throws {}
}
