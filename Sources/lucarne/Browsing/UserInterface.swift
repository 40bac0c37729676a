import ArgumentParser
import Browser
import Glibc
import JSONRPC

/// A window in the browser for a shared kernel.
struct UserInterface: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ui",
    abstract: "Open a shared kernel in the browser.",
    discussion: """
      Serves a page on this machine alone and prints the address that lets a browser in, once. A \
      kernel is started if none listens at the socket, and ends with this command unless other \
      clients use it. Options after "--" are passed to it as to "serve"; without --model it has \
      the model, autoencoder and index that ship. For example:

      lucarne ui -- --model /models/llava --sae /models/sae
      """)

  @Option(
    help: """
      The address to serve at, such as 127.0.0.1:8080 or [::1]:0, where 0 takes a free port \
      (default: 127.0.0.1:\(Self.usualPort), or a free port if that is taken). What is not of \
      this machine alone lets others see what is sent.
      """)
  var listen: String?

  @Option(
    help: """
      The kernel's socket (default: $XDG_RUNTIME_DIR/lucarne/kernel.sock or \
      /tmp/lucarne-UID/kernel.sock).
      """)
  var socket: String?

  @Flag(name: .customLong("no-open"), help: "Print the address only, and open no browser.")
  var opensNothing = false

  @Option(help: .hidden)
  var page: String?

  @Argument(
    parsing: .postTerminator,
    help: "Options of \"lucarne serve\" for a kernel that has to be started.")
  var options: [String] = []

  /// One port for all runs, so that what the page keeps in the browser is found again.
  private static let usualPort: UInt16 = 7717

  func run() throws {
    guard let termination = Termination(endsOnInterrupt: true) else { throw ExitCode(1) }
    StandardStreams.ignoreBrokenPipes()
    ProcessLimits.raiseDescriptors()
    let files = try pageFiles()
    let port = try listeningPort()
    if !port.address.isLoopback {
      writeLine(
        """
        lucarne: warning: \(port.address.host) can be reached from other machines, and nothing \
        that is sent is encrypted: whoever reads it can use the kernel, and through it your files
        """, to: STDERR_FILENO)
    }
    let kernel = try startedKernel()
    let server = BrowserServer(
      at: port, files: files,
      connect: { () throws(NoKernel) in
        do throws(SocketError) {
          return try kernel.connect()
        } catch { throw NoKernel(error.description) }
      },
      listener: { kernel.process },
      announce: { tell("for another browser: \($0)") })
    guard let server else { throw ExitCode(1) }
    termination.whenAsked { server.stop() }
    tell("lucarne is at \(server.invitation)")
    if !opensNothing { BrowserOpening.open(server.invitation) }
    server.run()
    if let whoGoesOn = kernel.end() {
      writeLine("lucarne: the kernel goes on: \(whoGoesOn)", to: STDERR_FILENO)
    }
    _exit(0)
  }

  private func pageFiles() throws -> PageFiles {
    let places = page.map { [absolutePath($0)] } ?? PageFiles.places()
    if let found = places.lazy.compactMap({ PageFiles(folder: $0) }).first { return found }
    throw ValidationError(
      "the page was not found, looked for index.html in \(places.joined(separator: ", "))")
  }

  private func listeningPort() throws -> ListeningPort {
    guard let text = listen ?? Optional("127.0.0.1:\(Self.usualPort)"),
      var address = InternetAddress(text)
    else {
      throw ValidationError(
        "--listen is \"\(listen ?? "")\", expected an address of numbers and a port, such as "
          + "127.0.0.1:8080 or [::1]:0")
    }
    do throws(ListeningError) {
      return try ListeningPort(address)
    } catch {
      guard listen == nil, error.isInUse else { throw error }
    }
    address.port = 0
    return try ListeningPort(address)
  }

  private func startedKernel() throws -> SharedKernel {
    do throws(SocketError) {
      let kernel = try SharedKernel(
        SocketAddress(path: socket.map(absolutePath) ?? usualSocket()), options: options)
      if !kernel.isOurs, !options.isEmpty {
        writeLine(
          "lucarne: warning: a kernel listens already, and keeps the options it has",
          to: STDERR_FILENO)
      }
      return kernel
    } catch {
      writeLine("lucarne: \(error)", to: STDERR_FILENO)
      throw ExitCode(1)
    }
  }
}
