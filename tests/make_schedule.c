#include "make_schedule.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "harness.h"

double wall_now, uptime_now;
char   notices[16384];

static double read_wall(void *data)
{
    (void)data;
    return wall_now;
}

static double read_uptime(void *data)
{
    (void)data;
    return uptime_now;
}

static void take_notice(int priority, const char *text)
{
    size_t used = strlen(notices);

    (void)priority;
    snprintf(notices + used, sizeof notices - used, "%s\n", text);
}

struct schedule_setup schedule_setup_of(const char *dir)
{
    static char paths[3][4096];

    snprintf(paths[0], sizeof paths[0], "%s/svcql.conf", dir);
    snprintf(paths[1], sizeof paths[1], "%s/state.db", dir);
    snprintf(paths[2], sizeof paths[2], "%s/log", dir);
    return (struct schedule_setup){
        .config = paths[0],
        .state = paths[1],
        .output = paths[2],
        .clock = {read_wall, read_uptime, "boot", NULL},
        .notice = take_notice,
    };
}

struct schedule *schedule_begin(const char *dir, const char *configuration)
{
    struct schedule_setup setup = schedule_setup_of(dir);
    struct schedule      *schedule = NULL;

    if (configuration)
        harness_write_text(dir, "svcql.conf", configuration);
    *notices = '\0';
    int r = schedule_open(&setup, &schedule);
    ck_assert_msg(r == 0, "%s: %s", strerror(-r), notices);
    return schedule;
}

int schedule_after(struct schedule *schedule, double seconds)
{
    wall_now += seconds;
    uptime_now += seconds;
    return schedule_tick(schedule, false);
}

/* The format, from its description ---------------------------------------------------------- */

static const char *cells_error(const cJSON *row, bool numerics)
{
    if (!cJSON_IsObject(row))
        return "a row is not an object";
    for (const cJSON *cell = row->child; cell; cell = cell->next) {
        if (!cJSON_IsString(cell) && !(numerics && cJSON_IsNumber(cell)))
            return "a cell is not a string";
        if (cell->next && strcmp(cell->string, cell->next->string) >= 0)
            return "columns are not in order";
    }
    return NULL;
}

static const char *rows_error(const cJSON *rows, bool numerics)
{
    if (!cJSON_IsArray(rows))
        return "rows are not a list";
    for (const cJSON *row = rows->child; row; row = row->next)
        if (cells_error(row, numerics))
            return cells_error(row, numerics);
    return NULL;
}

static bool whole_number(const cJSON *item)
{
    return cJSON_IsNumber(item) && item->valuedouble >= 0 &&
           item->valuedouble == floor(item->valuedouble);
}

/* name to numerics, and decorations where there are; *at is moved after them. */
static const char *header_error(const cJSON **at, bool *numerics)
{
    static const char *const keys[] = {"name",  "hostIdentifier", "calendarTime", "unixTime",
                                       "epoch", "counter",        "numerics"};
    const cJSON             *items[7];
    struct tm                tm = {0};

    for (size_t i = 0; i < 7; i++, *at = (*at)->next) {
        if (!*at || strcmp((*at)->string, keys[i]) != 0)
            return "the header's keys are not in order";
        items[i] = *at;
    }
    if (!cJSON_IsString(items[0]) || !cJSON_IsString(items[1]) || !cJSON_IsString(items[2]))
        return "a name is not a string";
    if (!whole_number(items[3]) || !whole_number(items[4]) || !whole_number(items[5]))
        return "a number is none";
    if (!cJSON_IsBool(items[6]))
        return "numerics is not a boolean";
    const char *end = strptime(items[2]->valuestring, "%a %b %d %H:%M:%S %Y UTC", &tm);
    if (!end || *end || (double)timegm(&tm) != items[3]->valuedouble)
        return "calendarTime is not unixTime";
    *numerics = cJSON_IsTrue(items[6]);
    if (*at && strcmp((*at)->string, "decorations") == 0) {
        if (cells_error(*at, false))
            return cells_error(*at, false);
        *at = (*at)->next;
    }
    return NULL;
}

static bool action_is(const cJSON *item, const char *actions)
{
    return item && strcmp(item->string, "action") == 0 && cJSON_IsString(item) &&
           strstr(actions, item->valuestring);
}

static const char *event_error(const cJSON *json)
{
    const cJSON *at = json->child;
    bool         numerics = false;
    const char  *error = header_error(&at, &numerics);

    if (error)
        return error;
    if (!at || strcmp(at->string, "columns") != 0)
        return "no columns after the header";
    if ((error = cells_error(at, numerics)))
        return error;
    return action_is(at->next, "added removed snapshot") && !at->next->next
               ? NULL
               : "no action at the end";
}

static const char *batch_error(const cJSON *json)
{
    const cJSON *difference = json->child, *removed = difference->child, *at = difference->next;
    bool         numerics = false;
    const char  *error = header_error(&at, &numerics);

    if (error || at)
        return error ? error : "more after the header";
    if (!removed || strcmp(removed->string, "removed") != 0 || !removed->next ||
        strcmp(removed->next->string, "added") != 0 || removed->next->next)
        return "a difference is removed and added";
    if (!removed->child && !removed->next->child)
        return "an empty difference";
    error = rows_error(removed, numerics);
    return error ? error : rows_error(removed->next, numerics);
}

static const char *snapshot_error(const cJSON *json)
{
    const cJSON *action = json->child->next;
    bool         numerics = false;
    if (!action_is(action, "snapshot"))
        return "a snapshot's action";

    const cJSON *at = action->next;
    const char  *error = header_error(&at, &numerics);
    if (error || at)
        return error ? error : "more after the header";
    return rows_error(json->child, numerics);
}

const char *log_line_error(const char *line, size_t size)
{
    const char *end = NULL, *error;
    cJSON      *json = cJSON_ParseWithLengthOpts(line, size, &end, false);

    if (!json || end != line + size || !cJSON_IsObject(json) || !json->child)
        error = "no JSON object";
    else if (strcmp(json->child->string, "diffResults") == 0)
        error = batch_error(json);
    else if (strcmp(json->child->string, "snapshot") == 0)
        error = snapshot_error(json);
    else
        error = event_error(json);
    cJSON_Delete(json);
    return error;
}

/* The log as text ------------------------------------------------------------------------------ */

static void summarise(FILE *out, const char *line, size_t size)
{
    cJSON       *json = cJSON_ParseWithLength(line, size);
    const cJSON *rows = json->child;
    const char  *action = cJSON_GetStringValue(cJSON_GetObjectItem(json, "action"));

    if (!cJSON_IsObject(rows) && !cJSON_IsArray(rows))
        rows = cJSON_GetObjectItem(json, "columns");
    char *text = cJSON_PrintUnformatted(rows);
    fprintf(out, "%s%s%s %g %s", ftell(out) ? "\n" : "",
            cJSON_GetObjectItem(json, "name")->valuestring, "",
            cJSON_GetObjectItem(json, "counter")->valuedouble, action ? action : "batch");
    fprintf(out, " %s", text);
    free(text);
    cJSON_Delete(json);
}

char *schedule_log(const char *dir)
{
    char   path[4096], *text = NULL;
    size_t size = 0, text_size = 0;

    snprintf(path, sizeof path, "%s/log", dir);
    if (access(path, F_OK) != 0)
        return strdup("");
    char *data = harness_read(path, &size);
    FILE *out = open_memstream(&text, &text_size);
    for (char *line = data, *end; line < data + size; line = end + 1) {
        end = memchr(line, '\n', size - (size_t)(line - data));
        ck_assert_msg(end, "the last line has no end: %s", line);
        const char *error = log_line_error(line, (size_t)(end - line));
        ck_assert_msg(!error, "%s: %.*s", error, (int)(end - line), line);
        summarise(out, line, (size_t)(end - line));
    }
    fclose(out);
    free(data);
    return text;
}
