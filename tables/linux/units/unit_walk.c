#include "unit_walk.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "formats/text/input.h"

int unit_walk_open(struct unit_walk *walk, struct tbl_scan *scan, const struct unit_walk_want *want)
{
    *walk = (struct unit_walk){.svcql = tbl_svcql(scan), .want = *want};
    return tbl_sources_begin(scan, &walk->sources,
                             &(struct sources_want){.artefacts = 1u << ARTEFACT_LINUX_ROOT,
                                                    .host = want->host,
                                                    .root = want->root});
}

/* The parts that were left out, in words. */
static void describe(const struct unit_walk *walk, int64_t broken, char *out, size_t size)
{
    int n = snprintf(out, size,
                     "directories not read: %lld; homes not read: %zu; files beyond the "
                     "limit: %lld",
                     (long long)walk->closed, walk->tree->managers.denied, (long long)walk->lost);

    if (broken)
        n += snprintf(out + n, size - (size_t)n, "; directories not listed to their end: %lld",
                      (long long)broken);
    if (walk->unread)
        n += snprintf(out + n, size - (size_t)n, "; files not read, or parts beyond a limit: %lld",
                      (long long)walk->unread);
    if (walk->over)
        n += snprintf(out + n, size - (size_t)n, "; managers beyond the budget of a source: %lld",
                      (long long)walk->over);
    if (walk->refused)
        snprintf(out + n, size - (size_t)n, "; denied by owner: %lld", (long long)walk->refused);
}

static int report(struct unit_walk *walk)
{
    const struct unit_managers *managers = &walk->tree->managers;
    int64_t broken = walk->broken + (managers->error && !root_denied(managers->error));
    int64_t skipped = walk->closed + walk->lost + walk->unread + walk->refused + walk->over +
                      (int64_t)managers->denied + (int64_t)managers->lost + (managers->error != 0);
    char detail[400] = "";

    if (!walk->found)
        snprintf(detail, sizeof detail, "no unit directory could be read");
    else if (skipped)
        describe(walk, broken, detail, sizeof detail);
    int rc =
        svcql_report(walk->svcql, &(struct report){.table = walk->want.table,
                                                   .kind = artefact_name(ARTEFACT_LINUX_ROOT),
                                                   .host = walk->source.host,
                                                   .location = walk->source.shown,
                                                   .status = broken || walk->over ? SOURCE_DAMAGED
                                                             : walk->found        ? SOURCE_READ
                                                             : walk->closed       ? SOURCE_DENIED
                                                                                  : SOURCE_ABSENT,
                                                   .records = walk->records,
                                                   .skipped = skipped,
                                                   .detail = *detail ? detail : NULL});
    return rc ? -ENOMEM : 0;
}

/* Whether a user's file is a link to one that this user may not read. */
static bool is_refused(const struct unit_search *search, const struct unit_entry *entry)
{
    if (!search->as || !entry->dir->own || entry->error || entry->type == DT_DIR)
        return false;
    int fd = root_open_file(search->root, entry->path);
    if (fd >= 0)
        close(fd);
    return fd == -EPERM;
}

/* Count the parts that the search of a manager could not read. */
static void count(struct unit_walk *walk)
{
    struct unit_search *search = walk->search;

    for (size_t i = 0; i < search->n_dirs; i++)
        walk->found |= search->dirs[i].inode != 0;
    for (size_t i = 0; i < search->n; i++)
        walk->closed += search->entries[i].error && search->entries[i].dir->own;
    for (size_t i = 0; i < search->n && !search->counted; i++)
        search->refused += is_refused(search, &search->entries[i]);
    search->counted = true;
    walk->refused += (int64_t)search->refused;
    walk->lost += (int64_t)search->lost;
    walk->broken += (int64_t)search->broken;
}

static int next_source(struct unit_walk *walk)
{
    int r = sources_next(&walk->sources, &walk->source);

    if (r <= 0)
        return r;
    walk->records = walk->lost = walk->closed = walk->unread = walk->broken = walk->refused = 0;
    walk->over = 0;
    walk->found = false;
    walk->next = 0;
    walk->number++;
    r = unit_tree_get(walk->svcql, &walk->source, &walk->tree);
    if (r < 0)
        return r;
    walk->source.root = walk->tree->root;
    return 1;
}

static int end_source(struct unit_walk *walk)
{
    int r = report(walk);

    unit_tree_unref(walk->tree);
    walk->tree = NULL;
    return r;
}

static void end_manager(struct unit_walk *walk)
{
    if (walk->places)
        unit_tree_done(walk->tree, walk->next - 1, UNIT_TREE_PLACES);
    if (walk->search)
        unit_tree_done(walk->tree, walk->next - 1, UNIT_TREE_UNITS);
    walk->search = walk->places = NULL;
}

static bool wanted(const struct unit_walk *walk, const struct unit_manager *manager)
{
    return manager->scope == UNIT_SYSTEM ? walk->want.system : walk->want.user;
}

int unit_walk_next(struct unit_walk *walk)
{
    int r;

    walk->unread += walk->search ? (int64_t)walk->search->unread : 0;
    walk->over += walk->search && input_over_budget();
    end_manager(walk);
    for (;;) {
        if (!walk->tree && (r = next_source(walk)) <= 0)
            return r;
        const struct unit_managers *managers = &walk->tree->managers;
        while (walk->next < managers->n && !wanted(walk, &managers->managers[walk->next]))
            walk->next++;
        if (walk->next < managers->n)
            break;
        if ((r = end_source(walk)) < 0)
            return r;
    }
    const struct unit_manager *manager = &walk->tree->managers.managers[walk->next];
    input_source(manager->scope == UNIT_USER ? manager->uid : INPUT_UNLIMITED);
    r = unit_tree_search(walk->tree, walk->next++, UNIT_TREE_UNITS, &walk->search);
    if (r < 0)
        return r;
    count(walk);
    return 1;
}

int unit_walk_places(struct unit_walk *walk)
{
    return walk->places
               ? 0
               : unit_tree_search(walk->tree, walk->next - 1, UNIT_TREE_PLACES, &walk->places);
}

void unit_walk_close(struct unit_walk *walk)
{
    end_manager(walk);
    unit_tree_unref(walk->tree);
    sources_end(&walk->sources);
}

const char *unit_walk_scope(const struct unit_walk *walk)
{
    return walk->search->manager.scope == UNIT_SYSTEM ? "system" : "user";
}

const char *unit_walk_user(const struct unit_walk *walk)
{
    return walk->search->manager.user;
}

const char *unit_walk_source(struct tbl_scan *scan, const struct unit_walk *walk, const char *path)
{
    char shown[2 * ROOT_PATH_MAX];

    if (!path)
        return NULL;
    root_shown(walk->source.root, path, shown);
    return tbl_strndup(scan, shown, strlen(shown));
}
