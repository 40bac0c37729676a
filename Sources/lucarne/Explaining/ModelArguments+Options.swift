import Kernel
import World

extension ModelArguments {
  /// How a kernel starts that works for one command.
  /// - Parameter vision: what starts its vision worker, as `--vision` states it.
  /// - Throws: `WorldMissing`, where that is the worker that ships and it is not found.
  func options(_ compute: ComputeArguments, vision: String? = nil) throws -> KernelOptions {
    compute.onDevice(
      KernelOptions(
        model: model.map(absolutePath), autoencoders: autoencoder.map { [absolutePath($0)] } ?? [],
        sites: site.map { [$0] } ?? [], autoencoderOptions: [autoencoderOptions],
        memoryLimit: compute.memoryLimit, threads: compute.threadCount,
        world: World(in: worldPlaces()), worldPlaces: worldPlaces(),
        explainerKey: environment("LUCARNE_EXPLAINER_KEY"), vision: try visionCommand(vision)))
  }
}
