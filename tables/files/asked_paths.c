#include "asked_paths.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

SQLITE_EXTENSION_INIT3

enum { STAGE_PATHS, STAGE_PATTERN, STAGE_FOLDERS, STAGE_FOLDER_PATTERN, STAGE_END };

/* Spelling --------------------------------------------------------------------------- */

/* A path or pattern as it was asked, within the root: C:\x is /x of a Windows root. False: of another. */
static bool to_root(const struct asked_paths *asked, const char *text, char ret[ROOT_PATH_MAX])
{
    bool drive = isalpha((unsigned char)text[0]) && text[1] == ':';

    if (strlen(text) >= ROOT_PATH_MAX || (drive && toupper((unsigned char)text[0]) != 'C'))
        return false;
    if (!drive && text[0] != '/')
        return false;
    if (drive && asked->source.artefact != ARTEFACT_WINDOWS_ROOT)
        return false;
    strcpy(ret, drive ? text + 2 : text);
    for (char *at = ret; drive && *at; at++)
        if (*at == '\\')
            *at = '/';
    return true;
}

/* A path of the root, spelled as the pattern was: with its drive and the strokes of Windows. */
static void to_shown(const char *asked, const char *path, char ret[2 * ROOT_PATH_MAX])
{
    bool drive = asked[0] != '/';

    snprintf(ret, 2 * ROOT_PATH_MAX, "%.*s%s", drive ? 2 : 0, asked, path);
    for (char *at = ret; drive && *at; at++)
        if (*at == '/')
            *at = '\\';
}

/* The folder of what is shown: "/" of "/x", "C:\" of "C:\x". */
static void set_folder(struct asked_paths *asked)
{
    char *folder = asked->shown_folder;

    strcpy(folder, asked->shown);
    char *last = strrchr(folder, asked->shown[0] == '/' ? '/' : '\\');
    if (last && (last == folder || last[-1] == ':'))
        last[1] = '\0';
    else if (last)
        *last = '\0';
}

/* Scan --------------------------------------------------------------------------------- */

static int report_lost(void *arg, const char *folder, int error, size_t lost)
{
    struct asked_paths *asked = arg;

    return svcql_report_folder(
        tbl_svcql(asked->scan), tbl_name(asked->scan),
        &(struct folder){
            .kind = "path", .host = asked->source.host, .root = asked->source.root, .dir = folder},
        error, lost);
}

int asked_paths_begin(struct asked_paths *asked, struct tbl_scan *scan,
                      const struct tbl_terms *paths, const struct tbl_terms *directories,
                      const char *host, const char *root)
{
    asked->scan = scan;
    asked->paths = paths;
    asked->directories = directories;
    asked->walk.lost = report_lost;
    asked->walk.arg = asked;
    return tbl_sources_begin(
        scan, &asked->sources,
        &(struct sources_want){.artefacts = ROOT_ARTEFACTS, .host = host, .root = root});
}

void asked_paths_end(struct asked_paths *asked)
{
    if (asked->walking)
        path_walk_end(&asked->walk);
    sources_end(&asked->sources);
}

static void begin_walk(struct asked_paths *asked, const char *pattern, bool glob)
{
    asked->walk.root = asked->source.root;
    asked->walk.glob = glob;
    path_walk_begin(&asked->walk, pattern);
    asked->walking = true;
}

/* One level below what a folder's text says, which may be a pattern itself. */
static void begin_folder(struct asked_paths *asked, const char *text, bool glob)
{
    char path[ROOT_PATH_MAX], pattern[ROOT_PATH_MAX + 2];

    asked->folder = text;
    if (!to_root(asked, text, path))
        return;
    snprintf(pattern, sizeof pattern, "%s/%s", path, glob ? "*" : "%");
    begin_walk(asked, pattern, glob);
}

/* Begin with the next term: SQLITE_ROW where it is a path at once, SQLITE_OK where a walk was begun or
 * nothing is of this root, SQLITE_DONE after the last. A path makes the terms on its folder needless. */
static int begin_term(struct asked_paths *asked)
{
    const struct tbl_terms *paths = asked->paths, *folders = asked->directories;

    switch (asked->stage) {
    case STAGE_PATHS:
        if (asked->value == paths->n) {
            asked->stage = paths->n ? STAGE_END : STAGE_PATTERN;
            asked->value = 0;
            return SQLITE_OK;
        }
        asked->folder = NULL;
        if (!to_root(asked, paths->texts[asked->value++], asked->path))
            return SQLITE_OK;
        snprintf(asked->shown, sizeof asked->shown, "%s", paths->texts[asked->value - 1]);
        return SQLITE_ROW;
    case STAGE_PATTERN:
        asked->stage = paths->pattern ? STAGE_END : STAGE_FOLDERS;
        asked->folder = NULL;
        if (paths->pattern && to_root(asked, paths->pattern, asked->path))
            begin_walk(asked, asked->path, paths->pattern_glob);
        return SQLITE_OK;
    case STAGE_FOLDERS:
        if (asked->value == folders->n)
            asked->stage = folders->n ? STAGE_END : STAGE_FOLDER_PATTERN;
        else
            begin_folder(asked, folders->texts[asked->value++], false);
        return SQLITE_OK;
    case STAGE_FOLDER_PATTERN:
        asked->stage = STAGE_END;
        if (folders->pattern)
            begin_folder(asked, folders->pattern, folders->pattern_glob);
        asked->folder = NULL;
        return SQLITE_OK;
    default:
        return SQLITE_DONE;
    }
}

/* Rows of directory = X show X as it was asked, with a stroke at its end or without. */
static void take_walked(struct asked_paths *asked)
{
    const char *as = asked->folder           ? asked->folder
                     : asked->paths->pattern ? asked->paths->pattern
                                             : asked->directories->pattern;

    strcpy(asked->path, asked->walk.path);
    to_shown(as, asked->path, asked->shown);
    set_folder(asked);
    if (asked->folder)
        snprintf(asked->shown_folder, sizeof asked->shown_folder, "%s", asked->folder);
}

static int next_of_source(struct asked_paths *asked)
{
    int rc = SQLITE_OK;

    while (rc == SQLITE_OK) {
        if (!asked->walking) {
            rc = begin_term(asked);
            if (rc == SQLITE_ROW)
                set_folder(asked);
            continue;
        }
        int r = path_walk_next(&asked->walk);
        if (r == 1) {
            take_walked(asked);
            return SQLITE_ROW;
        }
        path_walk_end(&asked->walk);
        asked->walking = false;
        rc = r;
    }
    return rc;
}

int asked_paths_next(struct asked_paths *asked)
{
    for (;;) {
        int rc = SQLITE_DONE;
        if (asked->in_source)
            rc = next_of_source(asked);
        if (rc != SQLITE_DONE)
            return rc;
        rc = tbl_sources_next(asked->scan, &asked->sources, &asked->source);
        if (rc != SQLITE_ROW)
            return rc;
        asked->in_source = true;
        asked->stage = STAGE_PATHS;
        asked->value = 0;
    }
}

int asked_paths_report(struct asked_paths *asked, int error)
{
    char location[2 * ROOT_PATH_MAX];

    if (path_walk_listed(&asked->walk) && asked->walking)
        error = root_gone(asked->source.root, asked->path, error);
    if (error == -ENOENT || error == -ENOTDIR)
        return SQLITE_OK;
    if (error == -ENOMEM)
        return SQLITE_NOMEM;
    root_shown(asked->source.root, asked->path, location);
    return svcql_report(tbl_svcql(asked->scan), &(struct report){.table = tbl_name(asked->scan),
                                                                 .kind = "path",
                                                                 .host = asked->source.host,
                                                                 .location = location,
                                                                 .status = source_status_of(error),
                                                                 .skipped = 1,
                                                                 .detail = source_error(error)});
}
