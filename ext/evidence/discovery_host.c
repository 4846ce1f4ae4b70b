/* discovery_host.c -- the name and time zone of the host that evidence came from. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "discovery.h"
#include "formats/evtx/evtx.h"
#include "formats/hive/hive.h"
#include "formats/journal/journal_export.h"
#include "formats/log/stream.h"
#include "formats/plist/plist.h"

/* The first word of some text, as far as it fits. */
static bool first_word(const char *text, size_t size, char ret[HOST_MAX])
{
    struct buffer word = {0};
    size_t        begin = 0, end;

    while (begin < size && strchr(" \t\r\n", text[begin]))
        begin++;
    for (end = begin; end < size && end - begin < HOST_MAX - 1 && !strchr(" \t\r\n", text[end]);)
        end++;
    buffer_utf8(&word, text + begin, end - begin);
    const char *utf8 = buffer_text(&word);
    bool        found = utf8 && *utf8 && strlen(utf8) < HOST_MAX;
    if (found)
        strcpy(ret, utf8);
    buffer_free(&word);
    return found;
}

bool host_of_text(const struct root *root, const char *path, char ret_host[HOST_MAX])
{
    char  *text;
    size_t size;

    if (root_read(root, path, 65536, &text, &size) < 0)
        return false;
    bool found = first_word(text, strlen(text), ret_host);
    free(text);
    return found;
}

/* Journals ----------------------------------------------------------------------- */

#define FORMS_MAX    16  /* of one file, as it is and compressed */
#define JOURNALS_MAX 16  /* files of a folder that are asked */
#define EXPORTED_MAX 100 /* entries of an export */

/* The name in a field _HOSTNAME; false: it is another field, or fits into no name. */
static bool take_hostname(const struct journal_field *field, char ret[HOST_MAX])
{
    static const char name[] = "_HOSTNAME";
    size_t            size = sizeof name - 1;

    return field->name_size == size && memcmp(field->at, name, size) == 0 &&
           first_word(field->at + size + 1, field->size - size - 1, ret);
}

/* The name that a host had last: values are listed in the order in which they came. */
static bool host_of_values(struct journal_file *file, char ret[HOST_MAX])
{
    struct journal_field field;
    uint64_t             offset;
    bool                 found = false;

    int r = journal_values(file, "_HOSTNAME", &offset);
    while (r == 0 && offset && (r = journal_data(file, offset, &field)) == 0) {
        found = take_hostname(&field, ret) || found;
        r = journal_next_value(file, offset, &offset);
    }
    return found;
}

static bool host_of_export(const struct root *root, const char *path, char ret[HOST_MAX])
{
    struct journal_export *export;
    struct journal_entry entry;
    struct journal_field field;
    struct stream       *stream;
    bool                 found = false;

    if (root_open_stream(root, path, NULL, &stream) < 0 || journal_export_open(stream, &export) < 0)
        return false;
    for (int n = 0; !found && n < EXPORTED_MAX && journal_export_next(export, &entry) > 0; n++)
        for (uint32_t i = 0; !found && i < entry.n_items; i++)
            found = journal_export_item(export, i, &field) == 0 && take_hostname(&field, ret);
    journal_export_close(export);
    return found;
}

static bool host_of_journal_file(const struct root *root, const char *path, char ret[HOST_MAX])
{
    struct root_map     map;
    struct journal_file file;
    bool                found = false;

    if (!journal_file_name(path))
        return host_of_export(root, path, ret);
    if (root_map_parts(root, path, UINT64_C(8) << 30, &map) < 0)
        return false;
    if (map.size < JOURNAL_HEADER_SIZE || !root_map_load(&map, 0, JOURNAL_HEADER_SIZE) ||
        journal_file_open(&file, map.data, map.size) < 0) {
        found = host_of_export(root, path, ret);
    } else {
        file.load = root_map_load;
        file.load_arg = &map;
        found = host_of_values(&file, ret);
        journal_file_close(&file);
    }
    root_unmap(&map);
    return found;
}

/* Of a folder, the name that its journals agree on. */
static bool host_of_journal(const struct root *root, const char *path, char ret[HOST_MAX])
{
    struct root_names names;
    char              other[HOST_MAX], file[ROOT_PATH_MAX];
    bool              found = false;

    if (root_list(root, path, "*.journal*", JOURNALS_MAX, &names) < 0)
        return host_of_journal_file(root, path, ret);
    for (size_t i = 0; i < names.n; i++) {
        if ((size_t)snprintf(file, sizeof file, "%s/%s", path, names.names[i]) >= sizeof file ||
            !host_of_journal_file(root, file, found ? other : ret))
            continue;
        if (found && strcasecmp(other, ret) != 0) { /* of several hosts */
            found = false;
            break;
        }
        found = true;
    }
    root_names_free(&names);
    return found;
}

/* Windows ---------------------------------------------------------------------- */

/* Use the content of a buffer as the result. */
static bool take(struct buffer *text, char ret[HOST_MAX])
{
    const char *value = buffer_text(text);
    bool        fits = value && *value && strlen(value) < HOST_MAX;

    if (fits)
        strcpy(ret, value);
    buffer_reset(text);
    return fits;
}

static void map_logs(const struct root *root, const char *path, struct root_map maps[HIVE_LOGS],
                     struct hive_log logs[HIVE_LOGS])
{
    char name[ROOT_PATH_MAX];

    for (unsigned i = 0; i < HIVE_LOGS; i++) {
        maps[i] = (struct root_map){0};
        for (unsigned form = 0; !maps[i].data && hive_log_path(path, i, form, name, sizeof name);
             form++)
            if (root_map(root, name, HIVE_FILE_MAX, &maps[i]) < 0)
                maps[i] = (struct root_map){0};
        logs[i] = (struct hive_log){maps[i].data, maps[i].size};
    }
}

static bool ask_hive(struct hive *hive, char ret_host[HOST_MAX], char ret_zone[HOST_MAX])
{
    struct buffer text = {0};

    bool found = hive_computer_name(hive, &text) == 0 && take(&text, ret_host);
    buffer_reset(&text);
    if (hive_time_zone(hive, &text) == 0)
        take(&text, ret_zone);
    buffer_free(&text);
    return found;
}

static bool host_of_hive(const struct root *root, const char *path, char ret_host[HOST_MAX],
                         char ret_zone[HOST_MAX])
{
    struct root_map map = {0}, maps[HIVE_LOGS];
    struct hive_log logs[HIVE_LOGS];
    struct hive     hive;
    bool            found = false;

    if (root_map_cut(root, path, HIVE_FILE_MAX, &map) < 0)
        return false;
    map_logs(root, path, maps, logs);
    if (hive_open(&hive, map.data, map.size, logs, HIVE_LOGS) == 0) {
        found = ask_hive(&hive, ret_host, ret_zone);
        hive_close(&hive);
    }
    for (size_t i = 0; i < HIVE_LOGS; i++)
        root_unmap(&maps[i]);
    root_unmap(&map);
    return found;
}

/* The computer that the last readable record of a chunk names, without its domain: the first ones
 * may have the name that an image or the setup gave it. */
static bool host_of_chunk(struct evtx_reader *reader, const uint8_t *chunk, char ret[HOST_MAX])
{
    struct evtx_chunk  header;
    struct evtx_record record;
    struct evtx_event  event;
    struct buffer      text = {0};
    bool               found = false;

    if (evtx_load(reader, chunk, false, &header) < 0)
        return false;
    while (evtx_next(reader, &record) > 0) {
        if (evtx_decode(reader, &record, &event) < 0)
            continue;
        evtx_value_text(&event.system[EVTX_COMPUTER], &text);
        found = take(&text, ret) || found;
    }
    buffer_free(&text);
    if (found)
        ret[strcspn(ret, ".")] = '\0';
    return found && *ret;
}

static bool read_chunk(struct stream *log, uint64_t number, uint8_t chunk[EVTX_CHUNK_SIZE])
{
    uint64_t at = EVTX_HEADER_SIZE + number * EVTX_CHUNK_SIZE;
    size_t   n;

    memset(chunk, 0, EVTX_CHUNK_SIZE);
    return stream_at(log, at, chunk, EVTX_CHUNK_SIZE, &n) == 0 && n > 512;
}

/* The chunk that was written to last, as the file's header says: a hint. */
static uint64_t current_chunk(struct stream *log)
{
    uint8_t number[2]; /* low half of the little-endian number; a log has at most 65535 */
    size_t  n;

    if (!stream_plain(log) || stream_at(log, 16, number, sizeof number, &n) < 0 ||
        n < sizeof number)
        return 0; /* the first, of what can only be read from its beginning */
    return number[0] | (uint64_t)number[1] << 8;
}

static bool host_of_event_log(const struct root *root, const char *path, char ret[HOST_MAX])
{
    struct evtx_reader *reader = NULL;
    uint8_t            *chunk = calloc(1, EVTX_CHUNK_SIZE);
    struct stream      *log = NULL;
    bool                found = false;

    if (root_open_stream(root, path, NULL, &log) == 0 && chunk && evtx_reader_new(&reader) == 0)
        found = (read_chunk(log, current_chunk(log), chunk) && host_of_chunk(reader, chunk, ret)) ||
                (read_chunk(log, 0, chunk) && host_of_chunk(reader, chunk, ret));
    evtx_reader_free(reader);
    free(chunk);
    stream_close(log);
    return found;
}

/* A file that may be compressed, by the first of its forms that has a host. */
static bool host_of_either(const struct root *root, enum artefact artefact, const char *dir,
                           const char *name, char ret_host[HOST_MAX], char ret_zone[HOST_MAX])
{
    struct root_names names;
    char              path[ROOT_PATH_MAX];
    bool              found = false;

    if (root_list_packed(root, dir, name, FORMS_MAX, &names) < 0)
        return false;
    for (size_t i = 0; !found && i < names.n; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, names.names[i]);
        found = artefact == ARTEFACT_HIVE ? host_of_hive(root, path, ret_host, ret_zone)
                                          : host_of_event_log(root, path, ret_host);
    }
    root_names_free(&names);
    return found;
}

static void host_of_windows(const struct root *root, char ret_host[HOST_MAX],
                            char ret_zone[HOST_MAX])
{
    static const char *const logs[] = {"System.evtx", "Security.evtx", "Application.evtx"};

    if (host_of_either(root, ARTEFACT_HIVE, "/Windows/System32/config", "SYSTEM", ret_host,
                       ret_zone))
        return;
    for (size_t i = 0; i < TBL_COUNT(logs); i++)
        if (host_of_either(root, ARTEFACT_EVENT_LOG, "/Windows/System32/winevt/Logs", logs[i],
                           ret_host, ret_zone))
            return;
}

/* macOS ------------------------------------------------------------------------ */

/* Names in SystemConfiguration/preferences.plist, the one that logs use first. */
static const char *const name_keys[] = {"HostName", "LocalHostName", "ComputerName"};

struct name_reader {
    size_t key;  /* that the next value belongs to; TBL_COUNT(name_keys): another */
    size_t best; /* key of the name so far */
    char  *host;
};

static int read_name(void *user, const struct plist_event *event)
{
    struct name_reader *r = user;

    if (event->type == PLIST_STRING && r->key < r->best &&
        first_word(event->text, event->size, r->host))
        r->best = r->key;
    r->key = TBL_COUNT(name_keys);
    for (size_t i = 0; event->type == PLIST_KEY && i < TBL_COUNT(name_keys); i++)
        if (strlen(name_keys[i]) == event->size &&
            memcmp(name_keys[i], event->text, event->size) == 0)
            r->key = i;
    return 0;
}

static bool host_of_preferences(const struct root *root, const char *path, char ret[HOST_MAX])
{
    struct name_reader r = {TBL_COUNT(name_keys), TBL_COUNT(name_keys), ret};
    char              *data;
    size_t             size;

    if (root_read(root, path, ROOT_FILE_MAX, &data, &size) < 0)
        return false;
    plist_parse((const uint8_t *)data, size, read_name, &r, NULL);
    free(data);
    return r.best < TBL_COUNT(name_keys);
}

/* All ---------------------------------------------------------------------------- */

/* The zone that /etc/localtime is a link to, even one whose target is missing below the root; else
 * the zone in Debian's /etc/timezone. */
static void zone_of_unix(const struct root *root, char ret_zone[HOST_MAX])
{
    static const char zoneinfo[] = "/zoneinfo/";
    char              link[ROOT_PATH_MAX];

    const char *zone =
        root_readlink(root, "/etc/localtime", link) == 0 ? strstr(link, zoneinfo) : NULL;
    if (zone && strlen(zone) < HOST_MAX)
        strcpy(ret_zone, zone + strlen(zoneinfo));
    else
        host_of_text(root, "/etc/timezone", ret_zone);
}

void host_of_root(const struct root *root, const char *kind, char ret_host[HOST_MAX],
                  char ret_zone[HOST_MAX])
{
    *ret_host = *ret_zone = '\0';
    if (strcmp(kind, "windows") == 0) {
        host_of_windows(root, ret_host, ret_zone);
        return;
    }
    zone_of_unix(root, ret_zone);
    if (strcmp(kind, "macos") != 0 ||
        !host_of_preferences(root, "/Library/Preferences/SystemConfiguration/preferences.plist",
                             ret_host))
        host_of_text(root, "/etc/hostname", ret_host);
}

bool host_of_file(const struct root *root, enum artefact artefact, const char *path,
                  char ret_host[HOST_MAX], char ret_zone[HOST_MAX])
{
    switch (artefact) {
    case ARTEFACT_HIVE:
        return host_of_hive(root, path, ret_host, ret_zone);
    case ARTEFACT_EVENT_LOG:
        return host_of_event_log(root, path, ret_host);
    case ARTEFACT_JOURNAL:
        return host_of_journal(root, path, ret_host);
    default:
        return false;
    }
}
