/* reload_reading.h -- what the parts of reload_settings share: the list's entries, and one that is being read
 * from disk.
 */
#ifndef SVCQL_RELOAD_READING_H
#define SVCQL_RELOAD_READING_H

#include "reload_settings.h"

#define RELOAD_INFINITE "infinity"

/* How a value on disk becomes the text of the property. */
enum reload_form {
    TEXT,
    PLAIN,   /* text that is compared only where it is a word of letters and dashes */
    NAME,    /* Description=: the unit's name where it is not set */
    TYPE,    /* Type=: depends on other settings where it is not set */
    TRIGGER, /* Unit=: the service of the same name where it is not set */
    FOLDER,  /* WorkingDirectory= */
    BOOL,
    YES_NO, /* yes, no, or a word */
    NUMBER,
    OCTAL,
    SPAN,
    SIZE,
    PERCENT,
    CAPABILITIES,
    WORDS,       /* a list of words, in order */
    URIS,        /* the same, of those that are URIs */
    DIRECTORIES, /* the same, without what follows ":" */
    UNITS,       /* names of units, among others that the manager adds */
    VARIABLES,
    FILES,
    COMMANDS,
    CONDITIONS, /* from here on keys of many names; sets */
    LISTENS,
    TIMERS,
    CALENDARS,
    PATHS,
};

struct reload_setting {
    const char                *key, *property;
    const struct value_reader *reader;
    unsigned                   types;
    enum reload_form           form;
    const char                *fallback; /* text where it is not set; NULL: not known */
    bool                       implied;  /* DynamicUser= sets it too */
};

/* One setting that is being read from disk. */
struct reading {
    const struct reload_setting *setting;
    const struct reload_disk    *disk;
    const char                  *section, *loaded;
    struct buffer               *out;
    const struct unit_setting   *last;  /* that has a value in force */
    bool                         empty; /* the key is present, but empty */
};

/* Put what the disk says: false where it is not compared. */
bool reading_from_disk(struct reading *r);

/* Whether a setting is of the section and key; whether the key is present and its value is yes. */
bool reading_is_key(const struct reading *r, const struct unit_setting *setting, const char *key);
bool reading_is_on(const struct reading *r, const char *key);

/* Capabilities that other settings take away: systemd.exec(5). */
uint64_t reading_dropped(const struct reading *r);

/* Put a line of three parts. */
void reading_put_line(struct buffer *out, const char *a, const char *b, const char *c);

/* Whether one of a text's lines is this one. */
bool reading_has_line(const char *text, const char *line);

#endif
