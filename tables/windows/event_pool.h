/* event_pool.h -- chunks of an event log on their way from the file to the rows, decoded by one or several threads.
 *
 *     event_pool_new(&filter, &pool);
 *     for (;;) {
 *         while ((batch = event_pool_free_batch(pool)))
 *             if (... the next chunk is read into it ...)
 *                 event_pool_put(pool);
 *         if (!(batch = event_pool_take(pool)))
 *             break;
 *         ... its entries ...
 *         event_pool_release(pool);
 *     }
 *     event_pool_free(pool);
 *
 * Batches come out in the order in which they went in, and there are never more than a few, so memory is bounded. The
 * caller's thread alone reads and takes; while what it needs is not decoded it decodes too. Without
 * event_pool_start() there is one batch and no other thread. No thread outlives event_pool_free(); in a child of
 * fork(2), where there are none, the pool is left as it is.
 */
#ifndef SVCQL_EVENT_POOL_H
#define SVCQL_EVENT_POOL_H

#include "event_batch.h"

#define EVENT_THREADS_MAX 8

struct event_pool;

int  event_pool_new(const struct evtx_filter *filter, struct event_pool **ret); /* -ENOMEM */
void event_pool_free(struct event_pool *pool);                                  /* accepts NULL */

/* From now on so many threads decode, the caller's among them; `render` is as in event_batch_decode(). Where the system
 * gives fewer, fewer do. */
void event_pool_start(struct event_pool *pool, unsigned threads, unsigned render);

/* A batch to be filled, if there is one: the same until it is put. */
struct event_batch *event_pool_free_batch(struct event_pool *pool);
void                event_pool_put(struct event_pool *pool);

/* The oldest batch that was put, decoded: the same until it is released. NULL: there is none. */
struct event_batch *event_pool_take(struct event_pool *pool);
void                event_pool_release(struct event_pool *pool);

#endif
