#ifndef CTORCH_H
#define CTORCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// PyTorch's own libraries by their stable C interface, looked for when they are first wanted: no
// header of theirs and no link to them, so that no machine needs them otherwise. Every operator
// that is used has a function of its own here, with the arguments that its schema asks for: to
// torch a wrong list of arguments is a crash, not an error. Nothing is asked of torch that 2.10 has
// not, but for messages.
//
// A function that can fail returns 0 where it has not. What torch says of a failure on the calling
// thread is `ctorch_reason`. A tensor that a function makes is the caller's, to be given back to
// `ctorch_delete`; what it is given stays the caller's. Tensors may be made and deleted on any
// thread.

#define CTORCH_MESSAGE_LENGTH 1024

/// The libraries, found and opened. They stay so until the process ends.
typedef struct ctorch ctorch;
/// A tensor of torch's, or a view of one: what it shares memory with lives as long.
typedef struct ctorch_tensor ctorch_tensor;

/// What `ctorch_open` may come to.
enum {
  CTORCH_OPENED = 0,
  /// There is no libtorch_cpu.so in the folder.
  CTORCH_NO_LIBRARY = 1,
  /// It is there, and the system cannot load it.
  CTORCH_NOT_LOADED = 2,
  CTORCH_WRONG_VERSION = 3,
  /// Some names that are called are not there.
  CTORCH_NAMES_MISSING = 4,
  CTORCH_NO_MEMORY = 5,
};

/// Opens the libraries in `folder`, which is `…/torch` or `…/torch/lib`. Otherwise `message` tells
/// why not: the path, the system's words, the version found, or the names that are missing.
int ctorch_open(const char *folder, ctorch **library, char message[CTORCH_MESSAGE_LENGTH]);

/// Forgets the libraries, which stay where they are; no tensor may be left.
void ctorch_close(ctorch *library);

/// The folder with the libraries, without a slash at its end.
const char *ctorch_folder(const ctorch *library);

/// The oldest and the newest version that is accepted, of major version 2.
#define CTORCH_OLDEST_MINOR 10
#define CTORCH_NEWEST_MINOR 15
int ctorch_major(const ctorch *library);
int ctorch_minor(const ctorch *library);

/// Has torch's own work on the CPU use so many threads.
/// - Returns: whether this version lets itself be told.
bool ctorch_set_threads(const ctorch *library, int count);

/// How many threads torch works with on the CPU.
int ctorch_threads(const ctorch *library);

/// Tensors made and not yet deleted.
int64_t ctorch_live_tensors(const ctorch *library);

/// What torch says of the last failure on this thread; empty where this version does not say.
void ctorch_reason(const ctorch *library, char message[CTORCH_MESSAGE_LENGTH]);

// MARK: Devices

enum { CTORCH_CPU = 0, CTORCH_CUDA = 1 };

/// The number of devices that CUDA has; 0 with the reason in `message` where there is none: torch
/// was built without CUDA, its part for CUDA cannot be loaded, no driver.
int ctorch_cuda_count(const ctorch *library, char message[CTORCH_MESSAGE_LENGTH]);

/// The name of a device, at most 255 bytes.
int ctorch_cuda_name(const ctorch *library, int index, char name[256]);

/// Bytes of a device's memory, all of it and what nobody holds, torch itself included.
int ctorch_cuda_memory(const ctorch *library, int index, uint64_t *free, uint64_t *total);

/// Waits for everything that a device was asked for. Another number than 0 is CUDA's for what went
/// wrong; it stays so for the rest of the process where the device is lost.
int ctorch_cuda_wait(const ctorch *library, int index, char message[CTORCH_MESSAGE_LENGTH]);

// MARK: Tensors

/// Types of elements, whatever numbers torch has for them.
enum {
  CTORCH_FLOAT32 = 0,
  CTORCH_FLOAT64 = 1,
  CTORCH_FLOAT16 = 2,
  CTORCH_BFLOAT16 = 3,
  CTORCH_INT64 = 4,
  CTORCH_BOOL = 5,
};

/// Sizes and strides in elements, `dimensions` of each.
typedef struct {
  int dimensions;
  const int64_t *sizes;
  const int64_t *strides;
} ctorch_shape;

/// With any values.
int ctorch_empty(
  const ctorch *library, const ctorch_shape *shape, int type, int device, int index,
  ctorch_tensor **result);

/// Over memory of this process, on the CPU, which must outlive it; row by row without gaps.
int ctorch_over(
  const ctorch *library, void *memory, const ctorch_shape *shape, int type,
  ctorch_tensor **result);

/// A float32 number on the CPU: operators take it beside tensors of any device.
int ctorch_number(const ctorch *library, float value, ctorch_tensor **result);

/// A view of other sizes and strides that begins `offset` elements behind the tensor's beginning.
/// It must not reach beyond the tensor's memory, which is not looked at here.
int ctorch_view(
  const ctorch *library, ctorch_tensor *tensor, const ctorch_shape *shape, int64_t offset,
  ctorch_tensor **result);

/// How many elements the tensor has, and how many lie between the memory's beginning and its.
int ctorch_extent(
  const ctorch *library, ctorch_tensor *tensor, int64_t *count, int64_t *offset);

void ctorch_delete(const ctorch *library, ctorch_tensor *tensor);

/// Writes `source` to `target`, whatever their types, strides and devices; `source` may have to be
/// repeated to fill it. To the CPU it waits.
int ctorch_copy(const ctorch *library, ctorch_tensor *target, ctorch_tensor *source);

int ctorch_clear(const ctorch *library, ctorch_tensor *target);

// MARK: Elementwise operators

enum {
  CTORCH_EXP = 0,
  CTORCH_LOG,
  CTORCH_SIGMOID,
  CTORCH_RSQRT,
  CTORCH_RELU,
  CTORCH_ERFC,
  CTORCH_COS,
  CTORCH_SIN,
  CTORCH_SILU,
  CTORCH_ABS,
  CTORCH_IS_FINITE,
  /// Whether all elements are true: one element.
  CTORCH_ALL,
  CTORCH_ONE_IN_COUNT,
};

/// x → a new tensor of its sizes.
int ctorch_one_in(
  const ctorch *library, int operation, ctorch_tensor *x, ctorch_tensor **result);

enum {
  CTORCH_MUL = 0,
  CTORCH_DIV,
  CTORCH_MAXIMUM,
  /// Greater, less: bool.
  CTORCH_GT,
  CTORCH_LT,
  /// The gradient before a sigmoid from the gradient behind it and the sigmoid.
  CTORCH_SIGMOID_BACKWARD,
  /// A product of matrices `[m, k]` and `[k, n]`, in their type.
  CTORCH_MM,
  /// The same of batches, `[b, m, k]` and `[b, k, n]`.
  CTORCH_BMM,
  CTORCH_TWO_IN_COUNT,
};

/// a, b → a new tensor; elementwise ones repeat what has fewer elements, as torch does.
int ctorch_two_in(
  const ctorch *library, int operation, ctorch_tensor *a, ctorch_tensor *b,
  ctorch_tensor **result);

/// a + scale · b.
int ctorch_add(
  const ctorch *library, ctorch_tensor *a, ctorch_tensor *b, double scale,
  ctorch_tensor **result);

/// a where the condition holds, else b.
int ctorch_where(
  const ctorch *library, ctorch_tensor *condition, ctorch_tensor *a, ctorch_tensor *b,
  ctorch_tensor **result);

/// Writes a value, one element, wherever `mask` is true.
int ctorch_fill_where(
  const ctorch *library, ctorch_tensor *target, ctorch_tensor *mask, ctorch_tensor *value);

// MARK: Rows and sums

/// The largest of each stretch along the last dimension, which stays with size 1.
int ctorch_largest(
  const ctorch *library, ctorch_tensor *x, int last, ctorch_tensor **result);

/// The k largest along the last dimension, by falling value, with their places (int64). Equal ones
/// come in any order, and any of them are left out.
int ctorch_top(
  const ctorch *library, ctorch_tensor *x, int64_t k, ctorch_tensor **values,
  ctorch_tensor **places);

/// Some rows (0) or columns (1) by their numbers, int64 `[n]`, which must exist.
int ctorch_select(
  const ctorch *library, ctorch_tensor *x, int dimension, ctorch_tensor *indices,
  ctorch_tensor **result);

/// Of each row of x the elements at the row's places, int64, which must exist.
int ctorch_gather(
  const ctorch *library, ctorch_tensor *x, ctorch_tensor *places, ctorch_tensor **result);

// MARK: CUDA alone

/// Products of bfloat16 matrices or, with `batched`, batches of them, summed and given in float32.
int ctorch_wide_product(
  const ctorch *library, bool batched, ctorch_tensor *a, ctorch_tensor *b,
  ctorch_tensor **result);

/// FlashAttention: q `[1, H, n, d]`, k, v `[1, G, S, d]` → output `[1, H, n, d]` in their type and
/// the logarithms of the denominators, float32 `[1, H, n]`. Scores are over √d. Causal: the last
/// query sees all keys, each one before it one less.
int ctorch_flash(
  const ctorch *library, ctorch_tensor *q, ctorch_tensor *k, ctorch_tensor *v, bool causal,
  ctorch_tensor **output, ctorch_tensor **log_sum_exp);

/// Its gradients at q, k and v from that at the output.
int ctorch_flash_pullback(
  const ctorch *library, ctorch_tensor *gradient, ctorch_tensor *q, ctorch_tensor *k,
  ctorch_tensor *v, ctorch_tensor *output, ctorch_tensor *log_sum_exp, bool causal,
  int64_t queries, int64_t keys, ctorch_tensor *results[3]);

#endif
