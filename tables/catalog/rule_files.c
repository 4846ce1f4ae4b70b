#include "rule_files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evidence.h"

#define DEPTH_MAX 16 /* folders inside each other */

enum rule_form rule_form_of(const char *name)
{
    static const struct {
        const char    *end;
        enum rule_form form;
    } forms[] = {
        {".sql", RULE_SQL}, {".json", RULE_JSON}, {".yml", RULE_YAML}, {".yaml", RULE_YAML}};
    size_t size = strlen(name);

    for (size_t i = 0; i < TBL_COUNT(forms); i++) {
        size_t end = strlen(forms[i].end);
        if (size > end && strcasecmp(name + size - end, forms[i].end) == 0)
            return forms[i].form;
    }
    return RULE_NONE;
}

struct walk {
    struct tbl_scan *scan;
    struct root     *root;
    rule_file_fn    *each;
    size_t           n;
    bool             unread; /* a file or folder was reported */
    int              rc;     /* SQLite's, of what ended it */
};

static int walk_folder(struct walk *walk, const char *dir, unsigned depth);

/* A file or folder of which nothing can be known: its rules are missing. */
static int report_unread(struct walk *walk, const char *path, int error)
{
    char location[2 * ROOT_PATH_MAX];

    if (error == -ENOMEM)
        return SQLITE_NOMEM;
    walk->unread = true;
    root_shown(walk->root, path, location);
    return svcql_report(tbl_svcql(walk->scan), &(struct report){.table = tbl_name(walk->scan),
                                                                .kind = "rules",
                                                                .location = location,
                                                                .status = source_status_of(error),
                                                                .records = TBL_NULL,
                                                                .skipped = 1,
                                                                .detail = source_error(error)});
}

/* A name in a folder: a file of rules, or a folder. Links to folders are not followed, as they may
 * lead to where the walk has been. */
static int walk_name(struct walk *walk, const char *path, unsigned depth)
{
    struct stat st;

    int r = root_stat(walk->root, path, false, &st);
    if (r < 0)
        return report_unread(walk, path, root_gone(walk->root, path, r));
    if (S_ISDIR(st.st_mode))
        return walk_folder(walk, path, depth);
    if (S_ISLNK(st.st_mode) && (r = root_stat(walk->root, path, true, &st)) < 0)
        return report_unread(walk, path, r); /* a folder of rules, maybe */
    if (S_ISDIR(st.st_mode) || rule_form_of(path) == RULE_NONE)
        return SQLITE_OK;
    if (++walk->n > RULE_FILES_MAX)
        return tbl_fail(walk->scan, "%s: more than %d files", tbl_name(walk->scan), RULE_FILES_MAX);
    return walk->each(walk->scan, walk->root, path, path + 1);
}

static int walk_folder(struct walk *walk, const char *dir, unsigned depth)
{
    struct root_names names = {0};
    char              path[ROOT_PATH_MAX];

    if (depth == 0)
        return tbl_fail(walk->scan, "%s: %s: folders nested too deeply", tbl_name(walk->scan), dir);
    int r = root_list(walk->root, *dir ? dir : "/", NULL, RULE_FILES_MAX, &names);
    walk->unread |= r < 0 || names.error || names.lost;
    if (r < 0)
        return r == -ENOMEM ? SQLITE_NOMEM
               : *dir       ? svcql_report_folder(tbl_svcql(walk->scan), tbl_name(walk->scan),
                                                  &(struct folder){"rules", "", walk->root, dir}, r, 0)
                            : tbl_error(walk->scan, r, root_path(walk->root));
    int rc = svcql_report_folder(tbl_svcql(walk->scan), tbl_name(walk->scan),
                                 &(struct folder){"rules", "", walk->root, dir}, names.error,
                                 names.lost);
    for (size_t i = 0; rc == SQLITE_OK && i < names.n; i++)
        if ((size_t)snprintf(path, sizeof path, "%s/%s", dir, names.names[i]) < sizeof path)
            rc = walk_name(walk, path, depth - 1);
    root_names_free(&names);
    return rc;
}

static int open_folder(struct walk *walk, const char *path)
{
    int r = root_open(path, 0, &walk->root);

    if (r < 0)
        return r;
    walk->rc = walk_folder(walk, "", DEPTH_MAX);
    if (walk->rc == SQLITE_OK && walk->n == 0 && !walk->unread)
        walk->rc =
            tbl_fail(walk->scan, "%s: %s: no file of rules in it: *.yml, *.yaml, *.sql, *.json",
                     tbl_name(walk->scan), path);
    return 0;
}

/* One file, by the folder that it is in. */
static int open_file(struct walk *walk, const char *path)
{
    const char *name = strrchr(path, '/');
    char       *dir = name ? strndup(path, (size_t)(name - path) + 1) : strdup(".");
    char        at[ROOT_PATH_MAX];
    int         r = dir ? root_open(dir, 0, &walk->root) : -ENOMEM;

    free(dir);
    if (r < 0)
        return r;
    name = name ? name + 1 : path;
    if ((size_t)snprintf(at, sizeof at, "/%s", name) >= sizeof at)
        return -ENAMETOOLONG;
    walk->rc = walk->each(walk->scan, walk->root, at, name);
    return 0;
}

static int each_match(void *arg, const char *path, int error, size_t lost)
{
    struct walk *walk = arg;

    if (error || lost)
        walk->rc =
            svcql_report_folder(tbl_svcql(walk->scan), tbl_name(walk->scan),
                                &(struct folder){"rules", "", walk->root, path}, error, lost);
    else
        walk->rc = walk_name(walk, path, DEPTH_MAX);
    return walk->rc != SQLITE_OK;
}

static int open_pattern(struct walk *walk, const char *path)
{
    char at[ROOT_PATH_MAX];
    int  r = root_open(path[0] == '/' ? "/" : ".", 0, &walk->root);

    if (r < 0)
        return r;
    if ((size_t)snprintf(at, sizeof at, "%s%s", path[0] == '/' ? "" : "/", path) >= sizeof at)
        return -ENAMETOOLONG;
    r = root_glob(walk->root, at, RULE_FILES_MAX, each_match, walk);
    if (r >= 0 && walk->rc == SQLITE_OK && walk->n == 0)
        return -ENOENT;
    return r < 0 ? r : 0;
}

int rule_files_each(struct tbl_scan *scan, const char *path, rule_file_fn *each)
{
    struct walk walk = {.scan = scan, .each = each, .rc = SQLITE_OK};
    int         r = open_folder(&walk, path);

    if (r == -ENOTDIR)
        r = open_file(&walk, path);
    else if (r == -ENOENT && strchr(path, '*'))
        r = open_pattern(&walk, path);
    root_unref(walk.root);
    return r < 0 ? tbl_error(scan, r, path) : walk.rc;
}
