#include "make_osquery.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "formats/text/array.h"
#include "harness.h"
#include "program/osquery/plugins.h"

#define WAIT 30 /* seconds, for a slow machine */

size_t osquery_calls;
char   osquery_last_context[1 << 16];

/* Calls ----------------------------------------------------------------------------------- */

static void put_string(struct buffer *b, int16_t id, const char *text)
{
    thrift_put_field(b, THRIFT_STRING, id);
    thrift_put_text(b, text, strlen(text));
}

void osquery_put_call(struct buffer *b, const char *registry, const char *item, const char *action,
                      const char *context)
{
    thrift_put_head(b, THRIFT_CALL, "call", 7);
    put_string(b, 1, registry);
    put_string(b, 2, item);
    thrift_put_field(b, THRIFT_MAP, 3);
    thrift_put_map(b, THRIFT_STRING, THRIFT_STRING, (action != NULL) + (context != NULL));
    if (action)
        osquery_put_pair(b, "action", action);
    if (context)
        osquery_put_pair(b, "context", context);
    thrift_put_stop(b);
}

static void read_row(struct thrift_reader *r, struct osquery_answer *answer,
                     struct osquery_row *row)
{
    uint8_t key, value;

    row->n = thrift_read_map(r, &key, &value);
    row->cells = arena_alloc(&answer->arena, (row->n + 1) * sizeof *row->cells);
    for (size_t i = 0; i < row->n && !r->error; i++) {
        row->cells[i].name = thrift_read_text(r, &answer->arena, NULL);
        row->cells[i].value = thrift_read_text(r, &answer->arena, &row->cells[i].size);
    }
}

static void read_status(struct thrift_reader *r, struct osquery_answer *answer)
{
    uint8_t type;
    int16_t id;

    while (thrift_read_field(r, &type, &id))
        if (id == 1)
            answer->status.code = thrift_read_i32(r);
        else if (id == 2)
            answer->status.message = thrift_read_text(r, &answer->arena, NULL);
        else
            answer->status.uuid = thrift_read_i64(r);
}

static void read_rows(struct thrift_reader *r, struct osquery_answer *answer)
{
    uint8_t type;

    answer->n = thrift_read_list(r, &type);
    answer->rows = arena_alloc(&answer->arena, (answer->n + 1) * sizeof *answer->rows);
    for (size_t i = 0; i < answer->n && !r->error; i++)
        read_row(r, answer, &answer->rows[i]);
}

int osquery_read_answer(struct peer *peer, struct osquery_answer *ret)
{
    struct thrift_reader *r = &peer->reader;
    struct thrift_head    head;
    uint8_t               type;
    int16_t               id;

    *ret = (struct osquery_answer){.status.message = ""};
    peer_within(peer, WAIT);
    thrift_next(r, SIZE_MAX / 2);
    if (!thrift_read_head(r, &head))
        return r->error;
    ck_assert_int_eq(head.type, THRIFT_REPLY);
    ck_assert_str_eq(head.name, "call");
    ck_assert_int_eq(head.id, 7);
    ck_assert(thrift_read_field(r, &type, &id) && id == 0 && type == THRIFT_STRUCT);
    while (thrift_read_field(r, &type, &id))
        if (id == 1)
            read_status(r, ret);
        else
            read_rows(r, ret);
    ck_assert(r->error || !thrift_read_field(r, &type, &id));
    return r->error;
}

void osquery_answer_free(struct osquery_answer *answer)
{
    arena_free(&answer->arena);
}

void osquery_call(const char *path, const char *item, const char *action, const char *context,
                  struct osquery_answer *ret)
{
    struct buffer b = {0};
    struct peer   peer;

    osquery_put_call(&b, "table", item, action, context);
    int error = peer_connect(&peer, path);
    for (int i = 0; error == -EAGAIN && i < WAIT * 1000; i++) {
        peer_close(&peer);
        usleep(1000);
        error = peer_connect(&peer, path);
    }
    ck_assert_msg(error == 0, "%s: %s", path, strerror(-error));
    ck_assert_int_eq(peer_send(&peer, &b), 0);
    ck_assert_int_eq(osquery_read_answer(&peer, ret), 0);
    peer_close(&peer);
    buffer_free(&b);
}

const char *osquery_value(const struct osquery_row *row, const char *name)
{
    for (size_t i = 0; i < row->n; i++)
        if (strcmp(row->cells[i].name, name) == 0)
            return row->cells[i].value;
    return NULL;
}

/* The manager -------------------------------------------------------------------------------- */

struct table {
    const char         *name;
    struct osquery_row *columns; /* as they were registered */
    size_t              n;
};

struct osquery_manager {
    char         *path;
    int           fd;
    pthread_t     thread;
    atomic_bool   ended, refuses;
    atomic_size_t registrations, kept;
    atomic_llong  uuid; /* of the last */
    struct arena  arena;
    struct table *tables; /* of the last registration */
    size_t        n_tables;
};

static void read_tables(struct osquery_manager *manager, struct thrift_reader *r)
{
    struct osquery_answer columns = {.arena = manager->arena};
    uint8_t               key, value;

    ck_assert_uint_eq(thrift_read_map(r, &key, &value), 1);
    ck_assert_str_eq(thrift_read_text(r, &columns.arena, NULL), "table");
    manager->n_tables = thrift_read_map(r, &key, &value);
    manager->tables =
        arena_alloc(&columns.arena, (manager->n_tables + 1) * sizeof *manager->tables);
    for (size_t i = 0; i < manager->n_tables && !r->error; i++) {
        struct table *table = &manager->tables[i];
        table->name = thrift_read_text(r, &columns.arena, NULL);
        read_rows(r, &columns);
        table->columns = columns.rows;
        table->n = columns.n - 1; /* the attributes are last */
        ck_assert_str_eq(osquery_value(&columns.rows[columns.n - 1], "id"), "attributes");
    }
    manager->arena = columns.arena;
}

static void answer_register(struct osquery_manager *manager, struct thrift_reader *r,
                            const struct thrift_head *head, struct buffer *b)
{
    uint8_t type;
    int16_t id;

    while (thrift_read_field(r, &type, &id))
        if (id == 2)
            read_tables(manager, r);
        else
            thrift_skip(r, type);
    ck_assert_int_eq(r->error, 0);
    if (manager->refuses) {
        osquery_put_status(b, head, OSQUERY_FAILED, "Duplicate extension registered", 0);
        manager->registrations++;
        return;
    }
    manager->kept++;
    manager->uuid++;
    osquery_put_status(b, head, OSQUERY_SUCCESS, "OK", manager->uuid);
}

void osquery_put_extensions(struct buffer *b, const struct thrift_head *head, int64_t last,
                            size_t n)
{
    thrift_put_head(b, THRIFT_REPLY, head->name, head->id);
    thrift_put_field(b, THRIFT_MAP, 0);
    thrift_put_map(b, THRIFT_I64, THRIFT_STRUCT, n + 1);
    for (size_t i = 0; i <= n; i++) { /* osquery itself is 0 */
        thrift_put_i64(b, i ? last - (int64_t)i + 1 : 0);
        put_string(b, 1, i ? "svcql" : "core");
        put_string(b, 3, "5.0.0");
        thrift_put_stop(b);
    }
    thrift_put_stop(b);
}

static void answer(struct osquery_manager *manager, struct peer *peer)
{
    struct thrift_reader *r = &peer->reader;
    struct buffer         b = {0};
    struct thrift_head    head;
    bool                  registers = false;

    thrift_next(r, 1 << 22);
    if (!thrift_read_head(r, &head))
        return;
    if ((registers = strcmp(head.name, "registerExtension") == 0)) {
        answer_register(manager, r, &head, &b);
    } else {
        thrift_skip(r, THRIFT_STRUCT);
        if (strcmp(head.name, "extensions") == 0)
            osquery_put_extensions(&b, &head, manager->uuid, manager->kept);
        else if (strcmp(head.name, "deregisterExtension") == 0)
            manager->kept = 0;
        if (!b.size)
            osquery_put_status(&b, &head, OSQUERY_SUCCESS, "OK", 0);
    }
    peer_send(peer, &b);
    buffer_free(&b);
    if (registers && !manager->refuses)
        manager->registrations++;
}

static void *manager_thread(void *arg)
{
    struct osquery_manager *manager = arg;
    struct peer             peer;

    while (!manager->ended) {
        struct pollfd p = {.fd = manager->fd, .events = POLLIN};
        if (poll(&p, 1, 20) <= 0)
            continue;
        int fd = accept4(manager->fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0)
            continue;
        peer_begin(&peer, fd);
        peer_within(&peer, WAIT);
        while (!thrift_ended(&peer.reader) && !peer.reader.error)
            answer(manager, &peer);
        peer_close(&peer);
    }
    return NULL;
}

struct osquery_manager *osquery_manager_begin(const char *socket)
{
    static int              turn;
    struct osquery_manager *manager = calloc(1, sizeof *manager);

    manager->path = strdup(socket);
    manager->fd = peer_listen(socket);
    ck_assert_int_ge(manager->fd, 0);
    manager->uuid = getpid() * 1000000LL + 1000 * turn++; /* no two sockets are the same */
    ck_assert_int_eq(pthread_create(&manager->thread, NULL, manager_thread, manager), 0);
    return manager;
}

void osquery_manager_end(struct osquery_manager *manager)
{
    manager->ended = true;
    pthread_join(manager->thread, NULL);
    close(manager->fd);
    unlink(manager->path);
    free(manager->path);
    arena_free(&manager->arena);
    free(manager);
}

int64_t osquery_manager_wait(struct osquery_manager *manager, size_t n)
{
    for (int i = 0; manager->registrations < n; i++) {
        ck_assert_msg(i < WAIT * 1000, "nobody registers");
        usleep(1000);
    }
    return manager->uuid;
}

void osquery_manager_forget(struct osquery_manager *manager)
{
    manager->kept = 0;
}

void osquery_manager_refuse(struct osquery_manager *manager)
{
    manager->refuses = true;
}

size_t osquery_manager_has(struct osquery_manager *manager)
{
    return manager->kept;
}

/* osquery's virtual tables ---------------------------------------------------------------------- */

struct module {
    struct osquery_manager *manager;
    char                   *path;
};

struct vtab {
    sqlite3_vtab        base;
    const struct table *table;
    const char         *path;
};

struct cursor {
    sqlite3_vtab_cursor   base;
    struct osquery_answer answer;
    size_t                at;
};

static int option_of(const struct table *table, int column)
{
    return atoi(osquery_value(&table->columns[column], "op"));
}

static const struct table *find_table(const struct osquery_manager *manager, const char *name)
{
    for (size_t i = 0; i < manager->n_tables; i++)
        if (strcmp(manager->tables[i].name, name) == 0)
            return &manager->tables[i];
    ck_abort_msg("no table %s", name);
    return NULL;
}

/* As osquery's columnDefinition() writes it for an extension's table. */
static char *definition(const struct table *table)
{
    sqlite3_str *s = sqlite3_str_new(NULL);
    const char  *glue = "";

    sqlite3_str_appendall(s, "CREATE TABLE x(");
    for (size_t i = 0; i < table->n; i++) {
        int option = option_of(table, (int)i);
        sqlite3_str_appendf(
            s, "%s`%s` %s%s%s", i ? ", " : "", osquery_value(&table->columns[i], "name"),
            osquery_value(&table->columns[i], "type"), option & PLUGIN_HIDDEN ? " HIDDEN" : "",
            option & PLUGIN_NOCASE ? " COLLATE NOCASE" : "");
    }
    for (size_t i = 0; i < table->n; i++)
        if (option_of(table, (int)i) & (PLUGIN_INDEX | PLUGIN_ADDITIONAL)) {
            sqlite3_str_appendf(s, "%s`%s`", *glue ? glue : ", PRIMARY KEY (",
                                osquery_value(&table->columns[i], "name"));
            glue = ", ";
        }
    sqlite3_str_appendall(s, *glue ? "))" : ")");
    return sqlite3_str_finish(s);
}

static int connect_table(sqlite3 *db, void *aux, int argc, const char *const *argv,
                         sqlite3_vtab **ret, char **error)
{
    struct module *module = aux;
    struct vtab   *vtab = sqlite3_malloc(sizeof *vtab);

    (void)argc;
    (void)error;
    *vtab = (struct vtab){.table = find_table(module->manager, argv[2]), .path = module->path};
    char *sql = definition(vtab->table);
    int   rc = sqlite3_declare_vtab(db, sql);
    ck_assert_msg(rc == SQLITE_OK, "%s: %s", sql, sqlite3_errmsg(db));
    sqlite3_free(sql);
    *ret = &vtab->base;
    return rc;
}

static int disconnect_table(sqlite3_vtab *vtab)
{
    sqlite3_free(vtab);
    return SQLITE_OK;
}

static bool is_passed(const struct table *table, const struct sqlite3_index_constraint *constraint)
{
    bool is_text = strcmp(osquery_value(&table->columns[constraint->iColumn], "type"), "TEXT") == 0;
    bool is_order = constraint->op == SQLITE_INDEX_CONSTRAINT_GT ||
                    constraint->op == SQLITE_INDEX_CONSTRAINT_LE ||
                    constraint->op == SQLITE_INDEX_CONSTRAINT_LT ||
                    constraint->op == SQLITE_INDEX_CONSTRAINT_GE;

    return !(is_text && is_order) && option_of(table, constraint->iColumn) & PLUGIN_TERMS;
}

/* The plan is written as "used;column,op,in;...". */
static int best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
    const struct table *table = ((struct vtab *)base)->table;
    sqlite3_str        *s = sqlite3_str_new(NULL);
    int                 n = 0;

    sqlite3_str_appendf(s, "%llu;", info->colUsed);
    info->estimatedCost = 1000000;
    for (int i = 0; i < info->nConstraint; i++) {
        const struct sqlite3_index_constraint *constraint = &info->aConstraint[i];
        if (!constraint->usable || constraint->iColumn < 0 || !is_passed(table, constraint))
            continue;
        int all = option_of(table, constraint->iColumn) & PLUGIN_OPTIMIZED &&
                  sqlite3_vtab_in(info, i, -1);
        if (all)
            sqlite3_vtab_in(info, i, 1);
        info->aConstraintUsage[i].argvIndex = ++n;
        info->estimatedCost = 1;
        sqlite3_str_appendf(s, "%d,%d,%d;", constraint->iColumn, constraint->op, all);
    }
    info->idxStr = sqlite3_str_finish(s);
    info->needToFreeIdxStr = 1;
    return SQLITE_OK;
}

static int open_cursor(sqlite3_vtab *vtab, sqlite3_vtab_cursor **ret)
{
    struct cursor *cursor = calloc(1, sizeof *cursor);

    (void)vtab;
    *ret = &cursor->base;
    return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *base)
{
    osquery_answer_free(&((struct cursor *)base)->answer);
    free(base);
    return SQLITE_OK;
}

static void put_expression(struct buffer *b, int op, sqlite3_value *value, const char **glue)
{
    const char *text = (const char *)sqlite3_value_text(value);

    if (!text)
        return;
    buffer_printf(b, "%s{\"op\":%d,\"expr\":", *glue, op);
    buffer_json(b, text, strlen(text));
    buffer_puts(b, "}");
    *glue = ",";
}

/* The list of one column: each of its terms, and of an IN that is one call each value as an =. */
static void put_list(struct buffer *b, int wanted, const char *plan, sqlite3_value **argv)
{
    const char *glue = "";
    int         column, op, all;

    for (int i = 0; sscanf(plan, "%d,%d,%d;", &column, &op, &all) == 3; i++) {
        sqlite3_value *value = argv[i];
        plan = strchr(plan, ';') + 1;
        if (column != wanted)
            continue;
        if (!all)
            put_expression(b, op, value, &glue);
        else
            for (int rc = sqlite3_vtab_in_first(argv[i], &value); rc == SQLITE_OK && value;
                 rc = sqlite3_vtab_in_next(argv[i], &value))
                put_expression(b, op, value, &glue);
    }
}

static void put_terms(struct buffer *b, const struct table *table, const char *plan,
                      sqlite3_value **argv)
{
    for (size_t i = 0; i < table->n; i++) {
        buffer_printf(b, "%s{\"name\":\"%s\",\"list\":[", i ? "," : "",
                      osquery_value(&table->columns[i], "name"));
        put_list(b, (int)i, plan, argv);
        buffer_printf(b, "],\"affinity\":\"%s\"}", osquery_value(&table->columns[i], "type"));
    }
}

static void put_used(struct buffer *b, const struct table *table, unsigned long long used)
{
    const char *glue = "";

    for (size_t i = 0; i < table->n; i++)
        if (used >> (i < 63 ? i : 63) & 1) {
            buffer_printf(b, "%s\"%s\"", glue, osquery_value(&table->columns[i], "name"));
            glue = ",";
        }
}

static int filter(sqlite3_vtab_cursor *base, int number, const char *plan, int argc,
                  sqlite3_value **argv)
{
    struct cursor     *cursor = (struct cursor *)base;
    const struct vtab *vtab = (const struct vtab *)base->pVtab;
    unsigned long long used = strtoull(plan, NULL, 10);
    struct buffer      b = {0};

    (void)number;
    (void)argc;
    buffer_puts(&b, "{\"constraints\":[");
    put_terms(&b, vtab->table, strchr(plan, ';') + 1, argv);
    buffer_puts(&b, "],\"colsUsed\":[");
    put_used(&b, vtab->table, used);
    buffer_printf(&b, "],\"colsUsedBitset\":%llu}", used);
    osquery_answer_free(&cursor->answer);
    osquery_call(vtab->path, vtab->table->name, "generate", buffer_text(&b), &cursor->answer);
    osquery_calls++;
    snprintf(osquery_last_context, sizeof osquery_last_context, "%s", b.data);
    buffer_free(&b);
    cursor->at = 0;
    if (cursor->answer.status.code == OSQUERY_SUCCESS)
        return SQLITE_OK;
    base->pVtab->zErrMsg = sqlite3_mprintf("%s", cursor->answer.status.message);
    return SQLITE_ERROR;
}

static int next_row(sqlite3_vtab_cursor *base)
{
    ((struct cursor *)base)->at++;
    return SQLITE_OK;
}

static int at_end(sqlite3_vtab_cursor *base)
{
    return ((struct cursor *)base)->at >= ((struct cursor *)base)->answer.n;
}

static int get_column(sqlite3_vtab_cursor *base, sqlite3_context *out, int column)
{
    struct cursor            *cursor = (struct cursor *)base;
    const struct osquery_row *row = &cursor->answer.rows[cursor->at];
    const struct osquery_row *as = &((struct vtab *)base->pVtab)->table->columns[column];
    const char               *type = osquery_value(as, "type"), *name = osquery_value(as, "name");
    char                     *end = "";

    for (size_t i = 0; i < row->n; i++) {
        const struct osquery_cell *cell = &row->cells[i];
        if (strcmp(cell->name, name) != 0)
            continue;
        if (strcmp(type, "TEXT") == 0)
            sqlite3_result_text(out, cell->value, (int)cell->size, SQLITE_TRANSIENT);
        else if (strcmp(type, "BIGINT") == 0)
            sqlite3_result_int64(out, strtoll(cell->value, &end, 10));
        else
            sqlite3_result_double(out, strtod(cell->value, &end));
        ck_assert_msg(*end == '\0', "%s is %s, not %s", name, cell->value, type);
    }
    return SQLITE_OK;
}

static int get_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *ret)
{
    struct cursor *cursor = (struct cursor *)base;

    *ret = atoll(osquery_value(&cursor->answer.rows[cursor->at], "rowid"));
    return SQLITE_OK;
}

static const sqlite3_module osquery_module = {
    .xCreate = connect_table,
    .xConnect = connect_table,
    .xBestIndex = best_index,
    .xDisconnect = disconnect_table,
    .xDestroy = disconnect_table,
    .xOpen = open_cursor,
    .xClose = close_cursor,
    .xFilter = filter,
    .xNext = next_row,
    .xEof = at_end,
    .xColumn = get_column,
    .xRowid = get_rowid,
};

static void free_module(void *arg)
{
    free(((struct module *)arg)->path);
    free(arg);
}

sqlite3 *osquery_database(struct osquery_manager *manager, const char *path)
{
    struct module *module = malloc(sizeof *module);
    sqlite3       *db;

    *module = (struct module){manager, strdup(path)};
    ck_assert_int_eq(sqlite3_open(":memory:", &db), SQLITE_OK);
    sqlite3_create_module_v2(db, "osquery", &osquery_module, module, free_module);
    for (size_t i = 0; i < manager->n_tables; i++) {
        char *sql =
            sqlite3_mprintf("CREATE VIRTUAL TABLE \"%w\" USING osquery", manager->tables[i].name);
        ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, "%s: %s", sql,
                      sqlite3_errmsg(db));
        sqlite3_free(sql);
    }
    return db;
}
