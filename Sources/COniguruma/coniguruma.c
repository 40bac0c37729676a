#include "coniguruma.h"

#include <oniguruma.h>
#include <pthread.h>
#include <string.h>

// Groups within groups; the parser calls itself for each.
static const unsigned int depth_limit = 250;

// Places that one match may go back to, some 40 bytes each.
static const unsigned int stack_limit = 1 << 22;

// The reference's syntax, without what runs uncounted or calls out.
static OnigSyntaxType syntax;

static void initialize(void) {
  OnigEncoding encodings[] = {ONIG_ENCODING_UTF8};
  onig_initialize(encodings, 1);
  onig_set_parse_depth_limit(depth_limit);
  onig_copy_syntax(&syntax, ONIG_SYNTAX_ONIGURUMA);
  unsigned int refused = ONIG_SYN_OP2_QMARK_TILDE_ABSENT_GROUP |
                         ONIG_SYN_OP2_QMARK_BRACE_CALLOUT_CONTENTS |
                         ONIG_SYN_OP2_ASTERISK_CALLOUT_NAME;
  onig_set_syntax_op2(&syntax, onig_get_syntax_op2(&syntax) & ~refused);
}

coniguruma_expression *coniguruma_compile(const uint8_t *pattern, size_t length, char *message) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, initialize);
  regex_t *expression = NULL;
  OnigErrorInfo info;
  memset(&info, 0, sizeof info);
  int status = onig_new(
      &expression, pattern, pattern + length, ONIG_OPTION_NONE, ONIG_ENCODING_UTF8, &syntax, &info);
  if (status == ONIG_NORMAL) return (coniguruma_expression *)expression;
  _Static_assert(
      (int)CONIGURUMA_MESSAGE_SIZE > (int)ONIG_MAX_ERROR_MESSAGE_LEN, "room for any message");
  int count = onig_error_code_to_str((OnigUChar *)message, status, &info);
  message[count < 0 ? 0 : count] = 0;
  return NULL;
}

void coniguruma_free(coniguruma_expression *expression) { onig_free((regex_t *)expression); }

enum coniguruma_outcome coniguruma_search(
    const coniguruma_expression *expression, const uint8_t *text, size_t length, size_t start,
    size_t before, unsigned long retries, size_t *match_start, size_t *match_end) {
  OnigMatchParam *limits = onig_new_match_param();
  OnigRegion *region = onig_region_new();
  int found = ONIGERR_MEMORY;
  if (limits && region) {
    onig_set_retry_limit_in_match_of_match_param(limits, retries);
    onig_set_match_stack_limit_size_of_match_param(limits, stack_limit);
    // Not by onig_search, which takes the end of its range for the text's.
    found = ONIG_MISMATCH;
    for (size_t at = start; at < before || (at == before && before == length);) {
      found = onig_match_with_param(
          (regex_t *)expression, text, text + length, text + at, region, ONIG_OPTION_NONE, limits);
      if (found != ONIG_MISMATCH) break;
      do at++;
      while (at < length && (text[at] & 0xC0) == 0x80);
    }
  }
  if (found >= 0) {
    *match_start = (size_t)region->beg[0];
    *match_end = (size_t)region->end[0];
  }
  if (region) onig_region_free(region, 1);
  if (limits) onig_free_match_param(limits);
  switch (found) {
    case ONIG_MISMATCH: return CONIGURUMA_NONE;
    case ONIGERR_RETRY_LIMIT_IN_MATCH_OVER: return CONIGURUMA_RETRIES;
    case ONIGERR_MATCH_STACK_LIMIT_OVER: return CONIGURUMA_STACK;
    default: return found >= 0 ? CONIGURUMA_MATCH : CONIGURUMA_FAILED;
  }
}
