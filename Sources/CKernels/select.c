// Selection among keys that compare as integers.

#include "include/kernels.h"

/// Hoare's selection. The pivot is the middle key: keys collected in falling or
/// rising order are cut in two.
uint64_t kernel_select_largest(uint64_t *keys, size_t count, size_t kept) {
  ptrdiff_t low = 0, high = (ptrdiff_t)count - 1, wanted = (ptrdiff_t)kept - 1;
  while (low < high) {
    uint64_t pivot = keys[low + (high - low) / 2];
    ptrdiff_t left = low, right = high;
    while (left <= right) {
      while (keys[left] > pivot) left++;
      while (keys[right] < pivot) right--;
      if (left > right) break;
      uint64_t moved = keys[left];
      keys[left++] = keys[right];
      keys[right--] = moved;
    }
    if (wanted <= right) high = right;
    else if (wanted >= left) low = left;
    else break;
  }
  return keys[wanted];
}
