/* start_hooks.c -- files other than units that run a program, start a unit or load code at boot,
 * login or an event: udev, tmpfiles.d, network dispatchers, sleep hooks, PAM, modules, package
 * managers, inittab, units of extensions and credentials, containers, and whether the journal is kept.
 *
 *     SELECT path, line, setting, command FROM start_hooks
 *     WHERE package = '' AND kind IN ('udev', 'sleep', 'networkmanager');
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "evidence.h"
#include "file_columns.h"
#include "formats/command/shell_canonical.h"
#include "formats/text/input.h"
#include "formats/unit/hook_text.h"
#include "linux/packages/packages.h"
#include "place_files.h"
#include "table.h"
#include "unit_context.h"

SQLITE_EXTENSION_INIT3

struct hook_row {
    const char *host, *source, *path, *kind, *name;
    int64_t     line, position;
    const char *setting, *value, *command, *content, *shadowed_by;
    int64_t     size;
    const char *mode;
    int64_t     uid, gid;
    double      mtime, ctime;
    const char *root;
};

/* Kinds ------------------------------------------------------------------------- */

enum kind {
    UDEV,
    TMPFILES,
    NETWORK_MANAGER,
    NETWORKD,
    IFUPDOWN,
    INTERFACES,
    DHCP,
    PPP,
    SLEEP,
    SHUTDOWN,
    MODULES,
    MODPROBE,
    PRELOAD,
    PAM,
    PAM_CONF,
    MOTD,
    PROFILE,
    INITTAB,
    JOURNALD,
    APT,
    DPKG,
    DNF,
    DNF5,
    PACMAN,
    ACPI,
    KERNEL,
    EXTENSION,
    IMAGE,
    CREDENTIAL,
    SEALED,
    NSPAWN,
    MACHINE,
    CRON,
};

static const struct {
    const char    *name;
    enum hook_form form;
    bool           shadows; /* a file hides those of its name in the folders of the kind after it */
} kinds[] = {
    [UDEV] = {"udev", HOOK_UDEV, true},
    [TMPFILES] = {"tmpfiles", HOOK_TMPFILES, true},
    [NETWORK_MANAGER] = {"networkmanager", HOOK_SCRIPT, true},
    [NETWORKD] = {"networkd", HOOK_SCRIPT, false},
    [IFUPDOWN] = {"ifupdown", HOOK_SCRIPT, false},
    [INTERFACES] = {"ifupdown", HOOK_INTERFACES, false},
    [DHCP] = {"dhcp", HOOK_SCRIPT, false},
    [PPP] = {"ppp", HOOK_SCRIPT, false},
    [SLEEP] = {"sleep", HOOK_SCRIPT, false},
    [SHUTDOWN] = {"shutdown", HOOK_SCRIPT, false},
    [MODULES] = {"modules", HOOK_MODULES, true},
    [MODPROBE] = {"modprobe", HOOK_MODPROBE, true},
    [PRELOAD] = {"preload", HOOK_PRELOAD, false},
    [PAM] = {"pam", HOOK_PAM, true},
    [PAM_CONF] = {"pam", HOOK_PAM_CONF, false},
    [MOTD] = {"motd", HOOK_SCRIPT, false},
    [PROFILE] = {"profile", HOOK_SCRIPT, false},
    [INITTAB] = {"inittab", HOOK_INITTAB, false},
    [JOURNALD] = {"journald", HOOK_JOURNALD, true},
    [APT] = {"apt", HOOK_APT, false},
    [DPKG] = {"dpkg", HOOK_DPKG, false},
    [DNF] = {"dnf", HOOK_DNF, false},
    [DNF5] = {"dnf", HOOK_DNF5, false},
    [PACMAN] = {"pacman", HOOK_PACMAN, true},
    [ACPI] = {"acpi", HOOK_ACPI, false},
    [KERNEL] = {"kernel", HOOK_SCRIPT, true},
    [EXTENSION] = {"extension", HOOK_UNIT, false},
    [IMAGE] = {"extension", HOOK_SCRIPT, false}, /* reported, but not read */
    [CREDENTIAL] = {"credential", HOOK_SETTINGS, false},
    [SEALED] = {"credential", HOOK_SCRIPT, false}, /* the same */
    [NSPAWN] = {"nspawn", HOOK_NSPAWN, true},
    [MACHINE] = {"nspawn", HOOK_SCRIPT, false}, /* the same */
    [CRON] = {"cron", HOOK_SCRIPT, false},
};

/* Why a file is reported, but not read. */
static const char *const unread[] = {
    [IMAGE] = "an image, whose units are not read",
    [SEALED] = "an encrypted credential, whose unit is not read",
    [MACHINE] = "the tree of a machine with a manager of its own: add it as evidence to read it",
    [CRON] = NULL,
};

#define PLACE(path, pattern, kind)                                                                 \
    {                                                                                              \
        path, pattern, kind, true                                                                  \
    }

#define FOUR(path, pattern, kind)                                                                  \
    PLACE("/etc/" path, pattern, kind), PLACE("/run/" path, pattern, kind),                        \
        PLACE("/usr/local/lib/" path, pattern, kind), PLACE("/usr/lib/" path, pattern, kind),      \
        PLACE("/lib/" path, pattern, kind)

/* systemd-sysext(8), systemd-confext(8), portablectl(1): trees whose units the host's managers
 * load; of a folder NAME.v (systemd.v(7)) each version. */
#define UNITS_IN(dir)                                                                              \
    PLACE(dir "/systemd/system", "*.*", EXTENSION),                                                \
        PLACE(dir "/systemd/system/*.d", "*.conf", EXTENSION),                                     \
        PLACE(dir "/systemd/user", "*.*", EXTENSION),                                              \
        PLACE(dir "/systemd/user/*.d", "*.conf", EXTENSION)
#define UNITS_OF(tree)                                                                             \
    UNITS_IN(tree "/*/usr/lib"), UNITS_IN(tree "/*/etc"), UNITS_IN(tree "/*.v/*/usr/lib"),         \
        UNITS_IN(tree "/*.v/*/etc"), PLACE(tree, "*.raw", IMAGE),                                  \
        PLACE(tree "/*.raw.v", "*.raw", IMAGE)

/* systemd.system-credentials(7): units and drop-ins by the name of a credential. */
#define CREDENTIALS(dir, kind)                                                                     \
    PLACE(dir, "systemd.extra-unit.*", kind), PLACE(dir, "systemd.unit-dropin.*", kind)

/* machinectl(1): folders of machines; systemd.nspawn(5): their settings. */
#define MACHINES(dir) PLACE(dir, "*", MACHINE), PLACE(dir, "*.raw", IMAGE)

/* Within a kind, in the order in which they are read. */
static const struct place_of_files places[] = {
    FOUR("udev/rules.d", "*.rules", UDEV),
    FOUR("tmpfiles.d", "*.conf", TMPFILES),
    PLACE("/etc/xdg/user-tmpfiles.d", "*.conf", TMPFILES),
    PLACE("/usr/local/share/user-tmpfiles.d", "*.conf", TMPFILES),
    PLACE("/usr/share/user-tmpfiles.d", "*.conf", TMPFILES),
    PLACE("/etc/NetworkManager/dispatcher.d", "*", NETWORK_MANAGER),
    PLACE("/usr/lib/NetworkManager/dispatcher.d", "*", NETWORK_MANAGER),
    PLACE("/etc/NetworkManager/dispatcher.d/*.d", "*", NETWORK_MANAGER),
    PLACE("/usr/lib/NetworkManager/dispatcher.d/*.d", "*", NETWORK_MANAGER),
    PLACE("/etc/networkd-dispatcher/*.d", "*", NETWORKD),
    PLACE("/usr/lib/networkd-dispatcher/*.d", "*", NETWORKD),
    PLACE("/etc/network/if-*.d", "*", IFUPDOWN),
    PLACE("/etc/network/interfaces", NULL, INTERFACES),
    PLACE("/etc/network/interfaces.d", "*", INTERFACES),
    PLACE("/etc/dhcp/dhclient-*-hooks.d", "*", DHCP),
    PLACE("/etc/dhcp/dhclient-enter-hooks", NULL, DHCP),
    PLACE("/etc/dhcp/dhclient-exit-hooks", NULL, DHCP),
    PLACE("/etc/ppp/ip*.d", "*", PPP),
    PLACE("/etc/systemd/system-sleep", "*", SLEEP),
    PLACE("/usr/lib/systemd/system-sleep", "*", SLEEP),
    PLACE("/lib/systemd/system-sleep", "*", SLEEP),
    PLACE("/etc/pm/sleep.d", "*", SLEEP),
    PLACE("/etc/systemd/system-shutdown", "*", SHUTDOWN),
    PLACE("/usr/lib/systemd/system-shutdown", "*", SHUTDOWN),
    PLACE("/lib/systemd/system-shutdown", "*", SHUTDOWN),
    PLACE("/etc/modules", NULL, MODULES),
    FOUR("modules-load.d", "*.conf", MODULES),
    FOUR("modprobe.d", "*.conf", MODPROBE),
    PLACE("/etc/ld.so.preload", NULL, PRELOAD),
    PLACE("/etc/pam.d", "*", PAM),
    PLACE("/usr/lib/pam.d", "*", PAM),
    PLACE("/etc/pam.conf", NULL, PAM_CONF),
    PLACE("/etc/update-motd.d", "*", MOTD),
    PLACE("/etc/profile", NULL, PROFILE),
    PLACE("/etc/profile.d", "*", PROFILE),
    PLACE("/etc/bash.bashrc", NULL, PROFILE),
    PLACE("/etc/bashrc", NULL, PROFILE),
    PLACE("/etc/zsh/*", NULL, PROFILE),
    PLACE("/etc/inittab", NULL, INITTAB),
    PLACE("/etc/systemd/journald.conf", NULL, JOURNALD),
    FOUR("systemd/journald.conf.d", "*.conf", JOURNALD),
    PLACE("/etc/apt/apt.conf", NULL, APT),
    PLACE("/etc/apt/apt.conf.d", "*", APT),
    PLACE("/etc/dpkg/dpkg.cfg", NULL, DPKG),
    PLACE("/etc/dpkg/dpkg.cfg.d", "*", DPKG),
    PLACE("/etc/dnf/plugins/post-transaction-actions.d", "*.action", DNF),
    PLACE("/etc/yum/post-actions", "*.action", DNF),
    PLACE("/etc/dnf/libdnf5-plugins/actions.d", "*.actions", DNF5),
    PLACE("/etc/pacman.d/hooks", "*.hook", PACMAN),
    PLACE("/usr/share/libalpm/hooks", "*.hook", PACMAN),
    PLACE("/etc/acpi/events", "*", ACPI),
    PLACE("/etc/kernel/*.d", "*", KERNEL),
    PLACE("/usr/lib/kernel/install.d", "*", KERNEL),
    UNITS_OF("/etc/extensions"),
    UNITS_OF("/run/extensions"),
    UNITS_OF("/var/lib/extensions"),
    UNITS_OF("/run/confexts"),
    UNITS_OF("/var/lib/confexts"),
    UNITS_OF("/usr/lib/confexts"),
    UNITS_OF("/usr/local/lib/confexts"),
    UNITS_OF("/etc/portables"),
    UNITS_OF("/run/portables"),
    UNITS_OF("/var/lib/portables"),
    UNITS_OF("/usr/local/lib/portables"),
    UNITS_OF("/usr/lib/portables"),
    MACHINES("/etc/machines"),
    MACHINES("/run/machines"),
    MACHINES("/var/lib/machines"),
    MACHINES("/usr/local/lib/machines"),
    MACHINES("/usr/lib/machines"),
    PLACE("/etc/systemd/nspawn", "*.nspawn", NSPAWN),
    PLACE("/run/systemd/nspawn", "*.nspawn", NSPAWN),
    PLACE("/var/lib/machines", "*.nspawn", NSPAWN),
    CREDENTIALS("/etc/credstore", CREDENTIAL),
    CREDENTIALS("/run/credstore", CREDENTIAL),
    CREDENTIALS("/usr/local/lib/credstore", CREDENTIAL),
    CREDENTIALS("/usr/lib/credstore", CREDENTIAL),
    CREDENTIALS("/run/credentials/@system", CREDENTIAL),
    CREDENTIALS("/run/credentials/@initrd", CREDENTIAL),
    CREDENTIALS("/etc/credstore.encrypted", SEALED),
    CREDENTIALS("/run/credstore.encrypted", SEALED),
    CREDENTIALS("/usr/local/lib/credstore.encrypted", SEALED),
    CREDENTIALS("/usr/lib/credstore.encrypted", SEALED),
    CREDENTIALS("/run/credentials/@encrypted", SEALED),
    CREDENTIALS("/boot/loader/credentials", SEALED),
    CREDENTIALS("/boot/efi/loader/credentials", SEALED),
    CREDENTIALS("/efi/loader/credentials", SEALED),
    PLACE("/etc/cron.hourly", "*", CRON),
    PLACE("/etc/cron.daily", "*", CRON),
    PLACE("/etc/cron.weekly", "*", CRON),
    PLACE("/etc/cron.monthly", "*", CRON),
    PLACE("/etc/cron.yearly", "*", CRON),
};

/* Walking ----------------------------------------------------------------------- */

struct state {
    struct place_files      files;
    const struct tbl_terms *kinds, *paths;
    struct hook_reader      reader;
    bool                    in_file;
    int64_t                 position; /* of the file's rows so far */
    struct statx            status;   /* of the file */
    bool                    has_status;

    struct root        *root; /* whose packages and folders are known */
    struct packages    *packages;
    bool                have_packages;
    struct unit_folders folders;
};

/* Names that udev, run-parts, apt and the dispatchers skip. */
static bool passed_over(const char *name)
{
    static const char *const ends[] = {"~",         ".rpmsave",   ".rpmorig",  ".rpmnew",
                                       ".dpkg-old", ".dpkg-dist", ".dpkg-new", ".dpkg-bak",
                                       ".dpkg-tmp", ".ucf-dist",  ".ucf-old",  ".bak"};
    size_t                   size = strlen(name);

    if (*name == '.' || *name == '#')
        return true;
    for (size_t i = 0; i < TBL_COUNT(ends); i++)
        if (size >= strlen(ends[i]) && strcmp(name + size - strlen(ends[i]), ends[i]) == 0)
            return true;
    return false;
}

/* Report that a file was not read, and why. */
static void report_unread(struct tbl_scan *scan, const char *why)
{
    struct state *s = tbl_state(scan);
    char         *shown = tbl_shown(scan, s->files.source.root, s->files.path);

    if (shown)
        svcql_report(tbl_svcql(scan), &(struct report){.table = tbl_name(scan),
                                                       .kind = s->files.kind,
                                                       .host = s->files.source.host,
                                                       .location = shown,
                                                       .status = SOURCE_UNKNOWN,
                                                       .skipped = 1,
                                                       .detail = why});
}

/* A masked file has no content; with a merged /usr one of the two names is enough. */
static bool wanted(struct tbl_scan *scan, const struct place_of_files *place, const char *name)
{
    struct state      *s = tbl_state(scan);
    const struct root *root = s->files.source.root;
    char               target[ROOT_PATH_MAX];
    struct stat        st;

    if (passed_over(name) || !tbl_match_text(s->kinds, kinds[place->tag].name, false) ||
        !tbl_match_text(s->paths, s->files.path, false))
        return false;
    bool folder = (unread[place->tag] || place->tag == EXTENSION) &&
                  root_stat(root, s->files.path, true, &st) == 0 && S_ISDIR(st.st_mode);
    if (unread[place->tag]) {
        if (folder == (place->tag == MACHINE))
            report_unread(scan, unread[place->tag]);
        return false;
    }
    if (folder && place->tag == EXTENSION)
        return false; /* of drop-ins and links */
    if (strncmp(place->path, "/lib/", 5) == 0 && root_readlink(root, "/lib", target) == 0)
        return false;
    return root_readlink(root, s->files.path, target) < 0 || strcmp(target, "/dev/null") != 0;
}

/* The file of the same name in a folder that is read before; NULL: none. */
static const char *shadow_of(struct tbl_scan *scan)
{
    const struct state *s = tbl_state(scan);
    struct stat         st;

    for (size_t i = 0; kinds[s->files.place.tag].shadows && i < TBL_COUNT(places); i++) {
        if (strcmp(places[i].path, s->files.place.path) == 0)
            break;
        if (places[i].tag != s->files.place.tag || !places[i].pattern ||
            strchr(places[i].path, '*'))
            continue;
        char *path = tbl_printf(scan, "%s/%s", places[i].path, s->files.name);
        if (path && root_stat(s->files.source.root, path, false, &st) == 0)
            return path;
    }
    return NULL;
}

static double seconds(const struct statx_timestamp *t)
{
    return (double)t->tv_sec + (double)t->tv_nsec / 1e9;
}

static const char *text_of(struct tbl_scan *scan, const char *text)
{
    return text ? tbl_utf8(scan, text, strlen(text)) : NULL;
}

static int fill(struct tbl_scan *scan, const struct hook *hook, struct hook_row *row)
{
    struct state       *s = tbl_state(scan);
    const struct statx *st = &s->status;

    *row = (struct hook_row){.host = s->files.source.host,
                             .source = s->files.shown,
                             .path = text_of(scan, s->files.path),
                             .kind = kinds[s->files.place.tag].name,
                             .line = hook->line,
                             .position = ++s->position,
                             .setting = text_of(scan, hook->setting),
                             .value = text_of(scan, hook->value),
                             .command = text_of(scan, hook->command),
                             .content = text_of(scan, hook->content),
                             .size = TBL_NULL,
                             .uid = TBL_NULL,
                             .gid = TBL_NULL,
                             .mtime = NAN,
                             .ctime = NAN,
                             .root = row->root};
    if (!row->path)
        return SQLITE_NOMEM;
    row->name = strrchr(row->path, '/') + 1;
    row->shadowed_by = TBL_USES(scan, struct hook_row, shadowed_by) ? shadow_of(scan) : NULL;
    if (s->has_status) {
        row->size = (int64_t)st->stx_size;
        row->mode = tbl_printf(scan, "%04o", st->stx_mode & 07777u);
        row->uid = st->stx_uid;
        row->gid = st->stx_gid;
        row->mtime = seconds(&st->stx_mtime);
        row->ctime = seconds(&st->stx_ctime);
    }
    s->files.records++;
    return (row->setting || !hook->setting) && (row->value || !hook->value) &&
                   (row->command || !hook->command)
               ? SQLITE_ROW
               : SQLITE_NOMEM;
}

/* Begin with the file that the walk has opened: a script is a row of its own. */
static int begin_file(struct tbl_scan *scan, struct hook_row *row)
{
    struct state *s = tbl_state(scan);

    hook_end(&s->reader);
    s->reader = (struct hook_reader){
        .form = kinds[s->files.place.tag].form, .text = s->files.text, .size = s->files.size};
    s->position = 0;
    s->in_file = true;
    s->has_status = root_statx(s->files.source.root, s->files.path, false, &s->status) == 0;
    s->files.zeros = s->reader.form != HOOK_SCRIPT && memchr(s->files.text, '\0', s->files.size);
    if (s->reader.form != HOOK_SCRIPT)
        return SQLITE_OK;
    return fill(scan, &(struct hook){.command = s->files.path}, row);
}

static int next(struct tbl_scan *scan, void *row)
{
    struct state *s = tbl_state(scan);
    struct hook   hook;

    for (;;) {
        bool over = s->in_file && input_over_budget();
        int  r = s->in_file && !over ? hook_next(&s->reader, &hook) : 0;
        if (over)
            s->files.error = -EDQUOT;
        if (r > 0)
            return fill(scan, &hook, row);
        if (r < 0)
            return SQLITE_NOMEM;
        s->files.skipped += s->in_file ? (int64_t)s->reader.bad : 0;
        s->in_file = false;
        int rc = place_files_next(&s->files);
        if (rc == SQLITE_ROW)
            rc = begin_file(scan, row);
        if (rc != SQLITE_OK)
            return rc;
    }
}

/* Users have a tmpfiles.d of their own (systemd-tmpfiles --user). */
static int begin_root(struct tbl_scan *scan)
{
    static const char *const below[] = {"%s/.config/user-tmpfiles.d",
                                        "%s/.local/share/user-tmpfiles.d"};
    struct state            *s = tbl_state(scan);
    struct unit_managers     users = {0};
    char                     path[ROOT_PATH_MAX];

    if (!tbl_match_text(s->kinds, kinds[TMPFILES].name, false))
        return SQLITE_OK;
    int rc = unit_managers_list(s->files.source.root, &users) == 0 ? SQLITE_OK : SQLITE_NOMEM;
    for (size_t i = 0; rc == SQLITE_OK && i < TBL_COUNT(below) * users.n; i++) {
        const struct unit_manager *user = &users.managers[i / TBL_COUNT(below)];
        if (user->scope != UNIT_USER)
            continue;
        snprintf(path, sizeof path, below[i % TBL_COUNT(below)], user->home); /* NOLINT: above */
        rc = place_files_add(&s->files, &(struct place_of_files){path, "*.conf", TMPFILES, true},
                             user->uid);
    }
    unit_managers_free(&users);
    return rc;
}

static int open_scan(struct tbl_scan *scan)
{
    struct state          *s = tbl_state(scan);
    const struct hook_row *key = tbl_key(scan);

    s->kinds = TBL_TERMS(scan, struct hook_row, kind);
    s->paths = TBL_TERMS(scan, struct hook_row, path);
    s->files = (struct place_files){.scan = scan,
                                    .kind = "start_hooks",
                                    .places = places,
                                    .n_places = TBL_COUNT(places),
                                    .wanted = wanted,
                                    .begin_root = begin_root};
    return place_files_begin(&s->files,
                             &(struct sources_want){.artefacts = 1u << ARTEFACT_LINUX_ROOT,
                                                    .host = key->host,
                                                    .root = key->root});
}

static void forget_root(struct state *s)
{
    packages_unref(s->packages);
    root_unref(s->root);
    s->packages = NULL;
    s->root = NULL;
    s->have_packages = false;
    s->folders = (struct unit_folders){.next = 0};
}

static void close_scan(struct tbl_scan *scan)
{
    struct state *s = tbl_state(scan);

    place_files_end(&s->files);
    hook_end(&s->reader);
    forget_root(s);
}

/* What runs ----------------------------------------------------------------------- */

static void result(sqlite3_context *out, const char *text)
{
    if (text)
        sqlite3_result_text(out, text, -1, SQLITE_TRANSIENT);
}

static void enter_root(struct state *s)
{
    if (s->root == s->files.source.root)
        return;
    forget_root(s);
    s->root = root_ref(s->files.source.root);
}

#define SCRIPT_MAX (64u << 10) /* bytes */

/* Whether the open file is text and, if a script, one for a shell. */
static bool is_text(const struct state *s, bool of_shell)
{
    size_t      size = s->files.size < SCRIPT_MAX ? s->files.size : SCRIPT_MAX;
    const char *end = memchr(s->files.text, '\n', size);

    if (memchr(s->files.text, '\0', size))
        return false;
    if (!of_shell || size < 2 || memcmp(s->files.text, "#!", 2) != 0)
        return true;
    return memmem(s->files.text, end ? (size_t)(end - s->files.text) : size, "sh", 2) != NULL;
}

/* Where a program is: udev searches its own folder. False: a plain name that is in no folder. */
static bool find(struct state *s, const char *name, char ret[ROOT_PATH_MAX])
{
    static const char  *udev[] = {"/usr/lib/udev"};
    struct unit_context context = {.root = s->files.source.root,
                                   .view = {.working_directory = "/", .folders = &s->folders}};

    enter_root(s);
    if (s->files.place.tag == UDEV && !strchr(name, '/'))
        context.search = (struct unit_words){.words = udev, .n = TBL_COUNT(udev)};
    return unit_context_find(&context, name, ret);
}

/* What the row's command, or its script's text, runs in the end. */
static int read_command(struct state *s, const struct hook_row *row, struct arena *memory,
                        struct command_reading *ret)
{
    bool        script = s->reader.form == HOOK_SCRIPT;
    size_t      size = s->files.size < SCRIPT_MAX ? s->files.size : SCRIPT_MAX;
    const char *text = row->command;

    if (script)
        text = is_text(s, true) ? arena_strndup(memory, s->files.text, size) : NULL;
    if (!text)
        return 0;
    return command_read(
        &(struct command_given){.argv = (const char *const[]){"sh", "-c", text}, .argc = 3}, memory,
        ret);
}

/* Add a program whose path is known, once. */
static void put_run(struct state *s, struct buffer *json, const char *name)
{
    char          path[ROOT_PATH_MAX];
    struct buffer key = {0};

    if (strpbrk(name, "$%~*`") || !find(s, name, path))
        return;
    buffer_json(&key, path, strlen(path));
    buffer_putc(&key, ':');
    json->failed |= !buffer_text(&key);
    if (!json->failed && !memmem(json->data, json->size, key.data, key.size)) {
        const char *kind = unit_program_kind_name(unit_program_kind(s->files.source.root, path));
        buffer_puts(json, json->size > 1 ? "," : "");
        buffer_puts(json, key.data);
        buffer_json(json, kind, strlen(kind));
    }
    buffer_free(&key);
}

/* The file that the row itself is or names: a library, a module of PAM; NULL: a command runs. */
static const char *own_file(const struct state *s, const struct hook_row *row)
{
    if (s->reader.form == HOOK_SCRIPT)
        return row->path;
    if (!row->command && row->value && *row->value == '/' &&
        (s->reader.form == HOOK_PRELOAD || s->reader.form == HOOK_PAM ||
         s->reader.form == HOOK_PAM_CONF))
        return row->value;
    return NULL;
}

static int get_runs(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct state          *s = tbl_state(scan);
    struct arena           memory = {0};
    struct buffer          json = {0};
    struct command_reading reading = {0};
    const char            *own = own_file(s, row);
    int                    r = read_command(s, row, &memory, &reading);

    buffer_putc(&json, '{');
    if (own)
        put_run(s, &json, arena_strndup(&memory, own, strcspn(own, " \t")));
    for (size_t i = 1; r == 0 && i < reading.n_runs; i++) /* the first is the shell itself */
        put_run(s, &json, reading.runs[i]);
    buffer_putc(&json, '}');
    const char *text =
        r < 0 || memory.failed || !buffer_text(&json) ? NULL : tbl_utf8(scan, json.data, json.size);
    result(out, text);
    buffer_free(&json);
    arena_free(&memory);
    return text ? SQLITE_OK : SQLITE_NOMEM;
}

static int get_program(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct state          *s = tbl_state(scan);
    struct arena           memory = {0};
    struct command_reading reading = {0};
    const char            *name = own_file(s, row);
    char                   path[ROOT_PATH_MAX];
    int                    r = name ? 0 : read_command(s, row, &memory, &reading);

    if (name)
        name = arena_strndup(&memory, name, strcspn(name, " \t"));
    else if (reading.n_runs > 1)
        name = reading.runs[1];
    if (r == 0 && name) {
        name = *name != '$' && find(s, name, path) ? path : name;
        result(out, tbl_utf8(scan, name, strlen(name)));
    }
    arena_free(&memory);
    return r < 0 ? SQLITE_NOMEM : SQLITE_OK;
}

/* The text of the script; of tmpfiles.d what the line writes. */
static int get_text(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    struct state *s = tbl_state(scan);
    size_t        size = s->files.size < SCRIPT_MAX ? s->files.size : SCRIPT_MAX;

    (void)row;
    if (s->reader.form == HOOK_SCRIPT && is_text(s, false))
        result(out, tbl_utf8(scan, s->files.text, size));
    return SQLITE_OK;
}

/* Packages ------------------------------------------------------------------------ */

static int need_packages(struct tbl_scan *scan, struct packages **ret)
{
    struct state *s = tbl_state(scan);

    enter_root(s);
    if (!s->have_packages) {
        if (packages_get(tbl_svcql(scan), s->files.source.root, &s->packages) == -ENOMEM)
            return SQLITE_NOMEM;
        s->have_packages = true;
    }
    *ret = s->packages;
    return SQLITE_OK;
}

static int get_package(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    const struct state *s = tbl_state(scan);
    struct packages    *packages = NULL;
    int                 rc = need_packages(scan, &packages);

    (void)row;
    if (packages) {
        const char *owner = packages_owner(packages, s->files.path);
        result(out, owner ? owner : "");
    }
    return rc;
}

static int get_package_altered(struct tbl_scan *scan, const void *row, sqlite3_context *out)
{
    const struct state *s = tbl_state(scan);
    struct packages    *packages = NULL;
    int                 rc = need_packages(scan, &packages);

    (void)row;
    int altered = packages ? packages_altered(packages, s->files.path) : -ENODATA;
    if (altered >= 0)
        sqlite3_result_int(out, altered);
    return altered == -ENOMEM ? SQLITE_NOMEM : rc;
}

/* Columns ------------------------------------------------------------------------- */

#define ROW(field, flags, doc) TBL_COL(struct hook_row, field, flags, doc)

static const struct tbl_column columns[] = {
    ROW(host, TBL_KEY, "Host the file belongs to"),
    ROW(source, TBL_ID, "Path of the file in the evidence"),
    ROW(path, TBL_KEY, "Path of the file on its host"),
    ROW(name, 0, "Name of the file"),
    ROW(kind, TBL_KEY,
        "udev (rules), tmpfiles (lines that write, link or remove what starts something), "
        "networkmanager, networkd, ifupdown, dhcp, ppp (dispatched scripts), sleep, shutdown, "
        "modules (loaded at boot), modprobe (install and remove lines), preload "
        "(/etc/ld.so.preload), pam, motd, profile, inittab, journald (whether the journal is kept "
        "and forwarded), apt, dpkg, dnf, pacman (hooks of package managers), acpi, kernel, "
        "extension (units of the trees of systemd-sysext, systemd-confext and portable services), "
        "credential (units and drop-ins in credential stores), nspawn (settings of containers), "
        "cron (scripts of /etc/cron.daily and similar folders)"),
    ROW(line, 0, "Line of the file, from 1; 0 of a script"),
    ROW(position, TBL_ID, "Number of the row within its file, from 1"),
    ROW(setting, 0,
        "Name of the setting: RUN, L+, install, session, Storage, DPkg::Post-Invoke; NULL of a "
        "script"),
    ROW(value, 0,
        "Value of the setting; of tmpfiles the path that the line creates, of inittab the entry's "
        "id; "
        "NULL of a script"),
    ROW(command, 0, "Command as written in the file; of a script its path; NULL: nothing runs"),
    TBL_LAZY("program", TBL_TEXT, 0,
             "File that runs, or is loaded by its path: links resolved, plain names searched for",
             get_program),
    TBL_LAZY(
        "runs", TBL_TEXT, 0,
        "Each program and script that the command, or the shell script, names and that is found "
        "or has a path, as a JSON object: its path, and its kind (elf, script, text, other, "
        "missing, unreadable)",
        get_runs),
    TBL_LAZY("text", TBL_TEXT, 0, "The script, its first 64 KiB; NULL of others", get_text),
    ROW(content, 0,
        "Of tmpfiles: what the line writes, or the target of the link; of nspawn: the command "
        "inside"),
    ROW(shadowed_by, 0, "File of the same name that is read instead; NULL: it is in force"),
    FILE_OWNER_COLUMNS(struct hook_row),
    FILE_PACKAGE_COLUMNS(get_package, get_package_altered),
    TBL_COL(struct hook_row, root, TBL_KEY | TBL_HIDDEN, "Root directory to read below"),
};

static const struct tbl_example examples[] = {
    {"What runs on events, and which package owns it",
     "SELECT path, line, setting, command, package FROM start_hooks WHERE command IS NOT NULL"},
};

const struct tbl_table start_hooks_table = {
    .name = "start_hooks",
    .doc = "Files other than units that run programs, start units or load code: udev, tmpfiles.d, "
           "dispatchers, sleep hooks, PAM, modules, package managers, inittab, extensions, "
           "credentials",
    .columns = columns,
    .n_columns = TBL_COUNT(columns),
    .examples = examples,
    .n_examples = TBL_COUNT(examples),
    .row_size = sizeof(struct hook_row),
    .state_size = sizeof(struct state),
    .rows = 200,
    .artefacts = 1u << ARTEFACT_LINUX_ROOT,
    .open = open_scan,
    .next = next,
    .close = close_scan,
};
