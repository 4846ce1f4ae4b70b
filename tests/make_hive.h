/* make_hive.h -- write registry hives, and their transaction logs, for tests.
 *
 *     struct made_hive *hive = make_hive();
 *     struct made_key  *service = make_hive_key(hive, "ControlSet001\\Services\\evil");
 *     make_hive_string(service, "ImagePath", "C:\\Windows\\Temp\\a.exe");
 *     make_hive_dword(service, "Start", 2);
 *     make_hive_written(service, 1700000000);
 *     uint8_t *image = make_hive_image(hive, &size);       ... free(image)
 *     make_hive_free(hive);
 *
 * or make_hive_file(hive, dir, "Windows/System32/config/SYSTEM") to write it below a folder.
 *
 * Text is UTF-8; U+2400 in a name means a NUL. Names that Latin-1 can hold are kept so, as
 * Windows does. Out of memory ends the program.
 */
#ifndef SVCQL_MAKE_HIVE_H
#define SVCQL_MAKE_HIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct made_hive;
struct made_key;

struct made_hive *make_hive(void); /* version 1.5, clean, with nothing but a root */
void              make_hive_free(struct made_hive *hive);

/* The key at a path, made with its parents where it is not there; "" is the root. */
struct made_key *make_hive_key(struct made_hive *hive, const char *path);

/* Set a value. `name` "" is the default value. */
void make_hive_value(struct made_key *key, const char *name, uint32_t type, const void *data,
                     size_t size);
void make_hive_string(struct made_key *key, const char *name, const char *text); /* REG_SZ */
void make_hive_expand(struct made_key *key, const char *name, const char *text); /* REG_EXPAND_SZ */
void make_hive_strings(struct made_key *key, const char *name,
                       const char *text); /* REG_MULTI_SZ, '|' between strings */
void make_hive_dword(struct made_key *key, const char *name, uint32_t value);
void make_hive_qword(struct made_key *key, const char *name, uint64_t value);
/* A REG_BINARY security descriptor, made of SDDL by make_descriptor(). */
void make_hive_descriptor(struct made_key *key, const char *name, const char *sddl);

void make_hive_written(struct made_key *key, double time); /* seconds since the epoch */
void make_hive_class(struct made_key *key, const char *name);
void make_hive_security(struct made_key *key, const char *sddl); /* the key's own descriptor */

/* Leave the key and all below it in free cells, or in cells in use that no list names. */
void make_hive_deleted(struct made_key *key);
void make_hive_orphaned(struct made_key *key);

/* How a hive is written; all optional. */
void make_hive_lists(struct made_hive *hive,
                     const char       *kind); /* "lf", "lh" (default), "li", "ri" */
void make_hive_minor(struct made_hive *hive, uint32_t minor);
void make_hive_name(struct made_hive *hive, const char *file_name);

/* Write the hive. The image is the caller's. */
uint8_t *make_hive_image(const struct made_hive *hive, size_t *ret_size);
void     make_hive_file(const struct made_hive *hive, const char *dir, const char *path);

/* Give an image these sequence numbers (different ones: dirty) and the checksum that goes with it.
 */
void make_hive_sequences(uint8_t *image, uint32_t primary, uint32_t secondary);
void make_hive_checksum(uint8_t *image);

/* A log that turns one image into another: every page that differs, as one entry of the new format
 * with the sequence number, or as a log of the old format. */
uint8_t *make_hive_log(const uint8_t *from, size_t from_size, const uint8_t *to, size_t to_size,
                       uint32_t sequence, size_t *ret_size);
uint8_t *make_hive_old_log(const uint8_t *from, size_t from_size, const uint8_t *to, size_t to_size,
                           size_t *ret_size);

/* Give the entry of a log of the new format the hashes that go with what it holds now. */
void make_hive_seal(uint8_t *log);

/* A self-relative descriptor of SDDL such as "O:SYG:BAD:(D;;LC;;;IU)(A;;0xf01ff;;;S-1-5-18)":
 * access entries of types A, D and AU; flags, rights by two letters or in hexadecimal; usual
 * aliases. */
uint8_t *make_descriptor(const char *sddl, size_t *ret_size);

#endif
