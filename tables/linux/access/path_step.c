#include "path_step.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "formats/access/filesec.h"
#include "formats/access/posix_acl.h"
#include "formats/hive/file_descriptor.h"
#include "formats/text/buffer.h"
#include "table.h"

SQLITE_EXTENSION_INIT3

#define STEPS_KEPT 65536 /* paths; with more, all are looked up again */

struct node {
    const char      *path; /* follows the node */
    struct path_step step;
};

/* Those of one root: questions take one host after the other. */
struct steps {
    struct root *root; /* a reference; NULL: none yet */
    void        *tree; /* tsearch() */
    size_t       n;
};

static const char steps_key;

/* Writers ----------------------------------------------------------------------- */

void path_step_add_writer(struct buffer *writers, char tag, uint32_t id)
{
    if ((tag == 'u' || tag == 'g') && id == 0)
        return;
    buffer_puts(writers, writers->size ? ",\"" : "\"");
    if (tag == 'o')
        buffer_puts(writers, "others");
    else
        buffer_printf(writers, "%s %u", tag == 'u' ? "user" : "group", id);
    buffer_putc(writers, '"');
}

struct acl_context {
    struct buffer *writers;
    gid_t          owner_gid;
};

static void add_acl_writer(char tag, uint32_t id, void *data)
{
    const struct acl_context *context = data;

    path_step_add_writer(context->writers, tag,
                         tag == 'g' && id == ACL_NOBODY ? context->owner_gid : id);
}

static void list_writers(const struct stat *st, const uint8_t *acl, ssize_t size,
                         struct buffer *writers)
{
    struct acl_context context = {writers, st->st_gid};

    path_step_add_writer(writers, 'u', st->st_uid);
    if (size > 0 && acl_writers(acl, (size_t)size, add_acl_writer, &context) == 0)
        return;
    if (st->st_mode & S_IWGRP)
        path_step_add_writer(writers, 'g', st->st_gid);
    if (st->st_mode & S_IWOTH)
        path_step_add_writer(writers, 'o', 0);
}

/* A list of macOS's, beside the mode. */
static void add_filesec_writer(const struct filesec_writer *writer, void *data)
{
    struct buffer *writers = data;

    if (writer->tag != '?')
        path_step_add_writer(writers, writer->tag, writer->id);
    else
        buffer_printf(writers, "%s\"%s\"", writers->size ? "," : "", writer->uuid);
}

static void list_by_filesec(struct path_step *step, const uint8_t *data, size_t size,
                            struct buffer *writers)
{
    list_writers(&step->st, NULL, 0, writers);
    if (filesec_writers(data, size, S_ISDIR(step->st.st_mode), add_filesec_writer, writers) < 0)
        step->error = -EBADMSG;
}

/* A folder to which others may only add is as a sticky one: what is in it stays its owners'. */
static void list_by_descriptor(struct path_step *step, const uint8_t *data, size_t size,
                               struct buffer *writers)
{
    bool adds_only = false;

    if (fd_writers(data, size, S_ISDIR(step->st.st_mode), writers, &adds_only) < 0)
        step->error = -EBADMSG;
    if (adds_only)
        step->st.st_mode |= S_ISVTX;
}

/* Paths ------------------------------------------------------------------------- */

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct node *)a)->path, ((const struct node *)b)->path);
}

static void free_node(void *arg)
{
    struct node *node = arg;

    free((char *)(uintptr_t)node->step.writers);
    free((char *)(uintptr_t)node->step.target);
    free(node);
}

static void forget(struct steps *steps)
{
    tdestroy(steps->tree, free_node);
    root_unref(steps->root);
    *steps = (struct steps){0};
}

static void free_steps(void *arg)
{
    forget(arg);
    free(arg);
}

static struct steps *steps_of(struct svcql *svcql)
{
    struct steps *steps = svcql_kept(svcql, &steps_key);

    if (steps)
        return steps;
    steps = calloc(1, sizeof *steps);
    return steps && svcql_keep_statement(svcql, &steps_key, steps, free_steps) == SQLITE_OK ? steps
                                                                                            : NULL;
}

/* Fill a step; false: no memory. */
static bool look_up(const struct root *root, const char *path, struct path_step *step)
{
    struct buffer writers = {0};
    uint8_t       acl[ROOT_ACL_MAX];
    char          target[ROOT_PATH_MAX];
    ssize_t       size = 0;
    int           r = 0;

    step->error = root_stat_acl(root, path, &step->st, acl, &size);
    if (step->error < 0)
        return step->error != -ENOMEM;
    step->acl = size > 0;
    step->descriptor = size > 0 && fd_is_descriptor(acl, (size_t)size);
    if (step->descriptor)
        list_by_descriptor(step, acl, (size_t)size, &writers);
    else if (size > 0 && filesec_is_list(acl, (size_t)size))
        list_by_filesec(step, acl, (size_t)size, &writers);
    else if (!S_ISLNK(step->st.st_mode))
        list_writers(&step->st, acl, size, &writers);
    if (S_ISLNK(step->st.st_mode) && (r = root_readlink(root, path, target)) == 0 &&
        !(step->target = strdup(target)))
        r = -ENOMEM;
    buffer_putc(&writers, '\0');
    step->writers = writers.data;
    return !writers.failed && r != -ENOMEM;
}

static struct node *node_new(const struct root *root, const char *path)
{
    size_t       size = strlen(path) + 1;
    struct node *node = calloc(1, sizeof *node + size);

    if (!node)
        return NULL;
    node->path = memcpy(node + 1, path, size);
    if (look_up(root, path, &node->step))
        return node;
    free_node(node);
    return NULL;
}

const struct path_step *path_step(struct svcql *svcql, struct root *root, const char *path)
{
    struct steps *steps = steps_of(svcql);

    if (!steps)
        return NULL;
    if (steps->root != root || steps->n == STEPS_KEPT) {
        forget(steps);
        steps->root = root_ref(root);
    }
    struct node **found = tfind(&(struct node){.path = path}, &steps->tree, by_path);
    if (found)
        return &(*found)->step;
    struct node *node = node_new(root, path);
    if (!node)
        return NULL;
    if (!tsearch(node, &steps->tree, by_path)) {
        free_node(node);
        return NULL;
    }
    steps->n++;
    return &node->step;
}
