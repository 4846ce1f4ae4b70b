/* evaluate.c -- the program build/evaluate: what the findings are worth, measured.
 *
 *     SVCQL_EVIDENCE=DIR SVCQL_CASES=DIR build/evaluate [FOLDER of ordinary hosts] [PART of a trick's name]
 *
 * Prints tests/EVALUATION.md: each attack, found or missed, how grave and by which signals; and for
 * each ordinary host the findings of each grade. Attacks on Linux are staged on a real systemd that
 * is booted again for each, with this machine's own package database; without root they are
 * skipped, which is reported. A miss or an alarm without a reason in evaluate_reasons.c, and a reason that nothing
 * needs any more, make the exit status 1, and are named on standard error. See tests/evaluate_hosts.sh for the
 * ordinary hosts, evaluate.h for the attacks.
 */
#include "evaluate.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "main.h"
#include "make_systemd.h"

enum grade { INFO, LOW, MEDIUM, HIGH, CRITICAL, GRADES };

static const char *const grades[GRADES] = {"info", "low", "medium", "high", "critical"};

/* The findings of a host; shared with the processes that query them. */
struct verdict {
    bool read, refused;
    int  count[GRADES];
    char signals[2048]; /* of the gravest findings, or of all that are medium or above */
    char subjects[2048];
};

static struct {
    int attacks, found, skipped, hosts, clean, unexplained;
} totals;

static struct verdict *verdict;

/* The harness asserts, and there is no Check here to ask: a failure ends the process that queries.
 */
void _mark_point(const char *file, int line)
{
    (void)file, (void)line;
}

void _ck_assert_failed(const char *file, int line, const char *expr, const char *msg, ...)
{
    fprintf(stderr, "%s:%d: %s\n", file, line, msg ? msg : expr);
    exit(EXIT_FAILURE);
}

/* Looking ----------------------------------------------------------------------- */

static int worst(void)
{
    int grade = GRADES - 1;

    while (grade >= 0 && verdict->count[grade] == 0)
        grade--;
    return grade;
}

static const char look_query[] =
    "CREATE TEMP TABLE seen AS SELECT severity, signals, subject FROM findings; "
    "INSERT INTO seen SELECT severity, 'removes_itself', entity FROM incidents WHERE why LIKE "
    "(SELECT '%' || why || '%' FROM signals WHERE name = 'removes_itself')";

/* Fill the verdict from the evidence of a connection. */
static void look(sqlite3 *db)
{
    harness_query(db, "%s", look_query);
    for (int i = 0; i < GRADES; i++)
        verdict->count[i] =
            (int)harness_int(db, "SELECT count(*) FROM seen WHERE severity = '%s'", grades[i]);
    snprintf(verdict->signals, sizeof verdict->signals, "%s",
             harness_query(db,
                           "SELECT group_concat(DISTINCT j.value) FROM seen AS s, json_each('[\"' "
                           "|| replace(s.signals, ',', '\",\"') || '\"]') AS j WHERE s.severity = "
                           "'%s' OR s.severity IN ('medium', 'high', 'critical')",
                           grades[worst() < 0 ? 0 : worst()]));
    snprintf(verdict->subjects, sizeof verdict->subjects, "%s",
             harness_query(db, "SELECT group_concat(severity || ' ' || subject || ' ' || signals, "
                               "char(10)) FROM seen WHERE severity IN ('medium', 'high', "
                               "'critical')"));
    verdict->read = true;
}

/* Run in a process of its own, so that a crash is a miss and not the end. */
static void look_at(const char *location, const char *box)
{
    *verdict = (struct verdict){.read = false};
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        if (box)
            systemd_enter(box);
        sqlite3 *db = harness_open();
        if (location) {
            sqlite3_stmt *stmt;
            harness_query(db, "DELETE FROM evidence");
            sqlite3_prepare_v2(db, "INSERT INTO evidence(location) VALUES (?)", -1, &stmt, NULL);
            sqlite3_bind_text(stmt, 1, location, -1, SQLITE_STATIC);
            verdict->refused = sqlite3_step(stmt) != SQLITE_DONE;
            sqlite3_finalize(stmt);
            if (verdict->refused)
                _exit(0);
        }
        look(db);
        fflush(NULL);
        _exit(0);
    }
    waitpid(child, NULL, 0);
}

/* Attacks ----------------------------------------------------------------------- */

/* Lines of the list of misses and alarms. */
static char  *misses;
static size_t misses_size;

static void remember(const char *what, const char *name)
{
    static FILE *out;
    const char  *reason = evaluate_reason(name);

    if (!out && !(out = open_memstream(&misses, &misses_size)))
        abort();
    fprintf(out, "- %s: %s\n", name, reason ? reason : "**no reason is known**");
    fflush(out);
    if (!reason)
        fprintf(stderr, "%s: %s\n%s\n", what, name, verdict->subjects);
    totals.unexplained += !reason;
}

static void print_row(const char *trick)
{
    int grade = worst();

    printf("| %s | %s | %s | %s |\n", trick,
           !verdict->read    ? "failed"
           : grade >= MEDIUM ? "found"
                             : "**missed**",
           grade < 0 ? "" : grades[grade], grade <= INFO ? "" : verdict->signals);
    fflush(stdout);
    if (getenv("VERBOSE"))
        fprintf(stderr, "%s\n%s\n", trick, verdict->subjects);
}

static void print_attack(const char *trick)
{
    bool found = worst() >= MEDIUM;

    totals.attacks++;
    totals.found += found;
    if (!found)
        remember("a lost attack", trick);
    print_row(trick);
}

/* The machine's own packages, where the booted system can see them. */
static const char packages_command[] = "mkdir -p build/packages && cp -a /var/lib/dpkg "
                                       "/var/log/dpkg.log build/packages 2>/dev/null || :";
static const char packages_mount[] =
    "mkdir -p /var/lib/dpkg /var/log; [ ! -d build/packages/dpkg ] || mount --bind "
    "build/packages/dpkg /var/lib/dpkg; cp build/packages/dpkg.log /var/log 2>/dev/null; ";

static bool boot(const char *dir, const char *script)
{
    char *line = NULL;

    if (systemd_start(dir) <= 0)
        return false;
    if (asprintf(&line, "exec >&2; %s%s", packages_mount, script ? script : ":") < 0)
        abort();
    int status = systemd_run(dir, (char *[]){"/bin/bash", "-c", line, NULL});
    if (status != 0)
        fprintf(stderr, "status %d from: %s\n", status, script);
    free(line);
    return true;
}

static void write_image(const struct attack *attack, const char *dir)
{
    char   path[4096];
    size_t n = 0;

    for (size_t i = 0; attack->files[i]; i += 2)
        harness_write_text(dir, attack->files[i], attack->files[i + 1]);
    while (attack->events[n].id)
        n++;
    if (n) {
        harness_write_text(dir, "Windows/System32/winevt/Logs/.keep", "");
        snprintf(path, sizeof path, "%s/Windows/System32/winevt/Logs/Staged.evtx", dir);
        make_evtx(path, attack->events, n);
    }
    if (attack->make)
        attack->make(dir);
}

static void judge(const struct attack *attack)
{
    const char *dir = harness_scratch();

    if (!attack->script) {
        write_image(attack, dir);
        look_at(dir, NULL);
    } else if (boot(dir, attack->script)) {
        look_at(NULL, dir);
        systemd_stop(dir);
    } else {
        totals.skipped++;
        printf("| %s | skipped: needs root and systemd | | |\n", attack->trick);
        return;
    }
    print_attack(attack->trick);
}

static void judge_all(const char *platform, const struct attack *attacks, const char *part)
{
    printf("\n### %s\n\n| trick | | severity | signals |\n|---|---|---|---|\n", platform);
    for (; attacks->trick; attacks++)
        if (!part || strstr(attacks->trick, part))
            judge(attacks);
}

/* Given cases that are staged on a booted system: a folder each, with stage.sh and a README. */
static void judge_staged(const char *cases)
{
    struct dirent **names;
    char            path[8192];
    size_t          size;
    int             n, found = 0, staged = 0;

    snprintf(path, sizeof path, "%s/judgement", cases ? cases : "");
    n = cases ? scandir(path, &names, NULL, alphasort) : 0;
    printf("\n### Given cases, staged\n\n| case | | severity | signals |\n|---|---|---|---|\n");
    for (int i = 0; i < n; i++) {
        snprintf(path, sizeof path, "%s/judgement/%s/stage.sh", cases, names[i]->d_name);
        if (access(path, F_OK) != 0)
            continue;
        const char *dir = harness_scratch();
        if (!boot(dir, harness_read(path, &size)))
            continue;
        look_at(NULL, dir);
        systemd_stop(dir);
        snprintf(path, sizeof path, "%s/judgement/%s/README", cases, names[i]->d_name);
        if (strstr(harness_read(path, &size), "no finding")) { /* the control */
            printf("| %s: nothing is staged | %s | | |\n", names[i]->d_name,
                   worst() >= MEDIUM ? "**an alarm**" : "no alarm");
            if (!verdict->read || worst() >= MEDIUM)
                remember("a new alarm", names[i]->d_name);
            continue;
        }
        staged++;
        found += worst() >= MEDIUM;
        if (worst() < MEDIUM)
            remember("a lost attack", names[i]->d_name);
        print_row(names[i]->d_name);
    }
    printf("\n%d staged, %d with a finding of medium or above.\n", staged, found);
}

/* Ordinary hosts ------------------------------------------------------------------ */

static void print_host(const char *name)
{
    totals.hosts++;
    totals.clean += verdict->read && worst() < MEDIUM;
    printf("| %s |", name);
    for (int i = 0; i < GRADES; i++)
        printf(" %d |", verdict->count[i]);
    printf(" %s |\n", !verdict->read ? "failed" : worst() >= MEDIUM ? verdict->signals : "");
    fflush(stdout);
    if (!verdict->read || worst() >= MEDIUM)
        remember("a new alarm", name);
}

static void judge_booted(void)
{
    const char *dir = harness_scratch();

    if (!boot(dir, NULL))
        return;
    look_at(NULL, dir);
    systemd_stop(dir);
    print_host("a systemd just booted, with this machine's packages");
}

static void judge_hosts(const char *folder)
{
    struct dirent **names;
    char            path[4096];
    struct stat     st;
    int             n = folder ? scandir(folder, &names, NULL, alphasort) : 0;

    for (int i = 0; i < n; i++) {
        snprintf(path, sizeof path, "%s/%s/etc/hostname", folder, names[i]->d_name);
        if (names[i]->d_name[0] != '.' && stat(path, &st) == 0) {
            snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
            look_at(path, NULL);
            print_host(names[i]->d_name);
        }
    }
}

/* Real evidence ------------------------------------------------------------------- */

/* What the manifest's last column begins with. */
enum label { ATTACK, PARTLY, ORDINARY, OTHER };

static enum label label_of(const char *path, const char *label)
{
    if (strncmp(label, "yes", 3) == 0)
        return ATTACK;
    if (strncmp(label, "partial", 7) == 0)
        return PARTLY;
    if (strncmp(label, "benign", 6) == 0 || strncmp(label, "SYSTEM hive", 11) == 0 ||
        (strncmp(label, "no", 2) == 0 && (strncmp(path, "evtx/", 5) != 0 || strchr(label, '('))))
        return ORDINARY;
    return OTHER;
}

/* Files outside a host's root have no meaning: a unit or a property list counts only below one. */
static const struct placed {
    const char *folder, *below;
} placed[] = {
    {"units/debian12/", "usr/lib/systemd/system"},
    {"units/benign/", "etc/systemd/system"},
    {"plists/apple-oss/", "System/Library/LaunchDaemons"},
    {"plists/thirdparty/", "Library/LaunchDaemons"},
};

static bool is_placed(const char *path)
{
    for (size_t i = 0; i < sizeof placed / sizeof *placed; i++)
        if (strncmp(path, placed[i].folder, strlen(placed[i].folder)) == 0)
            return true;
    return strncmp(path, "plists/", 7) == 0 || strncmp(path, "units/", 6) == 0;
}

static void judge_placed(const char *evidence)
{
    for (size_t i = 0; i < sizeof placed / sizeof *placed; i++) {
        const char *dir = harness_scratch();
        char       *line = NULL;

        harness_write_text(dir, "etc/hostname", "placed\n");
        if (asprintf(&line,
                     "mkdir -p '%s/%s' && find '%s/%s' -type f -exec cp -t '%s/%s' {} + && "
                     "chown -R 0:0 '%s' 2>/dev/null; chmod -R go-w '%s'",
                     dir, placed[i].below, evidence, placed[i].folder, dir, placed[i].below, dir,
                     dir) < 0)
            abort();
        if (system(line) != 0)
            fprintf(stderr, "failed: %s\n", line);
        free(line);
        look_at(dir, NULL);
        print_host(placed[i].folder);
    }
}

/* Call `each` with what the manifest lists under a label. */
static void each_listed(const char *evidence, enum label wanted,
                        void (*each)(const char *path, const char *name))
{
    char   path[8192], *line = NULL;
    size_t size = 0;

    snprintf(path, sizeof path, "%s/MANIFEST.tsv", evidence);
    FILE *manifest = fopen(path, "re");
    while (manifest && getline(&line, &size, manifest) > 0) {
        char *name = strtok(line, "\t"), *label = NULL;
        for (int i = 0; i < 6 && name; i++)
            label = strtok(NULL, "\t");
        if (!label || strstr(name, ".LOG") || is_placed(name) || label_of(name, label) != wanted)
            continue;
        snprintf(path, sizeof path, "%s/%s", evidence, name);
        each(path, name);
    }
    free(line);
    if (manifest)
        fclose(manifest);
}

static void judge_attack_file(const char *path, const char *name)
{
    look_at(path, NULL);
    print_attack(strrchr(name, '/') + 1);
}

/* Ordinary files are many: only those that are not clean have a line of their own. */
static struct {
    int count[GRADES], files;
} ordinary;

static void judge_ordinary_file(const char *path, const char *name)
{
    look_at(path, NULL);
    if (verdict->refused) /* a licence, a note: no evidence */
        return;
    ordinary.files++;
    if (!verdict->read || worst() >= MEDIUM) {
        print_host(strrchr(name, '/') + 1);
        return;
    }
    totals.hosts++;
    totals.clean++;
    for (int i = 0; i < GRADES; i++)
        ordinary.count[i] += verdict->count[i];
}

static void judge_ordinary_files(const char *evidence)
{
    each_listed(evidence, ORDINARY, judge_ordinary_file);
    judge_placed(evidence);
    printf("| all other ordinary files, of %d |", ordinary.files);
    for (int i = 0; i < GRADES; i++)
        printf(" %d |", ordinary.count[i]);
    printf(" |\n");
}

/* --------------------------------------------------------------------------------- */

static void attacks(const char *evidence, const char *part)
{
    printf("# What the findings are worth\n\nWritten by `make evaluate`. An attack is found where "
           "a finding of medium or above reports it (or, where something "
           "removes itself, an incident).\n\n## Attacks\n");
    judge_all("Linux", evaluate_linux, part);
    judge_all("Windows", evaluate_windows, part);
    judge_all("macOS", evaluate_macos, part);
    if (!evidence || part)
        return;
    printf("\n### Recorded attacks, by their files in public collections\n\n"
           "| file | | severity | signals |\n|---|---|---|---|\n");
    each_listed(evidence, ATTACK, judge_attack_file);
    printf("\n### The same, where services are a part of it only\n\n"
           "| file | | severity | signals |\n|---|---|---|---|\n");
    each_listed(evidence, PARTLY, judge_attack_file);
}

int main(int argc, char **argv)
{
    const char *evidence = getenv("SVCQL_EVIDENCE"), *part = argc > 2 ? argv[2] : NULL;

    harness_begin();
    verdict =
        mmap(NULL, sizeof *verdict, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (verdict == MAP_FAILED || system(packages_command) != 0)
        return EXIT_FAILURE;
    attacks(evidence, part);
    if (!part || strcmp(part, "given") == 0)
        judge_staged(getenv("SVCQL_CASES"));
    printf("\n## Ordinary hosts\n\n| host | info | low | medium | high | critical | signals of "
           "medium and above |\n|---|---|---|---|---|---|---|\n");
    if (!part) {
        judge_booted();
        judge_hosts(argc > 1 ? argv[1] : NULL);
        if (evidence)
            judge_ordinary_files(evidence);
    }
    if (misses)
        printf("\n## Missed attacks and alarms, and why\n\n%s", misses);
    if (evidence && !part && getenv("SVCQL_CASES") && !totals.skipped)
        totals.unexplained += evaluate_unused_reasons();
    printf("\n%d of %d attacks found at medium or above, %d skipped; %d of %d ordinary hosts and "
           "files without a finding of medium or above.\n",
           totals.found, totals.attacks, totals.skipped, totals.clean, totals.hosts);
    harness_end();
    free(misses);
    return totals.unexplained ? EXIT_FAILURE : EXIT_SUCCESS;
}
