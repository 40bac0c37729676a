/// Hot loops of the room Tensors, in C. Only `Tensors` imports this module.
///
/// Matrices are row-major; `[R, C]` names rows and columns; a `stride` counts elements from one row
/// to the next. Pointers to floats are aligned to 4 bytes at least; pointers to weights may have
/// any alignment. Nothing here checks its arguments, allocates shared state or calls back, and
/// every function may run on several threads at once for disjoint outputs. `path` chooses the
/// instructions and must be one that `kernel_path_available` confirms.
#pragma once

#include <stddef.h>
#include <stdint.h>

enum kernel_path {
  kernel_path_portable = 0,
  kernel_path_avx2 = 1,
  kernel_path_avx512 = 2,
  kernel_path_avx512_bf16 = 3,
  kernel_path_amx = 4,
  /// The AMX source over tile operations written in C: for tests on machines without AMX. Slow.
  kernel_path_amx_emulated = 5,
};

/// Element types of weights. Of int8 weights each row has a scale, which conversions and products
/// leave out unless they say otherwise.
enum kernel_type { kernel_float32 = 0, kernel_float16 = 1, kernel_bfloat16 = 2, kernel_int8 = 3 };

/// 1 when this processor and operating system run `path`. For AMX this asks Linux for permission
/// to use the tile registers.
int kernel_path_available(int path);

// MARK: Threads (team.c)

/// A fork-join team: `thread_count - 1` threads of its own beside the calling one.
struct kernel_team;
struct kernel_team *kernel_team_create(int thread_count);  // NULL when a thread cannot be started
/// Calls `body(context, part)` once for each part in 0 ..< parts, spread over the team, and returns
/// when all have returned. Callers on several threads take turns; a call from inside a body runs
/// its parts on the calling thread.
void kernel_team_run(
    struct kernel_team *team, long parts, void (*body)(void *, long), void *context);
void kernel_team_destroy(struct kernel_team *team);

// MARK: Memory (memory.c)

/// For the whole process: large blocks that are freed stay mapped, so that the next of their size
/// finds pages that need not be cleared again. Call before other threads start.
void kernel_keep_freed_memory(void);
/// Gives freed pages back to the system.
void kernel_release_freed_memory(void);

// MARK: Conversions (convert.c)

/// `count` elements of `type` at `source` (any alignment) as float32.
void kernel_widen(int path, int type, const void *source, float *target, size_t count);
/// float32 to bfloat16, to nearest, ties to even; NaN stays NaN.
void kernel_round_to_bfloat16(int path, const float *source, uint16_t *target, size_t count);
/// Columns begin ..< end of `source` [rows, columns] of `type` (any alignment) as float32 rows of
/// `target` [columns, rows].
void kernel_transpose(
    int path, int type, const void *source, size_t rows, size_t columns, size_t begin, size_t end,
    float *target);
/// Index of the first infinity or NaN, or `count`.
size_t kernel_first_non_finite(int type, const void *source, size_t count);

// MARK: Eight bits (int8.c)

/// Symmetric 8-bit weights, row by row: s = max|w| / 127 and q = w / s rounded to nearest,
/// ties to even. A row whose s is 0 in float32 has zeros. Reads `rows` rows of `type` at
/// `source` (any alignment); returns the first row with an infinity or NaN, or `rows`. The
/// same on every path, bit for bit.
size_t kernel_quantise_rows(
    int path, int type, const void *source, int8_t *target, float *scales, size_t rows,
    size_t columns);
/// `count` numbers of `source` each times its scale.
void kernel_scale(int path, const float *source, const float *scales, float *target, size_t count);

// MARK: Vectors (rows.inc)

float kernel_dot(int path, const float *a, const float *b, size_t count);
float kernel_max_magnitude(int path, const float *a, size_t count);  // NaN where there is one
float kernel_max_difference(
    int path, const float *a, const float *b, size_t count);  // max |a - b|, NaN where there is one
void kernel_add(int path, float *target, const float *a, size_t count);  // target += a
void kernel_add_scaled(
    int path, float *target, const float *a, float scale, size_t count);  // target += scale a
/// target = exp(source - maximum); returns the sum of target.
float kernel_exp_shifted(int path, const float *source, float *target, float maximum, size_t count);
/// Keys of the values above `threshold`, in order, until `capacity` may not hold the next 16; how
/// many values were looked at goes to `consumed`, how many keys there are is returned. Keys compare
/// as (value, lower column): the high half is the float with its bits turned so that they compare
/// as an integer, the low half the complement of the column.
size_t kernel_collect_above(
    int path, const float *values, size_t count, float threshold, uint32_t first_column,
    uint64_t *keys, size_t capacity, size_t *consumed);
/// Reorders keys so that the `kept` <= count largest come first, in any order; returns the
/// least of them (kept >= 1).
uint64_t kernel_select_largest(uint64_t *keys, size_t count, size_t kept);
float kernel_squared_distance(
    int path, const float *a, const float *b, size_t count);  // sum of (a - b)^2
void kernel_add_to_double(int path, double *target, const float *a, size_t count);  // target += a
float kernel_maximum(int path, const float *a, size_t count);  // of count >= 1 numbers, no NaN
void kernel_exp(int path, const float *source, float *target, size_t count);

// MARK: Rows (rows.inc): x, y, g, dx are [rows, columns], contiguous

/// y = weight * x * (mean(x^2) + epsilon)^-1/2 for each row.
void kernel_rms_norm(
    int path, const float *x, const float *weight, float epsilon, float *y, size_t rows,
    size_t columns);
/// dx from g, the gradient at y.
void kernel_rms_norm_pullback(
    int path, const float *x, const float *weight, float epsilon, const float *g, float *dx,
    size_t rows, size_t columns);
/// The same with (mean(x^2) + epsilon)^-1/2 held constant: dx = weight * g *
/// (mean(x^2) + epsilon)^-1/2.
void kernel_rms_norm_held_pullback(
    int path, const float *x, const float *weight, float epsilon, const float *g, float *dx,
    size_t rows, size_t columns);
/// y = weight * (x - mean) * (variance + epsilon)^-1/2 + bias for each row; the variance
/// is divided by `columns`.
void kernel_layer_norm(
    int path, const float *x, const float *weight, const float *bias, float epsilon, float *y,
    size_t rows, size_t columns);
void kernel_layer_norm_pullback(
    int path, const float *x, const float *weight, float epsilon, const float *g, float *dx,
    size_t rows, size_t columns);
enum kernel_activation {
  kernel_quick_gelu = 0, kernel_gelu = 1, kernel_gelu_tanh = 2, kernel_silu = 3, kernel_relu = 4
};
/// y = activation(gate) * up, elementwise; the activation is silu or gelu_tanh, each gate times a
/// sigmoid.
void kernel_gate(
    int path, int activation, const float *gate, const float *up, float *y, size_t count);
void kernel_gate_pullback(
    int path, int activation, const float *gate, const float *up, const float *g,
    float *gate_gradient, float *up_gradient, size_t count);
/// The same with the sigmoid held constant and the product's gradient halved to each factor, so
/// that gate * gate_gradient + up * up_gradient = y * g.
void kernel_gate_shared_pullback(
    int path, int activation, const float *gate, const float *up, const float *g,
    float *gate_gradient, float *up_gradient, size_t count);
void kernel_activate(int path, int activation, const float *x, float *y, size_t count);
void kernel_activate_pullback(
    int path, int activation, const float *x, const float *g, float *dx, size_t count);
/// Rotates pairs (i, i + head_size / 2) of every head of one row by the angles whose cosines and
/// sines `[head_size / 2]` are given; `sign` is 1 forward and -1 for the pullback.
void kernel_rotate(
    int path, const float *x, float *y, const float *cosines, const float *sines, float sign,
    size_t heads, size_t head_size);

/// The sum of the squares of each row.
void kernel_squared_norms(int path, const float *x, float *target, size_t rows, size_t columns);

// MARK: Sparse products (sparse.inc)
//
// Rows begin ..< end of a result depend on the same rows of the sparse matrix alone, and each sum
// has one order: how rows are split over calls never shows.

/// A sparse matrix S: row i holds values[p] at columns indices[p] for
/// offsets[i] <= p < offsets[i + 1].
struct kernel_sparse {
  const intptr_t *offsets;
  const int32_t *indices;
  const float *values;  // not read where a result does not depend on them
};
/// A dense matrix W with rows of `columns` elements of `type`, at any address.
struct kernel_dense {
  const void *elements;
  int type;
  size_t columns;
};
/// Rows of floats, of `columns` each, that the two functions below need as scratch.
enum { kernel_sparse_scratch_rows = 4 };
/// target [., columns] += S W, in the order of each row's entries.
void kernel_sparse_product(
    int path, const struct kernel_sparse *sparse, const struct kernel_dense *weights, float *target,
    size_t begin, size_t end, float *scratch);
/// target[p] = W[indices[p]] . x[i] for every entry p of every row i; x [., columns].
void kernel_sparse_dots(
    int path, const struct kernel_sparse *sparse, const struct kernel_dense *weights,
    const float *x, float *target, size_t begin, size_t end, float *scratch);

// MARK: Candidates of the k largest elements of a product (candidates.inc)
//
// A product of rounded factors tells which elements of x WT + bias may be among the k largest of
// their row; these alone are then computed as kernel_product_forward computes them.

/// What bounds the error of a rounded product, for every row j of W: an element of token t lies
/// within norm_factor norms[j] + error_factor errors[j] + constants[j] of its rounded value plus
/// bias[j], where the factors are the token's.
struct kernel_bounds {
  const float *bias, *norms, *errors, *constants;
};
/// The candidates of one token: keys of the lower ends of their intervals (see
/// kernel_collect_above), in any order.
struct kernel_candidates {
  uint64_t *keys;
  size_t capacity;  // 64 or more
  size_t count;
  size_t wanted;    // k
  float norm_factor, error_factor;
  /// No element below it is wanted: at first the least value that is, then the k-th largest
  /// lower end where that is more.
  float threshold;
  /// Set where more candidates than fit cannot be told apart: the others were not looked at.
  int full;
};
/// Looks at `count` elements of one token's rounded product, those of the rows
/// from `first_column` on of W.
void kernel_search_row(
    int path, const struct kernel_bounds *bounds, const float *products, size_t count,
    size_t first_column, struct kernel_candidates *row);
/// Raises the threshold to the k-th largest lower end, which comes first with the larger ones where
/// more than k candidates stay, and leaves out the candidates that lie below it.
void kernel_cut_candidates(
    int path, const struct kernel_bounds *bounds, struct kernel_candidates *row);
/// values[p] = x[indices[p]] . W[j] + bias[j] for every entry p of the rows begin ..< end of
/// `places`, row j of which names rows of x [tokens, columns]: bit for bit what
/// kernel_product_forward gives for activations that are not rounded, with bias added.
void kernel_elements(
    int path, const struct kernel_sparse *places, const struct kernel_dense *weights, size_t tokens,
    const float *bias, const float *x, float *values, size_t begin, size_t end);
/// The sums of w^2 and of (w - w rounded to bfloat16)^2 over each row, in float64; the rounded rows
/// where `rounded` is not NULL.
void kernel_measure_rows(
    int path, int type, const void *source, size_t rows, size_t columns, uint16_t *rounded,
    double *squares, double *errors);
/// x . w and w . w of each row w, float32, each row read once.
void kernel_compare_rows(
    int path, int type, const void *source, size_t rows, size_t columns, const float *x,
    float *dots, float *squares);

// MARK: Products of 16-bit integers (integers.c)
//
// Rows as integers times a scale: q = w / s to nearest with s = max|w| / 4095. Sums of their
// products are exact but for a float32 rounding of every block of terms.

/// Integers from one packed row to the next.
size_t kernel_integer_stride(size_t columns);
/// The scale of each of `rows` rows of `type` at `source` (any alignment), the sums of w^2 and of
/// (w - s q)^2 in float64, and where `target` is not NULL the integers, kernel_integer_stride
/// apart.
void kernel_integer_rows(
    int path, int type, const void *source, size_t rows, size_t columns, int16_t *target,
    float *scales, double *squares, double *errors);
struct kernel_integer_product {
  const void *weights;  // [rows, columns] of `type`, any alignment
  int type;
  size_t rows, columns;
  size_t tokens;
  const float *scales;    // [rows]
  const int16_t *x;       // [tokens, kernel_integer_stride(columns)]
  const float *x_scales;  // [tokens]
};
/// Bytes of scratch, on a 64-byte boundary, that each call of the next function needs for rows of
/// so many columns.
size_t kernel_integer_scratch_bytes(size_t columns);
/// Columns begin ..< end of y [tokens, rows]: about x WT.
void kernel_integer_forward(
    int path, const struct kernel_integer_product *product, size_t begin, size_t end, float *y,
    void *scratch);

// MARK: Training (training.inc)

/// One step of Adam: g = gradient_scale gradient; m += first_rest (g - m); v = second_decay v +
/// second_rest g^2; p -= rate m / (sqrt(v) / correction + epsilon).
struct kernel_adam {
  float gradient_scale, first_rest, second_decay, second_rest, rate, correction, epsilon;
};
void kernel_adam(
    int path, const struct kernel_adam *rule, const float *gradient, float *parameter, float *first,
    float *second, size_t count);
/// Each row of x over its norm plus epsilon.
void kernel_normalize_rows(int path, float *x, float epsilon, size_t rows, size_t columns);
/// Each row of x less its part along the same row of `directions`, whose rows have norm 1.
void kernel_remove_components(
    int path, float *x, const float *directions, size_t rows, size_t columns);

// MARK: Attention (attention.inc)

struct kernel_attention {
  size_t query_heads, key_value_heads, head_size;
  size_t queries, keys;   // T, S
  size_t first_position;  // of query 0; key 0 is at position 0
  float scale;  // of the scores
  int causal;
  size_t window;  // key j is visible to query i iff i - window < j; 0: no window
  // By query of a causal call, [T]: key j is visible only if j < key_ends[query], which is beyond
  // the query's own position and never falls from one query to the next; NULL: the position + 1.
  const size_t *key_ends;
  int round;      // whether the factors of products are rounded to bfloat16; sums and softmax are
                  // float32
};
/// Bytes of scratch, on a 64-byte boundary, that one call of `kernel_attention`
/// or of its pullback needs.
size_t kernel_attention_scratch_bytes(
    int path, const struct kernel_attention *shape, int direction);
/// Parts into which forward attention may be split: key/value heads times tiles of queries. The
/// pullback has one a key/value head.
size_t kernel_attention_parts(const struct kernel_attention *shape);
/// Bytes of keys and values packed for all parts, 0 where a path does not pack them; parts of the
/// packing are key/value heads times tiles of keys. Forward attention does without (NULL): each
/// part then packs what it needs, with the same result.
size_t kernel_attention_packed_bytes(int path, const struct kernel_attention *shape, int direction);
size_t kernel_attention_pack_parts(const struct kernel_attention *shape);
void kernel_attention_pack(
    int path, const struct kernel_attention *shape, int direction, size_t part, const float *k,
    const float *v, void *packed);
/// One part of softmax(scale q kT) v: q, output [T, H d]; k, v [S, G d]; log_sum_exp [T, H].
void kernel_attention(
    int path, const struct kernel_attention *shape, size_t part, const float *q, const float *k,
    const float *v, const void *packed, float *output, float *log_sum_exp, void *scratch);
/// The gradients of one key/value head, `part` in 0 ..< G: writes its columns of dq, dk, dv,
/// which hold zeros before.
void kernel_attention_pullback(
    int path, const struct kernel_attention *shape, size_t part, const float *q, const float *k,
    const float *v, const void *packed, const float *output, const float *log_sum_exp,
    const float *g, float *dq, float *dk, float *dv, void *scratch);

// MARK: Products with weights (product.c and product_*)
//
// One row-major copy of the weights W [rows, columns] serves both products: forward    y
//   [tokens, rows] = x WT     x [tokens, columns] pullback   dx [tokens, columns] = dy W  dy
//   [tokens, rows] `round` says whether activations (x, dy) are rounded to bfloat16; it only
//   holds where W is bfloat16 or int8, whose elements are bfloat16 numbers. Otherwise W is
//   widened to float32 in panels and multiplied with the activations as they are. Sums are
//   float32. Of int8 weights a row's scale multiplies its finished sums forward, and its column
//   of dy, before rounding, in the pullback.
//
// On one path the result of a token depends on nothing but its activations and W: neither on the
// other tokens nor on how the outputs are split over calls.

struct kernel_product {
  const void *weights;  // any alignment
  int type;
  size_t rows, columns;
  size_t tokens;
  int round;
  const float *scales;  // [rows], of int8 weights
};

enum { kernel_forward = 0, kernel_pullback = 1 };

/// Activations are packed once per product, in groups of this many tokens, into a
/// buffer on a 64-byte boundary.
enum { kernel_group_tokens = 16 };
size_t kernel_product_packed_bytes(int path, const struct kernel_product *product, int direction);
/// Packs groups begin ..< end of x [tokens, columns], or of dy [tokens, rows] for the pullback.
void kernel_product_pack(
    int path, const struct kernel_product *product, int direction, const float *activations,
    void *packed, size_t begin, size_t end);

/// Bytes of scratch, on a 64-byte boundary, that each call of the next two functions needs.
size_t kernel_product_scratch_bytes(int path, const struct kernel_product *product, int direction);
/// Columns begin ..< end of y: rows begin ..< end of W.
void kernel_product_forward(
    int path, const struct kernel_product *product, const void *packed, size_t begin, size_t end,
    float *y, void *scratch);
/// Columns begin ..< end of dx: columns begin ..< end of W.
void kernel_product_pullback(
    int path, const struct kernel_product *product, const void *packed, size_t begin, size_t end,
    float *dx, void *scratch);

// MARK: Ceilings (ceilings.c)

/// `batches` batches of multiply-adds with the widest instruction of `path` (tdpbf16ps, vdpbf16ps,
/// vfmadd on 16 or 8 floats, scalars), operands in registers. The result is of no use; it is there
/// so that nothing is optimised away.
float kernel_multiply(int path, size_t batches);
/// Multiplications and additions in that many batches.
double kernel_multiply_operations(int path, size_t batches);
/// Reads `count` bytes once, 256 at a time, and adds them up; bytes behind the
/// last whole 256 are left out.
uint64_t kernel_read(const void *bytes, size_t count);
