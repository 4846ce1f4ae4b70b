/* judge_corpus.c -- the program build/judge-corpus: every labelled case, judged.
 *
 *     build/judge-corpus [-f] [-g] [-j JOBS] [-m] [-q] [-r] [-t] [-v] [-w] [PART of a case's name]
 *
 * Each case is a host of its own, its files 2 and 40 days old (tests/corpus/judgement). Printed are the
 * cases judged wrongly (-v: all; -f: of the fitting half alone, for those who choose weights), and for both
 * halves recall of attacks and alarms on ordinary things at medium and above, with the area under the curve
 * of the twins. -w prints, of the fitting half, how often each signal fires on attacks and on ordinary
 * things, and the weight that its log-likelihood ratio gives. -q judges at 40 days alone, -r the real
 * ordinary units alone, -g the cases of SVCQL_CASES alone, -t at a third age too, the one that `touch -r` of
 * a package's file would give; -m prints a report in place of the cases. The exit status is 1 where a bar
 * below is missed, in the half that only reports, or a given case is judged wrongly without a known reason.
 *
 * Without a part, -m and -q, what each case got is held against tests/grades.txt too, also those
 * of tests/corpus/signals: a weight may change without crossing a bar, but not the points of the cases that its
 * signal fires on. UPDATE=1 writes the file.
 */
#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "corpus.h"
#include "corpus_given.h"
#include "harness.h"
#include "judge_ordinary.h"
#include "main.h"

#define N_AGES      3
#define SIGNALS_MAX 512
#define UNIT        20.0 /* points of weight that a likelihood ratio of ten is worth */

/* The last is the age of the host's packages, as `touch -r` gives it; -t alone judges it. */
static const int         ages[N_AGES] = {2, 40, 400};
static const char *const age_names[N_AGES] = {"2 days", "40 days", "as `touch -r` sets it"};
static int               first_age, n_ages = 2;
static const char *const grades[] = {"info", "low", "medium", "high", "critical"};
enum { INFO, LOW, MEDIUM, HIGH, CRITICAL, GRADES };

/* What a case got; shared with the processes that judge. */
struct verdict {
    bool judged;
    int  grade, points; /* of the gravest finding */
    int  total;         /* points of all its findings */
    int  n_found;       /* subjects of medium and above */
    char signals[600];  /* of all its findings of low and above */
    char subjects[400];
};

static struct verdict (*verdicts)[N_AGES];

/* The harness asserts, and there is no Check here to ask: a failure ends the process that judges. */
void _mark_point(const char *file, int line)
{
    (void)file, (void)line;
}

void _ck_assert_failed(const char *file, int line, const char *expr, const char *msg, ...)
{
    fprintf(stderr, "%s:%d: %s\n", file, line, msg ? msg : expr);
    _exit(EXIT_FAILURE);
}

/* Judging ------------------------------------------------------------------------- */

static void copy_text(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", strcmp(text, "NULL") == 0 ? "" : text);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static void judge(sqlite3 *db, const struct corpus *corpus, const struct corpus_case *one, int days,
                  struct verdict *verdict)
{
    const char *dir = harness_scratch();

    corpus_write(corpus, one, dir, days);
    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "INSERT INTO evidence(location) VALUES ('%s')", dir);
    harness_query(db, "DROP TABLE IF EXISTS temp.seen");
    harness_query(db,
                  "CREATE TEMP TABLE seen AS SELECT v.rank, f.severity, f.subject, f.signals, "
                  "(SELECT total(weight) FROM (SELECT max(s.weight) AS weight FROM signals AS s "
                  "WHERE instr(',' || f.signals || ',', ',' || s.name || ',') GROUP BY "
                  "coalesce(s.family, s.name))) AS points "
                  "FROM findings AS f JOIN severities AS v USING (severity)");
    verdict->grade = (int)harness_int(db, "SELECT coalesce(max(rank), 0) FROM seen");
    verdict->n_found =
        (int)harness_int(db, "SELECT count(DISTINCT subject) FROM seen WHERE rank >= %d", MEDIUM);
    verdict->points =
        (int)harness_int(db, "SELECT CAST(coalesce(max(points), 0) AS INTEGER) FROM seen");
    verdict->total = (int)harness_int(db, "SELECT CAST(total(points) AS INTEGER) FROM seen");
    copy_text(verdict->signals, sizeof verdict->signals,
              harness_query(db, "SELECT group_concat(signals) FROM seen WHERE signals <> ''"));
    copy_text(verdict->subjects, sizeof verdict->subjects,
              harness_query(db,
                            "SELECT group_concat(severity || ' ' || subject || ' [' || signals || "
                            "']', ' ; ') FROM seen WHERE rank >= %d OR rank = %d",
                            MEDIUM, verdict->grade));
    verdict->judged = true;
    nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT); /* thousands are made */
}

/* Judge every n-th case from `first` on, in a process each, so that a crash is one case's. Each begins with
 * a copy of a connection that has its views. */
static void judge_share(const struct corpus *corpus, const char *part, size_t first, size_t n)
{
    sqlite3 *db = harness_open();

    harness_query(db, "DELETE FROM evidence");
    harness_query(db, "SELECT * FROM findings");
    for (size_t i = first; i < corpus->n; i += n) {
        if (part && !strstr(corpus->cases[i].name, part))
            continue;
        pid_t child = fork();
        if (child == 0) {
            for (int a = first_age; a < n_ages; a++)
                judge(db, corpus, &corpus->cases[i], ages[a], &verdicts[i][a]);
            fflush(NULL);
            _exit(0);
        }
        waitpid(child, NULL, 0);
    }
    harness_close(db);
}

static void judge_all(const struct corpus *corpus, const char *part, long cores)
{
    if (cores < 1)
        cores = sysconf(_SC_NPROCESSORS_ONLN);
    if (cores < 1)
        cores = 1;
    verdicts = mmap(NULL, (corpus->n + 1) * sizeof *verdicts, PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (verdicts == MAP_FAILED)
        abort();
    fflush(NULL);
    for (long c = 0; c < cores; c++)
        if (fork() == 0) {
            judge_share(corpus, part, (size_t)c, (size_t)cores);
            _exit(0);
        }
    while (wait(NULL) > 0)
        ;
}

/* Reporting ----------------------------------------------------------------------- */

struct tally {
    int n, at[GRADES]; /* cases, and those whose gravest finding has the grade or a higher one */
};

static void count(struct tally *tally, int grade)
{
    tally->n++;
    for (int g = 0; g <= grade; g++)
        tally->at[g]++;
}

static double percent(int part, int whole)
{
    return whole ? 100.0 * part / whole : 0;
}

static void print_cases(const struct corpus *corpus, bool all, bool fitting)
{
    for (size_t i = 0; i < corpus->n; i++) {
        const struct corpus_case *one = &corpus->cases[i];
        if (fitting && !one->fitting)
            continue;
        for (int a = first_age; a < n_ages; a++) {
            const struct verdict *v = &verdicts[i][a];
            bool                  wrong = v->judged && one->attack != (v->grade >= MEDIUM);
            if (!v->judged && verdicts[i][first_age].judged)
                printf("FAILED %s\n", one->name);
            if (v->judged && (wrong || all))
                printf("%-6s %s, %d days: %s: %s\n",
                       !wrong        ? "right"
                       : one->attack ? "MISSED"
                                     : "ALARM",
                       one->name, ages[a], grades[v->grade], v->subjects);
        }
    }
}

static void tally_half(const struct corpus *corpus, int age, const char *platform, bool fitting,
                       struct tally *attacks, struct tally *ordinary)
{
    for (size_t i = 0; i < corpus->n; i++) {
        const struct corpus_case *one = &corpus->cases[i];
        if (one->fitting == fitting && verdicts[i][age].judged &&
            (!platform || strcmp(platform, one->platform) == 0))
            count(one->attack ? attacks : ordinary, verdicts[i][age].grade);
    }
}

/* The limits, on the half that was not used for fitting. */
static bool below_bars(int age, const struct tally *attacks, const struct tally *ordinary)
{
    double most = ages[age] == 2 ? 10 : 5;

    return (ages[age] != 2 && percent(attacks->at[MEDIUM], attacks->n) < 85) ||
           percent(ordinary->at[MEDIUM], ordinary->n) > most ||
           (ages[age] != 2 && ordinary->at[HIGH] > 0);
}

static int print_half(const struct corpus *corpus, const char *title, bool fitting)
{
    static const char *const platforms[] = {"linux", "macos", "windows", NULL};
    int                      below = 0;

    printf("\n### %s\n\n| files' age | platform | attacks found | ordinary at medium | high | "
           "critical |\n|---|---|---|---|---|---|\n",
           title);
    for (int a = first_age; a < n_ages; a++)
        for (size_t p = 0; p < sizeof platforms / sizeof platforms[0]; p++) {
            struct tally attacks = {0}, ordinary = {0};
            tally_half(corpus, a, platforms[p], fitting, &attacks, &ordinary);
            printf("| %s | %s | %d of %d (%.1f %%) | %d of %d (%.1f %%) | %d | %d |\n",
                   age_names[a], platforms[p] ? platforms[p] : "all", attacks.at[MEDIUM], attacks.n,
                   percent(attacks.at[MEDIUM], attacks.n), ordinary.at[MEDIUM], ordinary.n,
                   percent(ordinary.at[MEDIUM], ordinary.n), ordinary.at[HIGH],
                   ordinary.at[CRITICAL]);
            below += !fitting && below_bars(a, &attacks, &ordinary);
        }
    return below;
}

/* The chance that of an attack and its ordinary twin the attack has more points; a tie is half. */
static double twins(const struct corpus *corpus, int age, bool table, int *ret_pairs)
{
    double won = 0;

    *ret_pairs = 0;
    for (size_t i = 0; i < corpus->n; i++) {
        const struct corpus_case *one = &corpus->cases[i];
        for (size_t j = 0; one->attack && one->twin && j < corpus->n; j++) {
            if (strcmp(corpus->cases[j].name, one->twin) != 0 || !verdicts[j][age].judged ||
                !verdicts[i][age].judged)
                continue;
            int a = verdicts[i][age].points, b = verdicts[j][age].points;
            won += a > b ? 1 : a == b ? 0.5 : 0;
            ++*ret_pairs;
            if (table)
                printf("| %s | %d | %s | %s | %d | %s |\n", one->name, a,
                       grades[verdicts[i][age].grade], one->twin, b,
                       grades[verdicts[j][age].grade]);
        }
    }
    return *ret_pairs ? won / *ret_pairs : 0;
}

static int print_twins(const struct corpus *corpus, bool table)
{
    int below = 0, pairs = 0;

    printf("\n### Twins\n\n");
    if (table) {
        printf(
            "Pairs of an attack of 2025 and 2026 and an ordinary thing of the same shape, all "
            "written before any was judged. A pair is won where the attack's gravest finding has "
            "more points (the sum of its signals' weights, one a family); a tie is half. The area "
            "under the curve is the share of pairs won.\n\n"
            "| attack | points | grade | ordinary | points | grade |\n|---|---|---|---|---|---|\n");
        twins(corpus, 1, true, &pairs);
        printf("\n");
    }
    for (int a = first_age; a < n_ages; a++) {
        double area = twins(corpus, a, false, &pairs);
        printf("Files' age %s: %d pairs, area under the curve %.3f\n\n", age_names[a], pairs, area);
        below += pairs && area < 0.95;
    }
    return below;
}

/* Given cases ---------------------------------------------------------------------- */

/* Those that are judged wrongly, and why they stay so. */
static const struct {
    const char *name, *reason;
} known_misses[] = {
    {"ben-12-containerd-tar",
     "the base host has containerd's package, whose unit this one shadows; it had none where "
     "the case was made"},
    {NULL, NULL},
};

static const char *known_miss(const char *name)
{
    for (size_t i = 0; known_misses[i].name; i++)
        if (strcmp(known_misses[i].name, name) == 0)
            return known_misses[i].reason;
    return NULL;
}

static bool is_right(const struct corpus_case *one, const struct verdict *v)
{
    int expected = one->n_expected ? (int)one->n_expected : 1;

    return v->judged && (one->attack ? v->n_found >= expected : v->grade < MEDIUM);
}

static void print_given_row(const struct corpus *given, int age, const char *platform, bool attack)
{
    int n = 0, right = 0;

    for (size_t i = 0; i < given->n; i++) {
        const struct corpus_case *one = &given->cases[i];
        if (one->attack != attack || strcmp(one->platform, platform) != 0)
            continue;
        n++;
        right += is_right(one, &verdicts[i][age]);
    }
    printf("| %s | %s | %s | %d of %d |\n", age_names[age], platform,
           attack ? "attacks found" : "ordinary without an alarm", right, n);
}

/* The number of those judged wrongly without a known reason. */
static int print_given_misses(const struct corpus *given)
{
    int unknown = 0;

    for (size_t i = 0; i < given->n; i++)
        for (int a = first_age; a < n_ages; a++) {
            const struct verdict *v = &verdicts[i][a];
            const char           *reason = known_miss(given->cases[i].name);
            if (is_right(&given->cases[i], v))
                continue;
            printf("- %s, %s, %d found, %s: %s%s\n", given->cases[i].name, age_names[a], v->n_found,
                   v->judged ? grades[v->grade] : "not judged",
                   reason ? reason : "no reason is known: ", reason ? "" : v->subjects);
            unknown += !reason;
        }
    return unknown;
}

/* The cases of $SVCQL_CASES/judgement that are files. */
static int judge_given(const struct corpus *corpus, long jobs)
{
    static const char *const platforms[] = {"linux", "macos"};
    const char              *cases = getenv("SVCQL_CASES");
    char                     folder[4096];

    printf("\n### Given cases\n\n");
    if (!cases) {
        printf("Skipped: they are not part of the project; SVCQL_CASES names their folder.\n");
        return 0;
    }
    snprintf(folder, sizeof folder, "%s/judgement", cases);
    struct corpus *given = corpus_given(corpus, folder);
    judge_all(given, NULL, jobs);
    printf("| files' age | platform | | right |\n|---|---|---|---|\n");
    for (size_t p = 0; p < sizeof platforms / sizeof platforms[0]; p++)
        for (int a = first_age; a < n_ages; a++)
            for (int attack = 1; attack >= 0; attack--)
                print_given_row(given, a, platforms[p], attack);
    printf("\n");
    return print_given_misses(given);
}

/* Weights ------------------------------------------------------------------------- */

static bool has_signal(const struct verdict *v, const char *name)
{
    size_t length = strlen(name);

    for (const char *at = v->signals; (at = strstr(at, name)); at += length)
        if ((at == v->signals || at[-1] == ',') && (at[length] == ',' || !at[length]))
            return true;
    return false;
}

/* Each case counts once, at 40 days; half a case is added to each side, so that a signal that never fired
 * on one of them keeps a finite ratio. */
static void print_weights(const struct corpus *corpus)
{
    sqlite3      *db = harness_open();
    sqlite3_stmt *stmt;

    printf("\n| signal | attacks | ordinary | ratio | weight now | by the ratio |\n"
           "|---|---|---|---|---|---|\n");
    sqlite3_prepare_v2(db, "SELECT name, weight FROM signals ORDER BY name", -1, &stmt, NULL);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(stmt, 0);
        int         with[2] = {0}, n[2] = {0};
        for (size_t i = 0; i < corpus->n; i++) {
            const struct corpus_case *one = &corpus->cases[i];
            if (!one->fitting || !verdicts[i][1].judged)
                continue;
            n[one->attack]++;
            with[one->attack] += has_signal(&verdicts[i][1], name);
        }
        if (!with[0] && !with[1])
            continue;
        double ratio = ((with[1] + 0.5) / (n[1] + 1)) / ((with[0] + 0.5) / (n[0] + 1));
        printf("| %s | %d of %d | %d of %d | %.2f | %d | %.0f |\n", name, with[1], n[1], with[0],
               n[0], ratio, sqlite3_column_int(stmt, 1), UNIT * log10(ratio));
    }
    sqlite3_finalize(stmt);
    harness_close(db);
}

/* Grades that are kept ------------------------------------------------------------------ */

#define GRADES_FILE "tests/grades.txt"

static void write_grades(FILE *file, const struct corpus *corpus)
{
    for (size_t i = 0; i < corpus->n; i++) {
        fprintf(file, "%s", corpus->cases[i].name);
        for (int a = 0; a < 2; a++)
            fprintf(file, "\t%s %d", grades[verdicts[i][a].grade], verdicts[i][a].total);
        fprintf(file, "\n");
    }
}

/* Compare what all cases got with what they got when the file was written: how many files differ. */
static int compare_grades(const struct corpus *corpus, long jobs)
{
    const char    *update = getenv("UPDATE"), *dir = harness_scratch();
    struct corpus *more = corpus_load("tests/corpus/signals");
    char           path[4200], command[4300];

    more->base = strdup(corpus->base);
    snprintf(path, sizeof path, "%s/grades.txt", dir);
    FILE *file = fopen(update && *update == '1' ? GRADES_FILE : path, "w");
    if (!file)
        abort();
    fprintf(file, "# What each case gets, 2 and 40 days old: the severity of its gravest finding, "
                  "and the points of\n"
                  "# all its findings. UPDATE=1 make judge writes this file.\n");
    write_grades(file, corpus);
    judge_all(more, NULL, jobs);
    write_grades(file, more);
    corpus_free(more);
    if (fclose(file) != 0)
        abort();
    if (update && *update == '1')
        return 0;
    snprintf(command, sizeof command, "diff -U0 %s %s", GRADES_FILE, path);
    fflush(stdout);
    return system(command) != 0;
}

int main(int argc, char **argv)
{
    bool all = false, fitting = false, weights = false, report = false, real = false, given = false;
    int  below = 0;
    long jobs = 0;

    for (int option; (option = getopt(argc, argv, "fgj:mqrtvw")) != -1;) {
        if (option == '?')
            return 2;
        all |= option == 'v';
        fitting |= option == 'f';
        report |= option == 'm';
        real |= option == 'r';
        given |= option == 'g';
        weights |= option == 'w';
        if (option == 'q')
            first_age = 1;
        if (option == 'j')
            jobs = atol(optarg);
        if (option == 't')
            n_ages = N_AGES;
    }
    const char *part = argv[optind];
    harness_begin();
    struct corpus *corpus = corpus_load("tests/corpus/judgement");
    if (real)
        return judge_ordinary(corpus);
    if (given)
        return judge_given(corpus, jobs) > 0;
    judge_all(corpus, part, jobs);
    if (report)
        printf("\n## Labelled cases\n\nThe cases of tests/corpus/judgement, each a host of its "
               "own.\n");
    else
        print_cases(corpus, all, fitting);
    below += print_half(corpus, "The half that weights may be taken from", true);
    below += print_half(corpus, "The half that only reports", false);
    below += print_twins(corpus, report);
    if (weights)
        print_weights(corpus);
    if (!part && !report && !first_age)
        below += compare_grades(corpus, jobs);
    if (!part)
        below += judge_ordinary(corpus) + judge_given(corpus, jobs);
    corpus_free(corpus);
    harness_end();
    if (below && !part)
        printf("%d bars are missed\n", below);
    return below && !part && !report;
}
