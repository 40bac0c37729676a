#ifndef CCURL_H
#define CCURL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// One POST by libcurl, which is looked for when it is first wanted: a process that never asks a
// server neither waits for libcurl and the libraries behind it nor needs them on the machine.

#define CCURL_MESSAGE_LENGTH 256
#define CCURL_TEXT_LENGTH 512

/// The library, found and started.
typedef struct ccurl ccurl;

enum {
  CCURL_OK = 0,
  CCURL_CANCELLED = 1,
  /// The answer is longer than `answer_limit`, or its headers than 64 KiB.
  CCURL_TOO_LARGE = 2,
  CCURL_TIMED_OUT = 3,
  /// No such host, or nobody listens there.
  CCURL_UNREACHABLE = 4,
  /// The connection ended before the answer did.
  CCURL_BROKEN = 5,
  /// No trust in the server's certificate, or no encryption with it.
  CCURL_UNTRUSTED = 6,
  CCURL_REFUSED = 7,
  CCURL_NO_MEMORY = 8,
};

typedef struct {
  /// http or https; nothing else is followed.
  const char *url;
  /// Lines `Name: value`.
  const char *const *headers;
  size_t header_count;
  const uint8_t *body;
  size_t body_length;
  /// Bytes of an answer's body before it is cut off.
  size_t answer_limit;
  long connect_milliseconds;
  long total_milliseconds;
  /// Asked at least every 50 ms.
  bool (*is_cancelled)(void *context);
  void *context;
} ccurl_request;

typedef struct {
  long status;
  uint8_t *body;
  size_t body_length;
  char content_type[CCURL_TEXT_LENGTH];
  /// Where a 3xx answer points; empty elsewhere.
  char location[CCURL_TEXT_LENGTH];
  /// Seconds, from Retry-After as number or date; 0 where there is none.
  int64_t retry_after;
  /// What was wrong, in libcurl's words.
  char message[CCURL_MESSAGE_LENGTH];
} ccurl_answer;

/// NULL where the library is not there; then `message` tells why.
ccurl *ccurl_open(char message[CCURL_MESSAGE_LENGTH]);
void ccurl_close(ccurl *library);

/// Sends the body and waits for the answer on the calling thread. Redirects are not followed, no
/// proxy is used, nothing of the environment is read. `answer` is to be given back to
/// `ccurl_free` whatever happens.
int ccurl_post(const ccurl *library, const ccurl_request *request, ccurl_answer *answer);

void ccurl_free(ccurl_answer *answer);

#endif
