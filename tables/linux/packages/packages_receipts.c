/* packages_receipts.c -- fills an index of packages from the receipts of macOS's installer.
 *
 * A receipt is two files: a property list says what was installed, when and where, and a bill of materials of the same name
 * (formats/package/bom.h) which files that were. pkgutil(1), lsbom(8); keys as pkgutil --pkg-info-plist and receipts
 * themselves have them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/package/bom.h"
#include "formats/plist/plist_values.h"
#include "formats/text/array.h"
#include "packages_receipts.h"

#define RECEIPTS_MAX 20000 /* of one folder */
#define BOM_MAX      ((size_t)64 << 20)

static const char *const folders[] = {PACKAGES_RECEIPTS};

enum { IDENTIFIER, VERSION, PREFIX, DATE, PROCESS };

static const char *const keys[] = {
    [IDENTIFIER] = "PackageIdentifier", [VERSION] = "PackageVersion",
    [PREFIX] = "InstallPrefixPath",     [DATE] = "InstallDate",
    [PROCESS] = "InstallProcessName",
};

struct receipt {
    const char         *folder;
    char                path[ROOT_PATH_MAX]; /* of one of its files */
    struct plist_values values;
    struct buffer       entry, file; /* the path of an entry, where it is and in the bill */
};

static bool put_path(struct receipt *receipt, const char *name, size_t size, const char *end)
{
    return (size_t)snprintf(receipt->path, sizeof receipt->path, "%s/%.*s%s", receipt->folder,
                            (int)size, name, end) < sizeof receipt->path;
}

static uint32_t add_value(struct packages *p, const struct receipt *receipt, size_t key, int *r)
{
    const char *text = plist_values_first(&receipt->values, key);
    int64_t     offset = text && *text ? packages_add_text(p, text, strlen(text)) : 0;

    if (offset < 0)
        *r = (int)offset;
    return offset < 0 ? 0 : (uint32_t)offset;
}

/* Files -------------------------------------------------------------------------- */

/* Where the files were installed, with a slash at its beginning and end. */
static void put_prefix(const struct receipt *receipt, struct buffer *ret)
{
    const char *prefix = plist_values_first(&receipt->values, PREFIX);

    buffer_reset(ret);
    buffer_putc(ret, '/');
    prefix = prefix ? prefix + strspn(prefix, "/") : "";
    buffer_puts(ret, prefix);
    while (ret->size > 1 && ret->data[ret->size - 1] == '/')
        ret->size--;
    if (ret->size > 1)
        buffer_putc(ret, '/');
}

static int add_file(struct packages *p, const struct bom_entry *entry, const char *path)
{
    int64_t          at = packages_add_text(p, path, strlen(path));
    struct checksum *sum = at < 0 ? NULL : ARRAY_ADD(p->checksums, p->n_checksums);

    if (at < 0)
        return (int)at;
    if (!sum)
        return -ENOMEM;
    *sum = (struct checksum){entry->checksum, entry->has_checksum};
    return packages_add_entry(p, (uint32_t)p->n_owners, (uint32_t)at, (uint32_t)at);
}

static int add_bill(struct packages *p, struct receipt *receipt, struct bom *bom)
{
    size_t prefix = receipt->entry.size;
    int    r = 0;

    p->receipts.lost += (int64_t)bom->lost;
    for (size_t i = 0; r == 0 && i < bom->n; i++) {
        int bad = bom_path(bom, i, &receipt->file);
        if (bad == -ENOMEM)
            return bad;
        p->receipts.lost += bad < 0;
        if (bad < 0 || !receipt->file.size) /* the top is the folder it was installed to */
            continue;
        receipt->entry.size = prefix;
        buffer_put(&receipt->entry, receipt->file.data, receipt->file.size);
        const char *path = buffer_text(&receipt->entry);
        r = path ? add_file(p, &bom->list[i], path) : -ENOMEM;
    }
    return r;
}

/* The files of the receipt whose bill is at its path; without one the package has none, which is counted. */
static int add_files(struct packages *p, struct receipt *receipt)
{
    struct root_map map = {0};
    struct bom      bom = {0};
    int             r = root_map(p->root, receipt->path, BOM_MAX, &map);

    put_prefix(receipt, &receipt->entry);
    if (r == 0)
        r = bom_open(map.data, map.size, &bom);
    if (r < 0 && r != -ENOMEM) {
        p->receipts.lost++;
        p->receipts.error = root_denied(r) ? r : p->receipts.error;
        r = 0;
    } else if (r == 0) {
        r = add_bill(p, receipt, &bom);
    }
    bom_close(&bom);
    root_unmap(&map);
    return r;
}

/* Receipts ----------------------------------------------------------------------- */

static int read_list(struct packages *p, struct receipt *receipt)
{
    char  *data;
    size_t size;
    int    r = root_read(p->root, receipt->path, ROOT_FILE_MAX, &data, &size);

    if (r < 0)
        return root_gone(p->root, receipt->path, r);
    r = plist_values_read(&receipt->values, keys, sizeof keys / sizeof *keys, (uint8_t *)data, size,
                          NULL);
    free(data);
    return r < 0 ? r : plist_values_first(&receipt->values, IDENTIFIER) ? 0 : -EBADMSG;
}

static int add_receipt(struct packages *p, struct receipt *receipt, const char *name)
{
    size_t size = strlen(name) - strlen(".plist");
    int    r = put_path(receipt, name, size, ".plist") ? read_list(p, receipt) : -ENAMETOOLONG;

    if (r == -ENOMEM)
        return r;
    if (r < 0) {
        p->receipts.lost++;
        p->receipts.error = r == -EBADMSG ? p->receipts.error : r;
        return 0;
    }
    int64_t      date;
    struct owner owner = {
        .tool = TOOL_INSTALLER,
        .name = add_value(p, receipt, IDENTIFIER, &r),
        .version = add_value(p, receipt, VERSION, &r),
        .installer = add_value(p, receipt, PROCESS, &r),
        .installed = plist_values_int(&receipt->values, DATE, &date) > 0 ? date : INT64_MIN,
        .first = (uint32_t)p->n_entries,
    };
    p->receipts.packages++;
    if (r == 0 && put_path(receipt, name, size, ".bom"))
        r = add_files(p, receipt);
    owner.last = (uint32_t)p->n_entries;
    return r < 0 ? r : packages_add_owner(p, &owner);
}

static int load_folder(struct packages *p, struct receipt *receipt)
{
    struct root_names names = {0};
    int               r = root_list(p->root, receipt->folder, "*.plist", RECEIPTS_MAX, &names);

    if (r < 0)
        return r;
    if (!p->receipts.location)
        p->receipts.location = receipt->folder;
    p->receipts.lost += (int64_t)names.lost;
    p->receipts.error = names.error ? names.error : p->receipts.error;
    for (size_t i = 0; r == 0 && i < names.n; i++)
        r = add_receipt(p, receipt, names.names[i]);
    root_names_free(&names);
    return r;
}

int packages_receipts_load(struct packages *p)
{
    struct receipt receipt = {0};
    int            r = 0, error = 0;

    for (size_t i = 0; r != -ENOMEM && i < sizeof folders / sizeof *folders; i++) {
        receipt.folder = folders[i];
        r = load_folder(p, &receipt);
        error = r < 0 && r != -ENOENT ? r : error;
    }
    plist_values_free(&receipt.values);
    buffer_free(&receipt.entry);
    buffer_free(&receipt.file);
    if (r == -ENOMEM)
        return r;
    return error                  ? error
           : p->receipts.error    ? p->receipts.error
           : p->receipts.location ? 0
                                  : -ENOENT;
}
