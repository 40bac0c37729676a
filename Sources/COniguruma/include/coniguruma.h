#ifndef CONIGURUMA_H
#define CONIGURUMA_H

#include <stddef.h>
#include <stdint.h>

/// A compiled regular expression of Oniguruma's own syntax, without absent groups and
/// callouts, over UTF-8. Threads may search with one side by side.
typedef struct coniguruma_expression coniguruma_expression;

enum coniguruma_outcome {
  CONIGURUMA_MATCH = 1,
  CONIGURUMA_NONE = 0,
  /// The search went back more often than it may.
  CONIGURUMA_RETRIES = -1,
  /// The search remembers more places to go back to than it may.
  CONIGURUMA_STACK = -2,
  CONIGURUMA_FAILED = -3,
};

/// What `message` has room for, its final zero included.
enum { CONIGURUMA_MESSAGE_SIZE = 128 };

/// NULL, and why in `message`, where `pattern`, which is UTF-8, is no regular expression.
coniguruma_expression *coniguruma_compile(const uint8_t *pattern, size_t length, char *message);

void coniguruma_free(coniguruma_expression *expression);

/// Seeks the first match that begins in `start ..< before`, or at the text's end where `before` is
/// that; both are offsets of characters in the UTF-8 `text`. What it looks at may lie anywhere in
/// the text. From each place it goes back to an alternative at most `retries` times. Writes where
/// the match begins and ends.
enum coniguruma_outcome coniguruma_search(
    const coniguruma_expression *expression, const uint8_t *text, size_t length, size_t start,
    size_t before, unsigned long retries, size_t *match_start, size_t *match_end);

#endif
