import ArgumentParser

@main struct Lucarne: ParsableCommand {
}
