#include "program/osquery/generate.h"

#include <stdlib.h>
#include <string.h>

#include "program/osquery/context.h"

/* Row ids ------------------------------------------------------------------------------ */

/* A set of numbers other than 0, by open addressing. */
struct ids {
    uint64_t *slots;
    size_t    n, room; /* room is a power of two */
};

/* The finaliser of SplitMix64. */
static uint64_t mix(uint64_t x)
{
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

static uint64_t hash(const char *data, size_t size)
{
    uint64_t h = size, word;

    for (; size >= 8; data += 8, size -= 8) {
        memcpy(&word, data, 8);
        h = mix(h ^ word) + 0x9e3779b97f4a7c15u;
    }
    for (word = 0; size > 0; size--)
        word = word << 8 | (uint8_t)data[size - 1];
    return mix(h ^ word);
}

static uint64_t *slot_of(uint64_t *slots, size_t room, uint64_t id)
{
    size_t i = (size_t)id & (room - 1);

    while (slots[i] && slots[i] != id)
        i = (i + 1) & (room - 1);
    return &slots[i];
}

static bool make_room(struct ids *ids)
{
    size_t    room = ids->room ? ids->room * 2 : 256;
    uint64_t *slots;

    if (ids->n * 2 < ids->room)
        return true;
    if (!(slots = calloc(room, sizeof *slots)))
        return false;
    for (size_t i = 0; i < ids->room; i++)
        if (ids->slots[i])
            *slot_of(slots, room, ids->slots[i]) = ids->slots[i];
    free(ids->slots);
    ids->slots = slots;
    ids->room = room;
    return true;
}

/* The id of a row with these bytes, positive and of no row before; 0 where out of memory. */
static int64_t next_id(struct ids *ids, const char *data, size_t size)
{
    uint64_t id = hash(data, size), *slot;

    if (!make_room(ids))
        return 0;
    for (;; id = mix(id + 1)) {
        id &= INT64_MAX;
        if (id && !*(slot = slot_of(ids->slots, ids->room, id)))
            break;
    }
    ids->n++;
    *slot = id;
    return (int64_t)id;
}

/* Rows ------------------------------------------------------------------------------------ */

static void put_hex(struct buffer *b, const uint8_t *data, size_t size)
{
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < size; i++) {
        buffer_putc(b, digits[data[i] >> 4]);
        buffer_putc(b, digits[data[i] & 15]);
    }
}

static void put_text(struct buffer *b, const char *text, size_t size)
{
    if (buffer_is_text(text, size))
        buffer_put(b, text, size);
    else
        buffer_utf8(b, text, size);
}

/* As printf() does, which is most of the cost of a row. */
static void put_integer(struct buffer *b, int64_t number)
{
    uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
    char     digits[21], *at = digits + sizeof digits;

    do
        *--at = (char)('0' + rest % 10);
    while ((rest /= 10) > 0);
    if (number < 0)
        *--at = '-';
    buffer_put(b, at, (size_t)(digits + sizeof digits - at));
}

static void put_real(struct buffer *b, double number, enum plugin_type type)
{
    if (type == PLUGIN_BIGINT && number >= -9e18 && number <= 9e18)
        put_integer(b, (int64_t)number);
    else
        buffer_printf(b, "%.17g", number);
}

/* A text whose size is known only when it is written. */
static void put_value(struct buffer *b, sqlite3_stmt *stmt, int i, enum plugin_type type)
{
    size_t at = b->size;

    thrift_put_i32(b, 0);
    switch (sqlite3_column_type(stmt, i)) {
    case SQLITE_TEXT:
        put_text(b, (const char *)sqlite3_column_text(stmt, i),
                 (size_t)sqlite3_column_bytes(stmt, i));
        break;
    case SQLITE_BLOB:
        put_hex(b, sqlite3_column_blob(stmt, i), (size_t)sqlite3_column_bytes(stmt, i));
        break;
    case SQLITE_INTEGER:
        put_integer(b, sqlite3_column_int64(stmt, i));
        break;
    default:
        put_real(b, sqlite3_column_double(stmt, i), type);
    }
    thrift_put_count(b, at, b->size - at - 4);
}

/* False where out of memory; a buffer that has failed is seen at the end. */
static bool put_row(struct buffer *b, const struct context_statement *statement, struct ids *ids)
{
    size_t count_at = thrift_put_map(b, THRIFT_STRING, THRIFT_STRING, 0);
    size_t begin = b->size, n = 1;

    for (size_t i = 0; i < statement->n_columns; i++) {
        const struct plugin_column *column = statement->columns[i];
        if (sqlite3_column_type(statement->stmt, (int)i) == SQLITE_NULL)
            continue;
        thrift_put_text(b, column->name, strlen(column->name));
        put_value(b, statement->stmt, (int)i, column->type);
        n++;
    }
    int64_t rowid = b->failed ? 0 : next_id(ids, b->data + begin, b->size - begin);
    thrift_put_text(b, "rowid", strlen("rowid"));
    size_t id_at = b->size;
    thrift_put_i32(b, 0);
    put_integer(b, rowid);
    thrift_put_count(b, id_at, b->size - id_at - 4);
    thrift_put_count(b, count_at, n);
    return rowid != 0;
}

static int put_rows(struct buffer *b, const struct context_statement *statement, size_t *ret_n)
{
    struct ids ids = {0};
    size_t     n = 0, begin = b->size;
    int        rc;

    while ((rc = sqlite3_step(statement->stmt)) == SQLITE_ROW) {
        if (n == GENERATE_ROWS_MAX || b->size - begin > GENERATE_BYTES_MAX)
            rc = SQLITE_FULL;
        else if (!put_row(b, statement, &ids))
            rc = SQLITE_NOMEM;
        if (rc != SQLITE_ROW)
            break;
        n++;
    }
    free(ids.slots);
    *ret_n = n;
    return rc;
}

/* The answer ------------------------------------------------------------------------------- */

static void put_failure(sqlite3 *db, const struct plugin *plugin, const struct osquery_call *call,
                        int64_t uuid, int rc, struct buffer *b)
{
    struct buffer text = {0};

    if (rc == SQLITE_FULL)
        buffer_printf(&text,
                      "%s: more than %u rows or %u MiB; narrow the query by time or by a key",
                      plugin->name, GENERATE_ROWS_MAX, GENERATE_BYTES_MAX >> 20);
    else if (rc == SQLITE_MISMATCH)
        buffer_printf(&text, "%s: the context of the query is not JSON", plugin->name);
    else if (rc == SQLITE_TOOBIG)
        buffer_printf(&text, "%s: more than %d terms, or a value that is too long", plugin->name,
                      CONTEXT_TERMS_MAX);
    else if (rc == SQLITE_INTERRUPT)
        buffer_printf(&text, "%s: took too long, or nobody waited for it any more", plugin->name);
    else
        buffer_printf(&text, "%s: %s", plugin->name,
                      rc == SQLITE_NOMEM ? "out of memory" : sqlite3_errmsg(db));
    buffer_reset(b);
    size_t begun = osquery_begin_rows(b, &call->head, OSQUERY_FAILED,
                                      buffer_text(&text) ? text.data : "out of memory", uuid);
    osquery_end_rows(b, begun, 0);
    buffer_free(&text);
}

void generate_answer(sqlite3 *db, const struct plugin *plugin, const struct osquery_call *call,
                     int64_t uuid, struct buffer *b)
{
    struct context_statement statement;
    size_t                   n = 0;

    int    rc = context_prepare(db, plugin, call->context, &statement);
    size_t begun = osquery_begin_rows(b, &call->head, OSQUERY_SUCCESS, "OK", uuid);
    if (rc == SQLITE_OK)
        rc = put_rows(b, &statement, &n);
    if (rc == SQLITE_DONE && b->failed)
        rc = SQLITE_NOMEM;
    if (rc == SQLITE_DONE)
        osquery_end_rows(b, begun, n);
    else
        put_failure(db, plugin, call, uuid, rc, b);
    context_end(&statement);
}
