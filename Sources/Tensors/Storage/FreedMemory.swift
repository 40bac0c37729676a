import CKernels

/// What becomes of the memory of matrices that are no longer used. Concerns the whole process.
package enum FreedMemory {
  /// Keeps it for the next matrices: every block of a large model frees what the next one
  /// needs, and the system would clear those pages each time. For a program to call
  /// before it starts threads.
  package static func keep() { kernel_keep_freed_memory() }

  /// Gives it back to the system: for when much was freed that will not be needed soon.
  package static func release() { kernel_release_freed_memory() }
}
