// A library with PyTorch's names that computes nothing: LibraryTests compiles it in the ways in
// which libraries and devices can be wrong.
//
//   -DVERSION=0x020b…   what it says it is; without: it says nothing
//   -DLACKS_COPY        some names are missing
//   -DTELLS             it has PyTorch 2.13's way to tell why something failed
//   -DDEVICES=n         CUDA's runtime with n devices, as libtorch_cuda.so brings it
//   -DFREE_MIB=n         a device has that much free memory, and twice as much altogether
//   -DNO_DRIVER         that runtime finds no driver
//
// The name of its file, "fake_ROOM_CALLS_.so", tells how many tensors there is memory for, and how
// many operators the device does before it is lost; −1: any number. A file "lost" beside it loses the
// device, too.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int is_lost = 0, room = -1, calls_left = -1;
static char loss[4096];
static const char *reason = "";
static bool has_gradients = true;

__attribute__((constructor)) static void read_name(void) {
  Dl_info info;
  char *path = dladdr((void *)&read_name, &info) ? realpath(info.dli_fname, NULL) : NULL;
  const char *name = path ? strrchr(path, '/') : NULL;
  if (!name || sscanf(name, "/fake_%d_%d_", &room, &calls_left) != 2) abort();
  snprintf(loss, sizeof loss, "%.*s/lost", (int)(name - path), path);
  free(path);
}

#ifdef DEVICES

enum { ILLEGAL_ADDRESS = 700, NO_DRIVER_FOUND = 35 };

int cudaGetDeviceCount(int *count) {
#ifdef NO_DRIVER
  *count = 0;
  return NO_DRIVER_FOUND;
#else
  *count = DEVICES;
  return 0;
#endif
}
int cudaGetDevice(int *index) { return *index = 0; }
int cudaSetDevice(int index) { return index >= DEVICES; }
int cudaMemGetInfo(size_t *unused, size_t *all) {
#ifdef FREE_MIB
  *unused = (size_t)FREE_MIB << 20;
  *all = (size_t)2 * FREE_MIB << 20;
#else
  *unused = 3u << 20;
  *all = 100u << 20;
#endif
  return 0;
}
int cudaDeviceSynchronize(void) { return is_lost ? ILLEGAL_ADDRESS : 0; }
const char *cudaGetErrorString(int error) {
  return error == NO_DRIVER_FOUND ? "CUDA driver version is insufficient for CUDA runtime version"
                                  : "an illegal memory access was encountered";
}
int cudaGetDeviceProperties_v2(void *properties, int index) {
  sprintf(properties, "Fake card %d", index);
  return 0;
}

#endif

/// A tensor: how many elements, and where.
typedef struct {
  int64_t count, offset;
  int *owners;
  void *memory;
} tensor;

static int count_call(void) {
  if (calls_left == 0 || access(loss, F_OK) == 0) {
    is_lost = 1;
    reason = "CUDA error: an illegal memory access was encountered\nmore lines";
    return 1;
  }
  if (calls_left > 0) calls_left--;
  return 0;
}

static int make(int64_t count, tensor **result) {
  if (room == 0) {
    reason = "CUDA out of memory. Tried to allocate 20.00 MiB.";
    return 1;
  }
  if (room > 0) room--;
  tensor *t = calloc(1, sizeof *t);
  t->count = count;
  t->owners = calloc(1, sizeof *t->owners);
  *t->owners = 1;
  t->memory = calloc(count ? count : 1, 8);
  *result = t;
  return 0;
}

static int64_t product(int64_t dimensions, const int64_t *sizes) {
  int64_t count = 1;
  for (int64_t i = 0; i < dimensions; i++) count *= sizes[i];
  return count;
}

#ifdef VERSION
uint64_t aoti_torch_abi_version(void) { return VERSION; }
#endif

int aoti_torch_new_tensor_handle(tensor *t, tensor **result) {
  *result = malloc(sizeof **result);
  **result = *t;
  ++*t->owners;
  return 0;
}
int aoti_torch_delete_tensor_object(tensor *t) {
  if (--*t->owners == 0) {
    free(t->memory);
    free(t->owners);
  }
  free(t);
  return 0;
}
/// Takes what it is given, as PyTorch does; the result is as large as the first argument.
int torch_call_dispatcher(const char *name, const char *overload, uint64_t *stack, uint64_t v) {
  (void)overload, (void)v;
  tensor *first = (tensor *)stack[0], *result = NULL;
  int64_t count = first->count;
  aoti_torch_delete_tensor_object(first);
  bool takes_two = !strcmp(name, "aten::mul") || !strcmp(name, "aten::mm");
  if (takes_two) aoti_torch_delete_tensor_object((tensor *)stack[1]);
  if (count_call()) return 1;
  if (make(count, &result)) return 1;
  stack[0] = (uint64_t)result;
  return 0;
}
int aoti_torch_empty_strided(
  int64_t dimensions, const int64_t *sizes, const int64_t *strides, int32_t type, int32_t device,
  int32_t index, tensor **result)
{
  (void)strides, (void)type, (void)device, (void)index;
  return make(product(dimensions, sizes), result);
}
int aoti_torch_create_tensor_from_blob(
  void *memory, int64_t dimensions, const int64_t *sizes, const int64_t *strides, int64_t offset,
  int32_t type, int32_t device, int32_t index, tensor **result)
{
  (void)memory, (void)strides, (void)offset, (void)type, (void)device, (void)index;
  return make(product(dimensions, sizes), result);
}
int aoti_torch_scalar_to_tensor_float32(float value, tensor **result) {
  (void)value;
  return make(1, result);
}
int aoti_torch__reinterpret_tensor(
  tensor *t, int64_t dimensions, const int64_t *sizes, const int64_t *strides, int64_t offset,
  tensor **result)
{
  (void)strides;
  int error = aoti_torch_new_tensor_handle(t, result);
  (*result)->count = product(dimensions, sizes);
  (*result)->offset = offset;
  return error;
}
int aoti_torch_new_uninitialized_tensor(tensor **result) { return make(0, result); }
int aoti_torch_get_device_type(tensor *t, int32_t *type) { return (void)t, *type = 0; }
int aoti_torch_get_device_index(tensor *t, int32_t *index) { return (void)t, *index = 0; }
int aoti_torch_get_data_ptr(tensor *t, void **address) { return *address = t->memory, 0; }
int aoti_torch_get_numel(tensor *t, int64_t *count) { return *count = t->count, 0; }
int aoti_torch_get_storage_offset(tensor *t, int64_t *offset) { return *offset = t->offset, 0; }
#ifndef LACKS_COPY
int aoti_torch_copy_(tensor *target, tensor *source, int32_t later) {
  (void)target, (void)source, (void)later;
  return count_call();
}
int aoti_torch_zero_(tensor *target) { return (void)target, count_call(); }
#endif
int aoti_torch_aten_subtract_Tensor(tensor *a, tensor *b, double scale, tensor **result) {
  (void)b, (void)scale;
  return count_call() || make(a->count, result);
}
int aoti_torch_aten_amax(
  tensor *x, const int64_t *dimensions, int64_t count, int32_t keep, tensor **result)
{
  (void)dimensions, (void)count, (void)keep;
  return count_call() || make(x->count, result);
}
bool aoti_torch_grad_mode_is_enabled(void) { return has_gradients; }
void aoti_torch_grad_mode_set_enabled(bool enabled) { has_gradients = enabled; }
int torch_get_num_threads(uint32_t *count) { return *count = 7, 0; }
int32_t aoti_torch_dtype_float32(void) { return 6; }
int32_t aoti_torch_dtype_float64(void) { return 7; }
int32_t aoti_torch_dtype_float16(void) { return 5; }
int32_t aoti_torch_dtype_bfloat16(void) { return 15; }
int32_t aoti_torch_dtype_int64(void) { return 4; }
int32_t aoti_torch_dtype_bool(void) { return 11; }
int32_t aoti_torch_device_type_cpu(void) { return 0; }
int32_t aoti_torch_device_type_cuda(void) { return 1; }
#ifdef TELLS
const char *torch_exception_get_what_without_backtrace(void) { return reason; }
#endif
