#include "event_pool.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "host.h"

#define SLOTS_PER_THREAD 4
#define SLOTS_MAX        (SLOTS_PER_THREAD * EVENT_THREADS_MAX)

enum state { FREE, WAITING, TAKEN, DECODED };

struct event_pool {
    const struct evtx_filter *filter;
    struct event_decoder      own; /* of the caller's thread */
    unsigned                  render;
    size_t n_slots, first, n; /* a ring: of all, the oldest, those that were put */

    /* Below the lock, once there are threads. */
    struct slot {
        enum state          state;
        struct event_batch *batch;
    } slots[SLOTS_MAX];
    bool            stop;
    pthread_mutex_t lock;
    pthread_cond_t  waiting, decoded; /* a batch is to be decoded; is decoded */
    size_t          n_threads;
    pid_t           process; /* that has the threads */
    struct worker {
        struct event_pool   *pool;
        struct event_decoder decoder;
        pthread_t            thread;
    } workers[EVENT_THREADS_MAX];
};

int event_pool_new(const struct evtx_filter *filter, struct event_pool **ret)
{
    struct event_pool *pool = calloc(1, sizeof *pool);

    if (!pool)
        return -ENOMEM;
    pool->filter = filter;
    pool->n_slots = 1;
    if (event_decoder_begin(&pool->own, filter, true) < 0 ||
        !(pool->slots[0].batch = event_batch_new())) {
        event_pool_free(pool);
        return -ENOMEM;
    }
    *ret = pool;
    return 0;
}

static void destroy_lock(struct event_pool *pool)
{
    pthread_cond_destroy(&pool->waiting);
    pthread_cond_destroy(&pool->decoded);
    pthread_mutex_destroy(&pool->lock);
}

static void stop_threads(struct event_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    pool->stop = true;
    pthread_cond_broadcast(&pool->waiting);
    pthread_mutex_unlock(&pool->lock);
    for (size_t i = 0; i < pool->n_threads; i++)
        pthread_join(pool->workers[i].thread, NULL);
    destroy_lock(pool);
}

void event_pool_free(struct event_pool *pool)
{
    if (!pool)
        return;
    if (pool->n_threads && pool->process != getpid())
        return; /* its threads, and who holds its lock, are the parent's */
    if (pool->n_threads)
        stop_threads(pool);
    event_decoder_end(&pool->own);
    for (size_t i = 0; i < EVENT_THREADS_MAX; i++)
        event_decoder_end(&pool->workers[i].decoder);
    for (size_t i = 0; i < SLOTS_MAX; i++)
        event_batch_free(pool->slots[i].batch);
    free(pool);
}

/* Threads --------------------------------------------------------------------------- */

static void lock(struct event_pool *pool)
{
    if (pool->n_threads)
        pthread_mutex_lock(&pool->lock);
}

static void unlock(struct event_pool *pool)
{
    if (pool->n_threads)
        pthread_mutex_unlock(&pool->lock);
}

/* The oldest batch that nobody decodes yet; NULL: none. */
static struct slot *find_waiting(struct event_pool *pool)
{
    for (size_t i = 0; i < pool->n; i++) {
        struct slot *slot = &pool->slots[(pool->first + i) % pool->n_slots];
        if (slot->state == WAITING)
            return slot;
    }
    return NULL;
}

/* Decode a slot's batch, without the lock meanwhile. */
static void decode(struct event_pool *pool, struct slot *slot, struct event_decoder *decoder)
{
    slot->state = TAKEN;
    unlock(pool);
    event_batch_decode(slot->batch, decoder, pool->render);
    lock(pool);
    slot->state = DECODED;
}

static void *work(void *data)
{
    struct worker     *worker = data;
    struct event_pool *pool = worker->pool;

    pthread_mutex_lock(&pool->lock); /* held until all threads are counted */
    while (!pool->stop) {
        struct slot *slot = find_waiting(pool);
        if (slot) {
            decode(pool, slot, &worker->decoder);
            pthread_cond_signal(&pool->decoded);
        } else {
            pthread_cond_wait(&pool->waiting, &pool->lock);
        }
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

/* Batches for so many threads; as many as there is memory for. */
static void add_slots(struct event_pool *pool, size_t n)
{
    while (pool->n_slots < n) {
        struct event_batch *batch = event_batch_new();
        if (!batch)
            return;
        pool->slots[pool->n_slots++].batch = batch;
    }
}

static bool create_thread(struct event_pool *pool)
{
    struct worker *worker = &pool->workers[pool->n_threads];

    worker->pool = pool;
    if (event_decoder_begin(&worker->decoder, pool->filter, false) == 0 &&
        host_thread(&worker->thread, work, worker) == 0)
        return true;
    event_decoder_end(&worker->decoder); /* the others do its part */
    return false;
}

void event_pool_start(struct event_pool *pool, unsigned threads, unsigned render)
{
    if (threads > EVENT_THREADS_MAX)
        threads = EVENT_THREADS_MAX;
    if (pool->n || pool->n_threads || threads < 2)
        return;
    if (pthread_mutex_init(&pool->lock, NULL) != 0)
        return;
    pthread_cond_init(&pool->waiting, NULL);
    pthread_cond_init(&pool->decoded, NULL);
    pool->process = getpid();
    pool->render = render;
    add_slots(pool, (size_t)threads * SLOTS_PER_THREAD);
    pthread_mutex_lock(&pool->lock);
    while (pool->n_threads + 1 < threads && create_thread(pool))
        pool->n_threads++;
    pthread_mutex_unlock(&pool->lock);
    if (pool->n_threads)
        return;
    pool->n_slots = 1;
    destroy_lock(pool);
}

/* Batches --------------------------------------------------------------------------- */

struct event_batch *event_pool_free_batch(struct event_pool *pool)
{
    return pool->n < pool->n_slots ? pool->slots[(pool->first + pool->n) % pool->n_slots].batch
                                   : NULL;
}

void event_pool_put(struct event_pool *pool)
{
    lock(pool);
    pool->slots[(pool->first + pool->n++) % pool->n_slots].state = WAITING;
    if (pool->n_threads)
        pthread_cond_signal(&pool->waiting);
    unlock(pool);
}

struct event_batch *event_pool_take(struct event_pool *pool)
{
    struct slot *oldest = &pool->slots[pool->first], *slot;

    if (!pool->n)
        return NULL;
    lock(pool);
    while (oldest->state != DECODED) {
        if ((slot = find_waiting(pool)))
            decode(pool, slot, &pool->own);
        else
            pthread_cond_wait(&pool->decoded, &pool->lock);
    }
    unlock(pool);
    return oldest->batch;
}

void event_pool_release(struct event_pool *pool)
{
    lock(pool);
    pool->slots[pool->first].state = FREE;
    pool->first = (pool->first + 1) % pool->n_slots;
    pool->n--;
    unlock(pool);
}
