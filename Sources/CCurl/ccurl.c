#include "ccurl.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

// libcurl's numbers and types, which its binary interface has kept since 7.66
// (2019) and promises to keep.
enum {
  CODE_OK = 0,
  CODE_UNSUPPORTED_PROTOCOL = 1,
  CODE_NO_PROXY = 5,
  CODE_NO_HOST = 6,
  CODE_NO_CONNECTION = 7,
  CODE_HTTP2 = 16,
  CODE_PARTIAL = 18,
  CODE_NO_MEMORY = 27,
  CODE_TIMED_OUT = 28,
  CODE_TLS = 35,
  CODE_NOTHING = 52,
  CODE_SEND = 55,
  CODE_RECEIVE = 56,
  CODE_CERTIFICATE = 60,
  CODE_CERTIFICATE_FILE = 77,

  OPTION_NETRC = 51,
  OPTION_POST = 47,
  OPTION_FOLLOW = 52,
  OPTION_HTTP_VERSION = 84,
  OPTION_NO_SIGNAL = 99,
  OPTION_TIMEOUT_MS = 155,
  OPTION_CONNECT_TIMEOUT_MS = 156,
  OPTION_PROTOCOLS = 181,
  OPTION_QUICK_EXIT = 322,
  OPTION_WRITE_DATA = 10001,
  OPTION_URL = 10002,
  OPTION_PROXY = 10004,
  OPTION_ERROR_BUFFER = 10010,
  OPTION_BODY = 10015,
  OPTION_HEADERS = 10023,
  OPTION_HEADER_DATA = 10029,
  OPTION_WRITE_FUNCTION = 20011,
  OPTION_HEADER_FUNCTION = 20079,
  OPTION_BODY_LENGTH = 30120,

  INFO_CONTENT_TYPE = 0x100000 + 18,
  INFO_LOCATION = 0x100000 + 31,
  INFO_STATUS = 0x200000 + 2,
  INFO_RETRY_AFTER = 0x600000 + 57,

  PROTOCOL_HTTP = 1,
  PROTOCOL_HTTPS = 2,
  HTTP_1_1 = 2,
  MESSAGE_DONE = 1,
  GLOBAL_ALL = 3,
};

#define HEADER_LIMIT (64 * 1024)
#define POLL_MILLISECONDS 50

typedef struct {
  int kind;
  void *handle;
  union {
    void *any;
    int code;
  } data;
} message_from_multi;

struct ccurl {
  void *file;
  int (*global_init)(long);
  void *(*easy_init)(void);
  void (*easy_cleanup)(void *);
  int (*set)(void *, int, ...);
  int (*get)(void *, int, ...);
  const char *(*words)(int);
  void *(*append)(void *, const char *);
  void (*free_list)(void *);
  void *(*multi_init)(void);
  int (*multi_cleanup)(void *);
  int (*add)(void *, void *);
  int (*take)(void *, void *);
  int (*perform)(void *, int *);
  int (*poll)(void *, void *, unsigned, int, int *);
  message_from_multi *(*read)(void *, int *);
};

static void copy_text(char *to, const char *from, size_t room) {
  size_t length = 0;
  while (length < room - 1 && from[length]) length++;
  memcpy(to, from, length);
  to[length] = 0;
}

void ccurl_close(ccurl *library) {
  // The library stays mapped: it may have threads of its own that still look up a name.
  free(library);
}

static bool find_functions(ccurl *library) {
  const struct {
    const char *name;
    void *place;
  } wanted[] = {
    {"curl_global_init", &library->global_init}, {"curl_easy_init", &library->easy_init},
    {"curl_easy_cleanup", &library->easy_cleanup}, {"curl_easy_setopt", &library->set},
    {"curl_easy_getinfo", &library->get}, {"curl_easy_strerror", &library->words},
    {"curl_slist_append", &library->append}, {"curl_slist_free_all", &library->free_list},
    {"curl_multi_init", &library->multi_init}, {"curl_multi_cleanup", &library->multi_cleanup},
    {"curl_multi_add_handle", &library->add}, {"curl_multi_remove_handle", &library->take},
    {"curl_multi_perform", &library->perform}, {"curl_multi_poll", &library->poll},
    {"curl_multi_info_read", &library->read},
  };
  for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
    void *found = dlsym(library->file, wanted[i].name);
    if (!found) return false;
    memcpy(wanted[i].place, &found, sizeof found);
  }
  return true;
}

ccurl *ccurl_open(char message[CCURL_MESSAGE_LENGTH]) {
  static const char *const names[] = {"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl.so"};
  ccurl *library = calloc(1, sizeof *library);
  if (!library) {
    copy_text(message, "no memory", CCURL_MESSAGE_LENGTH);
    return NULL;
  }
  for (size_t i = 0; !library->file && i < sizeof names / sizeof names[0]; i++) {
    library->file = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
  }
  if (!library->file) {
    const char *why = dlerror();
    copy_text(message, why ? why : "libcurl.so.4 is not there", CCURL_MESSAGE_LENGTH);
  } else if (!find_functions(library)) {
    copy_text(message, "libcurl is older than 7.66", CCURL_MESSAGE_LENGTH);
  } else if (library->global_init(GLOBAL_ALL) != CODE_OK) {
    copy_text(message, "libcurl does not start", CCURL_MESSAGE_LENGTH);
  } else {
    return library;
  }
  free(library);
  return NULL;
}

/// What an answer is read into.
typedef struct {
  ccurl_answer *answer;
  size_t room;
  size_t limit;
  size_t header_length;
  bool is_too_large;
  bool lacks_memory;
} reading;

static size_t take_body(const char *bytes, size_t size, size_t count, void *context) {
  reading *state = context;
  ccurl_answer *answer = state->answer;
  size_t length = size * count;
  if (length > state->limit - answer->body_length) {
    state->is_too_large = true;
    return 0;
  }
  if (length > state->room - answer->body_length) {
    size_t room = state->room ? state->room * 2 : 16 * 1024;
    while (room < answer->body_length + length) room *= 2;
    uint8_t *moved = realloc(answer->body, room);
    if (!moved) {
      state->lacks_memory = true;
      return 0;
    }
    answer->body = moved;
    state->room = room;
  }
  memcpy(answer->body + answer->body_length, bytes, length);
  answer->body_length += length;
  return length;
}

static size_t take_header(const char *bytes, size_t size, size_t count, void *context) {
  (void)bytes;
  reading *state = context;
  state->header_length += size * count;
  if (state->header_length <= HEADER_LIMIT) return size * count;
  state->is_too_large = true;
  return 0;
}

static int outcome_of(int code, const reading *state) {
  if (state->is_too_large) return CCURL_TOO_LARGE;
  if (state->lacks_memory) return CCURL_NO_MEMORY;
  switch (code) {
    case CODE_OK: return CCURL_OK;
    case CODE_NO_PROXY:
    case CODE_NO_HOST:
    case CODE_NO_CONNECTION: return CCURL_UNREACHABLE;
    case CODE_NO_MEMORY: return CCURL_NO_MEMORY;
    case CODE_TIMED_OUT: return CCURL_TIMED_OUT;
    case CODE_HTTP2:
    case CODE_PARTIAL:
    case CODE_NOTHING:
    case CODE_SEND:
    case CODE_RECEIVE: return CCURL_BROKEN;
    case CODE_TLS:
    case CODE_CERTIFICATE:
    case CODE_CERTIFICATE_FILE: return CCURL_UNTRUSTED;
    default: return CCURL_REFUSED;
  }
}

static void set_options(
  const ccurl *library, void *handle, const ccurl_request *request, void *headers, reading *state)
{
  int (*set)(void *, int, ...) = library->set;
  set(handle, OPTION_ERROR_BUFFER, state->answer->message);
  set(handle, OPTION_URL, request->url);
  set(handle, OPTION_PROTOCOLS, (long)(PROTOCOL_HTTP | PROTOCOL_HTTPS));
  set(handle, OPTION_HTTP_VERSION, (long)HTTP_1_1);
  set(handle, OPTION_FOLLOW, 0L);
  set(handle, OPTION_NETRC, 0L);
  set(handle, OPTION_PROXY, "");
  set(handle, OPTION_NO_SIGNAL, 1L);
  set(handle, OPTION_QUICK_EXIT, 1L);
  set(handle, OPTION_CONNECT_TIMEOUT_MS, request->connect_milliseconds);
  set(handle, OPTION_TIMEOUT_MS, request->total_milliseconds);
  set(handle, OPTION_HEADERS, headers);
  set(handle, OPTION_POST, 1L);
  set(handle, OPTION_BODY_LENGTH, (int64_t)request->body_length);
  set(handle, OPTION_BODY, request->body);
  set(handle, OPTION_WRITE_FUNCTION, take_body);
  set(handle, OPTION_WRITE_DATA, state);
  set(handle, OPTION_HEADER_FUNCTION, take_header);
  set(handle, OPTION_HEADER_DATA, state);
}

static void read_facts(const ccurl *library, void *handle, ccurl_answer *answer) {
  const char *text = NULL;
  library->get(handle, INFO_STATUS, &answer->status);
  if (library->get(handle, INFO_CONTENT_TYPE, &text) == CODE_OK && text) {
    copy_text(answer->content_type, text, CCURL_TEXT_LENGTH);
  }
  text = NULL;
  if (library->get(handle, INFO_LOCATION, &text) == CODE_OK && text) {
    copy_text(answer->location, text, CCURL_TEXT_LENGTH);
  }
  int64_t seconds = 0;
  if (library->get(handle, INFO_RETRY_AFTER, &seconds) == CODE_OK && seconds > 0) {
    answer->retry_after = seconds;
  }
}

/// Runs the transfer to its end; -1 once it is cancelled.
static int transfer(const ccurl *library, void *multi, const ccurl_request *request) {
  for (;;) {
    if (request->is_cancelled(request->context)) return -1;
    int running = 0;
    if (library->perform(multi, &running) != 0) return CODE_NO_MEMORY;
    if (!running) break;
    if (library->poll(multi, NULL, 0, POLL_MILLISECONDS, NULL) != 0) return CODE_NO_MEMORY;
  }
  int left = 0;
  const message_from_multi *message = library->read(multi, &left);
  return message && message->kind == MESSAGE_DONE ? message->data.code : CODE_NOTHING;
}

int ccurl_post(const ccurl *library, const ccurl_request *request, ccurl_answer *answer) {
  memset(answer, 0, sizeof *answer);
  reading state = {.answer = answer, .limit = request->answer_limit};
  // "Expect: 100-continue" would have servers that ignore it cost a second.
  void *headers = library->append(NULL, "Expect:");
  for (size_t i = 0; headers && i < request->header_count; i++) {
    void *longer = library->append(headers, request->headers[i]);
    if (!longer) library->free_list(headers);
    headers = longer;
  }
  void *handle = library->easy_init();
  void *multi = library->multi_init();
  int outcome = CCURL_NO_MEMORY;
  if (headers && handle && multi) {
    set_options(library, handle, request, headers, &state);
    library->add(multi, handle);
    int code = transfer(library, multi, request);
    outcome = code < 0 ? CCURL_CANCELLED : outcome_of(code, &state);
    if (code > 0 && !answer->message[0]) {
      copy_text(answer->message, library->words(code), CCURL_MESSAGE_LENGTH);
    }
    read_facts(library, handle, answer);
    library->take(multi, handle);
  }
  if (handle) library->easy_cleanup(handle);
  if (multi) library->multi_cleanup(multi);
  if (headers) library->free_list(headers);
  return outcome;
}

void ccurl_free(ccurl_answer *answer) {
  free(answer->body);
  answer->body = NULL;
  answer->body_length = 0;
}
