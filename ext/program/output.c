/* output.c -- rows for people (columns that fit the terminal) and for programs (JSON, CSV). */
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include "formats/text/array.h"
#include "formats/text/buffer.h"
#include "json_cell.h"
#include "program.h"
#include "system.h"

#define CELL_MAX 200 /* columns of one cell in a table that is not cut to a terminal */

bool parse_format(const char *name, enum format *ret)
{
    static const char *const names[] = {"table", "json", "csv", "ndjson"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(name, names[i]) == 0) {
            *ret = (enum format)i;
            return true;
        }
    }
    complain("unknown format %s; --help lists those of this command", name);
    return false;
}

static size_t width_of(int fd)
{
    const char *columns = getenv("COLUMNS");
    size_t      width = terminal_width(fd);

    if (width)
        return width;
    return columns && atoi(columns) > 0 ? (size_t)atoi(columns) : 80;
}

bool output_open(struct output *output, enum format format, const char *path)
{
    *output = (struct output){.file = stdout, .format = format};
    if (path && strcmp(path, "-") != 0 && !(output->file = fopen(path, "we"))) {
        complain("%s: %s", path, strerror(errno));
        return false;
    }
    output->terminal = isatty(fileno(output->file)) == 1;
    output->width = output->terminal ? width_of(fileno(output->file)) : 0;
    return true;
}

bool output_close(struct output *output)
{
    bool failed = ferror(output->file) != 0;

    failed |= output->file == stdout ? fflush(stdout) != 0 : fclose(output->file) != 0;
    if (failed)
        complain("not all of the output was written");
    return !failed;
}

/* Cells ----------------------------------------------------------------------- */

/* The next character of a text: what to write for it, and how many columns that takes. Returns its
 * number of bytes in the text. */
static size_t next_character(const char *text, size_t left, mbstate_t *state, char escape[16],
                             size_t *ret_columns)
{
    wchar_t c = 0;
    size_t  size = mbrtowc(&c, text, left, state);

    *escape = '\0';
    if (size == 0 || size > left) {
        *state = (mbstate_t){0};
        size = 1;
        snprintf(escape, 16, "\\x%02x", (unsigned char)*text);
    } else if (character_deceives((uint32_t)c)) {
        snprintf(escape, 16, c < 0x100 ? "\\x%02x" : "\\u%04x", (unsigned)c);
    }
    int width = *escape ? (int)strlen(escape) : wcwidth(c);
    *ret_columns = width < 0 ? 1 : (size_t)width;
    return size;
}

/* Copy text, escaping deceptive characters, into at most `most` columns; returns those used. Where
 * it does not fit, the last column shows it. */
static size_t put_cell(struct buffer *out, const char *text, size_t most)
{
    mbstate_t state = {0};
    size_t    left = strlen(text), used = 0;
    size_t    cut = out->size, cut_used = 0; /* where the text ends if it is cut */

    while (left) {
        char   escape[16];
        size_t columns, size = next_character(text, left, &state, escape, &columns);
        if (used + columns > most) {
            out->size = cut;
            buffer_puts(out, MB_CUR_MAX > 1 ? "…" : "~");
            return cut_used + 1;
        }
        buffer_put(out, *escape ? escape : text, *escape ? strlen(escape) : size);
        used += columns;
        if (used < most) {
            cut = out->size;
            cut_used = used;
        }
        text += size;
        left -= size;
    }
    return used;
}

/* The table format ------------------------------------------------------------- */

struct grid {
    char  **cells; /* rows of n_columns, escaped; the first row holds the names */
    size_t *widths;
    size_t  n_columns, n_cells;
    bool    failed;
};

static void add_cell(struct grid *grid, const char *text)
{
    struct buffer cell = {0};

    size_t width = put_cell(&cell, text ? text : "", CELL_MAX);
    size_t column = grid->n_cells % grid->n_columns;
    char **added = ARRAY_ADD(grid->cells, grid->n_cells);
    if (!added || !buffer_text(&cell)) {
        buffer_free(&cell);
        grid->failed = true;
        return;
    }
    if (width > grid->widths[column])
        grid->widths[column] = width;
    *added = cell.data;
}

#define NARROWEST 8 /* columns of a cell that is cut */

/* Take columns from the widest until all fit; false where they do not. */
static bool fit(struct grid *grid, size_t width)
{
    for (;;) {
        size_t sum = 0, widest = 0;
        for (size_t c = 0; c < grid->n_columns; c++) {
            sum += grid->widths[c] + 2;
            if (grid->widths[c] > grid->widths[widest])
                widest = c;
        }
        if (sum <= width + 2 || grid->widths[widest] <= NARROWEST)
            return sum <= width + 2;
        size_t over = sum - width - 2, spare = grid->widths[widest] - NARROWEST;
        size_t take = spare < over ? spare : over;
        grid->widths[widest] -= take > 8 ? take / 2 : take;
    }
}

static const char *colour_of(const char *cell)
{
    static const char *const colours[][2] = {{"critical", "\033[1;31m"},
                                             {"high", "\033[31m"},
                                             {"medium", "\033[33m"},
                                             {"denied", "\033[33m"},
                                             {"damaged", "\033[31m"}};

    for (size_t i = 0; i < sizeof colours / sizeof colours[0]; i++)
        if (strcmp(cell, colours[i][0]) == 0)
            return colours[i][1];
    return NULL;
}

static void print_cell(struct output *output, const struct grid *grid, size_t i)
{
    size_t        column = i % grid->n_columns;
    bool          last = column == grid->n_columns - 1;
    struct buffer cell = {0};
    size_t        used = put_cell(&cell, grid->cells[i], grid->widths[column]);
    const char   *colour = output->terminal ? colour_of(grid->cells[i]) : NULL;

    if (i < grid->n_columns && output->terminal)
        colour = "\033[1m";
    fprintf(output->file, "%s%s%s", colour ? colour : "", buffer_text(&cell) ? cell.data : "",
            colour ? "\033[0m" : "");
    buffer_free(&cell);
    if (last)
        fputc('\n', output->file);
    else
        fprintf(output->file, "%*s", (int)(grid->widths[column] + 2 - used), "");
}

/* Columns that a cell takes. */
static size_t wide_of(const char *text)
{
    struct buffer cell = {0};
    size_t        used = put_cell(&cell, text, CELL_MAX);

    buffer_free(&cell);
    return used;
}

/* A cell's text in at most `most` columns. */
static void print_text(struct output *output, const char *text, size_t most)
{
    struct buffer cell = {0};

    put_cell(&cell, text, most);
    fprintf(output->file, "%s\n", buffer_text(&cell) ? cell.data : "");
    buffer_free(&cell);
}

/* Rows that are too wide for the terminal: one line for each cell; cells without a value are left
 * out. */
static void print_lines(struct output *output, const struct grid *grid, const size_t *names)
{
    size_t widest = 0;

    for (size_t c = 0; c < grid->n_columns; c++)
        widest = names[c] > widest ? names[c] : widest;
    size_t most = output->width > widest + 2 + NARROWEST ? output->width - widest - 2 : NARROWEST;
    for (size_t i = grid->n_columns; i < grid->n_cells; i++) {
        size_t column = i % grid->n_columns;
        if (column == 0 && i > grid->n_columns)
            fputc('\n', output->file);
        if (!*grid->cells[i])
            continue;
        fprintf(output->file, "\033[1m%s\033[0m%*s", grid->cells[column],
                (int)(widest + 2 - names[column]), "");
        print_text(output, grid->cells[i], most);
    }
}

static void print_rows(struct output *output, struct grid *grid, size_t *names)
{
    for (size_t c = 0; c < grid->n_columns; c++)
        names[c] = wide_of(grid->cells[c]);
    if (output->width && !fit(grid, output->width)) {
        print_lines(output, grid, names);
        return;
    }
    for (size_t i = 0; i < grid->n_cells; i++)
        print_cell(output, grid, i);
}

static long long print_grid(struct output *output, sqlite3_stmt *stmt)
{
    struct grid grid = {.n_columns = (size_t)sqlite3_column_count(stmt)};
    int         rc;

    if (!grid.n_columns)
        return sqlite3_step(stmt) == SQLITE_DONE ? 0 : -1;
    grid.widths = calloc(grid.n_columns, sizeof *grid.widths);
    grid.failed = !grid.widths;
    for (size_t c = 0; c < grid.n_columns && !grid.failed; c++)
        add_cell(&grid, sqlite3_column_name(stmt, (int)c));
    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW && !grid.failed)
        for (size_t c = 0; c < grid.n_columns && !grid.failed; c++)
            add_cell(&grid, (const char *)sqlite3_column_text(stmt, (int)c));
    long long rows = rc == SQLITE_DONE ? (long long)(grid.n_cells / grid.n_columns) - 1 : -1;
    size_t   *names = calloc(grid.n_columns, sizeof *names);
    grid.failed |= !names;
    if (rows > 0 && !grid.failed)
        print_rows(output, &grid, names);
    free(names);
    for (size_t i = 0; i < grid.n_cells; i++)
        free(grid.cells[i]);
    free(grid.cells);
    free(grid.widths);
    return grid.failed ? -1 : rows;
}

/* The formats for programs ------------------------------------------------------- */

static void put_json_value(struct buffer *out, sqlite3_stmt *stmt, int c)
{
    double value;

    switch (sqlite3_column_type(stmt, c)) {
    case SQLITE_NULL:
        buffer_puts(out, "null");
        break;
    case SQLITE_INTEGER:
        buffer_puts(out, (const char *)sqlite3_column_text(stmt, c));
        break;
    case SQLITE_FLOAT: /* JSON has no infinity: what SQLite's own JSON has since 3.43 */
        value = sqlite3_column_double(stmt, c);
        buffer_puts(out, isinf(value) ? (value < 0 ? "-9e999" : "9e999")
                                      : (const char *)sqlite3_column_text(stmt, c));
        break;
    case SQLITE_BLOB:
        buffer_putc(out, '"');
        buffer_hex(out, sqlite3_column_blob(stmt, c), (size_t)sqlite3_column_bytes(stmt, c));
        buffer_putc(out, '"');
        break;
    default:
        put_json_text(out, sqlite3_column_name(stmt, c), (const char *)sqlite3_column_text(stmt, c),
                      (size_t)sqlite3_column_bytes(stmt, c));
    }
}

static void put_json_row(struct buffer *out, sqlite3_stmt *stmt)
{
    buffer_putc(out, '{');
    for (int c = 0; c < sqlite3_column_count(stmt); c++) {
        const char *name = sqlite3_column_name(stmt, c);
        if (c)
            buffer_putc(out, ',');
        buffer_json(out, name, strlen(name));
        buffer_putc(out, ':');
        put_json_value(out, stmt, c);
    }
    buffer_putc(out, '}');
}

/* Whether the bytes at `p` are a control character of terminals; C1 ones are two bytes of UTF-8. */
static bool is_control(const unsigned char *p)
{
    return (p[0] < 0x20 && !strchr("\t\r\n", p[0])) || p[0] == 0x7f ||
           (p[0] == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0);
}

static void put_csv_byte(struct buffer *out, const char **text)
{
    const unsigned char *p = (const unsigned char *)*text;

    if (!is_control(p)) {
        buffer_putc(out, **text);
        return;
    }
    buffer_printf(out, "\\x%02x", p[0] == 0xc2 ? p[1] : p[0]);
    *text += p[0] == 0xc2;
}

/* A field of CSV (RFC 4180, section 2): quoted where it must be, without controls. */
static void put_csv_field(struct buffer *out, const char *text)
{
    if (!text)
        return;
    if (!strpbrk(text, ",\"\r\n")) {
        for (; *text; text++)
            put_csv_byte(out, &text);
        return;
    }
    buffer_putc(out, '"');
    for (; *text; text++) {
        if (*text == '"')
            buffer_putc(out, '"');
        put_csv_byte(out, &text);
    }
    buffer_putc(out, '"');
}

static void put_csv_row(struct buffer *out, sqlite3_stmt *stmt, bool names)
{
    for (int c = 0; c < sqlite3_column_count(stmt); c++) {
        if (c)
            buffer_putc(out, ',');
        put_csv_field(out, names ? sqlite3_column_name(stmt, c)
                                 : (const char *)sqlite3_column_text(stmt, c));
    }
    buffer_puts(out, "\r\n");
}

static void put_row(struct output *output, struct buffer *out, sqlite3_stmt *stmt, long long row)
{
    switch (output->format) {
    case FORMAT_JSON:
        buffer_puts(out, row ? ",\n " : "[");
        put_json_row(out, stmt);
        break;
    case FORMAT_NDJSON:
        put_json_row(out, stmt);
        buffer_putc(out, '\n');
        break;
    default:
        if (!row)
            put_csv_row(out, stmt, true);
        put_csv_row(out, stmt, false);
    }
}

long long output_rows(struct output *output, sqlite3_stmt *stmt)
{
    struct buffer line = {0};
    long long     rows = 0;
    int           rc;

    if (output->format == FORMAT_TABLE)
        return print_grid(output, stmt);
    for (; (rc = sqlite3_step(stmt)) == SQLITE_ROW; rows++) {
        buffer_reset(&line);
        put_row(output, &line, stmt, rows);
        if (!buffer_text(&line))
            break;
        fwrite(line.data, 1, line.size, output->file);
    }
    if (output->format == FORMAT_JSON)
        fputs(rows ? "]\n" : "[]\n", output->file);
    buffer_free(&line);
    return rc == SQLITE_DONE ? rows : -1;
}

long long output_texts(struct output *output, sqlite3_stmt *stmt)
{
    long long rows = 0;
    int       rc;

    for (; (rc = sqlite3_step(stmt)) == SQLITE_ROW; rows++) {
        const char *text = (const char *)sqlite3_column_text(stmt, 0);
        print_text(output, text ? text : "", output->width ? output->width : SIZE_MAX);
    }
    return rc == SQLITE_DONE ? rows : -1;
}

void output_title(struct output *output, const char *title)
{
    if (output->format == FORMAT_TABLE)
        fprintf(output->file, output->terminal ? "\n\033[1m%s\033[0m\n" : "\n%s\n", title);
}

void output_answer(struct output *output, sqlite3 *db, const char *sql)
{
    sqlite3_stmt *stmt = NULL;

    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK &&
        sqlite3_step(stmt) == SQLITE_ROW)
        output_title(output, (const char *)sqlite3_column_text(stmt, 0));
    sqlite3_finalize(stmt);
}
