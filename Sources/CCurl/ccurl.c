#include "ccurl.h"

// A new libcurl calls some options old that an older one has nothing else for.
#define CURL_DISABLE_DEPRECATION
#include <curl/curl.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#define HEADER_LIMIT (64 * 1024)
#define POLL_MILLISECONDS 50

struct ccurl {
  void *file;
  // Of the types that libcurl's header gives them; nothing here is linked to libcurl.
  __typeof__(&curl_global_init) global_init;
  __typeof__(&curl_easy_init) easy_init;
  __typeof__(&curl_easy_cleanup) easy_cleanup;
  __typeof__(&(curl_easy_setopt)) set;
  __typeof__(&(curl_easy_getinfo)) get;
  __typeof__(&curl_easy_strerror) words;
  __typeof__(&curl_slist_append) append;
  __typeof__(&curl_slist_free_all) free_list;
  __typeof__(&curl_multi_init) multi_init;
  __typeof__(&curl_multi_cleanup) multi_cleanup;
  __typeof__(&curl_multi_add_handle) add;
  __typeof__(&curl_multi_remove_handle) take;
  __typeof__(&curl_multi_perform) perform;
  __typeof__(&curl_multi_poll) poll;
  __typeof__(&curl_multi_info_read) read;
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
  } else if (library->global_init(CURL_GLOBAL_ALL) != CURLE_OK) {
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

static int outcome_of(CURLcode code, const reading *state) {
  if (state->is_too_large) return CCURL_TOO_LARGE;
  if (state->lacks_memory) return CCURL_NO_MEMORY;
  switch (code) {
    case CURLE_OK: return CCURL_OK;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT: return CCURL_UNREACHABLE;
    case CURLE_OUT_OF_MEMORY: return CCURL_NO_MEMORY;
    case CURLE_OPERATION_TIMEDOUT: return CCURL_TIMED_OUT;
    case CURLE_HTTP2:
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR: return CCURL_BROKEN;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE: return CCURL_UNTRUSTED;
    default: return CCURL_REFUSED;
  }
}

static void set_options(
  const ccurl *library, CURL *handle, const ccurl_request *request, struct curl_slist *headers,
  reading *state)
{
  __typeof__(library->set) set = library->set;
  set(handle, CURLOPT_ERRORBUFFER, state->answer->message);
  set(handle, CURLOPT_URL, request->url);
  set(handle, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
  set(handle, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  set(handle, CURLOPT_FOLLOWLOCATION, 0L);
  set(handle, CURLOPT_NETRC, 0L);
  set(handle, CURLOPT_PROXY, "");
  set(handle, CURLOPT_NOSIGNAL, 1L);
  set(handle, CURLOPT_QUICK_EXIT, 1L);
  set(handle, CURLOPT_CONNECTTIMEOUT_MS, request->connect_milliseconds);
  set(handle, CURLOPT_TIMEOUT_MS, request->total_milliseconds);
  set(handle, CURLOPT_HTTPHEADER, headers);
  set(handle, CURLOPT_POST, 1L);
  set(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_length);
  set(handle, CURLOPT_POSTFIELDS, request->body);
  set(handle, CURLOPT_WRITEFUNCTION, take_body);
  set(handle, CURLOPT_WRITEDATA, state);
  set(handle, CURLOPT_HEADERFUNCTION, take_header);
  set(handle, CURLOPT_HEADERDATA, state);
}

static void read_facts(const ccurl *library, CURL *handle, ccurl_answer *answer) {
  const char *text = NULL;
  library->get(handle, CURLINFO_RESPONSE_CODE, &answer->status);
  if (library->get(handle, CURLINFO_CONTENT_TYPE, &text) == CURLE_OK && text) {
    copy_text(answer->content_type, text, CCURL_TEXT_LENGTH);
  }
  text = NULL;
  if (library->get(handle, CURLINFO_REDIRECT_URL, &text) == CURLE_OK && text) {
    copy_text(answer->location, text, CCURL_TEXT_LENGTH);
  }
  curl_off_t seconds = 0;
  if (library->get(handle, CURLINFO_RETRY_AFTER, &seconds) == CURLE_OK && seconds > 0) {
    answer->retry_after = seconds;
  }
}

/// Runs the transfer to its end; -1 once it is cancelled.
static int transfer(const ccurl *library, CURLM *multi, const ccurl_request *request) {
  for (;;) {
    if (request->is_cancelled(request->context)) return -1;
    int running = 0;
    if (library->perform(multi, &running) != CURLM_OK) return CURLE_OUT_OF_MEMORY;
    if (!running) break;
    if (library->poll(multi, NULL, 0, POLL_MILLISECONDS, NULL) != CURLM_OK) {
      return CURLE_OUT_OF_MEMORY;
    }
  }
  int left = 0;
  const CURLMsg *message = library->read(multi, &left);
  return message && message->msg == CURLMSG_DONE ? (int)message->data.result : CURLE_GOT_NOTHING;
}

int ccurl_post(const ccurl *library, const ccurl_request *request, ccurl_answer *answer) {
  memset(answer, 0, sizeof *answer);
  reading state = {.answer = answer, .limit = request->answer_limit};
  // "Expect: 100-continue" would have servers that ignore it cost a second.
  struct curl_slist *headers = library->append(NULL, "Expect:");
  for (size_t i = 0; headers && i < request->header_count; i++) {
    struct curl_slist *longer = library->append(headers, request->headers[i]);
    if (!longer) library->free_list(headers);
    headers = longer;
  }
  CURL *handle = library->easy_init();
  CURLM *multi = library->multi_init();
  int outcome = CCURL_NO_MEMORY;
  if (headers && handle && multi) {
    set_options(library, handle, request, headers, &state);
    library->add(multi, handle);
    int code = transfer(library, multi, request);
    outcome = code < 0 ? CCURL_CANCELLED : outcome_of((CURLcode)code, &state);
    if (code > 0 && !answer->message[0]) {
      copy_text(answer->message, library->words((CURLcode)code), CCURL_MESSAGE_LENGTH);
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
