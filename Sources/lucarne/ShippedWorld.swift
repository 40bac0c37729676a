import ArgumentParser
import World

/// The folders in which the world that ships with the program is looked for: `LUCARNE_WORLD` where
/// that is set, else the usual ones.
func worldPlaces() -> [String] {
  World.places(named: environment("LUCARNE_WORLD").map(absolutePath))
}

/// - Throws: `WorldMissing`, which names the folders that were looked in.
func shippedWorld() throws(WorldMissing) -> World {
  let places = worldPlaces()
  guard let world = World(in: places) else { throw WorldMissing(places: places) }
  return world
}

/// The world that ships with the program was not found.
struct WorldMissing: Error, CustomStringConvertible {
  let places: [String]

  var description: String {
    """
    the model that ships with lucarne was not found, looked for model/config.json in \
    \(places.joined(separator: ", ")): set LUCARNE_WORLD to the folder, or install all of \
    lucarne, by pip, from its tarball or by .ci/install --prefix
    """
  }
}
