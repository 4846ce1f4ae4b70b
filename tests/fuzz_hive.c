/* fuzz_hive.c -- registry hives and their logs: everything in them is read, for any input. The
 * first four bytes are the size of the hive that follows; the rest is a log. */
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
};

/* A value's data as each thing that it might be. */
static void read_data(struct reading *reading, uint32_t type, const uint8_t *bytes, uint32_t size)
{
    struct buffer *text = &reading->text, expanded = {0};

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
        read_key(reading, &key);
    }
    hive_scan_values(&lost, &reading->hive, seen);
    while (hive_scan_next(&lost, &cell, &is_free))
        ;
}

static void read_all(struct reading *reading)
{
    struct hive_walk walk;
    struct hive_key  key;

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reading reading = {0};

    if (size < 4)
        return 0;
    size_t   hive_size = hive_u32(data) < size - 4 ? hive_u32(data) : size - 4;
    uint8_t *copy = malloc(hive_size + 1);
    if (!copy)
        return 0;
    memcpy(copy, data + 4, hive_size);
    struct hive_log log = {data + 4 + hive_size, size - 4 - hive_size};
    if (hive_open(&reading.hive, copy, hive_size, &log, 1) == 0) {
        read_all(&reading);
        hive_close(&reading.hive);
    }
    buffer_free(&reading.scratch);
    buffer_free(&reading.text);
    free(copy);
    return 0;
}
