#include "ctorch.h"

#include <dirent.h>
#include <dlfcn.h>
#include <elf.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

// MARK: What is called

/// Of libtorch_cpu.so: the result, what it is called here, its name there, its parameters.
#define NEEDED(entry) \
  entry(int, call, torch_call_dispatcher, (const char *, const char *, uint64_t *, uint64_t)) \
  entry( \
    int, empty, aoti_torch_empty_strided, \
    (int64_t, const int64_t *, const int64_t *, int32_t, int32_t, int32_t, ctorch_tensor **)) \
  entry( \
    int, over, aoti_torch_create_tensor_from_blob, \
    (void *, int64_t, const int64_t *, const int64_t *, int64_t, int32_t, int32_t, int32_t, \
     ctorch_tensor **)) \
  entry(int, number, aoti_torch_scalar_to_tensor_float32, (float, ctorch_tensor **)) \
  entry( \
    int, view, aoti_torch__reinterpret_tensor, \
    (ctorch_tensor *, int64_t, const int64_t *, const int64_t *, int64_t, ctorch_tensor **)) \
  entry(int, again, aoti_torch_new_tensor_handle, (ctorch_tensor *, ctorch_tensor **)) \
  entry(int, undefined, aoti_torch_new_uninitialized_tensor, (ctorch_tensor **)) \
  entry(int, device_of, aoti_torch_get_device_type, (ctorch_tensor *, int32_t *)) \
  entry(int, index_of, aoti_torch_get_device_index, (ctorch_tensor *, int32_t *)) \
  entry(int, elements, aoti_torch_get_numel, (ctorch_tensor *, int64_t *)) \
  entry(int, offset, aoti_torch_get_storage_offset, (ctorch_tensor *, int64_t *)) \
  entry(int, drop, aoti_torch_delete_tensor_object, (ctorch_tensor *)) \
  entry(int, copy, aoti_torch_copy_, (ctorch_tensor *, ctorch_tensor *, int32_t)) \
  entry(int, clear, aoti_torch_zero_, (ctorch_tensor *)) \
  entry( \
    int, subtract, aoti_torch_aten_subtract_Tensor, \
    (ctorch_tensor *, ctorch_tensor *, double, ctorch_tensor **)) \
  entry( \
    int, amax, aoti_torch_aten_amax, \
    (ctorch_tensor *, const int64_t *, int64_t, int32_t, ctorch_tensor **)) \
  entry(bool, grad_mode, aoti_torch_grad_mode_is_enabled, (void)) \
  entry(void, set_grad_mode, aoti_torch_grad_mode_set_enabled, (bool)) \
  entry(int, threads, torch_get_num_threads, (uint32_t *)) \
  entry(int32_t, float32, aoti_torch_dtype_float32, (void)) \
  entry(int32_t, float64, aoti_torch_dtype_float64, (void)) \
  entry(int32_t, float16, aoti_torch_dtype_float16, (void)) \
  entry(int32_t, bfloat16, aoti_torch_dtype_bfloat16, (void)) \
  entry(int32_t, int64, aoti_torch_dtype_int64, (void)) \
  entry(int32_t, truth, aoti_torch_dtype_bool, (void)) \
  entry(int32_t, cpu, aoti_torch_device_type_cpu, (void)) \
  entry(int32_t, cuda, aoti_torch_device_type_cuda, (void))

/// Of CUDA's runtime, which libtorch_cuda.so brings.
#define OF_CUDA(entry) \
  entry(int, cuda_count, cudaGetDeviceCount, (int *)) \
  entry(int, cuda_current, cudaGetDevice, (int *)) \
  entry(int, cuda_choose, cudaSetDevice, (int)) \
  entry(int, cuda_memory, cudaMemGetInfo, (size_t *, size_t *)) \
  entry(int, cuda_wait, cudaDeviceSynchronize, (void)) \
  entry(const char *, cuda_words, cudaGetErrorString, (int))

struct ctorch {
  void *library;
  void *cuda_library;
  char folder[CTORCH_MESSAGE_LENGTH];
  char why_no_cuda[CTORCH_MESSAGE_LENGTH];
  uint64_t version;
  int32_t types[6];
  int32_t devices[2];
  atomic_int_least64_t live;
#define MEMBER(result, name, symbol, parameters) result(*name) parameters;
  NEEDED(MEMBER)
  OF_CUDA(MEMBER)
#undef MEMBER
  // Not there in every version, or not promised.
  const char *(*what)(void);
  void (*set_threads)(int);
  int (*cuda_properties)(void *, int);
};

// MARK: Opening

static void write_text(char *to, const char *format, const char *first, const char *second) {
  snprintf(to, CTORCH_MESSAGE_LENGTH, format, first, second ? second : "");
}

static bool is_file(const char *path) {
  struct stat status;
  return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

/// Whether a file has all the bytes that its segments need: the system maps them without looking,
/// and ends the process at the first that lacks.
static bool is_whole(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) return true;  // the system tells why
  Elf64_Ehdr header;
  bool whole = fread(&header, sizeof header, 1, file) == 1 && fseek(file, 0, SEEK_END) == 0;
  long size = ftell(file);
  bool is_known = whole && memcmp(header.e_ident, ELFMAG, SELFMAG) == 0
                  && header.e_phentsize == sizeof(Elf64_Phdr);
  if (is_known) {
    whole = fseek(file, (long)header.e_phoff, SEEK_SET) == 0;
    for (int i = 0; whole && i < header.e_phnum; i++) {
      Elf64_Phdr segment;
      whole = fread(&segment, sizeof segment, 1, file) == 1
              && segment.p_filesz <= (uint64_t)size
              && segment.p_offset <= (uint64_t)size - segment.p_filesz;
    }
  }
  fclose(file);
  // What is no library at all is refused by the system.
  return is_known ? whole : true;
}

/// Whether the libraries in PyTorch's folder are whole, those that others open included.
static bool are_whole(const char *folder, char message[CTORCH_MESSAGE_LENGTH]) {
  DIR *directory = opendir(folder);
  if (!directory) return true;
  bool whole = true;
  for (struct dirent *entry; whole && (entry = readdir(directory)) != NULL;) {
    if (!strstr(entry->d_name, ".so")) continue;
    char path[2 * CTORCH_MESSAGE_LENGTH];
    snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
    whole = !is_file(path) || is_whole(path);
    if (!whole) write_text(message, "%s is not whole", path, NULL);
  }
  closedir(directory);
  return whole;
}

/// Opens `folder`/`name`; NULL with the system's words in `message`.
static void *open_file(
  const char *folder, const char *name, int mode, char message[CTORCH_MESSAGE_LENGTH])
{
  char path[2 * CTORCH_MESSAGE_LENGTH];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  if (!is_file(path)) {
    write_text(message, "there is no file %s", path, NULL);
    return NULL;
  }
  void *file = dlopen(path, RTLD_NOW | mode);
  if (!file) {
    const char *why = dlerror();
    write_text(message, "%s", why ? why : path, NULL);
  }
  return file;
}

/// The folder of `folder`, or its `lib`, that has libtorch_cpu.so.
static bool find_folder(ctorch *library, const char *folder) {
  static const char *const inner[] = {"", "/lib", "/torch/lib"};
  size_t length = strlen(folder);
  while (length > 1 && folder[length - 1] == '/') length--;
  for (size_t i = 0; i < sizeof inner / sizeof inner[0]; i++) {
    char path[2 * CTORCH_MESSAGE_LENGTH];
    if (length + 32 >= CTORCH_MESSAGE_LENGTH) return false;
    snprintf(library->folder, sizeof library->folder, "%.*s%s", (int)length, folder, inner[i]);
    snprintf(path, sizeof path, "%s/libtorch_cpu.so", library->folder);
    if (is_file(path)) return true;
  }
  return false;
}

/// Adds a name to the list in `message`.
static void list_name(char message[CTORCH_MESSAGE_LENGTH], const char *name) {
  size_t length = strlen(message);
  snprintf(
    message + length, CTORCH_MESSAGE_LENGTH - length, "%s%s", length ? ", " : "", name);
}

/// Finds what is called; false with the missing names in `message`.
static bool find_names(ctorch *library, char message[CTORCH_MESSAGE_LENGTH]) {
  const struct {
    const char *name;
    void *place;
  } wanted[] = {
#define ROW(result, name, symbol, parameters) {#symbol, &library->name},
    NEEDED(ROW)
#undef ROW
  };
  message[0] = 0;
  for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
    void *found = dlsym(library->library, wanted[i].name);
    if (!found) list_name(message, wanted[i].name);
    memcpy(wanted[i].place, &found, sizeof found);
  }
  return !message[0];
}

/// Looks for CUDA's part; `why_no_cuda` tells why there is none.
static void find_cuda(ctorch *library) {
  const struct {
    const char *name;
    void *place;
  } wanted[] = {
#define ROW(result, name, symbol, parameters) {#symbol, &library->name},
    OF_CUDA(ROW)
#undef ROW
  };
  if (!library->cuda_library) return;
  char missing[CTORCH_MESSAGE_LENGTH] = "";
  for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
    void *found = dlsym(library->cuda_library, wanted[i].name);
    if (!found) list_name(missing, wanted[i].name);
    memcpy(wanted[i].place, &found, sizeof found);
  }
  // Its first member is the name in every version, its length is not the same in any two.
  void *properties = dlsym(library->cuda_library, "cudaGetDeviceProperties_v2");
  if (!properties) properties = dlsym(library->cuda_library, "cudaGetDeviceProperties");
  memcpy(&library->cuda_properties, &properties, sizeof properties);
  if (missing[0]) {
    write_text(
      library->why_no_cuda, "%s: CUDA's runtime lacks %s", "libtorch_cuda.so", missing);
    library->cuda_library = NULL;
  }
}

int ctorch_major(const ctorch *library) { return (int)(library->version >> 56); }
int ctorch_minor(const ctorch *library) { return (int)(library->version >> 48 & 0xff); }
const char *ctorch_folder(const ctorch *library) { return library->folder; }

/// Reads the version; false where it is not one that is known.
static bool check_version(ctorch *library, char message[CTORCH_MESSAGE_LENGTH]) {
  void *found = dlsym(library->library, "aoti_torch_abi_version");
  uint64_t (*version)(void);
  memcpy(&version, &found, sizeof found);
  char number[64] = "one that tells no version";
  if (found) {
    library->version = version();
    int minor = ctorch_minor(library);
    if (ctorch_major(library) == 2 && minor >= CTORCH_OLDEST_MINOR
        && minor <= CTORCH_NEWEST_MINOR) {
      return true;
    }
    snprintf(number, sizeof number, "%d.%d", ctorch_major(library), minor);
  }
  char expected[64];
  snprintf(
    expected, sizeof expected, "2.%d to 2.%d", CTORCH_OLDEST_MINOR, CTORCH_NEWEST_MINOR);
  write_text(message, "PyTorch is %s, expected %s", number, expected);
  return false;
}

static int open_library(
  ctorch *library, const char *folder, char message[CTORCH_MESSAGE_LENGTH])
{
  if (!find_folder(library, folder)) {
    write_text(
      message, "there is no libtorch_cpu.so in %.900s, nor in its lib or torch/lib", folder, NULL);
    return CTORCH_NO_LIBRARY;
  }
  if (!are_whole(library->folder, message)) return CTORCH_NOT_LOADED;
  char ignored[CTORCH_MESSAGE_LENGTH];
  // What the others look for without naming it; a build without CUDA may lack it.
  open_file(library->folder, "libtorch_global_deps.so", RTLD_GLOBAL, ignored);
  write_text(library->why_no_cuda, "this PyTorch is built without CUDA", NULL, NULL);
  char path[2 * CTORCH_MESSAGE_LENGTH];
  snprintf(path, sizeof path, "%s/libtorch_cuda.so", library->folder);
  if (is_file(path)) {
    library->cuda_library =
      open_file(library->folder, "libtorch_cuda.so", RTLD_LOCAL, library->why_no_cuda);
  }
  library->library = open_file(library->folder, "libtorch_cpu.so", RTLD_LOCAL, message);
  if (!library->library) return CTORCH_NOT_LOADED;
  if (!check_version(library, message)) return CTORCH_WRONG_VERSION;
  if (!find_names(library, message)) return CTORCH_NAMES_MISSING;
  void *what = dlsym(library->library, "torch_exception_get_what_without_backtrace");
  memcpy(&library->what, &what, sizeof what);
  // at::set_num_threads(int): no function of the C interface sets it.
  void *set_threads = dlsym(library->library, "_ZN2at15set_num_threadsEi");
  memcpy(&library->set_threads, &set_threads, sizeof set_threads);
  find_cuda(library);
  const int32_t types[] = {library->float32(), library->float64(), library->float16(),
                           library->bfloat16(), library->int64(), library->truth()};
  memcpy(library->types, types, sizeof types);
  library->devices[CTORCH_CPU] = library->cpu();
  library->devices[CTORCH_CUDA] = library->cuda();
  return CTORCH_OPENED;
}

int ctorch_open(const char *folder, ctorch **result, char message[CTORCH_MESSAGE_LENGTH]) {
  message[0] = 0;
  ctorch *library = calloc(1, sizeof *library);
  if (!library) {
    write_text(message, "no memory", NULL, NULL);
    return CTORCH_NO_MEMORY;
  }
  int outcome = open_library(library, folder, message);
  if (outcome == CTORCH_OPENED)
    *result = library;
  else
    free(library);
  return outcome;
}

void ctorch_close(ctorch *library) { free(library); }

bool ctorch_set_threads(const ctorch *library, int count) {
  if (!library->set_threads || count < 1) return false;
  library->set_threads(count);
  return true;
}

int ctorch_threads(const ctorch *library) {
  uint32_t count = 0;
  return library->threads(&count) == 0 ? (int)count : 0;
}

int64_t ctorch_live_tensors(const ctorch *library) {
  return atomic_load(&((ctorch *)library)->live);
}

void ctorch_reason(const ctorch *library, char message[CTORCH_MESSAGE_LENGTH]) {
  const char *what = library->what ? library->what() : NULL;
  snprintf(message, CTORCH_MESSAGE_LENGTH, "%s", what ? what : "");
}

// MARK: Devices

int ctorch_cuda_count(const ctorch *library, char message[CTORCH_MESSAGE_LENGTH]) {
  message[0] = 0;
  if (!library->cuda_library) {
    snprintf(message, CTORCH_MESSAGE_LENGTH, "%s", library->why_no_cuda);
    return 0;
  }
  int count = 0, error = library->cuda_count(&count);
  if (error == 0 && count > 0) return count;
  char number[64];
  snprintf(number, sizeof number, "CUDA's error %d", error);
  if (error == 0)
    write_text(message, "CUDA has no device", NULL, NULL);
  else
    write_text(message, "no CUDA device can be used: %s (%s)", library->cuda_words(error), number);
  return 0;
}

/// Calls of CUDA's runtime concern the calling thread's device, which stays what it was.
static int choose(const ctorch *library, int index, int *before) {
  int error = library->cuda_library ? library->cuda_current(before) : -1;
  return error ? error : library->cuda_choose(index);
}

int ctorch_cuda_name(const ctorch *library, int index, char name[256]) {
  enum { LONGER_THAN_ANY = 16384 };
  name[0] = 0;
  if (!library->cuda_library || !library->cuda_properties) return -1;
  char *properties = calloc(1, LONGER_THAN_ANY);
  if (!properties) return -1;
  int error = library->cuda_properties(properties, index);
  if (!error) snprintf(name, 256, "%.255s", properties);
  free(properties);
  return error;
}

int ctorch_cuda_memory(const ctorch *library, int index, uint64_t *free, uint64_t *total) {
  int before = 0, error = choose(library, index, &before);
  if (error) return error;
  size_t unused = 0, all = 0;
  error = library->cuda_memory(&unused, &all);
  *free = unused;
  *total = all;
  library->cuda_choose(before);
  return error;
}

int ctorch_cuda_wait(
  const ctorch *library, int index, char message[CTORCH_MESSAGE_LENGTH])
{
  message[0] = 0;
  int before = 0, error = choose(library, index, &before);
  if (!error) error = library->cuda_wait();
  if (error && library->cuda_library)
    snprintf(message, CTORCH_MESSAGE_LENGTH, "%s", library->cuda_words(error));
  if (library->cuda_library) library->cuda_choose(before);
  return error;
}

// MARK: Tensors

static atomic_int_least64_t *live(const ctorch *library) { return &((ctorch *)library)->live; }

/// Counts a tensor that a call has made.
static int made(const ctorch *library, int error) {
  if (!error) atomic_fetch_add(live(library), 1);
  return error;
}

/// Gradients are our own; torch would keep what its own need. A thread begins with them.
static void without_gradients(const ctorch *library) {
  if (library->grad_mode()) library->set_grad_mode(false);
}

int ctorch_empty(
  const ctorch *library, const ctorch_shape *shape, int type, int device, int index,
  ctorch_tensor **result)
{
  return made(
    library,
    library->empty(
      shape->dimensions, shape->sizes, shape->strides, library->types[type],
      library->devices[device], device == CTORCH_CPU ? -1 : index, result));
}

int ctorch_over(
  const ctorch *library, void *memory, const ctorch_shape *shape, int type,
  ctorch_tensor **result)
{
  return made(
    library,
    library->over(
      memory, shape->dimensions, shape->sizes, shape->strides, 0, library->types[type],
      library->devices[CTORCH_CPU], -1, result));
}

int ctorch_number(const ctorch *library, float value, ctorch_tensor **result) {
  return made(library, library->number(value, result));
}

int ctorch_view(
  const ctorch *library, ctorch_tensor *tensor, const ctorch_shape *shape, int64_t offset,
  ctorch_tensor **result)
{
  return made(
    library,
    library->view(
      tensor, shape->dimensions, shape->sizes, shape->strides, offset, result));
}

int ctorch_extent(
  const ctorch *library, ctorch_tensor *tensor, int64_t *count, int64_t *offset)
{
  int error = library->elements(tensor, count);
  return error ? error : library->offset(tensor, offset);
}

void ctorch_delete(const ctorch *library, ctorch_tensor *tensor) {
  library->drop(tensor);
  atomic_fetch_sub(live(library), 1);
}

int ctorch_copy(const ctorch *library, ctorch_tensor *target, ctorch_tensor *source) {
  without_gradients(library);
  return library->copy(target, source, 0);
}

int ctorch_clear(const ctorch *library, ctorch_tensor *target) {
  without_gradients(library);
  return library->clear(target);
}

// MARK: Calls
//
// Above every call stands the operator's schema. Tests/Conformance/torch_schemas.py holds each to
// the installed torch's, and the arguments that are put to it.

/// The arguments of a call, in their order, each a word of 8 bytes. Results take their place.
typedef struct {
  const ctorch *library;
  uint64_t words[20];
  int count;
  uint32_t tensors;  // which words are tensors
  int failed;
} arguments;

static void put_word(arguments *a, uint64_t word) { a->words[a->count++] = word; }

/// The call takes the handles that it is given, so that it is given new ones.
static void put_tensor(arguments *a, ctorch_tensor *tensor) {
  ctorch_tensor *given = NULL;
  if (!a->failed) a->failed = a->library->again(tensor, &given);
  if (!a->failed) a->tensors |= 1u << a->count;
  put_word(a, (uint64_t)(uintptr_t)given);
}

/// Two words beside `like` that nothing reads: where the state of a generator would be.
static void put_state(arguments *a, ctorch_tensor *like) {
  const int64_t size = 2, stride = 1;
  int32_t device = 0, index = 0;
  ctorch_tensor *given = NULL;
  if (!a->failed) a->failed = a->library->device_of(like, &device);
  if (!a->failed) a->failed = a->library->index_of(like, &index);
  if (!a->failed) {
    a->failed = a->library->empty(
      1, &size, &stride, a->library->types[CTORCH_INT64], device, index, &given);
  }
  if (!a->failed) a->tensors |= 1u << a->count;
  put_word(a, (uint64_t)(uintptr_t)given);
}

/// A tensor that is none, where torch's C++ has an undefined one.
static void put_undefined(arguments *a) {
  ctorch_tensor *given = NULL;
  if (!a->failed) a->failed = a->library->undefined(&given);
  if (!a->failed) a->tensors |= 1u << a->count;
  put_word(a, (uint64_t)(uintptr_t)given);
}

static void put_integer(arguments *a, int64_t value) { put_word(a, (uint64_t)value); }
static void put_flag(arguments *a, bool value) { put_word(a, value); }
static void put_type(arguments *a, int type) { put_word(a, (uint64_t)a->library->types[type]); }
static void put_none(arguments *a) { put_word(a, 0); }

static void put_real(arguments *a, double value) {
  uint64_t word;
  memcpy(&word, &value, sizeof word);
  put_word(a, word);
}

/// Calls an operator; its results are the words from the first on.
static int call(arguments *a, const char *operator_name, const char *overload) {
  if (!a->failed) {
    without_gradients(a->library);
    return a->library->call(operator_name, overload, a->words, a->library->version);
  }
  for (int i = 0; i < a->count; i++) {
    if (a->tensors >> i & 1) a->library->drop((ctorch_tensor *)(uintptr_t)a->words[i]);
  }
  return a->failed;
}

static ctorch_tensor *tensor_at(const arguments *a, int place) {
  return (ctorch_tensor *)(uintptr_t)a->words[place];
}

/// A call whose result is one tensor.
static int call_for_one(
  arguments *a, const char *operator_name, const char *overload, ctorch_tensor **result)
{
  int error = call(a, operator_name, overload);
  if (!error) *result = tensor_at(a, 0);
  return made(a->library, error);
}

typedef struct {
  const char *name;
  const char *overload;
} operator_name;

int ctorch_one_in(
  const ctorch *library, int operation, ctorch_tensor *x, ctorch_tensor **result)
{
  static const operator_name names[CTORCH_ONE_IN_COUNT] = {
    // aten::exp(Tensor self) -> Tensor
    [CTORCH_EXP] = {"aten::exp", ""},
    // aten::log(Tensor self) -> Tensor
    [CTORCH_LOG] = {"aten::log", ""},
    // aten::sigmoid(Tensor self) -> Tensor
    [CTORCH_SIGMOID] = {"aten::sigmoid", ""},
    // aten::rsqrt(Tensor self) -> Tensor
    [CTORCH_RSQRT] = {"aten::rsqrt", ""},
    // aten::relu(Tensor self) -> Tensor
    [CTORCH_RELU] = {"aten::relu", ""},
    // aten::erfc(Tensor self) -> Tensor
    [CTORCH_ERFC] = {"aten::erfc", ""},
    // aten::cos(Tensor self) -> Tensor
    [CTORCH_COS] = {"aten::cos", ""},
    // aten::sin(Tensor self) -> Tensor
    [CTORCH_SIN] = {"aten::sin", ""},
    // aten::silu(Tensor self) -> Tensor
    [CTORCH_SILU] = {"aten::silu", ""},
    // aten::abs(Tensor self) -> Tensor
    [CTORCH_ABS] = {"aten::abs", ""},
    // aten::isfinite(Tensor self) -> Tensor
    [CTORCH_IS_FINITE] = {"aten::isfinite", ""},
    // aten::all(Tensor self) -> Tensor
    [CTORCH_ALL] = {"aten::all", ""},
  };
  if (operation < 0 || operation >= CTORCH_ONE_IN_COUNT) return -1;
  arguments a = {.library = library};
  put_tensor(&a, x);
  return call_for_one(&a, names[operation].name, names[operation].overload, result);
}

int ctorch_two_in(
  const ctorch *library, int operation, ctorch_tensor *first, ctorch_tensor *second,
  ctorch_tensor **result)
{
  static const operator_name names[CTORCH_TWO_IN_COUNT] = {
    // aten::mul.Tensor(Tensor self, Tensor other) -> Tensor
    [CTORCH_MUL] = {"aten::mul", "Tensor"},
    // aten::div.Tensor(Tensor self, Tensor other) -> Tensor
    [CTORCH_DIV] = {"aten::div", "Tensor"},
    // aten::maximum(Tensor self, Tensor other) -> Tensor
    [CTORCH_MAXIMUM] = {"aten::maximum", ""},
    // aten::gt.Tensor(Tensor self, Tensor other) -> Tensor
    [CTORCH_GT] = {"aten::gt", "Tensor"},
    // aten::lt.Tensor(Tensor self, Tensor other) -> Tensor
    [CTORCH_LT] = {"aten::lt", "Tensor"},
    // aten::sigmoid_backward(Tensor grad_output, Tensor output) -> Tensor
    [CTORCH_SIGMOID_BACKWARD] = {"aten::sigmoid_backward", ""},
    // aten::mm(Tensor self, Tensor mat2) -> Tensor
    [CTORCH_MM] = {"aten::mm", ""},
    // aten::bmm(Tensor self, Tensor mat2) -> Tensor
    [CTORCH_BMM] = {"aten::bmm", ""},
  };
  if (operation < 0 || operation >= CTORCH_TWO_IN_COUNT) return -1;
  arguments a = {.library = library};
  put_tensor(&a, first);
  put_tensor(&a, second);
  return call_for_one(&a, names[operation].name, names[operation].overload, result);
}

// A Scalar cannot be put on the stack: torch's own function for this operator takes a double.
int ctorch_add(
  const ctorch *library, ctorch_tensor *a, ctorch_tensor *b, double scale,
  ctorch_tensor **result)
{
  without_gradients(library);
  return made(library, library->subtract(a, b, -scale, result));
}

int ctorch_where(
  const ctorch *library, ctorch_tensor *condition, ctorch_tensor *first, ctorch_tensor *second,
  ctorch_tensor **result)
{
  arguments a = {.library = library};
  put_tensor(&a, condition);
  put_tensor(&a, first);
  put_tensor(&a, second);
  // aten::where.self(Tensor condition, Tensor self, Tensor other) -> Tensor
  return call_for_one(&a, "aten::where", "self", result);
}

int ctorch_fill_where(
  const ctorch *library, ctorch_tensor *target, ctorch_tensor *mask, ctorch_tensor *value)
{
  arguments a = {.library = library};
  put_tensor(&a, target);
  put_tensor(&a, mask);
  put_tensor(&a, value);
  // aten::masked_fill_.Tensor(Tensor(a!) self, Tensor mask, Tensor value) -> Tensor(a!)
  ctorch_tensor *same = NULL;
  int error = call_for_one(&a, "aten::masked_fill_", "Tensor", &same);
  if (!error) ctorch_delete(library, same);
  return error;
}

int ctorch_largest(
  const ctorch *library, ctorch_tensor *x, int last, ctorch_tensor **result)
{
  const int64_t dimension = last;
  without_gradients(library);
  return made(library, library->amax(x, &dimension, 1, 1, result));
}

int ctorch_top(
  const ctorch *library, ctorch_tensor *x, int64_t k, ctorch_tensor **values,
  ctorch_tensor **places)
{
  arguments a = {.library = library};
  put_tensor(&a, x);
  put_integer(&a, k);
  put_integer(&a, -1);
  put_flag(&a, true);
  put_flag(&a, true);
  // aten::topk(Tensor self, SymInt k, int dim=-1, bool largest=True, bool sorted=True) -> (Tensor
  // values, Tensor indices)
  int error = call(&a, "aten::topk", "");
  if (error) return error;
  *values = tensor_at(&a, 0);
  *places = tensor_at(&a, 1);
  atomic_fetch_add(live(library), 2);
  return 0;
}

int ctorch_select(
  const ctorch *library, ctorch_tensor *x, int dimension, ctorch_tensor *indices,
  ctorch_tensor **result)
{
  arguments a = {.library = library};
  put_tensor(&a, x);
  put_integer(&a, dimension);
  put_tensor(&a, indices);
  // aten::index_select(Tensor self, int dim, Tensor index) -> Tensor
  return call_for_one(&a, "aten::index_select", "", result);
}

int ctorch_gather(
  const ctorch *library, ctorch_tensor *x, ctorch_tensor *places, ctorch_tensor **result)
{
  arguments a = {.library = library};
  put_tensor(&a, x);
  put_integer(&a, -1);
  put_tensor(&a, places);
  put_flag(&a, false);
  // aten::gather(Tensor self, int dim, Tensor index, *, bool sparse_grad=False) -> Tensor
  return call_for_one(&a, "aten::gather", "", result);
}

// MARK: CUDA alone

int ctorch_wide_product(
  const ctorch *library, bool batched, ctorch_tensor *first, ctorch_tensor *second,
  ctorch_tensor **result)
{
  arguments a = {.library = library};
  put_tensor(&a, first);
  put_tensor(&a, second);
  put_type(&a, CTORCH_FLOAT32);
  // aten::mm.dtype(Tensor self, Tensor mat2, ScalarType out_dtype) -> Tensor
  if (!batched) return call_for_one(&a, "aten::mm", "dtype", result);
  // aten::bmm.dtype(Tensor self, Tensor mat2, ScalarType out_dtype) -> Tensor
  return call_for_one(&a, "aten::bmm", "dtype", result);
}

int ctorch_flash(
  const ctorch *library, ctorch_tensor *q, ctorch_tensor *k, ctorch_tensor *v, bool causal,
  ctorch_tensor **output, ctorch_tensor **log_sum_exp)
{
  arguments a = {.library = library};
  put_tensor(&a, q);
  put_tensor(&a, k);
  put_tensor(&a, v);
  put_real(&a, 0);
  put_flag(&a, causal);
  put_flag(&a, false);
  put_none(&a);
  // aten::_scaled_dot_product_flash_attention(Tensor query, Tensor key, Tensor value, float
  // dropout_p=0., bool is_causal=False, bool return_debug_mask=False, *, float? scale=None) ->
  // (Tensor output, Tensor logsumexp, Tensor cum_seq_q, Tensor cum_seq_k, SymInt max_q, SymInt
  // max_k, Tensor rng_state, Tensor unused, Tensor debug_attn_mask)
  int error = call(&a, "aten::_scaled_dot_product_flash_attention", "");
  if (error) return error;
  *output = tensor_at(&a, 0);
  *log_sum_exp = tensor_at(&a, 1);
  atomic_fetch_add(live(library), 2);
  const int unwanted[] = {2, 3, 6, 7, 8};
  for (size_t i = 0; i < sizeof unwanted / sizeof unwanted[0]; i++) {
    library->drop(tensor_at(&a, unwanted[i]));
  }
  return 0;
}

int ctorch_flash_pullback(
  const ctorch *library, ctorch_tensor *gradient, ctorch_tensor *q, ctorch_tensor *k,
  ctorch_tensor *v, ctorch_tensor *output, ctorch_tensor *log_sum_exp, bool causal,
  int64_t queries, int64_t keys, ctorch_tensor *results[3])
{
  arguments a = {.library = library};
  put_tensor(&a, gradient);
  put_tensor(&a, q);
  put_tensor(&a, k);
  put_tensor(&a, v);
  put_tensor(&a, output);
  put_tensor(&a, log_sum_exp);
  // Undefined, as the forward pass gives them where all sequences are as long.
  put_undefined(&a);
  put_undefined(&a);
  put_integer(&a, queries);
  put_integer(&a, keys);
  put_real(&a, 0);
  put_flag(&a, causal);
  put_state(&a, q);
  put_state(&a, q);
  put_none(&a);
  // aten::_scaled_dot_product_flash_attention_backward(Tensor grad_out, Tensor query, Tensor key,
  // Tensor value, Tensor out, Tensor logsumexp, Tensor cum_seq_q, Tensor cum_seq_k, SymInt max_q,
  // SymInt max_k, float dropout_p, bool is_causal, Tensor philox_seed, Tensor philox_offset, *,
  // float? scale=None) -> (Tensor grad_query, Tensor grad_key, Tensor grad_value)
  int error = call(&a, "aten::_scaled_dot_product_flash_attention_backward", "");
  if (error) return error;
  for (int i = 0; i < 3; i++) results[i] = tensor_at(&a, i);
  atomic_fetch_add(live(library), 3);
  return 0;
}
