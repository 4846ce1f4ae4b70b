/* service_tools.h -- the programs by which administrators and intruders change services, and the
 * meaning of one call of such a program.
 *
 *     const struct service_tool *tool = service_tool_find("systemctl", SHELL_POSIX);
 *     struct service_use use = {0};
 *     if (tool && service_tool_read(tool, &arena, words, n, &use))
 *         ... use.verb, use.targets ...
 */
#ifndef SVCQL_SERVICE_TOOLS_H
#define SVCQL_SERVICE_TOOLS_H

#include "shell_words.h"

/* Texts in an arena. */
struct text_list {
    const char **items;
    size_t       n, room;
};

void        text_list_add(struct arena *arena, struct text_list *list, const char *text);
const char *text_join(struct arena *arena, const struct shell_word *words, size_t n);
const char *text_lower(struct arena *arena, const char *text);
const char *text_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Whether a word is in a list of words separated by single blanks; the flag tells whether case
 * matters. */
bool word_in(const char *list, const char *word, bool nocase);

struct service_use {
    const char      *tool;    /* "systemctl"; net1 is "net", psexec64 is "psexec" */
    const char      *verb;    /* lower case, except for D-Bus methods and cmdlets */
    struct text_list targets; /* units, services, labels or files, as written */
    struct text_list options; /* "--now", "--host=web1", "binPath=C:\x.exe", "command=/bin/x -y" */
    const char      *remote;  /* another host or container; NULL: here */
    bool             runtime; /* lasts until the next boot at most */
    bool             spliced; /* the verb is written in pieces */
    size_t           inner;   /* index of the word where a command of its own begins; 0: none */
    const char      *inner_text; /* the same as the text of a line; NULL: none */
};

struct service_tool;

/* The tool of this name: without folder and ".exe". NULL: none. */
const struct service_tool *service_tool_find(const char *name, enum shell_dialect dialect);

/* Whether words[0], the tool, is asked to do something with services. `ret` must be zeroed. */
bool service_tool_read(const struct service_tool *tool, struct arena *arena,
                       const struct shell_word *words, size_t n, struct service_use *ret);

/* A script in /etc/init.d or rc.d that is called by its path. */
bool service_script_read(struct arena *arena, const struct shell_word *words, size_t n,
                         struct service_use *ret);

/* For the tools' own files --------------------------------------------------- */

struct tool_call {
    struct arena            *arena;
    const char              *name; /* of the tool's entry */
    const struct shell_word *words;
    size_t                   n;
    const struct shell_word        *
        *operands; /* words that are not options, after tool_options() has run */
    size_t      n_operands;
    const char *known;                    /* of the tool's entry */
    bool (*is_program)(const char *word); /* program_known() */
    bool inert;                           /* --help and similar options: nothing is done */
};

enum option_flag {
    OPTION_VALUE = 1,   /* takes a value */
    OPTION_REMOTE = 2,  /* the value names another host */
    OPTION_RUNTIME = 4, /* the change lasts until the next boot */
    OPTION_INERT = 8,   /* prints and does nothing */
    OPTION_TARGET = 16, /* the value names the service */
};

struct option_spec {
    char        letter; /* NUL: none */
    const char *name;   /* NULL: none */
    unsigned    flags;
};

typedef bool tool_reader(struct tool_call *call, struct service_use *use);

struct service_tool {
    const char               *name; /* name in a command, lower case */
    const char               *tool; /* name in the report */
    tool_reader              *read;
    const struct option_spec *options; /* ends with a zeroed one; NULL: the reader handles them */
    const char               *verbs;   /* the known ones; NULL: all that look like one */
    size_t                    stop_at; /* options end after so many operands; 0: never */
    const char *known; /* verbs that it is known to have, or TOOL_RUNS: a command; NULL: nothing */
};

extern const char TOOL_RUNS[]; /* the first operand of the tool is a command that it runs */

/* These end with a zeroed one. */
extern const struct service_tool systemd_tools[], windows_service_tools[], process_tools[],
    property_list_tools[];

/* Whether the tool of this name has the manager run a command, so that it is more than a wrapper. */
bool service_tool_runs(const char *name, enum shell_dialect dialect);

/* Whether a word is the name or the path of a program that this folder's files know. */
bool program_known(const char *word);

extern const struct option_spec tool_help_options[]; /* of tools of which no more is known */

/* The operand at `i`, or NULL. */
const char *operand(const struct tool_call *call, size_t i);

/* The words from words[1] on, sorted into options of `use` and operands of `call`. */
void tool_options(struct tool_call *call, const struct option_spec *specs, size_t stop_at,
                  struct service_use *use);

/* Parts that most tools share. The operands from `from` on are targets, those of the form KEY=VALUE
 * options; they are all options; the operand at `i` is the verb; a command begins there that is run
 * as a service. */
void tool_targets(struct tool_call *call, size_t from, struct service_use *use);
void tool_rest(struct tool_call *call, size_t from, struct service_use *use);
void tool_verb(struct tool_call *call, size_t i, struct service_use *use);
void tool_command(struct tool_call *call, size_t i, struct service_use *use);

tool_reader tool_verb_first; /* TOOL VERB TARGET... */
tool_reader tool_name_first; /* TOOL TARGET VERB [ARGUMENT...] */

/* Whether a text looks like a verb: other texts are a file, a variable, a mistake. */
bool tool_verb_like(const char *text);

/* Words and lists of tools that have no common form of options, as those of Windows. */
const char *tool_word(const struct tool_call *call, size_t i); /* NULL after the last */
void        tool_target(struct tool_call *call, struct service_use *use, const char *text);
void        tool_option(struct tool_call *call, struct service_use *use, const char *name,
                        const char *value); /* value NULL: a switch */

/* The value in a WQL clause, "name='x'"; NULL for none. */
const char *tool_where_value(struct arena *arena, const char *clause);

/* Take a registry key of services as target and option; false for any other key. */
bool tool_use_of_key(struct tool_call *call, const char *key, struct service_use *use);

tool_reader read_cmdlet; /* powershell_tools.c */

tool_reader read_varlinkctl; /* varlink_tool.c */

#endif
