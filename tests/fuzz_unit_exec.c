/* Exec lines and what is around them: an environment file before a NUL, then lines of a unit: no
 * crash, no endless loop, and every JSON text is one. */
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "formats/command/shell_canonical.h"
#include "formats/unit/unit_environment.h"
#include "formats/unit/unit_specifiers.h"
#include "formats/unit/unit_words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool keeps(const void *data, const char *name, size_t size)
{
    (void)data;
    return size && *name == 'K';
}

/* The buffer's text must be JSON of this many items. */
static void expect_json(struct buffer *json, size_t n)
{
    cJSON *value = cJSON_Parse(buffer_text(json));

    if (!value || (size_t)cJSON_GetArraySize(value) != n)
        abort();
    cJSON_Delete(value);
    buffer_free(json);
}

static void try_command(const struct unit_environment *environment, const struct unit_exec *command,
                        struct arena *memory)
{
    struct buffer          json = {0};
    struct unit_words      words = {0};
    struct command_reading reading = {0};
    bool                   cut;

    if (!command->argc || command->argv[command->argc])
        abort();
    unit_exec_argv_json(command, &json);
    expect_json(&json, command->argc);
    if (unit_environment_expand(environment, command, keeps, NULL, memory, &words, &cut) < 0 ||
        !words.n)
        return;
    words.words[0] = command->path;
    if (command_read(&(struct command_given){.argv = words.words, .argc = words.n}, memory,
                     &reading) < 0 ||
        !reading.text || strlen(reading.text) > 2 * CANONICAL_MAX)
        abort();
}

static void try_line(struct unit_environment *environment, const struct unit_expander *expander,
                     const char *line)
{
    struct arena          memory = {0};
    struct unit_exec_line parsed = {0};
    struct buffer         text = {0};

    if (unit_exec_parse(line, expander, &memory, &parsed) < 0)
        abort();
    for (size_t i = 0; i < parsed.n && i < 8; i++)
        try_command(environment, &parsed.commands[i], &memory);
    unit_unescape(line, &text);
    shell_canonical(line, strlen(line), &text);
    unit_name_unescape(line, strlen(line), &text);
    buffer_free(&text);
    arena_free(&memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena            memory = {0};
    struct unit_environment environment = {.memory = &memory};
    struct unit_specifiers  specifiers = {0};
    struct buffer           json = {0};
    size_t                  n = 0;
    char                   *lines = strndup((const char *)data, size), *rest, *line;
    size_t                  file = strlen(lines);
    struct unit_expander    expander = {unit_specifiers_expand, &specifiers};

    unit_specifiers_name(&specifiers, "a-b@c\\x2d.service", &memory);
    unit_environment_file(&environment, lines, file, size & 1);
    if (file < size) {
        free(lines);
        lines = strndup((const char *)data + file + 1, size - file - 1);
        unit_environment_words(&environment, lines, &expander);
    }
    unit_environment_settle(&environment);
    unit_environment_unset(&environment, lines, NULL);
    for (size_t i = 0; i < environment.n; i++)
        n += environment.variables[i].value != NULL;
    unit_environment_json(&environment, &json);
    expect_json(&json, n);
    for (rest = lines; (line = strsep(&rest, "\n"));)
        try_line(&environment, &expander, line);
    free(lines);
    arena_free(&memory);
    return 0;
}
