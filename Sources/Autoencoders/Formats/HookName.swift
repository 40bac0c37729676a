/// The place in a model that an autoencoder reads, as its configuration names it.
enum HookName {
  /// The kernel's site. The residual stream before a block is the one after the block below.
  ///
  /// Throws for every other place, so that a file is never used where it does not belong.
  static func site(_ name: String, path: String) throws(AutoencoderError) -> String {
    if let site = AutoencoderFolder.siteName(name) { return site }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    if parts.count == 3, parts[0] == "blocks", parts[2] == "hook_resid_pre",
      let block = Int(parts[1]), String(block) == parts[1], block >= 1
    {
      return "resid_post.\(block - 1)"
    }
    throw .configuration(
      path: path,
      reason: "it reads \"\(name)\"; only the residual stream after a block is a site here, as in "
        + "\"blocks.24.hook_resid_post\"")
  }
}
