/* fuzz_hive.c -- registry hives and their logs: everything in them is read, for any input, in parts as whole.
 * The first four bytes are the size of the hive that follows; the rest is a log. */
#include <stdlib.h>
#include <string.h>

#include "formats/hive/hive.h"
#include "formats/hive/image_path.h"
#include "formats/hive/security_descriptor.h"
#include "formats/hive/service_value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct reading {
    struct hive   hive;
    struct buffer scratch, text;
    uint64_t      digest; /* of all that was read */
};

/* FNV-1a. */
static void digest(struct reading *reading, const void *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        reading->digest = (reading->digest ^ ((const uint8_t *)bytes)[i]) * 1099511628211;
}

/* A value's data as each thing that it might be. */
static void read_data(struct reading *reading, uint32_t type, const uint8_t *bytes, uint32_t size)
{
    struct buffer *text = &reading->text, expanded = {0};

    digest(reading, bytes, size);
    buffer_reset(text);
    hive_put_data(text, type, bytes, size, ',');
    if (buffer_text(text) && text->size < 4096) {
        image_path_expand(&expanded, text->data, NULL, NULL);
        struct image_path path = image_path_split(buffer_text(&expanded), IMAGE_PROGRAM);
        image_path_resolve(text, path.program, path.program_size, IMAGE_PROGRAM);
        image_path_candidates(text, &path);
    }
    service_put_failure_actions(text, bytes, size);
    if (sd_put_sddl(text, bytes, size, SD_SERVICE) == 0)
        sd_hides_service(bytes, size);
    buffer_free(&expanded);
}

static void read_key(struct reading *reading, const struct hive_key *key)
{
    struct hive_values values;
    struct hive_value  value;
    struct hive_name   name;
    const uint8_t     *bytes;
    uint32_t           size;

    buffer_reset(&reading->text);
    hive_values_begin(&values, &reading->hive, key);
    while (hive_values_next(&values, &value))
        if (hive_data(&reading->hive, &value, &reading->scratch, &bytes, &size) == 0)
            read_data(reading, value.type, bytes, size);
    buffer_reset(&reading->text);
    if (hive_class(&reading->hive, key, &name) == 0)
        hive_put_name(&reading->text, &name);
    if (hive_security(&reading->hive, key, &bytes, &size) == 0) {
        digest(reading, bytes, size);
        sd_put_sddl(&reading->text, bytes, size, SD_KEY);
        sd_hides_service(bytes, size);
    }
}

static void scan(struct reading *reading, struct hive_marks *seen)
{
    struct hive_scan lost;
    struct hive_key  key;
    uint32_t         cell;
    bool             is_free;

    hive_scan_keys(&lost, &reading->hive, seen);
    while (hive_scan_next(&lost, &cell, &is_free)) {
        if (hive_key(&reading->hive, cell, &key) < 0)
            abort();
        hive_put_path(&reading->hive, &key, "R", &reading->text);
        digest(reading, &cell, sizeof cell);
        read_key(reading, &key);
    }
    hive_scan_values(&lost, &reading->hive, seen);
    while (hive_scan_next(&lost, &cell, &is_free))
        digest(reading, &cell, sizeof cell);
}

/* Lost keys of the root and of no key, which are looked for otherwise than those of any parent. */
static void scan_parents(struct reading *reading)
{
    const uint32_t    parents[] = {reading->hive.root, 0};
    struct hive_marks seen;
    struct hive_scan  lost;
    uint32_t          cell;
    bool              is_free;

    if (hive_marks_begin(&seen, &reading->hive) < 0)
        return;
    hive_scan_keys(&lost, &reading->hive, &seen);
    lost.parents = parents;
    lost.n_parents = 2;
    while (hive_scan_next(&lost, &cell, &is_free))
        digest(reading, &cell, sizeof cell);
    hive_marks_end(&seen);
}

static void read_all(struct reading *reading)
{
    struct hive_walk walk;
    struct hive_key  key;

    scan_parents(reading);
    hive_kind(&reading->hive);
    hive_computer_name(&reading->hive, &reading->text);
    if (hive_key(&reading->hive, reading->hive.root, &key) < 0 ||
        hive_walk_begin(&walk, &reading->hive, &key, "R") < 0)
        return;
    while (hive_walk_next(&walk, &key) > 0)
        read_key(reading, &key);
    scan(reading, &walk.seen);
    hive_walk_end(&walk);
}

static bool read_file(void *arg, uint64_t at, size_t size, uint8_t *to)
{
    memcpy(to, (const uint8_t *)arg + at, size);
    return true;
}

/* A digest of all that a hive and its log hold, and of what was lost. */
static uint64_t read_hive(const uint8_t *data, size_t size, const struct hive_log *log, bool parts)
{
    struct reading reading = {0};
    size_t         begin = parts && size > HIVE_BEGIN ? HIVE_BEGIN : size;
    uint8_t       *copy = calloc(1, size + 1);

    if (!copy)
        return 0;
    memcpy(copy, data, begin);
    int r = parts ? hive_open_parts(&reading.hive, copy, size, read_file, (void *)(uintptr_t)data,
                                    log, 1)
                  : hive_open(&reading.hive, copy, size, log, 1);
    if (r == 0) {
        read_all(&reading);
        digest(&reading, &reading.hive.lost, sizeof reading.hive.lost);
        hive_close(&reading.hive);
    }
    buffer_free(&reading.scratch);
    buffer_free(&reading.text);
    free(copy);
    return reading.digest;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4)
        return 0;
    size_t          hive_size = hive_u32(data) < size - 4 ? hive_u32(data) : size - 4;
    struct hive_log log = {data + 4 + hive_size, size - 4 - hive_size};

    if (read_hive(data + 4, hive_size, &log, false) != read_hive(data + 4, hive_size, &log, true))
        abort();
    return 0;
}
