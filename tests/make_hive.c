#include "make_hive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "harness.h"
#include "make_bytes.h"

enum { BASE = 4096, BIN = 4096, BIN_HEADER = 32, SECTOR = 512, SEGMENT = 16344, NK_NAME = 76 };

struct name {
    uint8_t  data[2048];
    uint16_t size;
    bool     latin1;
};

struct made_value {
    struct made_value *next;
    char              *name;
    uint32_t           type;
    uint8_t           *data;
    size_t             size;
};

struct made_key {
    struct made_hive  *hive;
    struct made_key   *children, *next;
    struct made_value *values;
    char              *name, *class_name, *sddl;
    uint64_t           written; /* FILETIME */
    bool               deleted, orphaned;
    uint32_t           cell;
};

struct made_hive {
    struct made_key root;
    const char     *lists;
    char           *file_name;
    uint32_t        minor;
};

/* What is being written. */
struct image {
    uint8_t    *data;
    size_t      size; /* base block and bins so far */
    size_t      used; /* of them, up to the end of the last cell */
    uint32_t    minor;
    bool        free_cells; /* cells of a deleted key */
    const char *lists;
};

static void *check(void *p)
{
    if (!p)
        abort();
    return p;
}

static char *copy_text(const char *text)
{
    return check(strdup(text));
}

static uint64_t filetime(double time)
{
    return (uint64_t)((time + 11644473600.0) * 1e7);
}

/* Building ------------------------------------------------------------------- */

struct made_hive *make_hive(void)
{
    struct made_hive *hive = check(calloc(1, sizeof *hive));

    hive->root.hive = hive;
    hive->root.name = copy_text("ROOT");
    hive->root.written = filetime(1700000000);
    hive->lists = "lh";
    hive->file_name = copy_text("SYSTEM");
    hive->minor = 5;
    return hive;
}

static void free_values(struct made_value *value)
{
    while (value) {
        struct made_value *next = value->next;
        free(value->name);
        free(value->data);
        free(value);
        value = next;
    }
}

static void free_key(struct made_key *key)
{
    while (key->children) {
        struct made_key *child = key->children;
        key->children = child->next;
        free_key(child);
        free(child);
    }
    free_values(key->values);
    free(key->name);
    free(key->class_name);
    free(key->sddl);
}

void make_hive_free(struct made_hive *hive)
{
    free_key(&hive->root);
    free(hive->file_name);
    free(hive);
}

static struct made_key *child_of(struct made_key *parent, const char *name, size_t size)
{
    struct made_key **end = &parent->children;

    for (; *end; end = &(*end)->next)
        if (strlen((*end)->name) == size && strncasecmp((*end)->name, name, size) == 0)
            return *end;
    *end = check(calloc(1, sizeof **end));
    (*end)->hive = parent->hive;
    (*end)->name = check(strndup(name, size));
    (*end)->written = filetime(1700000000);
    return *end;
}

struct made_key *make_hive_key(struct made_hive *hive, const char *path)
{
    struct made_key *key = &hive->root;

    while (*path) {
        size_t size = strcspn(path, "\\");
        key = child_of(key, path, size);
        path += size + (path[size] == '\\');
    }
    return key;
}

void make_hive_value(struct made_key *key, const char *name, uint32_t type, const void *data,
                     size_t size)
{
    struct made_value **end = &key->values;

    while (*end && strcasecmp((*end)->name, name) != 0)
        end = &(*end)->next;
    if (!*end) {
        *end = check(calloc(1, sizeof **end));
        (*end)->name = copy_text(name);
    }
    free((*end)->data);
    (*end)->type = type;
    (*end)->size = size;
    (*end)->data = check(malloc(size + 1));
    if (size)
        memcpy((*end)->data, data, size);
}

/* One code point of UTF-8; no checks, the tests write it. */
static uint32_t decode(const char **text)
{
    const uint8_t       *p = (const uint8_t *)*text;
    size_t               n = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    static const uint8_t masks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t             c = p[0] & masks[n];

    for (size_t i = 1; i < n; i++)
        c = c << 6 | (p[i] & 0x3f);
    *text += n;
    return c;
}

static void put_unit(uint8_t **out, uint32_t unit)
{
    *(*out)++ = (uint8_t)unit;
    *(*out)++ = (uint8_t)(unit >> 8);
}

/* UTF-8 to UTF-16LE; returns bytes written, at most twice those of the text. */
static size_t to_utf16(const char *text, uint8_t *out)
{
    uint8_t *start = out;

    while (*text) {
        uint32_t c = decode(&text);
        if (c >= 0x10000) {
            put_unit(&out, 0xd800 + ((c - 0x10000) >> 10));
            put_unit(&out, 0xdc00 + (c & 0x3ff));
        } else {
            put_unit(&out, c);
        }
    }
    return (size_t)(out - start);
}

static void set_text(struct made_key *key, const char *name, uint32_t type, const char *text,
                     size_t terminators)
{
    uint8_t *data = check(calloc(1, 2 * strlen(text) + 4));
    size_t   size = to_utf16(text, data);

    if (type == 7)
        for (size_t i = 0; i < size; i += 2)
            if (data[i] == '|' && data[i + 1] == 0)
                data[i] = 0;
    make_hive_value(key, name, type, data, size + 2 * terminators);
    free(data);
}

void make_hive_string(struct made_key *key, const char *name, const char *text)
{
    set_text(key, name, 1, text, 1);
}

void make_hive_expand(struct made_key *key, const char *name, const char *text)
{
    set_text(key, name, 2, text, 1);
}

void make_hive_strings(struct made_key *key, const char *name, const char *text)
{
    set_text(key, name, 7, text, 2);
}

void make_hive_dword(struct made_key *key, const char *name, uint32_t value)
{
    uint8_t data[4];

    put_le(data, value, 4);
    make_hive_value(key, name, 4, data, 4);
}

void make_hive_qword(struct made_key *key, const char *name, uint64_t value)
{
    uint8_t data[8];

    put_le(data, value, 8);
    make_hive_value(key, name, 11, data, 8);
}

void make_hive_descriptor(struct made_key *key, const char *name, const char *sddl)
{
    size_t   size;
    uint8_t *data = make_descriptor(sddl, &size);

    make_hive_value(key, name, 3, data, size);
    free(data);
}

void make_hive_written(struct made_key *key, double time)
{
    key->written = filetime(time);
}

void make_hive_class(struct made_key *key, const char *name)
{
    free(key->class_name);
    key->class_name = copy_text(name);
}

void make_hive_security(struct made_key *key, const char *sddl)
{
    free(key->sddl);
    key->sddl = copy_text(sddl);
}

void make_hive_deleted(struct made_key *key)
{
    key->deleted = true;
}

void make_hive_orphaned(struct made_key *key)
{
    key->orphaned = true;
}

void make_hive_lists(struct made_hive *hive, const char *kind)
{
    hive->lists = kind;
}

void make_hive_minor(struct made_hive *hive, uint32_t minor)
{
    hive->minor = minor;
}

void make_hive_name(struct made_hive *hive, const char *file_name)
{
    free(hive->file_name);
    hive->file_name = copy_text(file_name);
}

/* Writing -------------------------------------------------------------------- */

static uint8_t *at(struct image *image, uint32_t cell)
{
    return image->data + BASE + cell + 4;
}

/* Close the last bin with a free cell and begin another for a cell of `size` bytes. */
static void add_bin(struct image *image, size_t size)
{
    size_t rest = image->size - image->used;
    size_t bin = (size + BIN_HEADER + BIN - 1) / BIN * BIN;

    if (rest)
        put_le(image->data + image->used, rest, 4);
    image->data = check(realloc(image->data, image->size + bin));
    memset(image->data + image->size, 0, bin);
    memcpy(image->data + image->size, "hbin", 4);
    put_le(image->data + image->size + 4, image->size - BASE, 4);
    put_le(image->data + image->size + 8, bin, 4);
    image->used = image->size + BIN_HEADER;
    image->size += bin;
}

static uint32_t add_cell(struct image *image, size_t size)
{
    size = (size + 4 + 7) & ~(size_t)7;
    if (image->used + size > image->size)
        add_bin(image, size);
    uint32_t cell = (uint32_t)(image->used - BASE);
    put_le(image->data + image->used, image->free_cells ? size : -size, 4);
    image->used += size;
    return cell;
}

static uint32_t add_data(struct image *image, const void *data, size_t size)
{
    uint32_t cell = add_cell(image, size);

    memcpy(at(image, cell), data, size);
    return cell;
}

static struct name name_of(const char *text)
{
    struct name name = {.latin1 = true};
    uint8_t    *out = name.data;

    if (2 * strlen(text) > sizeof name.data)
        abort();
    for (const char *p = text; *p;) {
        uint32_t c = decode(&p);
        name.latin1 = name.latin1 && (c < 0x100 || c == 0x2400);
    }
    for (const char *p = text; *p && name.latin1;) {
        uint32_t c = decode(&p);
        *out++ = c == 0x2400 ? 0 : (uint8_t)c;
    }
    name.size = (uint16_t)(name.latin1 ? (size_t)(out - name.data) : to_utf16(text, name.data));
    return name;
}

/* Data over 16344 bytes, in segments (version 1.4 on). */
static uint32_t add_big(struct image *image, const uint8_t *data, size_t size)
{
    size_t   n = (size + SEGMENT - 1) / SEGMENT;
    uint32_t db = add_cell(image, 8), list = add_cell(image, 4 * n);

    memcpy(at(image, db), "db", 2);
    put_le(at(image, db) + 2, n, 2);
    put_le(at(image, db) + 4, list, 4);
    for (size_t i = 0; i < n; i++) {
        size_t   left = size - i * SEGMENT;
        uint32_t segment = add_cell(image, SEGMENT + 4);
        memcpy(at(image, segment), data + i * SEGMENT, left < SEGMENT ? left : SEGMENT);
        put_le(at(image, list) + 4 * i, segment, 4);
    }
    return db;
}

static uint32_t add_value(struct image *image, const struct made_value *value)
{
    struct name name = name_of(value->name);
    uint32_t    cell = add_cell(image, 20u + name.size), data = UINT32_MAX;

    if (value->size > SEGMENT && image->minor >= 4)
        data = add_big(image, value->data, value->size);
    else if (value->size > 4)
        data = add_data(image, value->data, value->size);
    uint8_t *vk = at(image, cell);
    memcpy(vk, "vk", 2);
    put_le(vk + 2, name.size, 2);
    put_le(vk + 4, value->size | (value->size <= 4 ? 0x80000000 : 0), 4);
    put_le(vk + 8, data, 4);
    if (value->size <= 4)
        memcpy(vk + 8, value->data, value->size);
    put_le(vk + 12, value->type, 4);
    put_le(vk + 16, name.latin1, 2);
    memcpy(vk + 20, name.data, name.size);
    return cell;
}

static void add_values(struct image *image, const struct made_key *key)
{
    uint32_t n = 0, i = 0;

    for (const struct made_value *v = key->values; v; v = v->next)
        n++;
    put_le(at(image, key->cell) + 36, n, 4);
    if (n == 0)
        return;
    uint32_t list = add_cell(image, 4 * n);
    put_le(at(image, key->cell) + 40, list, 4);
    for (const struct made_value *v = key->values; v; v = v->next) {
        uint32_t cell = add_value(image, v);
        put_le(at(image, list) + 4 * i++, cell, 4);
    }
}

static void add_security(struct image *image, const struct made_key *key)
{
    size_t   size;
    uint8_t *data =
        make_descriptor(key->sddl ? key->sddl : "O:BAG:SYD:(A;CI;KA;;;SY)(A;CI;KR;;;BU)", &size);
    uint32_t cell = add_cell(image, 20 + size);
    uint8_t *sk = at(image, cell);

    memcpy(sk, "sk", 2);
    put_le(sk + 4, cell, 4);
    put_le(sk + 8, cell, 4);
    put_le(sk + 12, 1, 4);
    put_le(sk + 16, size, 4);
    memcpy(sk + 20, data, size);
    put_le(at(image, key->cell) + 44, cell, 4);
    free(data);
}

static void add_class(struct image *image, const struct made_key *key)
{
    uint8_t  data[1024];
    size_t   size = to_utf16(key->class_name, data);
    uint32_t cell = add_data(image, data, size);

    put_le(at(image, key->cell) + 48, cell, 4);
    put_le(at(image, key->cell) + 74, size, 2);
}

static int by_name(const void *a, const void *b)
{
    return strcasecmp((*(struct made_key *const *)a)->name, (*(struct made_key *const *)b)->name);
}

static uint32_t hash(const char *name)
{
    uint32_t h = 0;

    for (; *name; name++)
        h = 37 * h + (uint8_t)(*name >= 'a' && *name <= 'z' ? *name - 32 : *name);
    return h;
}

static uint32_t add_leaf(struct image *image, const char *kind, struct made_key **keys, size_t n)
{
    bool     hints = kind[1] != 'i';
    uint32_t stride = hints ? 8 : 4, cell = add_cell(image, 4 + stride * n);
    uint8_t *list = at(image, cell);

    memcpy(list, kind, 2);
    put_le(list + 2, n, 2);
    for (size_t i = 0; i < n; i++) {
        put_le(list + 4 + stride * i, keys[i]->cell, 4);
        if (hints && kind[1] == 'h')
            put_le(list + 8 + stride * i, hash(keys[i]->name), 4);
        else if (hints)
            memcpy(list + 8 + stride * i, keys[i]->name, strnlen(keys[i]->name, 4));
    }
    return cell;
}

/* An ri list of li lists of at most `each` keys. */
static uint32_t add_roots(struct image *image, struct made_key **keys, size_t n)
{
    const size_t each = 3;
    size_t       lists = (n + each - 1) / each;
    uint32_t     cell = add_cell(image, 4 + 4 * lists);

    memcpy(at(image, cell), "ri", 2);
    put_le(at(image, cell) + 2, lists, 2);
    for (size_t i = 0; i < lists; i++) {
        size_t   left = n - i * each;
        uint32_t leaf = add_leaf(image, "li", keys + i * each, left < each ? left : each);
        put_le(at(image, cell) + 4 + 4 * i, leaf, 4);
    }
    return cell;
}

static void add_key(struct image *image, struct made_key *key, uint32_t parent);

static void add_subkeys(struct image *image, struct made_key *key)
{
    size_t            n = 0, room = 0;
    struct made_key **listed = NULL;

    for (struct made_key *child = key->children; child; child = child->next) {
        bool before = image->free_cells;
        image->free_cells = before || child->deleted;
        add_key(image, child, key->cell);
        image->free_cells = before;
        if (child->orphaned || (child->deleted && !before))
            continue;
        if (n == room)
            listed = check(realloc(listed, (room = room ? 2 * room : 16) * sizeof *listed));
        listed[n++] = child;
    }
    if (n) {
        qsort(listed, n, sizeof *listed, by_name);
        uint32_t list = strcmp(image->lists, "ri") == 0 ? add_roots(image, listed, n)
                                                        : add_leaf(image, image->lists, listed, n);
        put_le(at(image, key->cell) + 20, n, 4);
        put_le(at(image, key->cell) + 28, list, 4);
    }
    free(listed);
}

static void add_key(struct image *image, struct made_key *key, uint32_t parent)
{
    struct name name = name_of(key->name);

    key->cell = add_cell(image, (size_t)NK_NAME + name.size);
    uint8_t *nk = at(image, key->cell);
    memcpy(nk, "nk", 2);
    put_le(nk + 2, (parent == UINT32_MAX ? 0x0c : 0) | (name.latin1 ? 0x20 : 0), 2);
    put_le(nk + 4, key->written, 8);
    put_le(nk + 16, parent == UINT32_MAX ? 0 : parent, 4);
    put_le(nk + 28, UINT32_MAX, 4);
    put_le(nk + 32, UINT32_MAX, 4);
    put_le(nk + 40, UINT32_MAX, 4);
    put_le(nk + 48, UINT32_MAX, 4);
    put_le(nk + 72, name.size, 2);
    memcpy(nk + NK_NAME, name.data, name.size);
    add_security(image, key);
    if (key->class_name)
        add_class(image, key);
    add_values(image, key);
    add_subkeys(image, key);
}

void make_hive_checksum(uint8_t *image)
{
    uint32_t sum = 0;

    for (size_t i = 0; i < 508; i += 4)
        sum ^= le32(image + i);
    sum = sum == UINT32_MAX ? UINT32_MAX - 1 : sum ? sum : 1;
    put_le(image + 508, sum, 4);
}

void make_hive_sequences(uint8_t *image, uint32_t primary, uint32_t secondary)
{
    put_le(image + 4, primary, 4);
    put_le(image + 8, secondary, 4);
    make_hive_checksum(image);
}

static void put_base(const struct made_hive *hive, struct image *image)
{
    uint8_t  name[1024];
    size_t   size = to_utf16(hive->file_name, name);
    uint8_t *base = image->data;

    memcpy(base, "regf", 4);
    put_le(base + 12, hive->root.written, 8);
    put_le(base + 20, 1, 4);
    put_le(base + 24, hive->minor, 4);
    put_le(base + 32, 1, 4);
    put_le(base + 36, hive->root.cell, 4);
    put_le(base + 40, image->size - BASE, 4);
    put_le(base + 44, 1, 4);
    memcpy(base + 48, name, size < 64 ? size : 64);
    make_hive_sequences(base, 1, 1);
}

uint8_t *make_hive_image(const struct made_hive *hive, size_t *ret_size)
{
    struct image image = {check(calloc(1, BASE)), BASE, BASE, hive->minor, false, hive->lists};

    add_key(&image, (struct made_key *)&hive->root, UINT32_MAX);
    if (image.size > image.used)
        put_le(image.data + image.used, image.size - image.used, 4);
    put_base(hive, &image);
    put_le(image.data + BASE + 20, hive->root.written, 8);
    *ret_size = image.size;
    return image.data;
}

void make_hive_file(const struct made_hive *hive, const char *dir, const char *path)
{
    size_t   size;
    uint8_t *image = make_hive_image(hive, &size);

    harness_write(dir, path, image, size);
    free(image);
}

/* Logs ------------------------------------------------------------------------ */

static uint32_t rol(uint32_t x, int n)
{
    return x << n | x >> (32 - n);
}

static uint64_t marvin32(const uint8_t *data, size_t size)
{
    uint32_t state[2] = {0x7a4e55c5, 0x82ef4d88};

    for (size_t i = 0; i < size + 8; i += 4) {
        state[0] += i < size ? le32(data + i) : i == size ? 0x80 : 0;
        state[1] ^= state[0];
        state[0] = rol(state[0], 20) + state[1];
        state[1] = rol(state[1], 9) ^ state[0];
        state[0] = rol(state[0], 27) + state[1];
        state[1] = rol(state[1], 19);
    }
    return (uint64_t)state[1] << 32 | state[0];
}

static bool differs(const uint8_t *from, size_t from_size, const uint8_t *to, size_t at_byte,
                    size_t size)
{
    return at_byte + size > from_size || memcmp(from + at_byte, to + at_byte, size) != 0;
}

static void put_log_base(uint8_t *log, const uint8_t *to, uint32_t type, uint32_t sequence)
{
    memcpy(log, to, SECTOR);
    put_le(log + 28, type, 4);
    make_hive_sequences(log, sequence, sequence);
}

void make_hive_seal(uint8_t *log)
{
    uint8_t *entry = log + SECTOR;
    uint32_t size = le32(entry + 4);

    put_le(entry + 24, marvin32(entry + 40, size - 40), 8);
    put_le(entry + 32, marvin32(entry, 32), 8);
}

uint8_t *make_hive_log(const uint8_t *from, size_t from_size, const uint8_t *to, size_t to_size,
                       uint32_t sequence, size_t *ret_size)
{
    uint8_t *log = check(calloc(1, to_size + to_size / BIN * 8 + 4 * SECTOR));
    uint8_t *entry = log + SECTOR, *reference = entry + 40;
    size_t   pages = 0, body;

    put_log_base(log, to, 6, sequence);
    for (size_t page = BASE; page < to_size; page += BIN)
        pages += differs(from, from_size, to, page, BIN);
    body = 40 + 8 * pages;
    for (size_t page = BASE; page < to_size; page += BIN) {
        if (!differs(from, from_size, to, page, BIN))
            continue;
        put_le(reference, page - BASE, 4);
        put_le(reference + 4, BIN, 4);
        memcpy(entry + body, to + page, BIN);
        body += BIN;
        reference += 8;
    }
    body = (body + SECTOR - 1) / SECTOR * SECTOR;
    memcpy(entry, "HvLE", 4);
    put_le(entry + 4, body, 4);
    put_le(entry + 12, sequence, 4);
    put_le(entry + 16, to_size - BASE, 4);
    put_le(entry + 20, pages, 4);
    make_hive_seal(log);
    *ret_size = SECTOR + body;
    return log;
}

uint8_t *make_hive_old_log(const uint8_t *from, size_t from_size, const uint8_t *to, size_t to_size,
                           size_t *ret_size)
{
    size_t   bits = (to_size - BASE) / SECTOR;
    size_t   body = (SECTOR + 4 + bits / 8 + SECTOR - 1) / SECTOR * SECTOR;
    uint8_t *log = check(calloc(1, body + to_size));

    put_log_base(log, to, 1, 1);
    memcpy(log + SECTOR, "DIRT", 4);
    for (size_t i = 0; i < bits; i++) {
        size_t page = BASE + i / 8 * BIN;
        if (!differs(from, from_size, to, page, BIN))
            continue;
        log[SECTOR + 4 + i / 8] |= (uint8_t)(1u << i % 8);
        memcpy(log + body, to + BASE + i * SECTOR, SECTOR);
        body += SECTOR;
    }
    *ret_size = body;
    return log;
}
