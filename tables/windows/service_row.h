/* service_row.h -- a row of registry_services, and how the values of a Services key fill it. */
#ifndef SVCQL_SERVICE_ROW_H
#define SVCQL_SERVICE_ROW_H

#include "formats/hive/hive.h"
#include "formats/hive/image_path.h"
#include "table.h"

struct registry_service {
    const char *control_set;
    bool        current;
    const char *name;
    const char *display_name;
    const char *description;
    int64_t     type;
    const char *service_type;
    int64_t     start;
    const char *start_type;
    int64_t     delayed_autostart;
    int64_t     error_control_value;
    const char *error_control;
    const char *image_path;
    const char *image_path_resolved;
    const char *arguments;
    bool        unquoted_path;
    const char *object_name;
    const char *load_order_group;
    int64_t     tag;
    const char *depend_on;
    const char *depend_on_group;
    const char *required_privileges;
    const char *environment;
    const char *failure_command;
    const char *reboot_message;
    int64_t     failure_actions_on_non_crash;
    int64_t     service_sid_type_value;
    const char *service_sid_type;
    int64_t     launch_protected_value;
    const char *launch_protected;
    int64_t     wow64;
    const char *svchost_group;
    double      time;
    double      last_write;
    bool        deleted;
    bool        recovered;
    const char *copy;
    const char *host;
    const char *source;
    int64_t     cell;
    const char *file;

    struct hive_key   node;
    struct image_path split; /* of the expanded image path */
};

enum { SERVICE_FIELDS_MAX = 24 };

/* What reading rows takes: which columns the query reads, the variables of the control set, and
 * buffers. Zeroed before service_reader_begin(); its buffers are freed by service_reader_end(). */
struct service_reader {
    struct tbl_scan *scan;
    struct hive     *hive;
    struct hive_key  environment;
    bool             has_environment;
    bool             used[SERVICE_FIELDS_MAX]; /* values that the query reads */
    bool             uses_values;              /* any of them */
    bool             uses_path;                /* it reads what is made of the image path */
    bool             no_memory;                /* a text of this row could not be kept */
    struct buffer    scratch, text;
};

void service_reader_begin(struct service_reader *reader, struct tbl_scan *scan);
void service_reader_end(struct service_reader *reader);

/* Go on to a control set, whose variables image paths may name. */
void service_reader_enter(struct service_reader *reader, struct hive *hive, uint32_t control_set);

/* Fill the columns of row->node: its name, its values and what they mean. SQLITE_OK or
 * SQLITE_NOMEM. */
int service_reader_fill(struct service_reader *reader, struct registry_service *row);

/* For image_path_expand(): the variables of the control set; `arg` is the reader. */
bool service_reader_lookup(void *arg, const char *name, size_t size, struct buffer *out);

#endif
