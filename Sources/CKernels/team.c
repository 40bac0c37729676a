// A fork-join team of threads. Parts are claimed one by one from an atomic counter; a thread that
// wakes after the last part is claimed does nothing, so a run never waits for a sleeper.

#include "include/kernels.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct kernel_team {
  pthread_mutex_t turn;  // held by the caller for the whole run
  pthread_mutex_t lock;  // guards the fields below it
  pthread_cond_t start, finish;
  void (*body)(void *, long);  // NULL between runs
  void *context;
  long parts;
  unsigned long generation;
  int active;  // workers inside `claim`
  int stopping;
  atomic_long next;
  int worker_count;
  pthread_t workers[];
};

/// True on a thread that is inside a body: a nested run must not wait for the team it is part of.
static _Thread_local int inside;

static void claim(struct kernel_team *team, void (*body)(void *, long), void *context, long parts) {
  inside = 1;
  for (;;) {
    long part = atomic_fetch_add_explicit(&team->next, 1, memory_order_relaxed);
    if (part >= parts) break;
    body(context, part);
  }
  inside = 0;
}

static void *work(void *argument) {
  struct kernel_team *team = argument;
  unsigned long seen = 0;
  pthread_mutex_lock(&team->lock);
  for (;;) {
    while (!team->stopping && (team->generation == seen || team->body == NULL))
      pthread_cond_wait(&team->start, &team->lock);
    if (team->stopping) break;
    seen = team->generation;
    team->active += 1;
    void (*body)(void *, long) = team->body;
    void *context = team->context;
    long parts = team->parts;
    pthread_mutex_unlock(&team->lock);
    claim(team, body, context, parts);
    pthread_mutex_lock(&team->lock);
    team->active -= 1;
    if (team->active == 0) pthread_cond_signal(&team->finish);
  }
  pthread_mutex_unlock(&team->lock);
  return NULL;
}

struct kernel_team *kernel_team_create(int thread_count) {
  int workers = thread_count > 1 ? thread_count - 1 : 0;
  struct kernel_team *team =
      calloc(1, sizeof(struct kernel_team) + (size_t)workers * sizeof(pthread_t));
  if (team == NULL) return NULL;
  pthread_mutex_init(&team->turn, NULL);
  pthread_mutex_init(&team->lock, NULL);
  pthread_cond_init(&team->start, NULL);
  pthread_cond_init(&team->finish, NULL);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, (size_t)8 << 20);
  for (int i = 0; i < workers; i++) {
    if (pthread_create(&team->workers[i], &attributes, work, team) != 0) break;
    team->worker_count += 1;
  }
  pthread_attr_destroy(&attributes);
  if (team->worker_count == workers) return team;
  kernel_team_destroy(team);
  return NULL;
}

void kernel_team_run(
    struct kernel_team *team, long parts, void (*body)(void *, long), void *context) {
  if (parts <= 1 || team->worker_count == 0 || inside) {
    for (long part = 0; part < parts; part++) body(context, part);
    return;
  }
  pthread_mutex_lock(&team->turn);
  pthread_mutex_lock(&team->lock);
  team->body = body;
  team->context = context;
  team->parts = parts;
  team->generation += 1;
  atomic_store(&team->next, 0);
  if (parts > team->worker_count) {
    pthread_cond_broadcast(&team->start);
  } else {
    for (long i = 1; i < parts; i++) pthread_cond_signal(&team->start);
  }
  pthread_mutex_unlock(&team->lock);

  claim(team, body, context, parts);

  pthread_mutex_lock(&team->lock);
  team->body = NULL;  // from here on a late worker goes back to sleep
  while (team->active > 0) pthread_cond_wait(&team->finish, &team->lock);
  pthread_mutex_unlock(&team->lock);
  pthread_mutex_unlock(&team->turn);
}

void kernel_team_destroy(struct kernel_team *team) {
  pthread_mutex_lock(&team->lock);
  team->stopping = 1;
  pthread_cond_broadcast(&team->start);
  pthread_mutex_unlock(&team->lock);
  for (int i = 0; i < team->worker_count; i++) pthread_join(team->workers[i], NULL);
  pthread_cond_destroy(&team->finish);
  pthread_cond_destroy(&team->start);
  pthread_mutex_destroy(&team->lock);
  pthread_mutex_destroy(&team->turn);
  free(team);
}
