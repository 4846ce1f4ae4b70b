#include "decorations.h"
#include "formats/text/json_tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define RETRY_AFTER 60 /* seconds */

int decorations_begin(struct decorations *decorations, size_t n)
{
    *decorations = (struct decorations){
        .rows = calloc(n + 1, sizeof(cJSON *)),
        .due = calloc(n + 1, sizeof(double)),
        .n = n,
        .text = strdup(""),
    };
    if (decorations->rows && decorations->due && decorations->text)
        return 0;
    decorations_end(decorations);
    return -ENOMEM;
}

void decorations_end(struct decorations *decorations)
{
    for (size_t i = 0; decorations->rows && i < decorations->n; i++)
        cJSON_Delete(decorations->rows[i]);
    free(decorations->rows);
    free(decorations->due);
    free(decorations->text);
    *decorations = (struct decorations){.n = 0};
}

struct member {
    const cJSON *item;
    size_t       order;
};

static int by_key(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    int                  order = strcmp(x->item->string, y->item->string);

    return order ? order : x->order < y->order ? -1 : x->order > y->order;
}

/* All members by name; of equal names the later decorator's. Returns their count. */
static size_t collect(const struct decorations *decorations, struct member *members)
{
    size_t n = 0, kept = 0;

    for (size_t i = 0; i < decorations->n; i++)
        for (const cJSON *item = decorations->rows[i] ? decorations->rows[i]->child : NULL; item;
             item = item->next, n++)
            if (members)
                members[n] = (struct member){item, n};
    if (!members)
        return n;
    qsort(members, n, sizeof *members, by_key);
    for (size_t i = 0; i < n; i++)
        if (i + 1 == n || strcmp(members[i].item->string, members[i + 1].item->string) != 0)
            members[kept++] = members[i];
    return kept;
}

static int compose(struct decorations *decorations)
{
    struct buffer  text = {0};
    struct member *members = calloc(collect(decorations, NULL) + 1, sizeof *members);
    if (!members)
        return -ENOMEM;

    size_t n = collect(decorations, members);
    for (size_t i = 0; i < n; i++) {
        const cJSON *item = members[i].item;
        const char  *value = cJSON_IsString(item) ? item->valuestring : "";
        if (i)
            buffer_putc(&text, ',');
        buffer_json(&text, item->string, strlen(item->string));
        buffer_putc(&text, ':');
        buffer_json(&text, value, strlen(value));
    }
    free(members);
    if (!buffer_text(&text)) {
        buffer_free(&text);
        return -ENOMEM;
    }
    free(decorations->text);
    decorations->text = text.data; /* from malloc(), as in buffer.c */
    decorations->stale = false;
    return 0;
}

/* One that failed is not run again at once: it may have failed by running too long. */
static double next_due(const struct decorator *decorator, double uptime, bool worked)
{
    if (decorator->when == DECORATE_LOAD)
        return 1e300;
    if (decorator->when == DECORATE_INTERVAL)
        return uptime + (double)decorator->interval;
    return worked ? 0 : uptime + RETRY_AFTER;
}

int decorations_refresh(struct decorations *decorations, const struct configuration *configuration,
                        double uptime, decorate_fn fn, void *data)
{
    int r = 0;

    for (size_t i = 0; i < decorations->n; i++) {
        const struct decorator *decorator = &configuration->decorators[i];
        if (decorations->due[i] > uptime)
            continue;
        char *row = NULL;
        bool  worked = fn(data, decorator->sql, &row);
        cJSON_Delete(decorations->rows[i]);
        decorations->rows[i] = NULL;
        if (row && json_tree(row, strlen(row), &decorations->rows[i]) == -ENOMEM)
            r = -ENOMEM;
        else
            decorations->due[i] = next_due(decorator, uptime, worked);
        free(row);
        decorations->stale = true;
    }
    return r == 0 && decorations->stale ? compose(decorations) : r;
}
