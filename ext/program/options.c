#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "formats/text/buffer.h"
#include "program.h"

#define OPTIONS_MAX 32

int next_option(const struct command *command, int argc, char **argv)
{
    struct option longs[OPTIONS_MAX + 1] = {0};
    char          shorts[3 * OPTIONS_MAX] = ":";
    size_t        n = 0, s = 1;

    for (; n < OPTIONS_MAX && command->options[n].name; n++) {
        const struct option_spec *spec = &command->options[n];
        longs[n] = (struct option){spec->name, spec->argument ? required_argument : no_argument,
                                   NULL, 256 + (int)n};
        if (spec->letter) {
            shorts[s++] = spec->letter;
            if (spec->argument)
                shorts[s++] = ':';
        }
    }
    int found = getopt_long(argc, argv, shorts, longs, NULL);
    if (found == -1)
        return -1;
    for (size_t i = 0; i < n; i++)
        if (found == 256 + (int)i || (found == command->options[i].letter && found))
            return (int)i;
    if (found == ':')
        complain("%s: %s needs a value", command->name, argv[optind - 1]);
    else
        complain("%s: unknown option %s; try svcql %s --help", command->name, argv[optind - 1],
                 command->name);
    return -2;
}

int complain(const char *format, ...)
{
    struct buffer shown = {0};
    char          text[2048];
    va_list       ap;

    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    buffer_printable(&shown, text, strlen(text));
    const char *line = buffer_text(&shown);
    fprintf(stderr, "svcql: %s\n", line ? line : "out of memory");
    buffer_free(&shown);
    return EXIT_ERROR;
}

double parse_span(const char *text)
{
    static const struct {
        const char *unit;
        double      seconds;
    } units[] = {{"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}, {"w", 604800}};
    char  *end;
    double value = strtod(text, &end);

    if (end == text || !(value >= 0))
        return -1;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strcmp(end, units[i].unit) == 0)
            return value * units[i].seconds;
    return *end ? -1 : value;
}
