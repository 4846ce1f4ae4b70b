#include "corpus_given.h"

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"

static struct corpus_case *filling; /* nftw() takes no argument of ours */
static size_t              below;   /* length of the path of its tree, with a slash */

static char *copied(const char *text)
{
    char *copy = strdup(text);

    if (!copy)
        abort();
    return copy;
}

static void fill_file(struct corpus_item *item, const char *path, mode_t mode)
{
    char   octal[16];
    size_t size;

    snprintf(octal, sizeof octal, "%04o", (unsigned)mode & 07777);
    item->extra = copied(octal);
    item->content = harness_read(path, &size);
    item->kind = memchr(item->content, '\0', size) ? "program" : "file";
}

static int add_item(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    struct corpus_item *item = &filling->items[filling->n_items];
    char                target[4096];

    (void)ftw;
    if (type != FTW_F && type != FTW_SL && type != FTW_SLN)
        return 0;
    ck_assert_msg(filling->n_items < GIVEN_ITEMS_MAX, "%s", path);
    *item = (struct corpus_item){.kind = "link", .subject = copied(path + below)};
    if (type == FTW_F) {
        fill_file(item, path, st->st_mode);
    } else {
        ssize_t n = readlink(path, target, sizeof target - 1);
        ck_assert_msg(n > 0, "%s", path);
        target[n] = '\0';
        item->extra = copied(target);
    }
    filling->n_items++;
    return 0;
}

/* Each unit of such a case must be found, and not one of them alone. */
static size_t count_units(const struct corpus_case *one)
{
    size_t n = 0;

    for (size_t i = 0; i < one->n_items; i++) {
        const char *end = strrchr(one->items[i].subject, '.');
        n += end && strcmp(end, ".service") == 0;
    }
    return n;
}

static bool fill_case(struct corpus_case *one, const char *folder, const char *name)
{
    char   path[4096];
    size_t size;

    snprintf(path, sizeof path, "%s/%s/tree/", folder, name);
    if (access(path, F_OK) != 0) /* what stage.sh makes on a booted system */
        return false;
    *one = (struct corpus_case){.name = copied(name),
                                .items = calloc(GIVEN_ITEMS_MAX, sizeof *one->items)};
    filling = one;
    below = strlen(path);
    ck_assert_msg(one->items && nftw(path, add_item, 16, FTW_PHYS) == 0, "%s", path);
    snprintf(path, sizeof path, "%s/%s/tree/System", folder, name);
    one->platform = access(path, F_OK) == 0 ? "macos" : "linux";
    snprintf(path, sizeof path, "%s/%s/README", folder, name);
    const char *readme = harness_read(path, &size);
    one->what = readme;
    one->attack = !strstr(readme, "expected: nothing");
    one->without_packages = strstr(readme, "without packages");
    one->n_expected = strstr(readme, ", each") ? count_units(one) : 1;
    return true;
}

struct corpus *corpus_given(const struct corpus *corpus, const char *folder)
{
    struct corpus  *given = calloc(1, sizeof *given);
    struct dirent **names;
    int             n = scandir(folder, &names, NULL, alphasort);

    ck_assert_msg(given && n >= 0, "%s", folder);
    given->base = corpus->base;
    given->cases = calloc((size_t)n + 1, sizeof *given->cases);
    if (!given->cases)
        abort();
    for (int i = 0; i < n; i++) {
        if (names[i]->d_name[0] != '.' &&
            fill_case(&given->cases[given->n], folder, names[i]->d_name))
            given->n++;
        free(names[i]);
    }
    free(names);
    return given;
}
