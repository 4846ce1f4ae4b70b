#include "rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "faults.h"

static int add_row(void *data, int n, char **values, char **names)
{
    struct rows *rows = data;
    FILE        *stream;
    char        *text = NULL;
    size_t       size = 0;

    (void)names;
    faults_pause(true);
    stream = open_memstream(&text, &size);
    for (int i = 0; i < n; i++)
        fprintf(stream, "%s\x1f", values[i] ? values[i] : "\x02");
    fputc('\x1e', stream);
    fclose(stream);
    rows->text = realloc(rows->text, rows->size + size + 1);
    memcpy(rows->text + rows->size, text, size + 1);
    rows->size += size;
    rows->n++;
    free(text);
    faults_pause(false);
    return 0;
}

int rows_of(sqlite3 *db, const char *sql, struct rows *ret)
{
    *ret = (struct rows){0};
    return sqlite3_exec(db, sql, add_row, ret, NULL);
}

void rows_free(struct rows *rows)
{
    free(rows->text);
    *rows = (struct rows){0};
}

bool rows_are_among(const struct rows *rows, const struct rows *others)
{
    for (char *row = rows->text; row && *row;) {
        char  *end = strchr(row, '\x1e');
        size_t size = (size_t)(end - row) + 1;
        if (!others->text || !memmem(others->text, others->size, row, size)) {
            fprintf(stderr, "no such row: %.*s\n", (int)(size < 600 ? size : 600), row);
            return false;
        }
        row = end + 1;
    }
    return true;
}

bool rows_equal(const struct rows *a, const struct rows *b)
{
    return a->n == b->n && a->size == b->size &&
           (a->size == 0 || memcmp(a->text, b->text, a->size) == 0);
}
