/* discovery_marks.c -- the marks of roots and artefacts. */
#include <ctype.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "discovery.h"
#include "formats/evtx/event_forms.h"
#include "formats/evtx/event_text.h"
#include "formats/journal/journal_export.h"
#include "formats/listing/listing.h"
#include "formats/log/expander.h"
#include "formats/log/unified_text.h"
#include "formats/plist/plist.h"
#include "formats/text/utf16_text.h"
#include "root_names.h"

#define NAMES_MAX 10000 /* of a root that are read; with more, every name may exist */

/* Roots ------------------------------------------------------------------------ */

/* The system with the most marks; of equal ones the first: macOS and Linux share some, and an
 * attacker can easily create a folder that another system has. */
const struct root_system root_systems[ROOT_SYSTEMS] = {
    {"macos",
     ARTEFACT_MACOS_ROOT,
     ROOT_NOCASE | ROOT_MACOS,
     {"/System/Library/CoreServices/SystemVersion.plist", "/System/Library/LaunchDaemons",
      "/Library/LaunchDaemons", "/Library/LaunchAgents", "/Library/Preferences/SystemConfiguration",
      "/private/var/db", "/private/etc", "/System/Volumes/Data", NULL}},
    {"windows",
     ARTEFACT_WINDOWS_ROOT,
     ROOT_NOCASE,
     {"/Windows/System32/config", "/Windows/System32/winevt", "/Windows/System32",
      "/Windows/System32/drivers", "/Windows/System32/Tasks", "/Windows/SysWOW64",
      "/Windows/WinSxS", NULL}},
    {"linux",
     ARTEFACT_LINUX_ROOT,
     0,
     {"/etc/passwd", "/etc/systemd", "/usr/lib/systemd", "/lib/systemd", "/etc/init.d",
      "/etc/hostname", "/etc/os-release", "/var/log/journal", "/var/log/audit", "/var/log/laurel",
      "/var/log/auditbeat", "/var/log/auth.log", "/var/log/secure", "/var/log/dpkg.log",
      "/var/lib/dpkg", "/var/lib/rpm", NULL}},
};

/* Whether the root has a folder with the name that a mark begins with, ignoring case. */
static bool can_have(const struct root_names *names, const char *mark)
{
    size_t size = strcspn(mark + 1, "/");

    for (size_t i = 0; i < names->n; i++)
        if (strncasecmp(names->names[i], mark + 1, size) == 0 && !names->names[i][size])
            return true;
    return names->lost || names->error;
}

static int count_marks(const struct root *root, const struct root_names *names,
                       const struct root_system *system)
{
    struct stat st;
    int         n = 0;

    for (size_t i = 0; system->marks[i]; i++)
        n +=
            can_have(names, system->marks[i]) && root_stat(root, system->marks[i], false, &st) == 0;
    return n;
}

const struct root_system *root_system_of(enum artefact artefact)
{
    const struct root_system *system = root_systems;

    while (system->artefact != artefact)
        system++;
    return system;
}

const struct root_system *root_system_at(const char *path)
{
    const struct root_system *best = NULL;
    struct root_names         names = {0};
    struct root              *root = NULL;
    int                       most = 0;

    if (root_open(path, 0, &root) < 0)
        return NULL;
    int r = root_list(root, "/", NULL, NAMES_MAX, &names);
    root_unref(root);
    names.error = r < 0 ? r : names.error;
    for (size_t i = 0; i < ROOT_SYSTEMS; i++) {
        /* Without ROOT_MACOS: a mark must be at exactly its path. */
        if (root_open(path, root_systems[i].flags & ROOT_NOCASE, &root) < 0)
            break;
        int n = count_marks(root, &names, &root_systems[i]);
        root_unref(root);
        if (n > most) {
            most = n;
            best = &root_systems[i];
        }
    }
    root_names_free(&names);
    return best;
}

bool root_system_hint(const char *name)
{
    static const char *const first[] = {"System", "Library", "private", "Windows",
                                        "etc",    "usr",     "lib",     "var"};

    for (size_t i = 0; i < TBL_COUNT(first); i++)
        if (strcasecmp(name, first[i]) == 0)
            return true;
    return false;
}

/* Files ------------------------------------------------------------------------ */

/* Names of loose files. A pattern with a '/' is for the folder and the name.
 * The first that fits counts, and those that are sure come first. */
static const struct {
    enum artefact artefact;
    bool          unsure; /* other files have such names too */
    const char   *pattern;
} loose[] = {
    {ARTEFACT_EVENT_LOG, false, "*.evtx"},
    {ARTEFACT_JOURNAL, false, "*.journal"},
    {ARTEFACT_JOURNAL, false, "*.journal~"},
    {ARTEFACT_LAUNCHD_OVERRIDES, false, "*com.apple.xpc.launchd/disabled*.plist"},
    {ARTEFACT_LAUNCHD_OVERRIDES, false, "*launchd.db/*/overrides.plist"},
    {ARTEFACT_PLIST, false, "*/LaunchDaemons/*.plist*"},
    {ARTEFACT_PLIST, false, "*/LaunchAgents/*.plist*"},
    {ARTEFACT_PLIST, true, "*.plist*"},
    {ARTEFACT_PACKAGE_LOG, false, "dpkg.log*"},
    {ARTEFACT_PACKAGE_LOG, false, "*dpkg.log"},
    {ARTEFACT_PACKAGE_LOG, false, "dnf.rpm.log*"},
    {ARTEFACT_PACKAGE_LOG, false, "yum.log*"},
    {ARTEFACT_PACKAGE_LOG, false, "history.log*"},
    {ARTEFACT_PACKAGE_LOG, false, "*history.log"},
    {ARTEFACT_SHELL_HISTORY, false, "*_history"},
    {ARTEFACT_SHELL_HISTORY, false, "*_history.txt"},
    {ARTEFACT_SHELL_HISTORY, false, ".histfile"},
    {ARTEFACT_HIVE, true, "*SYSTEM*"},
    {ARTEFACT_HIVE, true, "*SOFTWARE*"},
    {ARTEFACT_HIVE, true, "SAM*"},
    {ARTEFACT_HIVE, true, "SECURITY*"},
    {ARTEFACT_HIVE, true, "DEFAULT*"},
    {ARTEFACT_HIVE, true, "*.DAT"},
    {ARTEFACT_HIVE, true, "*.hi?"},
    {ARTEFACT_HIVE, true, "*.hive"},
    {ARTEFACT_HIVE, true, "*.hve"},
    {ARTEFACT_AUDIT_LOG, true, "*audit*log*"},
    {ARTEFACT_AUTH_LOG, true, "*auth*log*"},
    {ARTEFACT_AUTH_LOG, true, "secure*"},
    {ARTEFACT_EVENT_JSON, true, "*.json"},
    {ARTEFACT_EVENT_JSON, true, "*.jsonl"},
    {ARTEFACT_EVENT_JSON, true, "*.ndjson"},
    {ARTEFACT_EVENT_JSON, true, "*.xml"},
    {ARTEFACT_EVENT_JSON, true, "*.csv"},
    {ARTEFACT_EVENT_JSON, true, "*.tsv"},
    {ARTEFACT_EVENT_JSON, true, "*.txt"},
    {ARTEFACT_EVENT_JSON, true, "*.log"},
    {ARTEFACT_JOURNAL, true, "*journal*"},
    {ARTEFACT_JOURNAL, true, "*.export"},
    {ARTEFACT_JOURNAL, true, "*.json*"},
    {ARTEFACT_JOURNAL, true, "*.ndjson"},
    {ARTEFACT_JOURNAL, true, "*.txt"},
    {ARTEFACT_JOURNAL, true, "*.log"},
    {ARTEFACT_JOURNAL, true, "*.out"},
    {ARTEFACT_UNIFIED_LOG, true, "*launchd.log*"},
    {ARTEFACT_UNIFIED_LOG, true, "*unified*"},
    {ARTEFACT_UNIFIED_LOG, true, "*.txt"},
    {ARTEFACT_UNIFIED_LOG, true, "*.log"},
    {ARTEFACT_UNIFIED_LOG, true, "*.json"},
    {ARTEFACT_UNIFIED_LOG, true, "*.jsonl"},
    {ARTEFACT_UNIFIED_LOG, true, "*.ndjson"},
    {ARTEFACT_UNIFIED_LOG, true, "*.csv"},
    {ARTEFACT_UNIFIED_LOG, true, "*.out"},
    {ARTEFACT_SERVICE_LISTING, true, "*.txt"},
    {ARTEFACT_SERVICE_LISTING, true, "*.csv"},
    {ARTEFACT_SERVICE_LISTING, true, "*.tsv"},
    {ARTEFACT_SERVICE_LISTING, true, "*.json"},
    {ARTEFACT_SERVICE_LISTING, true, "*.jsonl"},
    {ARTEFACT_SERVICE_LISTING, true, "*.ndjson"},
    {ARTEFACT_SERVICE_LISTING, true, "*.reg"},
    {ARTEFACT_SERVICE_LISTING, true, "*.log"},
    {ARTEFACT_SERVICE_LISTING, true, "*.out"},
    {ARTEFACT_SERVICE_LISTING, true, "*systemctl*"},
    {ARTEFACT_SERVICE_LISTING, true, "*launchctl*"},
    {ARTEFACT_SERVICE_LISTING, true, "*service*"},
};

/* Bytes of digits at the end of a name. */
static size_t tail_digits(const char *name, size_t size)
{
    size_t n = 0;

    while (n < size && name[size - n - 1] >= '0' && name[size - n - 1] <= '9')
        n++;
    return n;
}

bool copy_name(const char **name, size_t *size)
{
    static const char *const folders[] = {"RegBack", "Windows.old"};
    static const char *const shadows[] = {"HarddiskVolumeShadowCopy", "ShadowCopy", "vss"};
    size_t                   digits = tail_digits(*name, *size), stem = *size - digits;

    for (size_t i = 0; i < TBL_COUNT(folders); i++)
        if (strlen(folders[i]) == *size && strncasecmp(folders[i], *name, *size) == 0)
            return true;
    stem -= stem && strchr("-_", (*name)[stem - 1]);
    for (size_t i = 0; digits && i < TBL_COUNT(shadows); i++) {
        size_t      n = strlen(shadows[i]);
        const char *at = *name + stem - n;
        if (stem < n || strncasecmp(at, shadows[i], n) != 0)
            continue;
        if (i == 0) { /* the whole path of the device may be before it */
            *name = at;
            *size -= stem - n;
        } else if (at != *name && isalnum((unsigned char)at[-1])) {
            continue; /* the end of another word */
        }
        return true;
    }
    return false;
}

bool names_unit(const char *name)
{
    static const char *const types[] = {".service", ".socket",    ".timer",  ".path",
                                        ".mount",   ".automount", ".target", ".slice",
                                        ".swap",    ".scope",     ".device"};
    const char              *dot = strrchr(name, '.');

    for (size_t i = 0; dot && i < TBL_COUNT(types); i++)
        if (strcmp(dot, types[i]) == 0)
            return dot != name;
    return false;
}

const char *unit_folder_of(const char *dir)
{
    const char *last = strrchr(dir, '/');

    last = last ? last + 1 : dir;
    if (fnmatch("*.wants", last, 0) == 0 || fnmatch("*.requires", last, 0) == 0 ||
        fnmatch("*.d", last, 0) == 0 || fnmatch("*.upholds", last, 0) == 0)
        return NULL;
    return strcmp(last, "user") == 0 ? "/etc/systemd/user" : "/etc/systemd/system";
}

/* The transaction logs of a hive begin as it does, and are read with it. */
static bool is_hive_log(const char *name)
{
    return fnmatch("*.log*", name, FNM_CASEFOLD) == 0 ||
           fnmatch("*.blf", name, FNM_CASEFOLD) == 0 ||
           fnmatch("*.regtrans-ms", name, FNM_CASEFOLD) == 0;
}

static bool find_name(const char *name, const char *path, unsigned wanted, enum artefact *ret,
                      bool *ret_unsure)
{
    for (size_t i = 0; i < TBL_COUNT(loose); i++) {
        const char *text = strchr(loose[i].pattern, '/') ? path : name;

        if (!(wanted & 1u << loose[i].artefact) ||
            fnmatch(loose[i].pattern, text, FNM_CASEFOLD) != 0 ||
            (loose[i].artefact == ARTEFACT_HIVE && is_hive_log(name)))
            continue;
        *ret = loose[i].artefact;
        *ret_unsure = loose[i].unsure;
        return true;
    }
    return false;
}

bool artefact_of_name(const char *name, const char *dir, unsigned wanted, enum artefact *ret,
                      bool *ret_unsure)
{
    char path[ROOT_PATH_MAX];
    int  size = snprintf(path, sizeof path, "%s/%s", dir, name);

    if (size >= ROOT_PATH_MAX)
        return false;
    if (find_name(name, path, wanted, ret, ret_unsure))
        return true;
    size_t plain = uncompressed_name(path);
    if (!path[plain])
        return false;
    path[plain] = '\0';
    return find_name(strrchr(path, '/') + 1, path, wanted & PACKED_ARTEFACTS, ret, ret_unsure);
}

const char discovery_supported[] =
    "root file systems of Linux, Windows or macOS; folders of systemd units; event logs (*.evtx); "
    "Windows events as JSON, XML, CSV or wevtutil's text; registry hives; systemd journals; audit, "
    "authentication "
    "and "
    "package logs; shell histories (*_history); launchd property lists; what systemctl, launchctl, "
    "sc, "
    "reg, PowerShell, autorunsc and osquery print of services; zip and tar archives of "
    "these";

static const struct {
    const char *begins, *name;
    size_t      size, at; /* bytes of `begins`, and their offset */
} formats[] = {
    {"PK\3\4", "a ZIP archive", 4, 0},
    {"\x1f\x8b", "a gzip file", 2, 0},
    {"\x28\xb5\x2f\xfd", "a zstd file", 4, 0},
    {"\xfd"
     "7zXZ",
     "an xz file", 5, 0},
    {"BZh", "a bzip2 file", 3, 0},
    {"7z\xbc\xaf", "a 7-Zip archive", 4, 0},
    {"Rar!", "a RAR archive", 4, 0},
    {"ustar", "a tar archive", 5, 257},
    {"EVF\x09", "an EnCase (E01) disk image", 4, 0},
    {"EVF2", "an EnCase (Ex01) disk image", 4, 0},
    {"QFI\xfb", "a QEMU (qcow2) disk image", 4, 0},
    {"KDMV", "a VMware disk image", 4, 0},
    {"vhdxfile", "a VHDX disk image", 8, 0},
    {"conectix", "a VHD disk image", 8, 0},
    {"\x55\xaa", "a raw disk image", 2, 510},
    {"SQLite format 3", "an SQLite database", 15, 0},
    {"\x7f"
     "ELF",
     "a Linux program", 4, 0},
    {"MZ", "a Windows program", 2, 0},
    {"%PDF", "a PDF document", 4, 0},
    {"LfLe", "an event log of Windows XP (.evt)", 4, 4},
    {"\xef\xcd\xab\x89", "an ESE database", 4, 4},
    {"MAM\x04", "a prefetch file of Windows", 4, 0},
    {"SCCA", "a prefetch file of Windows", 4, 4},
    {"L\0\0\0\1\x14\2\0", "a shortcut of Windows (.lnk)", 8, 0},
    {"PAGEDU64", "a memory dump of Windows", 8, 0},
    {"PAGEDUMP", "a memory dump of Windows", 8, 0},
    {"MDMP", "a memory dump of Windows", 4, 0},
    {"EMiL", "a memory dump (LiME)", 4, 0},
    {"\xd4\xc3\xb2\xa1", "a capture of network traffic (pcap)", 4, 0},
    {"\x0a\x0d\x0d\x0a", "a capture of network traffic (pcapng)", 4, 0},
};

static bool is_plain_text(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (data[i] < ' ' && !strchr("\t\n\r\f\x1b", data[i]))
            return false;
    return memchr(data, 0, size) == NULL;
}

const char *format_of_bytes(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < TBL_COUNT(formats); i++)
        if (formats[i].at + formats[i].size <= size &&
            memcmp(data + formats[i].at, formats[i].begins, formats[i].size) == 0)
            return formats[i].name;
    return size ? NULL : "an empty file";
}

const char *describe_bytes(const uint8_t *data, size_t size)
{
    const char *format = format_of_bytes(data, size);

    if (format)
        return format;
    return is_plain_text(data, size) ? "plain text" : "binary data";
}

const char *describe_file(const char *path)
{
    struct stat st;
    uint8_t     data[4096];

    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
        return S_ISFIFO(st.st_mode) ? "a FIFO" : S_ISSOCK(st.st_mode) ? "a socket" : "a device";
    int     fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    ssize_t size = fd < 0 ? -1 : read(fd, data, sizeof data);

    if (fd >= 0)
        close(fd);
    return size < 0 ? "not readable" : describe_bytes(data, (size_t)size);
}

static bool contains(const uint8_t *data, size_t size, const char *text)
{
    return memmem(data, size, text, strlen(text)) != NULL;
}

/* Whether a text is an export of Windows events: the forms are those of event_forms.h. One that only
 * speaks of events, such as a manual, is none: JSON begins with a bracket. */
static bool is_events(const uint8_t *data, size_t size)
{
    static const char *const json[] = {"EventID",       "event_id",     "EventRecordID",
                                       "EventRecordId", "\"eventID\"",  "EventCode",
                                       "\"EventId\"",   "\"RecordId\"", "winlog.event_data"};
    size_t                   blank = 0;

    while (blank < size && memchr(" \t\r\n\xef\xbb\xbf", data[blank], 7))
        blank++;
    data += blank;
    size -= blank;
    if (!size)
        return false;
    bool objects = *data == '{' || *data == '[' || (size > 7 && memcmp(data, "Record ", 7) == 0);
    for (size_t i = 0; objects && i < TBL_COUNT(json); i++)
        if (contains(data, size, json[i]))
            return true;
    if (objects && contains(data, size, "\"eventid\"") && contains(data, size, "\"provider_name\""))
        return true; /* osquery's; others have an eventid too */
    return event_form_is_csv((const char *)data, size) || event_text_is((const char *)data, size) ||
           (contains(data, size, "<Event") &&
            contains(data, size, "schemas.microsoft.com/win/2004/08/events/event"));
}

static bool is_listing(const uint8_t *data, size_t size)
{
    return listing_is((const char *)data, size);
}

/* Whether a text of UTF-8 or, as PowerShell's redirections write, of UTF-16 is of a kind. */
static bool is_wide(const uint8_t *data, size_t size, bool (*is)(const uint8_t *data, size_t size))
{
    struct utf16_text wide = {0};
    const char       *text = (const char *)data;

    bool fits = utf16_text_feed(&wide, &text, &size) == 0 && is((const uint8_t *)text, size);
    utf16_text_free(&wide);
    return fits;
}

bool artefact_sniff(enum artefact artefact, const uint8_t *data, size_t size)
{
    switch (artefact) {
    case ARTEFACT_EVENT_LOG:
        return size >= 8 && memcmp(data, "ElfFile", 8) == 0;
    case ARTEFACT_JOURNAL:
        return (size >= 8 && memcmp(data, "LPKSHHRH", 8) == 0) || journal_export_is(data, size);
    case ARTEFACT_HIVE:
        return size >= 4 && memcmp(data, "regf", 4) == 0;
    case ARTEFACT_PLIST:
        return (plist_looks_like(data, size) || plist_is_unread(data, size)) &&
               contains(data, size, "Label") && contains(data, size, "Program");
    case ARTEFACT_AUDIT_LOG:
        return (contains(data, size, "type=") && contains(data, size, "msg=audit(")) ||
               (size && *data == '{' &&
                ((contains(data, size, "\"ID\":") && contains(data, size, "\"SYSCALL\":")) ||
                 contains(data, size, "\"auditd\":")));
    case ARTEFACT_AUTH_LOG:
        return contains(data, size, "sshd") || contains(data, size, "sudo") ||
               contains(data, size, "pam_") || contains(data, size, "CRON");
    case ARTEFACT_EVENT_JSON: /* an entry of a journal may speak of events */
        return !journal_export_is(data, size) && is_wide(data, size, is_events);
    case ARTEFACT_UNIFIED_LOG:
        return unified_form_of((const char *)data, size) != UNIFIED_NONE;
    case ARTEFACT_SERVICE_LISTING:
        return is_wide(data, size, is_listing);
    default:
        return true;
    }
}
