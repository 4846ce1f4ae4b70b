/* discovery.h -- the sources at a location: root file systems by their marks, and loose artefacts
 * by their names and first bytes, grouped by host.
 *
 *     struct discovery found;
 *     if (discover("/cases/intrusion-7", &found) == 0) {
 *         for (size_t i = 0; i < found.n; i++)
 *             puts(found.items[i].host);
 *         discovery_free(&found);
 *     }
 *
 * A folder is walked whole, without following links and without going below a root that was
 * recognised. A file of a kind that no table reads is listed as unknown. Names decide; contents are
 * read only for marks (at most 16 KiB of a file), and to learn a host's name.
 *
 * An archive (zip, tar) is as a folder of its name with its members in it; one inside another is not
 * opened. A container's image, of OCI or of `docker save`, packed or as a folder, is a root of Linux. A folder of unit files without a root around it counts as /etc/systemd/system of a system of
 * which nothing else is known.
 *
 * Layouts that are recognised: mounted images; KAPE and CyLR (a folder a drive);
 * Velociraptor (uploads/ACCESSOR/C%3A/..., its percent signs decoded); UAC ([root]/,
 * live_response/); folders of files. A host is distinguished by the folder of its collection, whose
 * own parts, such as C, uploads or [root], are not taken for names of hosts.
 */
#ifndef SVCQL_DISCOVERY_H
#define SVCQL_DISCOVERY_H

#include "evidence.h"
#include "table.h"

#define DISCOVERY_DEPTH   64       /* levels of folders */
#define DISCOVERY_ENTRIES 10000000 /* names read; those beyond are counted as skipped */

struct discovered_file {
    enum artefact
          artefact; /* ARTEFACT_LINUX_ROOT: a folder of units without the rest of its system */
    char *path;     /* below the root */
};

/* One root file system, or the loose files of one host. */
struct discovered {
    const char             *kind;             /* linux, windows, macos or files */
    char                   *root;             /* folder that confines all reading */
    unsigned                flags;            /* enum root_flag */
    char                   *host, *time_zone; /* time_zone may be NULL */
    struct discovered_file *files;            /* of kind files */
    size_t                  n;
};

/* Files of a location that are not of any kind that is read: the first UNKNOWN_FILES by their
 * paths, the others counted by the end of their names. */
#define UNKNOWN_FILES 1000
#define UNKNOWN_KINDS 64

struct unknown_kind {
    char   suffix[16]; /* ".txt"; "" for names without one, with a longer one, and all further */
    size_t n;
};

struct unknown_files {
    char              **paths; /* below the location, with a slash in front */
    const char        **what;  /* of each: format_of_bytes(), or NULL */
    size_t              n;
    struct unknown_kind kinds[UNKNOWN_KINDS];
    size_t              n_kinds;
};

struct discovery {
    struct discovered *items;
    size_t             n;
    size_t             entries;   /* names read */
    size_t             skipped;   /* folders not read and names beyond the limits */
    char lost[3 * ROOT_LOST_MAX]; /* of those: why members of archives are left out; or "" */
    int  error;                   /* of the first folder that could not be read; 0: none */
    struct unknown_files unknown;
};

/* Walk a location for artefacts, a set of 1u << enum artefact; ARTEFACTS_ALL for evidence. Negative
 * errno where the location itself cannot be read; -EINVAL where it is neither a folder nor a
 * regular file, -ENOTSUP for a file of no kind that is read. With ARTEFACTS_ALL a folder without
 * anything known is one item of kind files without files; else there is no item. */
#define ARTEFACTS_ALL (~0u)
int  discover(const char *location, unsigned wanted, struct discovery *ret);
void discovery_free(struct discovery *found);

/* The kinds of evidence, for messages: "root file systems, event logs (*.evtx), ...". */
extern const char discovery_supported[];

/* What has a format that is known and not read: "a RAR archive"; NULL where that is none. */
const char *format_of_bytes(const uint8_t *data, size_t size);

/* The kind of a file by its first bytes: "a ZIP archive", "plain text", "binary data". */
const char *describe_bytes(const uint8_t *data, size_t size);

/* The same of a file; "not readable" where it cannot be read. */
const char *describe_file(const char *path);

/* Marks (discovery_marks.c) ------------------------------------------------------ */

struct root_system {
    const char   *kind; /* linux, windows or macos */
    enum artefact artefact;
    unsigned      flags;     /* enum root_flag */
    const char   *marks[20]; /* the more of these below a folder, the surer; ends with NULL */
};

#define ROOT_SYSTEMS 3
extern const struct root_system root_systems[ROOT_SYSTEMS];

/* The system of a root's artefact. */
const struct root_system *root_system_of(enum artefact artefact);

/* The system whose root the folder is; NULL where it is none. Opens it. */
const struct root_system *root_system_at(const char *path);

/* Whether an entry of that name can be the beginning of a mark. */
bool root_system_hint(const char *name);

/* Artefacts that are read compressed too: as a stream, or expanded in memory. */
#define PACKED_ARTEFACTS                                                                           \
    (1u << ARTEFACT_AUDIT_LOG | 1u << ARTEFACT_AUTH_LOG | 1u << ARTEFACT_PACKAGE_LOG |             \
     1u << ARTEFACT_EVENT_LOG | 1u << ARTEFACT_EVENT_JSON | 1u << ARTEFACT_SERVICE_LISTING |       \
     1u << ARTEFACT_UNIFIED_LOG | 1u << ARTEFACT_JOURNAL | 1u << ARTEFACT_HIVE |                   \
     1u << ARTEFACT_PLIST)

/* What a loose file may be, by its name (without folders) and the folder it is in. With `wanted`,
 * a set of 1u << enum artefact, the first of those. The end of a name that a compressor adds does
 * not count for what is read compressed too. `ret_unsure`: many other files have such names,
 * so artefact_sniff() must decide. */
bool artefact_of_name(const char *name, const char *dir, unsigned wanted, enum artefact *ret,
                      bool *ret_unsure);

/* Whether a folder holds a copy of a system: RegBack, Windows.old, a volume's shadow as collectors name
 * it (HarddiskVolumeShadowCopy3, vss3, C_vss3). The name, `*size` bytes, is cut to the part that says so. */
bool copy_name(const char **name, size_t *size);

/* Whether a file's name is a unit's. */
bool names_unit(const char *name);

/* The folder of a system that a loose folder of units represents, by its name; NULL where it is
 * part of another (x.wants, x.service.d). */
const char *unit_folder_of(const char *dir);

/* Whether the first bytes of a file are those of the artefact. */
bool artefact_sniff(enum artefact artefact, const uint8_t *data, size_t size);

/* Hosts (discovery_host.c) ------------------------------------------------------- */

#define HOST_MAX 256

/* The name and time zone that a root file system gives its host; "" where unknown. */
void host_of_root(const struct root *root, const char *kind, char ret_host[HOST_MAX],
                  char ret_zone[HOST_MAX]);

/* The name that one file gives its host; false where it gives none. */
bool host_of_file(const struct root *root, enum artefact artefact, const char *path,
                  char ret_host[HOST_MAX], char ret_zone[HOST_MAX]);

/* The name in a text file such as /etc/hostname: its first word. */
bool host_of_text(const struct root *root, const char *path, char ret_host[HOST_MAX]);

#endif
