/* unit_context.h -- what a unit's commands run in: its variables, root directory, bind mounts,
 * working directory, user and standard input, according to its settings in force.
 */
#ifndef SVCQL_UNIT_CONTEXT_H
#define SVCQL_UNIT_CONTEXT_H

#include "formats/unit/unit_environment.h"
#include "formats/unit/unit_specifiers.h"
#include "unit_host.h"
#include "unit_load.h"
#include "unit_program.h"

#define UNIT_INPUT_MAX       (1u << 20)   /* bytes of standard input that are kept */
#define UNIT_ENVIRONMENT_MAX (256u << 10) /* bytes of an environment file that is read */
#define UNIT_FILES_MAX       1000         /* environment files that one pattern names */
#define UNIT_LIST_MAX        256          /* words of PassEnvironment=, ExecSearchPath= and so on */

struct unit_context {
    struct arena            memory;
    const struct root      *root;
    const char             *unit;
    enum unit_scope         scope;
    bool                    comments_join; /* see unit_environment_file() */
    struct unit_specifiers  specifiers;
    struct unit_environment environment;
    struct unit_words       passed; /* names of PassEnvironment= */
    struct unit_view        view;
    const char             *root_directory, *root_image; /* as written; NULL: none */
    const char             *user;                        /* NULL: not known */
    const char             *home;                        /* of that user; NULL: not known */
    const char             *input; /* standard input text or data; NULL: none */
    size_t                  input_size;
    const char             *input_file; /* StandardInput=file:; NULL: none */
    struct unit_words       search;     /* folders in which programs are searched */
    size_t                  lost;       /* parts omitted for a limit, or unreadable */
};

/* Compute the context of a loaded unit, with what its manager gives to all. All arguments but the
 * host must outlive it. 0 or -ENOMEM. */
int  unit_context_open(struct unit_context *context, const struct unit_host *host,
                       const struct unit_environment *defaults, const struct unit_search *search,
                       const char *unit, const struct unit_loaded *loaded);
void unit_context_close(struct unit_context *context); /* accepts a zeroed one */

/* Expands the specifiers of the context. */
struct unit_expander unit_context_expander(const struct unit_context *context);

/* Whether a variable without a value may get one from the manager or another source (see
 * unit_environment_expand()). The first argument is a struct unit_context. */
bool unit_context_keeps(const void *context, const char *name, size_t size);

/* Put the path of the program `name` into ret, as unit_program_resolve() does; a plain name is
 * searched in the folders of `search`. For a program that is in none of the folders of
 * ExecSearchPath=, the path is in the first of them. */
bool unit_context_find(const struct unit_context *context, const char *name,
                       char ret[ROOT_PATH_MAX]);

#endif
