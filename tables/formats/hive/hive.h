/* hive.h -- read Windows registry hives (REGF) from memory, whole, dirty or damaged.
 *
 *     struct hive hive;
 *     if (hive_open(&hive, data, size, logs, n_logs) == 0) {
 *         struct hive_key key;
 *         if (hive_find(&hive, hive.root, "ControlSet001\\Services", &key) == 0)
 *             ... hive_subkeys_begin(), hive_values_begin() ...
 *         hive_close(&hive);
 *     }
 *
 * A hive is a base block and bins of cells; a key, a value or a list is one cell, named by its
 * offset from the first bin, which is also its identity in a report. Names and data point into the
 * caller's buffer, which must outlive the hive and is written to by the replay of transaction logs
 * (give it a private mapping).
 *
 * Nothing in a hive is trusted. Every offset and count is checked; a key's lists are read within a
 * budget that honest hives use once or twice over, so shared and circular lists end; what cannot
 * be read is counted in `lost`. Functions return 0 or 1, or a negative errno: -ENOMEM, -ENOENT for
 * what is not there, -EBADMSG for what cannot be read.
 *
 * Format: "Windows registry file format specification" by M. Suhanov; libregf's documentation.
 */
#ifndef SVCQL_HIVE_H
#define SVCQL_HIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/text/buffer.h"

#define HIVE_NONE     UINT32_MAX    /* no cell */
#define HIVE_DEPTH    512           /* levels of keys, as Windows allows */
#define HIVE_FILE_MAX (1024u << 20) /* bytes of a file worth opening */
#define HIVE_PATH_MAX (3u * 32767u) /* bytes of a path within a hive, as UTF-8 */
#define HIVE_VALUE_MAX                                                                             \
    (16u << 20) /* bytes of one value's data; as text they stay below BUFFER_MAX */
#define HIVE_LIVE_MAX                                                                              \
    (256u << 20) /* bytes of all cells of a running registry; what does not fit is lost */
#define HIVE_EPOCH 116444736000000000 /* FILETIME of 1970-01-01, in 100 ns */

enum hive_reg {
    HIVE_REG_NONE,
    HIVE_REG_SZ,
    HIVE_REG_EXPAND_SZ,
    HIVE_REG_BINARY,
    HIVE_REG_DWORD,
    HIVE_REG_DWORD_BIG_ENDIAN,
    HIVE_REG_LINK,
    HIVE_REG_MULTI_SZ,
    HIVE_REG_RESOURCE_LIST,
    HIVE_REG_FULL_RESOURCE_DESCRIPTOR,
    HIVE_REG_RESOURCE_REQUIREMENTS_LIST,
    HIVE_REG_QWORD,
};

enum hive_key_flag { HIVE_KEY_ROOT = 0x04, HIVE_KEY_LINK = 0x10, HIVE_KEY_LATIN1 = 0x20 };

struct hive_name {
    const uint8_t *data;
    uint16_t       size;   /* bytes */
    bool           latin1; /* else UTF-16LE */
};

struct hive_log {
    const uint8_t *data; /* a whole .LOG, .LOG1 or .LOG2; may be NULL */
    size_t         size;
};

/* Where the transaction log `i` of a hive may be, by the hive's path: what it is called with the ending in
 * either case and, of a hive that was compressed, compressed too. `form` counts from 0; false: no more. */
#define HIVE_LOGS 3
bool hive_log_path(const char *hive, unsigned i, unsigned form, char *ret, size_t room);

struct hive {
    const uint8_t     *bins; /* the bins, after replay */
    uint32_t           size; /* bytes of them */
    uint32_t           root; /* cell of the root key; HIVE_NONE where none was found */
    uint32_t           minor;
    uint64_t           written; /* FILETIME of the base block */
    uint32_t           pages;   /* pages taken from transaction logs */
    bool               dirty;   /* the file says that its last write did not finish */
    bool               recovered;
    bool               damaged_base; /* the base block's checksum or root is wrong */
    bool               truncated;    /* fewer bins than the base block says */
    uint64_t           lost;         /* list entries, keys and values that could not be read */
    uint32_t           value_max;    /* bytes of a value that are given; 0: HIVE_VALUE_MAX */
    uint64_t           oversize;     /* times that a value above that was cut */
    uint64_t           items;        /* list entries that may still be read */
    uint64_t           bytes;        /* of value data and paths that may still be given */
    uint8_t           *grown;    /* owned copy, where a log made the hive longer than the file */
    struct hive_parts *parts;    /* of a file that is read as it is needed, owned; else NULL */
    struct hive_name  file_name; /* the end of the path the hive had, UTF-16LE, in the base block */
    struct hive_live *live;      /* of a running registry (hive_live.h), owned; else NULL */
    const struct hive_calls *calls; /* the same */
};

struct hive_key {
    uint32_t         cell;
    uint64_t         written; /* FILETIME, UTC */
    uint32_t         parent;
    uint32_t         n_subkeys, subkeys;
    uint32_t         n_values, values;
    uint32_t         security;
    uint32_t         class_cell;
    uint16_t         class_size;
    uint16_t         flags;
    bool             cut; /* damage has cut the name short */
    struct hive_name name;
};

struct hive_value {
    uint32_t         cell;
    uint32_t         type; /* enum hive_reg, or any number: services keep their own types */
    uint32_t         size; /* bytes of data, as the value says */
    uint32_t         data; /* cell of the data; unused where `small` is set */
    const uint8_t   *small;
    struct hive_name name; /* empty: the default value */
};

/* Of a running registry: what makes the cells of a key before they are read. It may stay where it was. */
struct hive_calls {
    void (*fill_keys)(struct hive *hive, struct hive_key *key);
    void (*fill_values)(struct hive *hive, struct hive_key *key);
    int (*find_key)(struct hive *hive, const struct hive_key *key, const char *name, size_t size,
                    struct hive_key *ret); /* 1: search the list */
    void (*fill_security)(struct hive *hive, struct hive_key *key);
    void (*end)(struct hive *hive);
};

/* Bytes of cells that the hive may come to have. */
static inline uint32_t hive_room(const struct hive *hive)
{
    return hive->live ? HIVE_LIVE_MAX : hive->size;
}

/* Opening -------------------------------------------------------------------- */

/* Open a hive in `data` (writable), after replaying `logs` into it where it is dirty. Returns
 * -EINVAL for what is not a hive, -EPROTONOSUPPORT for a kind that hive_refusal() names. */
int  hive_open(struct hive *ret, uint8_t *data, size_t size, const struct hive_log *logs,
               size_t n_logs);
void hive_close(struct hive *hive);

/* Of a file that is read as it is needed (hive_parts.c): put `size` of its bytes, from `at` on, at `to`, zeros
 * for what is no longer there; false: unreadable. */
typedef bool hive_read(void *arg, uint64_t at, size_t size, uint8_t *to);

/* As hive_open(), of a file of which its first HIVE_BEGIN bytes are in `data`, and there is room for the rest. */
#define HIVE_BEGIN 8192
int hive_open_parts(struct hive *ret, uint8_t *data, size_t size, hive_read *read, void *arg,
                    const struct hive_log *logs, size_t n_logs);

/* Whether a part of the file could not be read: what is in it is lost. */
bool hive_unread(const struct hive *hive);

/* A differencing hive (version 1.6), which holds only what differs from a base. It is opened by its own
 * function, which takes no other, and put over its base: `base` then reads as both together. With an
 * error `base` may hold a part of the layer. */
bool hive_is_layer(const uint8_t *data, size_t size);
int  hive_open_layer(struct hive *ret, uint8_t *data, size_t size, const struct hive_log *logs,
                     size_t n_logs);
int  hive_put_layer(struct hive *base, struct hive *layer);

/* Why these bytes are not a readable hive, in words; NULL where they may be one. */
const char *hive_refusal(const uint8_t *data, size_t size);

/* Whether the last write did not finish, or cannot be believed: then logs count. */
bool hive_is_dirty(const uint8_t *data, size_t size);

/* Allow as much reading again as after hive_open(). */
void hive_refill(struct hive *hive);

/* Take `bytes` from what may still be given; false when it is spent. */
bool hive_spend(struct hive *hive, size_t bytes);

/* Cells and keys --------------------------------------------------------------- */

/* Have these bytes of the bins in memory, which are within hive->size. */
void               hive_read_parts(struct hive_parts *parts, uint32_t at, uint32_t size);
static inline void hive_load(const struct hive *hive, uint32_t at, uint32_t size)
{
    if (hive->parts)
        hive_read_parts(hive->parts, at, size);
}

/* The contents of a cell, in use or free, and how many bytes they are; NULL for no cell. */
const uint8_t *hive_cell(const struct hive *hive, uint32_t cell, uint32_t *ret_size);

int hive_key(const struct hive *hive, uint32_t cell, struct hive_key *ret);

/* The key at a path of names below a key, '\' between them; ASCII case ignored. */
int hive_find(struct hive *hive, uint32_t cell, const char *path, struct hive_key *ret);

/* A key's subkeys, in the order of its list. */
struct hive_subkeys {
    struct hive   *hive;
    const uint8_t *roots; /* what is left of an ri list */
    uint32_t       n_roots;
    const uint8_t *leaf; /* what is left of an lf, lh or li list */
    uint32_t       n_leaf;
    uint32_t       stride; /* bytes from one entry of the leaf to the next */
};

void hive_subkeys_begin(struct hive_subkeys *subkeys, struct hive *hive,
                        const struct hive_key *key);
bool hive_subkeys_next(struct hive_subkeys *subkeys, struct hive_key *ret);

/* A key's values, in the order of its list. */
struct hive_values {
    struct hive   *hive;
    const uint8_t *list;
    uint32_t       n;
};

void hive_values_begin(struct hive_values *values, struct hive *hive, const struct hive_key *key);
bool hive_values_next(struct hive_values *values, struct hive_value *ret);

int hive_value(const struct hive *hive, uint32_t cell, struct hive_value *ret);
int hive_find_value(struct hive *hive, const struct hive_key *key, const char *name,
                    struct hive_value *ret);

/* The data of a value; `scratch` holds what is kept in several cells, and is good until its next
 * use. Data cut short by damage, or above HIVE_VALUE_MAX, is counted and given as far as it goes. */
int hive_data(struct hive *hive, const struct hive_value *value, struct buffer *scratch,
              const uint8_t **ret, uint32_t *ret_size);

/* The self-relative security descriptor of a key. */
int hive_security(struct hive *hive, const struct hive_key *key, const uint8_t **ret,
                  uint32_t *ret_size);

/* A key's class name, UTF-16LE, as if it were a name. */
int hive_class(const struct hive *hive, const struct hive_key *key, struct hive_name *ret);

/* Names and text (hive_text.c) ------------------------------------------------- */

/* Append a name as UTF-8. A NUL, which the native interface allows and the Win32 tools cannot
 * show, becomes U+2400. */
void hive_put_name(struct buffer *text, const struct hive_name *name);
bool hive_name_is(const struct hive_name *name, const char *text, size_t size);

/* "REG_SZ"; NULL for a type without a name. */
const char *hive_type_name(uint32_t type);

/* Append data as text: strings up to their first NUL, lists of strings joined by `separator`,
 * numbers in decimal, all else as upper-case hexadecimal digits, as in osquery. */
void hive_put_data(struct buffer *text, uint32_t type, const uint8_t *data, uint32_t size,
                   char separator);

/* Call `each` with every string of a REG_MULTI_SZ (or the one of a REG_SZ), UTF-16LE; empty ones
 * that another follows too, which PendingFileRenameOperations has for a file to be deleted. */
void hive_each_string(const uint8_t *data, uint32_t                                       size,
                      void (*each)(void *arg, const uint8_t *string, size_t units), void *arg);

/* Seconds since the epoch; NAN for a FILETIME of 0. */
double hive_time(uint64_t filetime);

/* What a hive says of its host (hive_host.c) ------------------------------------ */

enum hive_kind {
    HIVE_OTHER,
    HIVE_SYSTEM,
    HIVE_SOFTWARE,
    HIVE_SAM,
    HIVE_SECURITY,
    HIVE_USER,         /* NTUSER.DAT and DEFAULT */
    HIVE_USER_CLASSES, /* UsrClass.dat */
};

/* What a hive is, by the keys below its root. */
enum hive_kind hive_kind(struct hive *hive);

/* Number of the control set in use (Select\Current), -ENOENT where a hive does not say. */
int hive_current_control_set(struct hive *hive, uint32_t *ret);

/* Append the computer's name, or its time zone's key name ("W. Europe Standard Time"), as a SYSTEM
 * hive has them. 0, -ENOENT where it says nothing. */
int hive_computer_name(struct hive *hive, struct buffer *ret);
int hive_time_zone(struct hive *hive, struct buffer *ret);

/* Walking ---------------------------------------------------------------------- */

/* A set of cells. */
struct hive_marks {
    uint8_t *bits;
    uint32_t n;
};

int  hive_marks_begin(struct hive_marks *marks, const struct hive *hive);
bool hive_mark(struct hive_marks *marks, uint32_t cell); /* whether it was marked before */
bool hive_marked(const struct hive_marks *marks, uint32_t cell);
void hive_marks_end(struct hive_marks *marks);

/* A key and all below it, parents first, each once; `path` is the current key's, from the one it
 * began with, whose own path is what the caller put in `path` before. */
struct hive_walk {
    struct hive         *hive;
    struct hive_marks    seen;
    struct buffer        path;
    struct hive_subkeys *levels; /* HIVE_DEPTH of them */
    size_t              *ends;   /* length of the path at each level */
    size_t               depth;  /* levels that are open */
    size_t               level;  /* of the last key below the first */
    bool                 entered;
    struct hive_key      start;
    bool                 started;
};

int  hive_walk_begin(struct hive_walk *walk, struct hive *hive, const struct hive_key *key,
                     const char *path);
int  hive_walk_next(struct hive_walk *walk, struct hive_key *ret); /* 1, 0 at the end, -errno */
void hive_walk_prune(struct hive_walk *walk); /* leave out what is below the last key */
void hive_walk_end(struct hive_walk *walk);   /* accepts a zeroed one */

/* Cells that the tree does not reach (hive_cells.c) ------------------------------ */

/* Keys or values in free cells (deleted) or in cells in use that nothing points to (orphaned): all
 * that look like one and are not in `seen`, which the caller fills by a walk, and to which they are
 * added. Free cells are searched every 8 bytes, since neighbours are merged when they are freed.
 */
struct hive_scan {
    struct hive       *hive;
    struct hive_marks *seen;
    uint32_t           cell; /* the next to look at */
    uint32_t           end;  /* of the free cell that it is in; 0 outside of one */
    char               signature;
    const uint32_t    *parents; /* the caller may set: only keys that name one of these cells */
    size_t             n_parents;
    uint32_t           named; /* then: the next cell that names one of them; the end of the bins */
    bool               searched; /* it is known */
};

void hive_scan_keys(struct hive_scan *scan, struct hive *hive, struct hive_marks *seen);
void hive_scan_values(struct hive_scan *scan, struct hive *hive, struct hive_marks *seen);
bool hive_scan_next(struct hive_scan *scan, uint32_t *ret_cell, bool *ret_free);

/* Append the path of a key, by its chain of parents, below `root`; a parent that is no longer a key
 * is written as "(lost)". */
int hive_put_path(struct hive *hive, const struct hive_key *key, const char *root,
                  struct buffer *path);

/* Little-endian numbers at any address. */
static inline uint16_t hive_u16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t hive_u32(const uint8_t *p)
{
    return (uint32_t)hive_u16(p) | (uint32_t)hive_u16(p + 2) << 16;
}

static inline uint64_t hive_u64(const uint8_t *p)
{
    return hive_u32(p) | (uint64_t)hive_u32(p + 4) << 32;
}

#endif
