/* discovery_host.c -- the name and time zone of the host that evidence came from. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "discovery.h"
#include "formats/evtx/evtx.h"
#include "formats/hive/hive.h"
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

static void map_logs(const struct root *root, const char *path, struct root_map maps[3],
                     struct hive_log logs[3])
{
    static const char *const suffixes[3] = {".LOG1", ".LOG2", ".LOG"};

    for (size_t i = 0; i < 3; i++) {
        char name[ROOT_PATH_MAX + 8];

        maps[i] = (struct root_map){0};
        snprintf(name, sizeof name, "%s%s", path, suffixes[i]);
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
    struct root_map map = {0}, maps[3];
    struct hive_log logs[3];
    struct hive     hive;
    bool            found = false;

    if (root_map(root, path, HIVE_FILE_MAX, &map) < 0)
        return false;
    map_logs(root, path, maps, logs);
    if (hive_open(&hive, map.data, map.size, logs, 3) == 0) {
        found = ask_hive(&hive, ret_host, ret_zone);
        hive_close(&hive);
    }
    for (size_t i = 0; i < 3; i++)
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

static void host_of_windows(const struct root *root, char ret_host[HOST_MAX],
                            char ret_zone[HOST_MAX])
{
    static const char *const logs[] = {"System", "Security", "Application"};

    if (host_of_hive(root, "/Windows/System32/config/SYSTEM", ret_host, ret_zone))
        return;
    for (size_t i = 0; i < TBL_COUNT(logs); i++) {
        char path[ROOT_PATH_MAX];

        snprintf(path, sizeof path, "/Windows/System32/winevt/Logs/%s.evtx", logs[i]);
        if (host_of_event_log(root, path, ret_host))
            return;
    }
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
    default:
        return false;
    }
}
