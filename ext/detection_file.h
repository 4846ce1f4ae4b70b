/* detection_file.h -- the text of a detection: one file of sql/signals, or of a user's folder.
 *
 * The head of ext/signals.awk is the manual of the form. This only parses the text; detections.c
 * reports whether its expressions are SQL, detection_tests.c whether its tests pass.
 */
#ifndef SVCQL_DETECTION_FILE_H
#define SVCQL_DETECTION_FILE_H

#include <stdbool.h>
#include <stddef.h>

#define DETECTION_MAX_PATTERNS 64
#define DETECTION_MAX_SECTIONS 32
#define DETECTION_MAX_TESTS    512

/* What is wrong, at a line of a file; `text` is valid during the call only. */
struct detection_faults {
    void (*report)(void *data, const char *file, int line, const char *text);
    void *data;
    int   n; /* counts */
};

void detection_fault(struct detection_faults *faults, const char *file, int line,
                     const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The text of a fault, for one that has the name of a detection that exists. */
#define DETECTION_NAME_TAKEN "a signal %s exists already"

struct detection_pattern {
    const char *platform; /* any, unix or windows */
    const char *text;
    int         line;
};

/* An expression over the columns of one shape or several. */
struct detection_section {
    char       *shapes; /* separated by one space */
    const char *body;   /* NULL: the section of patterns */
    int         line, body_line;
};

struct detection_test {
    const char *row; /* a JSON object */
    size_t      section;
    bool        fires; /* or it spares */
    int         line;
};

/* All text is within `text`, which the file owns; an omitted word is NULL. */
struct detection_file {
    char       *path, *text; /* malloc'd */
    const char *name, *title;
    const char *platform, *technique, *analytic, *weight, *family, *severity, *reference,
        *false_positives, *response;

    struct detection_pattern patterns[DETECTION_MAX_PATTERNS];
    struct detection_section sections[DETECTION_MAX_SECTIONS];
    struct detection_test    tests[DETECTION_MAX_TESTS];
    size_t                   n_patterns, n_sections, n_tests;
};

/* Parse a file's text. Owns `text`, NUL-terminated and from malloc(), in every case; `path`
 * ends in NAME.sql and is copied. Every fault is reported with its line. Returns 0, -EINVAL where
 * there was a fault, -ENOMEM; the caller frees the file in every case. */
int  detection_file_parse(const char *path, char *text, struct detection_faults *faults,
                          struct detection_file *file);
void detection_file_free(struct detection_file *file);

#endif
