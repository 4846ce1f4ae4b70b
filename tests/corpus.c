#include "corpus.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <md5.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "formats/text/arena.h"
#include "formats/text/buffer.h"
#include "harness.h"
#include "make_evtx.h"
#include "make_hive.h"

#define DAY       86400
#define BASE_DAYS 400 /* age of the base host's packages */

/* Reading ------------------------------------------------------------------------- */

static void *grown(void *array, size_t n, size_t size)
{
    if ((n & (n - 1)) == 0 && !(array = realloc(array, (n ? 2 * n : 1) * size)))
        abort();
    return array;
}

/* The half depends on the name, so that a case keeps it when others are added. */
static bool is_fitting(const char *name)
{
    uint32_t hash = 2166136261u; /* FNV-1a */

    for (; *name; name++)
        hash = (hash ^ (uint8_t)*name) * 16777619u;
    return (hash >> 16 & 1) == 0;
}

struct reading {
    struct corpus *corpus;
    const char    *file;
    int            line;
};

static struct corpus_case *current(struct reading *r)
{
    ck_assert_msg(r->corpus->n > 0, "%s:%d: no case begins here", r->file, r->line);
    return &r->corpus->cases[r->corpus->n - 1];
}

static void begin_case(struct reading *r, const char *name)
{
    struct corpus *corpus = r->corpus;

    for (size_t i = 0; i < corpus->n; i++)
        ck_assert_msg(strcmp(corpus->cases[i].name, name) != 0, "%s:%d: a second case %s", r->file,
                      r->line, name);
    corpus->cases = grown(corpus->cases, corpus->n, sizeof *corpus->cases);
    corpus->cases[corpus->n++] = (struct corpus_case){.name = name, .fitting = is_fitting(name)};
}

static void begin_item(struct reading *r, const char *kind, char *rest)
{
    struct corpus_case *one = current(r);
    char               *extra = NULL;

    bool spaced =
        strcmp(kind, "event") == 0 || strcmp(kind, "service") == 0 || strcmp(kind, "key") == 0;
    if (!spaced && (extra = strchr(rest, ' ')))
        *extra++ = '\0';
    one->items = grown(one->items, one->n_items, sizeof *one->items);
    one->items[one->n_items++] = (struct corpus_item){kind, rest, extra, NULL};
}

static void add_content(struct reading *r, const char *text)
{
    struct corpus_case *one = current(r);

    ck_assert_msg(one->n_items > 0, "%s:%d: content of nothing", r->file, r->line);
    struct corpus_item *item = &one->items[one->n_items - 1];
    size_t              size = item->content ? strlen(item->content) : 0;
    item->content = realloc(item->content, size + strlen(text) + 2);
    if (!item->content)
        abort();
    sprintf(item->content + size, "%s\n", text);
}

static void read_field(struct reading *r, const char *word, char *rest)
{
    struct corpus_case *one = current(r);
    const struct {
        const char  *word;
        const char **field;
    } fields[] = {{"platform", &one->platform},
                  {"what", &one->what},
                  {"source", &one->source},
                  {"twin", &one->twin}};

    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (strcmp(word, fields[i].word) == 0) {
            *fields[i].field = rest;
            return;
        }
    ck_assert_msg(strcmp(word, "label") == 0, "%s:%d: unknown word %s", r->file, r->line, word);
    one->attack = strcmp(rest, "attack") == 0;
    ck_assert_msg(one->attack || strcmp(rest, "ordinary") == 0, "%s:%d: label %s", r->file, r->line,
                  rest);
}

static void read_line(struct reading *r, char *line)
{
    static const char *const items[] = {"file",  "program", "link", "owner",
                                        "event", "service", "key"};

    if (*line == '#' || !*line)
        return;
    if (*line == '\t') {
        add_content(r, line + 1);
        return;
    }
    char *rest = strchr(line, ' ');
    ck_assert_msg(rest, "%s:%d: one word alone: %s", r->file, r->line, line);
    *rest++ = '\0';
    rest += strspn(rest, " ");
    if (strcmp(line, "case") == 0) {
        begin_case(r, rest);
        return;
    }
    for (size_t i = 0; i < sizeof items / sizeof items[0]; i++)
        if (strcmp(line, items[i]) == 0) {
            begin_item(r, items[i], rest);
            return;
        }
    read_field(r, line, rest);
}

static void read_file(struct corpus *corpus, const char *path)
{
    struct reading r = {corpus, path, 0};
    size_t         size;
    char          *text = harness_read(path, &size);

    corpus->texts = grown(corpus->texts, corpus->n_texts, sizeof *corpus->texts);
    corpus->texts[corpus->n_texts++] = text;
    for (char *line; (line = strsep(&text, "\n"));) {
        r.line++;
        read_line(&r, line);
    }
}

static void check(const struct corpus *corpus)
{
    for (size_t i = 0; i < corpus->n; i++) {
        const struct corpus_case *one = &corpus->cases[i];
        ck_assert_msg(one->platform && one->what && one->source && one->n_items,
                      "%s: needs platform, what, source and something on its host", one->name);
        bool found = !one->twin;
        for (size_t j = 0; j < corpus->n && !found; j++)
            found = strcmp(corpus->cases[j].name, one->twin) == 0 &&
                    corpus->cases[j].attack != one->attack;
        ck_assert_msg(found, "%s: no twin %s of the other label", one->name, one->twin);
    }
}

struct corpus *corpus_load(const char *folder)
{
    struct corpus  *corpus = calloc(1, sizeof *corpus);
    struct dirent **names;
    char            path[4096];
    size_t          size;
    int             n = scandir(folder, &names, NULL, alphasort);

    ck_assert_msg(corpus && n >= 0, "%s", folder);
    for (int i = 0; i < n; i++) {
        size_t length = strlen(names[i]->d_name);
        snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
        if (strcmp(names[i]->d_name, "base.txt") == 0)
            corpus->base = harness_read(path, &size);
        else if (length > 4 && strcmp(names[i]->d_name + length - 4, ".txt") == 0)
            read_file(corpus, path);
        free(names[i]);
    }
    free(names);
    check(corpus);
    return corpus;
}

void corpus_free(struct corpus *corpus)
{
    for (size_t i = 0; i < corpus->n; i++) {
        for (size_t j = 0; j < corpus->cases[i].n_items; j++)
            free(corpus->cases[i].items[j].content);
        free(corpus->cases[i].items);
    }
    free(corpus->cases);
    free(corpus->texts); /* what they hold is the harness's */
    free(corpus);
}

/* Writing ------------------------------------------------------------------------- */

static time_t aged; /* nftw() takes no argument of ours */

static int set_time(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    struct timespec times[2] = {{.tv_sec = aged}, {.tv_sec = aged}};

    (void)st, (void)type, (void)ftw;
    return utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW);
}

static void age(const char *dir, int days)
{
    aged = time(NULL) - (time_t)days * DAY;
    ck_assert_msg(nftw(dir, set_time, 16, FTW_DEPTH | FTW_PHYS) == 0, "%s", dir);
}

static void set_mode(const char *dir, const char *path, mode_t mode)
{
    char full[4096];

    snprintf(full, sizeof full, "%s/%s", dir, path);
    ck_assert_msg(chmod(full, mode) == 0, "%s", full);
}

/* A header of a 64-bit ELF program, little-endian, and some text that differs from file to file. */
static void write_program(const char *dir, const char *path)
{
    char program[256] = "\x7f"
                        "ELF\x02\x01\x01";

    program[16] = 2;  /* ET_EXEC */
    program[18] = 62; /* EM_X86_64 */
    program[20] = 1;  /* EV_CURRENT */
    program[52] = 64; /* bytes of this header */
    snprintf(program + 64, sizeof program - 64, "%s", path);
    harness_write(dir, path, program, sizeof program);
    set_mode(dir, path, 0755);
}

static void write_link(const char *dir, const char *path, const char *target)
{
    char full[4096];

    harness_write_text(dir, path, ""); /* makes its parents */
    snprintf(full, sizeof full, "%s/%s", dir, path);
    ck_assert_msg(unlink(full) == 0 && symlink(target, full) == 0, "%s", full);
}

struct packages {
    const char   *dir;
    const char   *name;
    struct buffer status, list, sums, conffiles, history;
};

static void end_package(struct packages *p)
{
    char path[512];

    if (!p->name)
        return;
    buffer_printf(&p->status,
                  "Package: %s\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.0-1\n"
                  "Maintainer: Somebody <nobody@example.org>\n%s%.*sDescription: %s\n\n",
                  p->name, p->conffiles.size ? "Conffiles:\n" : "", (int)p->conffiles.size,
                  p->conffiles.size ? (const char *)p->conffiles.data : "", p->name);
    buffer_reset(&p->conffiles);
    snprintf(path, sizeof path, "var/lib/dpkg/info/%s.list", p->name);
    harness_write(p->dir, path, p->list.data, p->list.size);
    buffer_reset(&p->list);
    snprintf(path, sizeof path, "var/lib/dpkg/info/%s.md5sums", p->name);
    harness_write(p->dir, path, p->sums.data, p->sums.size);
    buffer_reset(&p->sums);
}

/* As dpkg keeps them: of files below /etc in its status. */
static void sum(struct packages *p, const char *path)
{
    char full[4096], digest[MD5_DIGEST_STRING_LENGTH];

    snprintf(full, sizeof full, "%s/%s", p->dir, path);
    ck_assert_msg(MD5File(full, digest), "%s", full);
    if (strncmp(path, "etc/", 4) == 0)
        buffer_printf(&p->conffiles, " /%s %s\n", path, digest);
    else
        buffer_printf(&p->sums, "%s  %s\n", digest, path);
}

static void own(struct packages *p, const char *path)
{
    buffer_printf(&p->list, "/%s\n", path);
}

/* The name of a unit without its folder and kind, as Debian names its file of variables. */
static const char *stem_of(const char *path)
{
    static char stem[256];
    const char *name = strrchr(path, '/') + 1;

    snprintf(stem, sizeof stem, "%.*s", (int)strcspn(name, "."), name);
    return stem;
}

static void base_item(struct packages *p, const char *kind, char *path, char *rest)
{
    struct buffer text = {0};

    own(p, path);
    if (strcmp(kind, "program") == 0) {
        write_program(p->dir, path);
        sum(p, path);
        return;
    }
    if (strcmp(kind, "link") == 0) {
        write_link(p->dir, path, rest);
        return;
    }
    if (strcmp(kind, "unit") == 0)
        buffer_printf(&text,
                      "[Unit]\nDescription=%s of its package\n[Service]\n"
                      "EnvironmentFile=-/etc/default/%s\nExecStart=%s\n"
                      "[Install]\nWantedBy=multi-user.target\n",
                      p->name, stem_of(path), rest);
    else
        buffer_puts(&text, strcmp(kind, "script") == 0 ? "#!/bin/sh\nexit 0\n" : "# defaults\n");
    harness_write(p->dir, path, text.data, text.size);
    set_mode(p->dir, path, strcmp(kind, "script") == 0 ? 0755 : 0644);
    sum(p, path);
    buffer_free(&text);
}

static void log_package(struct packages *p, int days, const char *action, const char *name)
{
    time_t    then = time(NULL) - (time_t)days * DAY;
    struct tm tm;

    gmtime_r(&then, &tm);
    buffer_printf(&p->history, "%04d-%02d-%02d 06:25:07 %s %s:amd64 1.0-0 1.0-1\n",
                  tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, action, name);
}

static void base_line(struct packages *p, char *line)
{
    char *path = strchr(line, ' '), *rest;

    if (*line == '#' || !path)
        return;
    *path++ = '\0';
    if (strcmp(line, "package") == 0) {
        end_package(p);
        p->name = path;
        log_package(p, BASE_DAYS, "install", path);
        return;
    }
    if ((rest = strchr(path, ' ')))
        *rest++ = '\0';
    base_item(p, line, path, rest);
}

static void write_base(const struct corpus *corpus, const char *dir)
{
    static const char *const merged[] = {"bin", "sbin", "lib", "lib64"};
    struct packages          p = {.dir = dir};
    char                    *text = strdup(corpus->base), *rest = text, target[32];

    for (size_t i = 0; i < sizeof merged / sizeof merged[0]; i++) {
        snprintf(target, sizeof target, "usr/%s", merged[i]);
        write_link(dir, merged[i], target);
        snprintf(target, sizeof target, "usr/%s/.keep", merged[i]);
        harness_write_text(dir, target, "");
    }
    for (char *line; (line = strsep(&rest, "\n"));)
        base_line(&p, line);
    end_package(&p);
    for (int days = BASE_DAYS - 14; days > 0; days -= 14) /* upgrades as they come */
        log_package(&p, days, "upgrade", "tzdata");
    log_package(&p, 1, "upgrade", "tzdata");
    harness_write(dir, "var/lib/dpkg/status", p.status.data, p.status.size);
    harness_write(dir, "var/log/dpkg.log", p.history.data, p.history.size);
    harness_write_text(dir, "etc/os-release", "ID=debian\nVERSION_ID=\"13\"\n");
    harness_write_text(dir, "etc/hostname", "web1\n");
    harness_write_text(dir, "etc/passwd",
                       "root:x:0:0:root:/root:/bin/bash\nwww-data:x:33:33::/var/www:/usr/sbin/"
                       "nologin\nann:x:1000:1000::/home/ann:/bin/bash\n");
    harness_write_text(dir, "etc/group", "root:x:0:\nsudo:x:27:ann\nann:x:1000:\n");
    buffer_free(&p.status);
    buffer_free(&p.list);
    buffer_free(&p.sums);
    buffer_free(&p.conffiles);
    buffer_free(&p.history);
    free(text);
    age(dir, BASE_DAYS);
}

/* "{NOW-90}" and "{ISO-90}" become times before the case's age. */
static void expand(struct buffer *out, const char *text, int days)
{
    time_t now = time(NULL) - (time_t)days * DAY;

    for (const char *at; (at = strchr(text, '{'));) {
        int  before = 0, n = 0;
        bool iso = strncmp(at, "{ISO", 4) == 0;
        buffer_put(out, text, (size_t)(at - text));
        text = at;
        if ((sscanf(at, "{NOW-%d}%n", &before, &n) == 1 ||
             sscanf(at, "{ISO-%d}%n", &before, &n) == 1) &&
            n) {
            time_t    then = now - before;
            struct tm tm;
            gmtime_r(&then, &tm);
            if (iso)
                buffer_printf(out, "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900,
                              tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
            else
                buffer_printf(out, "%lld", (long long)then);
            text += n;
        } else {
            buffer_putc(out, *text++);
        }
    }
    buffer_puts(out, text);
}

static void write_file(const struct corpus_item *item, const char *dir, int days)
{
    struct buffer text = {0};

    expand(&text, item->content ? item->content : "", days);
    harness_write(dir, item->subject, text.data, text.size);
    set_mode(dir, item->subject, item->extra ? (mode_t)strtoul(item->extra, NULL, 8) : 0644);
    buffer_free(&text);
}

static uid_t new_owner;

static int set_owner(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return lchown(path, new_owner, new_owner);
}

static void write_owner(const struct corpus_item *item, const char *dir)
{
    char path[4096];

    if (geteuid() != 0)
        return;
    new_owner = (uid_t)atoi(item->extra);
    snprintf(path, sizeof path, "%s/%s", dir, item->subject);
    ck_assert_msg(nftw(path, set_owner, 16, FTW_PHYS) == 0, "%s", path);
}

/* Windows ------------------------------------------------------------------------- */

/* A key below ControlSet001, or below its folder of services. */
static void write_key(struct made_hive *hive, const struct corpus_item *item, const char *folder,
                      int days)
{
    char path[512], *content = strdup(item->content ? item->content : ""), *rest = content;
    struct made_key *key;

    snprintf(path, sizeof path, "ControlSet001\\%s%s", folder, item->subject);
    key = make_hive_key(hive, path);
    for (char *line; (line = strsep(&rest, "\n"));) {
        char *value = strchr(line, '='), *slash;
        if (strcmp(line, "deleted") == 0)
            make_hive_deleted(key);
        if (!value)
            continue;
        *value++ = '\0';
        struct made_key *at = key;
        if ((slash = strrchr(line, '\\'))) { /* Parameters\ServiceDll */
            *slash = '\0';
            char below[1024];
            snprintf(below, sizeof below, "%s\\%s", path, line);
            at = make_hive_key(hive, below);
            line = slash + 1;
        }
        if (*value && strspn(value, "0123456789") == strlen(value))
            make_hive_dword(at, line, (uint32_t)strtoul(value, NULL, 10));
        else if (strncmp(value, "O:", 2) == 0)
            make_hive_descriptor(at, line, value);
        else if (strchr(value, '%'))
            make_hive_expand(at, line, value);
        else
            make_hive_string(at, line, value);
    }
    make_hive_written(key, (double)(time(NULL) - (time_t)days * DAY));
    free(content);
}

static void write_hive(const struct corpus_case *one, const char *dir, int days)
{
    struct made_hive *hive = make_hive();

    make_hive_dword(make_hive_key(hive, "Select"), "Current", 1);
    make_hive_string(make_hive_key(hive, "ControlSet001\\Control\\ComputerName\\ComputerName"),
                     "ComputerName", "WS1");
    for (size_t i = 0; i < one->n_items; i++)
        if (strcmp(one->items[i].kind, "service") == 0)
            write_key(hive, &one->items[i], "Services\\", days);
        else if (strcmp(one->items[i].kind, "key") == 0)
            write_key(hive, &one->items[i], "", days);
    make_hive_file(hive, dir, "Windows/System32/config/SYSTEM");
    make_hive_free(hive);
}

#define PAIRS_MAX 64

/* "CHANNEL ID PROVIDER", and name=value lines, which are cut apart in place. */
static void fill_event(struct staged_event *event, const struct corpus_item *item, char *subject,
                       char *content, const char **pairs)
{
    char *channel = strsep(&subject, " "), *id = strsep(&subject, " ");
    int   n = 0;

    ck_assert_msg(subject, "event needs a channel, an id and a provider: %s", item->subject);
    *event = (struct staged_event){.channel = channel,
                                   .provider = subject,
                                   .id = (uint16_t)atoi(id),
                                   .computer = "WS1",
                                   .pairs = pairs};
    for (char *line; content && (line = strsep(&content, "\n")) && n + 2 < PAIRS_MAX;) {
        char *value = strchr(line, '=');
        if (!value)
            continue;
        *value++ = '\0';
        pairs[n++] = line;
        pairs[n++] = value;
    }
    pairs[n] = NULL;
}

static char *copy(struct arena *arena, const char *text, size_t size)
{
    char *copied = arena_alloc(arena, size + 1);

    if (!copied)
        abort();
    if (size)
        memcpy(copied, text, size);
    copied[size] = '\0';
    return copied;
}

static void write_events(const struct corpus_case *one, const char *dir, int days)
{
    struct staged_event *events = calloc(one->n_items, sizeof *events);
    struct arena         arena = {0};
    size_t               n = 0;
    char                 path[4096];

    for (size_t i = 0; i < one->n_items; i++) {
        const struct corpus_item *item = &one->items[i];
        if (strcmp(item->kind, "event") != 0)
            continue;
        struct buffer text = {0};
        expand(&text, item->content ? item->content : "", days);
        fill_event(&events[n], item, copy(&arena, item->subject, strlen(item->subject)),
                   copy(&arena, text.data, text.size),
                   arena_alloc(&arena, PAIRS_MAX * sizeof(char *)));
        events[n++].time = (double)(time(NULL) - (time_t)days * DAY - 60 + (time_t)i);
        buffer_free(&text);
    }
    if (n) {
        harness_write_text(dir, "Windows/System32/winevt/Logs/.keep", "");
        snprintf(path, sizeof path, "%s/Windows/System32/winevt/Logs/Case.evtx", dir);
        make_evtx(path, events, n);
    }
    arena_free(&arena);
    free(events);
}

void corpus_write(const struct corpus *corpus, const struct corpus_case *one, const char *dir,
                  int days)
{
    const char *platform = one ? one->platform : "linux";
    char        above[4096];

    if (one && strcmp(platform, "windows") == 0) {
        write_hive(one, dir, days);
        write_events(one, dir, days);
    } else if (strcmp(platform, "macos") == 0) {
        harness_write_text(
            dir, "System/Library/CoreServices/SystemVersion.plist",
            "<plist><dict><key>ProductVersion</key><string>15.1</string></dict></plist>");
    } else if (!one || !one->without_packages) {
        write_base(corpus, dir);
    }
    for (size_t i = 0; one && i < one->n_items; i++) {
        const struct corpus_item *item = &one->items[i];
        if (strcmp(item->kind, "file") == 0)
            write_file(item, dir, days);
        else if (strcmp(item->kind, "program") == 0)
            write_program(dir, item->subject);
        else if (strcmp(item->kind, "link") == 0)
            write_link(dir, item->subject, item->extra);
        else if (strcmp(item->kind, "owner") == 0)
            write_owner(item, dir);
        else
            continue;
        if (strcmp(item->kind, "owner") != 0) {
            snprintf(above, sizeof above, "%s/%s", dir, item->subject);
            aged = time(NULL) - (time_t)days * DAY;
            set_time(above, NULL, 0, NULL);
        }
    }
}

void corpus_write_platform(const struct corpus *corpus, const struct corpus *more,
                           const char *platform, const char *dir, int days)
{
    const struct corpus *both[] = {corpus, more};
    struct corpus_case   all = {.name = platform, .platform = platform};

    for (size_t c = 0; c < 2; c++)
        for (size_t i = 0; i < both[c]->n; i++) {
            const struct corpus_case *one = &both[c]->cases[i];
            if (strcmp(one->platform, platform) != 0)
                continue;
            all.items = realloc(all.items, (all.n_items + one->n_items) * sizeof *all.items);
            ck_assert_ptr_nonnull(all.items);
            memcpy(all.items + all.n_items, one->items, one->n_items * sizeof *one->items);
            all.n_items += one->n_items;
        }
    corpus_write(corpus, &all, dir, days);
    free(all.items);
}
