// The search for candidates for any processor; the reference the other paths are held to.

#include "include/kernels.h"
#include "product.h"

#include <string.h>

#include "vector.h"

#define NAME(operation) kernel_##operation##_portable
// Tokens that one row of weights is multiplied with at a time.
#define ELEMENT_TOKENS 2
#define PATH kernel_path_portable

#include "candidates.inc"
