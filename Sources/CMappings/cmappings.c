#define _GNU_SOURCE
#include "cmappings.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct mapping {
  _Atomic(uintptr_t) base;  // 0: free
  size_t byte_count;
  char *path;
  struct mapping *next;
};

// Mappings are only ever added in front, and used again: whoever walks the list needs no lock.
static _Atomic(struct mapping *) first;
static pthread_mutex_t writing = PTHREAD_MUTEX_INITIALIZER;

void cmappings_add(const void *base, size_t byte_count, const char *path) {
  char *copy = strdup(path);
  if (!copy) return;
  // A file's name must not write to a terminal anything but itself.
  for (char *c = copy; *c; c++)
    if ((unsigned char)*c < 0x20 || *c == 0x7f) *c = '?';
  pthread_mutex_lock(&writing);
  struct mapping *mapping = atomic_load(&first);
  while (mapping && atomic_load(&mapping->base)) mapping = mapping->next;
  if (!mapping) {
    mapping = calloc(1, sizeof *mapping);
    if (mapping) {
      mapping->next = atomic_load(&first);
      atomic_store(&first, mapping);
    }
  }
  if (mapping) {
    free(mapping->path);
    mapping->path = copy;
    mapping->byte_count = byte_count;
    atomic_store(&mapping->base, (uintptr_t)base);
  } else {
    free(copy);
  }
  pthread_mutex_unlock(&writing);
}

void cmappings_remove(const void *base) {
  pthread_mutex_lock(&writing);
  for (struct mapping *m = atomic_load(&first); m; m = m->next)
    if (atomic_load(&m->base) == (uintptr_t)base) atomic_store(&m->base, 0);
  pthread_mutex_unlock(&writing);
}

static void say(const char *text) {
  ssize_t written = write(STDERR_FILENO, text, strlen(text));
  (void)written;
}

static void lost(int number, siginfo_t *info, void *context) {
  (void)context;
  uintptr_t address = (uintptr_t)info->si_addr;
  for (struct mapping *m = atomic_load(&first); m; m = m->next) {
    uintptr_t base = atomic_load(&m->base);
    if (!base || address < base || address - base >= m->byte_count) continue;
    say("lucarne: error: the file ");
    say(m->path);
    say(" was cut short, or cannot be read any more, while it was in use: replace files by "
        "renaming, do not rewrite them\n");
    _exit(CMAPPINGS_EXIT_CODE);
  }
  // The instruction faults again, and the process ends as it would without this handler.
  signal(number, SIG_DFL);
}

void cmappings_name_lost_files(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = lost;
  action.sa_flags = SA_SIGINFO;
  sigemptyset(&action.sa_mask);
  sigaction(SIGBUS, &action, 0);
}
