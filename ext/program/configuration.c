#include "configuration.h"

#include <errno.h>
#include <glob.h>
#include <sha1.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "configuration_keys.h"
#include "embedded_files.h"

enum { ROOM_QUERIES, ROOM_PACKS, ROOM_DECORATORS, ROOM_DOCUMENTS };

struct reading {
    struct configuration *c;
    const char           *host;
    struct json_error    *error;
};

/* Options -------------------------------------------------------------------------- */

enum option_type { OPTION_TEXT, OPTION_FLAG, OPTION_NUMBER };

static const struct {
    const char      *name;
    enum option_type type;
    size_t           offset;
    const char      *text; /* the defaults */
    int64_t          number, least, most;
} option_table[] = {
#define TEXT(field, value)                                                                         \
    {                                                                                              \
#field, OPTION_TEXT, offsetof(struct schedule_options, field), value, 0, 0, 0              \
    }
#define FLAG(field, value)                                                                         \
    {                                                                                              \
#field, OPTION_FLAG, offsetof(struct schedule_options, field), NULL, value, 0, 1           \
    }
#define NUMBER(field, value, least, most)                                                          \
    {                                                                                              \
#field, OPTION_NUMBER, offsetof(struct schedule_options, field), NULL, value, least, most  \
    }
    TEXT(host_identifier, "hostname"),
    TEXT(specified_identifier, ""),
    TEXT(logger_plugin, "stdout"),
    TEXT(logger_path, NULL),
    TEXT(signals, NULL),
    TEXT(rules, NULL),
    TEXT(pack_delimiter, "_"),
    FLAG(logger_event_type, true),
    FLAG(logger_snapshot_event_type, false),
    FLAG(logger_numerics, false),
    FLAG(logger_rotate, true),
    FLAG(disable_decorators, false),
    FLAG(decorations_top_level, false),
    NUMBER(logger_rotate_size, 26214400, 4096, INT64_C(1) << 40),
    NUMBER(logger_rotate_max_files, 25, 1, 1000),
    NUMBER(buffered_log_max, 100000, 1, 10000000),
    NUMBER(schedule_splay_percent, 10, 0, 100),
    NUMBER(schedule_default_interval, 3600, 1, INTERVAL_MAX),
    NUMBER(schedule_epoch, 0, 0, INT64_C(1) << 53),
    NUMBER(pack_refresh_interval, 3600, 1, INTERVAL_MAX),
    NUMBER(query_timeout, 60, 1, 86400),
    NUMBER(source_megabytes, 4096, 0, 1 << 30),
    NUMBER(source_rows, 1000000, 0, INT64_C(1) << 53),
    NUMBER(source_seconds, 10, 0, 86400),
    NUMBER(watchdog_memory_limit, 200, 8, 65536),
#undef TEXT
#undef FLAG
#undef NUMBER
};

#define N_OPTIONS (sizeof option_table / sizeof option_table[0])

static void ignore(struct configuration *c, const char *where, const char *key)
{
    buffer_printf(&c->ignored, "%s%s%s", c->ignored.size ? ", " : "", where, key);
}

static int read_option(const struct json_place *place, const cJSON *options, size_t i, char *base)
{
    const char *name = option_table[i].name;
    void       *field = base + option_table[i].offset;

    switch (option_table[i].type) {
    case OPTION_TEXT:
        *(const char **)field = option_table[i].text;
        return json_text(place, options, name, field);
    case OPTION_FLAG:
        *(bool *)field = option_table[i].number != 0;
        return json_flag(place, options, name, field);
    default:
        *(int64_t *)field = option_table[i].number;
        return json_number(place, options, name, option_table[i].least, option_table[i].most,
                           field);
    }
}

static int one_of(const struct json_place *place, const char *key, const char *value,
                  const char *choices)
{
    size_t size = strlen(value);

    for (const char *p = choices; size && (p = strstr(p, value)); p++)
        if ((p == choices || p[-1] == ' ') && (p[size] == ' ' || !p[size]))
            return 0;
    return json_fail(place, key, "must be one of: %s", choices);
}

/* An option of osquery's without a meaning here is ignored; a key that is nearly one of ours is
 * misspelt.
 */
static int check_options(struct reading *reading, const struct json_place *place,
                         const cJSON *object)
{
    const char *known[N_OPTIONS + 1] = {NULL};

    for (size_t i = 0; i < N_OPTIONS; i++)
        known[i] = option_table[i].name;
    int r = check_spelling(place, object, known);
    for (const cJSON *item = object ? object->child : NULL; r == 0 && item; item = item->next) {
        size_t i = 0;
        while (known[i] && strcmp(item->string, known[i]) != 0)
            i++;
        if (!known[i])
            ignore(reading->c, "options.", item->string);
    }
    return r;
}

static int read_options(struct reading *reading, const struct json_place *top, const cJSON *json)
{
    struct json_place        place = {.above = top, .key = "options"};
    struct schedule_options *options = &reading->c->options;
    const cJSON             *object = NULL;

    int r = json_member(top, json, "options", cJSON_Object, &object);
    for (size_t i = 0; r == 0 && i < N_OPTIONS; i++)
        r = read_option(&place, object, i, (char *)options);
    if (r == 0)
        r = one_of(&place, "host_identifier", options->host_identifier,
                   "hostname uuid instance ephemeral specified");
    if (r == 0)
        r = one_of(&place, "logger_plugin", options->logger_plugin,
                   "filesystem stdout syslog journald");
    return r == 0 ? check_options(reading, &place, object) : r;
}

/* Queries for this host ---------------------------------------------------------------- */

int machine_shard(const char *host)
{
    uint8_t  digest[SHA1_DIGEST_LENGTH];
    SHA1_CTX sha1;

    SHA1Init(&sha1);
    SHA1Update(&sha1, (const uint8_t *)host, strlen(host));
    SHA1Final(digest, &sha1);
    return digest[0] * 100 / 255;
}

bool pack_platform_fits(const char *platform)
{
    static const char *const fit[] = {"linux", "posix", "any", "all"};

    if (!*platform)
        return true;
    while (*platform) {
        size_t size = strcspn(platform, ", ");
        for (size_t i = 0; i < sizeof fit / sizeof fit[0]; i++)
            if (strlen(fit[i]) == size && strncmp(platform, fit[i], size) == 0)
                return true;
        platform += size;
        platform += strspn(platform, ", ");
    }
    return false;
}

bool pack_version_fits(const char *version)
{
    const char *ours = OSQUERY_VERSION;
    char       *end;

    if (!*version || strcmp(version, "null") == 0)
        return true;
    for (;;) {
        unsigned long wanted = strtoul(version, &end, 10);
        version = *end == '.' ? end + 1 : "";
        unsigned long have = strtoul(ours, &end, 10);
        ours = *end == '.' ? end + 1 : "";
        if (wanted != have)
            return wanted < have;
        if (!*version)
            return true;
    }
}

/* Read platform, version and shard of a pack or query: 1 fits, 0 does not. */
static int fits(struct reading *reading, const struct json_place *place, const cJSON *object)
{
    const char *platform = "", *version = "";
    int64_t     shard = 0;

    int r = json_text(place, object, "platform", &platform);
    if (r == 0)
        r = json_text(place, object, "version", &version);
    if (r == 0)
        r = json_number(place, object, "shard", 0, 100, &shard);
    if (r < 0)
        return r;
    return pack_platform_fits(platform) && pack_version_fits(version) &&
           (shard == 0 || shard >= machine_shard(reading->host));
}

/* Queries ------------------------------------------------------------------------------ */

static const char *query_name(struct configuration *c, int pack, const char *name)
{
    const char   *delimiter = c->options.pack_delimiter;
    struct buffer text = {0};

    if (pack < 0)
        return arena_strndup(&c->arena, name, strlen(name));
    buffer_printf(&text, "pack%s%s%s%s", delimiter, c->packs[pack].name, delimiter, name);
    if (!buffer_text(&text))
        c->arena.failed = true;
    const char *kept = arena_strndup(&c->arena, text.data ? text.data : "", text.size);
    buffer_free(&text);
    return kept;
}

static int read_query(struct reading *reading, const struct json_place *above, const cJSON *json,
                      int pack)
{
    struct configuration  *c = reading->c;
    struct json_place      place = {.above = above, .key = json->string};
    struct scheduled_query query = {.interval = c->options.schedule_default_interval,
                                    .removed = true,
                                    .denylist = true,
                                    .pack = pack};

    if (!cJSON_IsObject(json))
        return json_fail(&place, NULL, "must be an object");
    int r = fits(reading, &place, json);
    if (r <= 0) {
        c->left_out += r == 0;
        return r;
    }
    r = check_spelling(&place, json, query_keys);
    if (r == 0)
        r = json_text(&place, json, "query", &query.sql);
    if (r == 0 && (!query.sql || !*query.sql))
        r = json_fail(&place, "query", "must be SQL");
    if (r == 0)
        r = json_number(&place, json, "interval", 1, INTERVAL_MAX, &query.interval);
    if (r == 0)
        r = json_flag(&place, json, "snapshot", &query.snapshot);
    if (r == 0)
        r = json_flag(&place, json, "removed", &query.removed);
    if (r == 0)
        r = json_flag(&place, json, "blacklist", &query.denylist); /* its name before 5.0 */
    if (r == 0)
        r = json_flag(&place, json, "denylist", &query.denylist);
    query.name = query_name(c, pack, json->string);
    void *queries =
        arena_grow(&c->arena, c->queries, c->n_queries, &c->room[ROOM_QUERIES], sizeof *c->queries);
    if (r < 0 || !queries)
        return r < 0 ? r : -ENOMEM;
    c->queries = queries;
    c->queries[c->n_queries++] = query;
    return 0;
}

/* The query that a folder of Sigma rules adds: what they match in the last day. */
static int add_rules(struct configuration *c)
{
    struct buffer sql = {0};

    if (!c->options.rules)
        return 0;
    buffer_puts(&sql,
                "SELECT datetime(time, 'unixepoch') AS datetime, host, level, rule, id, technique, "
                "subject, source, record FROM svcql_rules('");
    for (const char *at = c->options.rules; *at; at++)
        buffer_puts(&sql, *at == '\'' ? "''" : (char[2]){*at, '\0'});
    buffer_puts(&sql, "') WHERE status = 'match' AND time > unixepoch() - 86400");
    const char *text = buffer_text(&sql) ? arena_strndup(&c->arena, sql.data, sql.size) : NULL;
    buffer_free(&sql);
    struct scheduled_query *queries =
        arena_grow(&c->arena, c->queries, c->n_queries, &c->room[ROOM_QUERIES], sizeof *c->queries);
    if (!text || !queries)
        return -ENOMEM;
    c->queries = queries;
    c->queries[c->n_queries++] =
        (struct scheduled_query){.name = "sigma",
                                 .sql = text,
                                 .interval = c->options.schedule_default_interval,
                                 .denylist = true,
                                 .pack = -1};
    return 0;
}

static int read_queries(struct reading *reading, const struct json_place *above, const cJSON *json,
                        const char *key, int pack)
{
    struct json_place place = {.above = above, .key = key};
    const cJSON      *object = NULL;

    int r = json_member(above, json, key, cJSON_Object, &object);
    for (const cJSON *item = object ? object->child : NULL; r == 0 && item; item = item->next)
        r = read_query(reading, &place, item, pack);
    return r;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct scheduled_query *)a)->name,
                  ((const struct scheduled_query *)b)->name);
}

static int sort_queries(struct configuration *c, const struct json_place *top)
{
    if (c->n_queries)
        qsort(c->queries, c->n_queries, sizeof *c->queries, by_name);
    for (size_t i = 1; i < c->n_queries; i++)
        if (strcmp(c->queries[i - 1].name, c->queries[i].name) == 0)
            return json_fail(top, NULL, "%s is scheduled twice", c->queries[i].name);
    return 0;
}

/* Packs -------------------------------------------------------------------------------- */

/* Check that a member is a list of texts. */
static int check_list(const struct json_place *place, const cJSON *object, const char *key,
                      const cJSON **ret)
{
    int r = json_member(place, object, key, cJSON_Array, ret);

    for (const cJSON *item = r == 0 && *ret ? (*ret)->child : NULL; item; item = item->next)
        if (!cJSON_IsString(item))
            return json_fail(place, key, "must be a list of strings");
    return r;
}

static int read_pack(struct reading *reading, const struct json_place *place, const cJSON *json,
                     const char *name)
{
    struct configuration *c = reading->c;
    struct pack           pack = {.name = arena_strndup(&c->arena, name, strlen(name))};
    const cJSON          *queries = NULL;

    int r = check_spelling(place, json, pack_keys);
    if (r == 0)
        r = fits(reading, place, json);
    else
        return r;
    if (r == 0) {
        r = json_member(place, json, "queries", cJSON_Object, &queries);
        c->left_out += queries ? (size_t)cJSON_GetArraySize(queries) : 0;
        return r;
    }
    if (r > 0)
        r = check_list(place, json, "discovery", &pack.discovery);
    if (r < 0)
        return r;
    void *packs =
        arena_grow(&c->arena, c->packs, c->n_packs, &c->room[ROOM_PACKS], sizeof *c->packs);
    if (!packs)
        return -ENOMEM;
    c->packs = packs;
    c->packs[c->n_packs++] = pack;
    return read_queries(reading, place, json, "queries", (int)c->n_packs - 1);
}

static int keep_document(struct configuration *c, cJSON *json)
{
    void *documents = arena_grow(&c->arena, c->documents, c->n_documents, &c->room[ROOM_DOCUMENTS],
                                 sizeof *c->documents);

    if (!documents) {
        cJSON_Delete(json);
        return -ENOMEM;
    }
    c->documents = documents;
    c->documents[c->n_documents++] = json;
    return 0;
}

/* A pack that is not present is left out with a warning, as osquery does. */
static int read_pack_file(struct reading *reading, const char *path, const char *name)
{
    struct json_place top = {.file = path, .error = reading->error};
    cJSON            *json = NULL;

    int r = json_read_file(&top, &json);
    if (r == -ENOENT || r == -ENOTDIR || r == -EACCES || r == -EPERM) {
        buffer_printf(&reading->c->warnings, "pack %s left out: %s\n", name, reading->error->text);
        *reading->error = (struct json_error){""};
        return 0;
    }
    if (r == 0)
        r = keep_document(reading->c, json);
    return r == 0 ? read_pack(reading, &top, json, name) : r;
}

/* Packs of a pattern have the names of their files without the suffix. */
static int read_pack_glob(struct reading *reading, const struct json_place *place,
                          const char *pattern)
{
    glob_t found = {0};
    int    r = glob(pattern, 0, NULL, &found);

    if (r == GLOB_NOMATCH) {
        buffer_printf(&reading->c->warnings, "packs.*: no file matches %s\n", pattern);
        r = 0;
    } else if (r != 0)
        r = json_fail(place, "*", "%s cannot be searched", pattern);
    for (size_t i = 0; r == 0 && i < found.gl_pathc; i++) {
        const char *slash = strrchr(found.gl_pathv[i], '/');
        const char *base = slash ? slash + 1 : found.gl_pathv[i];
        const char *dot = strrchr(base, '.');
        size_t      size = dot && dot > base ? (size_t)(dot - base) : strlen(base);
        r = read_pack_file(reading, found.gl_pathv[i],
                           arena_strndup(&reading->c->arena, base, size));
    }
    globfree(&found);
    return r;
}

/* A path in a configuration is relative to the configuration's folder. */
static const char *path_beside(struct reading *reading, const char *file, const char *path)
{
    const char   *slash = strrchr(file, '/');
    struct buffer text = {0};

    if (*path == '/' || !slash)
        return path;
    buffer_printf(&text, "%.*s/%s", (int)(slash - file), file, path);
    const char *whole = buffer_text(&text);
    const char *kept = arena_strndup(&reading->c->arena, whole ? whole : "", text.size);
    reading->c->arena.failed |= !whole;
    buffer_free(&text);
    return kept;
}

static int read_packs(struct reading *reading, const struct json_place *top, const cJSON *json)
{
    struct json_place place = {.above = top, .key = "packs"};
    const cJSON      *object = NULL;

    int r = json_member(top, json, "packs", cJSON_Object, &object);
    for (const cJSON *item = object ? object->child : NULL; r == 0 && item; item = item->next) {
        struct json_place here = {.above = &place, .key = item->string};
        if (cJSON_IsObject(item)) {
            r = read_pack(reading, &here, item, item->string);
        } else if (!cJSON_IsString(item)) {
            r = json_fail(&here, NULL, "must be a pack or the path of one");
        } else {
            const char *path = path_beside(reading, top->file, item->valuestring);
            r = strcmp(item->string, "*") == 0 ? read_pack_glob(reading, &place, path)
                                               : read_pack_file(reading, path, item->string);
        }
    }
    return r;
}

/* Decorators and views ------------------------------------------------------------------- */

static int add_decorators(struct configuration *c, const cJSON *list, struct decorator decorator)
{
    for (const cJSON *item = list ? list->child : NULL; item; item = item->next) {
        void *decorators = arena_grow(&c->arena, c->decorators, c->n_decorators,
                                      &c->room[ROOM_DECORATORS], sizeof *c->decorators);
        if (!decorators)
            return -ENOMEM;
        c->decorators = decorators;
        decorator.sql = item->valuestring;
        c->decorators[c->n_decorators++] = decorator;
    }
    return 0;
}

static int read_interval_decorators(struct configuration *c, const struct json_place *above,
                                    const cJSON *object)
{
    struct json_place place = {.above = above, .key = "interval"};
    int               r = 0;

    for (const cJSON *item = object ? object->child : NULL; r == 0 && item; item = item->next) {
        struct decorator decorator = {.when = DECORATE_INTERVAL};
        const cJSON     *list = NULL;
        char            *end;
        decorator.interval = strtoll(item->string, &end, 10);
        if (*end || decorator.interval < 1 || decorator.interval > INTERVAL_MAX)
            return json_fail(&place, item->string, "must be seconds from 1 to %d", INTERVAL_MAX);
        r = check_list(&place, object, item->string, &list);
        if (r == 0)
            r = add_decorators(c, list, decorator);
    }
    return r;
}

static int read_decorators(struct reading *reading, const struct json_place *top, const cJSON *json)
{
    struct json_place     place = {.above = top, .key = "decorators"};
    struct configuration *c = reading->c;
    const cJSON          *object = NULL, *load = NULL, *always = NULL, *interval = NULL;

    int r = json_member(top, json, "decorators", cJSON_Object, &object);
    if (r == 0)
        r = check_list(&place, object, "load", &load);
    if (r == 0)
        r = check_list(&place, object, "always", &always);
    if (r == 0)
        r = json_member(&place, object, "interval", cJSON_Object, &interval);
    if (r == 0)
        r = add_decorators(c, load, (struct decorator){.when = DECORATE_LOAD});
    if (r == 0)
        r = add_decorators(c, always, (struct decorator){.when = DECORATE_ALWAYS});
    return r == 0 ? read_interval_decorators(c, &place, interval) : r;
}

static int read_views(struct reading *reading, const struct json_place *top, const cJSON *json)
{
    int                     r = json_member(top, json, "views", cJSON_Object, &reading->c->views);
    const struct json_place place = {.above = top, .key = "views"};

    for (const cJSON *item = r == 0 && reading->c->views ? reading->c->views->child : NULL; item;
         item = item->next)
        if (!cJSON_IsString(item))
            return json_fail(&place, item->string, "must be SQL");
    return r;
}

/* The whole ------------------------------------------------------------------------------ */

/* A pack has queries where a configuration has a schedule or packs. */
static int check_top_keys(struct reading *reading, const struct json_place *top, const cJSON *json)
{
    if (cJSON_IsObject(cJSON_GetObjectItemCaseSensitive(json, "queries")))
        return json_fail(top, "queries",
                         "this is a pack, not a configuration; a configuration names it in "
                         "{\"packs\": {\"NAME\": \"FILE\"}}");
    for (const cJSON *item = json->child; item; item = item->next) {
        enum key_meaning meaning = top_key_meaning(item->string);
        if (meaning == KEY_UNKNOWN)
            return unknown_key(top, item->string, top_keys);
        if (meaning == KEY_IGNORED)
            ignore(reading->c, "", item->string);
    }
    return 0;
}

static int read_configuration(struct reading *reading, const struct json_place *top)
{
    cJSON *json = NULL;

    int r = json_read_file(top, &json);
    if (r == 0)
        r = keep_document(reading->c, json);
    if (r == 0)
        r = check_top_keys(reading, top, json);
    if (r == 0)
        r = read_options(reading, top, json);
    if (r == 0)
        r = read_queries(reading, top, json, "schedule", -1);
    if (r == 0)
        r = add_rules(reading->c);
    if (r == 0)
        r = read_packs(reading, top, json);
    if (r == 0)
        r = read_decorators(reading, top, json);
    if (r == 0)
        r = read_views(reading, top, json);
    return r == 0 ? sort_queries(reading->c, top) : r;
}

static int read_shipped(struct reading *reading, const struct json_place *top)
{
    size_t      size;
    const char *pack = embedded_file(EMBEDDED_PACK, &size);
    cJSON      *json = NULL;

    char *text = arena_alloc(&reading->c->arena, size + 1);
    if (!text)
        return -ENOMEM;
    memcpy(text, pack, size);
    int r = json_parse(top, text, size, &json);
    if (r == 0)
        r = keep_document(reading->c, json);
    if (r == 0)
        r = read_options(reading, top, json);
    if (r == 0)
        r = read_pack(reading, top, json, "t1569");
    return r == 0 ? sort_queries(reading->c, top) : r;
}

int configuration_read(const char *path, const char *host, struct configuration *ret,
                       struct json_error *error)
{
    struct configuration    c = {.n_queries = 0};
    struct reading          reading = {&c, host, error};
    const struct json_place top = {.file = path ? path : "t1569.json", .error = error};

    *error = (struct json_error){""};
    int r = path ? read_configuration(&reading, &top) : read_shipped(&reading, &top);
    if (r == 0 && (c.arena.failed || (c.ignored.size && !buffer_text(&c.ignored)) ||
                   (c.warnings.size && !buffer_text(&c.warnings))))
        r = -ENOMEM;
    if (r < 0) {
        if (!*error->text)
            json_fail(&top, NULL, "%s", strerror(-r));
        configuration_free(&c);
    }
    *ret = r == 0 ? c : (struct configuration){.n_queries = 0};
    return r;
}

void configuration_free(struct configuration *configuration)
{
    for (size_t i = 0; i < configuration->n_documents; i++)
        cJSON_Delete(configuration->documents[i]);
    buffer_free(&configuration->ignored);
    buffer_free(&configuration->warnings);
    arena_free(&configuration->arena);
    *configuration = (struct configuration){.n_queries = 0};
}
