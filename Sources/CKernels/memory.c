// How the C library keeps freed memory.

#define _GNU_SOURCE
#include "include/kernels.h"

#include <malloc.h>

void kernel_keep_freed_memory(void) {
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
}

void kernel_release_freed_memory(void) { malloc_trim(0); }
