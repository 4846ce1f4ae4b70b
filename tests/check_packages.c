#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/package/dpkg_text.h"
#include "formats/package/rpm_header.h"
#include <zlib.h>

#include "harness.h"
#include "make_bytes.h"

/* A root with dpkg's database of these packages:
 * tool 1.0        a program, a conffile, a diverted program, a link under the merged /lib
 * other 2.0       diverts /usr/bin/view of tool
 * gone 3.0        removed except for its configuration
 * libx:amd64, libx:i386   two architectures that share a file */
static const char *make_dpkg(void)
{
    const char *root = harness_scratch();
    char        path[512];

    harness_write_text(
        root, "var/lib/dpkg/status",
        "Package: tool\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.0\n"
        "Conffiles:\n /etc/tool.conf 8b1a9953c4611296a827abf8c47804d7\n"
        " /etc/tool.new newconffile\n"
        " /etc/tool.old 5d41402abc4b2a76b9719d911017c592 obsolete\nDescription: x\n y\n\n"
        "Package: other\nStatus: install ok installed\nArchitecture: all\nVersion: 1:2.0-1\n\n"
        "Package: gone\nStatus: deinstall ok config-files\nArchitecture: all\nVersion: 3.0\n"
        "Conffiles:\n /etc/gone 5d41402abc4b2a76b9719d911017c592\n\n"
        "Package: libx\nStatus: install ok installed\nArchitecture: amd64\nVersion: 4\n"
        "Multi-Arch: same\n\n"
        "Package: libx\nStatus: install ok installed\nArchitecture: i386\nVersion: 5\n"
        "Multi-Arch: same\n");
    harness_write_text(root, "var/lib/dpkg/diversions",
                       "/usr/bin/view\n/usr/bin/view.tool\nother\n"
                       "/usr/bin/mine\n/usr/bin/mine.distrib\n:\n");
    harness_write_text(root, "var/lib/dpkg/info/tool.list",
                       "/.\n/usr\n/usr/bin\n/usr/bin/tool\n/usr/bin/view\n/usr/bin/mine\n"
                       "/lib/systemd/system/tool.service\n/etc/tool.conf\n/etc/tool.old\n"
                       "/usr/bin/gone\nnot absolute\n");
    harness_write_text(root, "var/lib/dpkg/info/tool.md5sums",
                       "5d41402abc4b2a76b9719d911017c592  usr/bin/tool\n"
                       "5D41402ABC4B2A76B9719D911017C592  usr/bin/view\n"
                       "not a line\n"
                       "5d41402abc4b2a76b9719d911017c592  usr/bin/gone\n"
                       "5d41402abc4b2a76b9719d911017c592  lib/systemd/system/tool.service\n");
    harness_write_text(root, "var/lib/dpkg/info/other.list", "/usr\n/usr/bin\n/usr/bin/view\n");
    harness_write_text(root, "var/lib/dpkg/info/gone.list", "/etc/gone\n");
    harness_write_text(root, "var/lib/dpkg/info/libx:amd64.list", "/usr/share/x\n/usr/lib/a/x\n");
    harness_write_text(root, "var/lib/dpkg/info/libx:i386.list", "/usr/share/x\n/usr/lib/b/x\n");
    harness_write_text(root, "var/lib/dpkg/info/stray.list", "/opt/stray\n");
    harness_write_text(root, "usr/bin/tool", "hello");
    harness_write_text(root, "usr/bin/view", "other's");
    harness_write_text(root, "usr/bin/view.tool", "hello");
    harness_write_text(root, "usr/lib/systemd/system/tool.service", "changed");
    harness_write_text(root, "etc/tool.conf", "Hello");
    harness_write_text(root, "etc/tool.old", "edited");
    snprintf(path, sizeof path, "%s/lib", root);
    ck_assert_int_eq(symlink("usr/lib", path), 0);
    return root;
}

#define FROM "FROM package_files WHERE root = '%s' AND "

START_TEST(a_path_tells_its_package)
{
    sqlite3    *db = harness_open();
    const char *root = make_dpkg();

    harness_expect(
        db, "tool|1.0|amd64|installed|dpkg",
        "SELECT package, version, architecture, state, tool " FROM "path = '/usr/bin/tool'", root);
    harness_expect(db, "gone|config-files", "SELECT package, state " FROM "path = '/etc/gone'",
                   root);
    harness_expect(db, "stray|NULL", "SELECT package, version " FROM "path = '/opt/stray'", root);
    harness_expect(db, "0", "SELECT count(*) " FROM "path = '/usr/bin/unknown'", root);
    harness_close(db);
}
END_TEST

START_TEST(both_names_of_a_merged_directory_are_found)
{
    sqlite3    *db = harness_open();
    const char *root = make_dpkg();

    harness_expect(db, "/lib/systemd/system/tool.service|tool",
                   "SELECT path, package " FROM "path = '/lib/systemd/system/tool.service'", root);
    harness_expect(db, "/usr/lib/systemd/system/tool.service|tool",
                   "SELECT path, package " FROM "path = '/usr/lib/systemd/system/tool.service'",
                   root);
    harness_expect(db, "/lib/a/x|libx", "SELECT path, package " FROM "path = '/lib/a/x'", root);
    harness_close(db);
}
END_TEST

START_TEST(an_image_without_dpkg_has_a_file_for_each_package)
{
    sqlite3    *db = harness_open();
    const char *root = harness_scratch();

    harness_write_text(root, "var/lib/dpkg/status.d/a",
                       "Package: a\nVersion: 2\nArchitecture: all\n");
    harness_write_text(root, "var/lib/dpkg/status.d/a.md5sums",
                       "900150983cd24fb0d6963f7d28e17f72  ./usr/bin/a\n"
                       "900150983cd24fb0d6963f7d28e17f72  usr/bin/b\nbroken\n");
    harness_write_text(root, "usr/bin/a", "abc");
    harness_write_text(root, "usr/bin/b", "x");
    harness_expect(db, "/usr/bin/a|a|2|installed|0\n/usr/bin/b|a|2|installed|1",
                   "SELECT path, package, version, state, altered " FROM "1", root);
    harness_close(db);
}
END_TEST

START_TEST(directories_that_are_not_merged_stay_apart)
{
    sqlite3    *db = harness_open();
    const char *root = harness_scratch();

    harness_write_text(root, "var/lib/dpkg/status",
                       "Package: a\nStatus: install ok installed\nVersion: 1\n");
    harness_write_text(root, "var/lib/dpkg/info/a.list", "/lib/x\n");
    harness_write_text(root, "lib/x", "");
    harness_write_text(root, "usr/lib/x", "");
    harness_expect(db, "1", "SELECT count(*) " FROM "path = '/lib/x'", root);
    harness_expect(db, "0", "SELECT count(*) " FROM "path = '/usr/lib/x'", root);
    harness_close(db);
}
END_TEST

START_TEST(a_path_below_a_linked_directory_is_found)
{
    sqlite3    *db = harness_open();
    const char *root = make_dpkg();
    char        path[512];

    snprintf(path, sizeof path, "%s/programs", root);
    ck_assert_int_eq(symlink("/usr/bin", path), 0);
    harness_expect(db, "tool", "SELECT package " FROM "path = '/programs/tool'", root);
    harness_close(db);
}
END_TEST

START_TEST(a_diverted_file_is_where_it_was_diverted_to)
{
    sqlite3    *db = harness_open();
    const char *root = make_dpkg();

    harness_expect(db, "other", "SELECT package " FROM "path = '/usr/bin/view'", root);
    harness_expect(db, "tool|/usr/bin/view|0",
                   "SELECT package, listed, altered " FROM "path = '/usr/bin/view.tool'", root);
    harness_expect(db, "0", "SELECT count(*) " FROM "path = '/usr/bin/mine'", root);
    harness_expect(db, "tool", "SELECT package " FROM "path = '/usr/bin/mine.distrib'", root);
    harness_close(db);
}
END_TEST

START_TEST(altered_compares_with_what_the_package_put_there)
{
    sqlite3    *db = harness_open();
    const char *root = make_dpkg();

    harness_expect(db,
                   "/etc/tool.conf|0|1|1\n/etc/tool.old|1|1|1\n"
                   "/lib/systemd/system/tool.service|1|0|1\n"
                   "/usr/bin/gone|NULL|0|0\n/usr/bin/tool|0|0|1",
                   "SELECT path, altered, conffile, present " FROM
                   "package = 'tool' AND digest IS NOT NULL AND listed = path ORDER BY path",
                   root);
    harness_expect(db, "md5|5d41402abc4b2a76b9719d911017c592",
                   "SELECT digest_kind, digest " FROM "path = '/usr/bin/view.tool'", root);
    harness_expect(db, "NULL|NULL", "SELECT digest, altered " FROM "path = '/usr' LIMIT 1", root);
    harness_close(db);
}
END_TEST

START_TEST(architectures_are_distinguished)
{
    sqlite3    *db = harness_open();
    const char *root = make_dpkg();

    harness_expect(db, "amd64|4\ni386|5",
                   "SELECT architecture, version " FROM "path = '/usr/share/x' ORDER BY 1", root);
    harness_expect(db, "/usr/lib/b/x",
                   "SELECT path " FROM "package = 'libx' AND architecture = 'i386' AND "
                   "path GLOB '/usr/lib/*'",
                   root);
    harness_expect(db, "2", "SELECT count(DISTINCT rowid) " FROM "path = '/usr/share/x'", root);
    harness_close(db);
}
END_TEST

START_TEST(a_scan_and_its_pushdown_agree)
{
    sqlite3    *db = harness_open();
    const char *root = make_dpkg();

    harness_expect(db, "0",
                   "WITH a AS MATERIALIZED (SELECT path, package " FROM "true)"
                   "SELECT count(*) FROM a WHERE NOT EXISTS (SELECT 1 " FROM
                   "path = a.path AND package = a.package)",
                   root, root);
    harness_close(db);
}
END_TEST

START_TEST(lost_lines_are_counted)
{
    sqlite3    *db = harness_open();
    const char *root = make_dpkg();

    harness_int(db, "SELECT count(*) " FROM "true", root);
    harness_expect(db, "read|6|1",
                   "SELECT status, records, skipped FROM evidence_sources "
                   "WHERE table_name = 'package_files' AND location = '%s'",
                   root);
    harness_close(db);
}
END_TEST

START_TEST(a_root_without_packages_is_absent_not_empty)
{
    sqlite3    *db = harness_open();
    const char *root = harness_scratch();

    harness_write_text(root, "etc/passwd", "");
    harness_expect(db, "0", "SELECT count(*) " FROM "true", root);
    harness_expect(db, "absent|no database of dpkg or rpm",
                   "SELECT status, detail FROM evidence_sources "
                   "WHERE table_name = 'package_files' AND location = '%s'",
                   root);
    harness_close(db);
}
END_TEST

START_TEST(a_changed_database_is_read_again)
{
    sqlite3    *db = harness_open();
    const char *root = make_dpkg();

    harness_expect(db, "0", "SELECT count(*) " FROM "path = '/opt/new'", root);
    harness_write_text(root, "var/lib/dpkg/info/new.list", "/opt/new\n");
    harness_write_text(root, "var/lib/dpkg/status",
                       "Package: new\nStatus: install ok installed\nVersion: 1\n");
    harness_expect(db, "new", "SELECT package " FROM "path = '/opt/new'", root);
    harness_close(db);
}
END_TEST

START_TEST(names_that_are_not_utf8_stay_whole)
{
    sqlite3    *db = harness_open();
    const char *root = harness_scratch();

    harness_write_text(root, "var/lib/dpkg/status", "Package: a\nVersion: 1\n");
    harness_write_text(root, "var/lib/dpkg/info/a.list", "/opt/\xff/x\n");
    harness_expect(db, "/opt/\xef\xbf\xbd/x", "SELECT path " FROM "true", root);
    harness_close(db);
}
END_TEST

START_TEST(agrees_with_dpkg_of_this_host)
{
    sqlite3 *db = harness_open();
    char     line[4096];
    FILE    *dpkg = popen("dpkg-query -S /usr/share/doc/libc6/copyright '/etc/cron*/*' "
                             "'/lib/systemd/system/*' '/usr/lib/systemd/system/*' 2>/dev/null",
                          "r");
    int      n = 0;

    while (dpkg && fgets(line, sizeof line, dpkg)) {
        char *path = strstr(line, ": /");

        if (!path || strncmp(line, "diversion", 9) == 0)
            continue;
        *path = '\0';
        path += 2;
        path[strcspn(path, "\n")] = '\0';
        if (strchr(line, ','))
            continue;
        line[strcspn(line, ":")] = '\0';
        harness_expect(db, line,
                       "SELECT package FROM package_files WHERE path = '%s' AND host = "
                       "(SELECT host FROM evidence LIMIT 1)",
                       path);
        n++;
    }
    if (dpkg)
        pclose(dpkg);
    harness_close(db);
    if (n < 10)
        SKIP("needs dpkg");
}
END_TEST

/* rpm ---------------------------------------------------------------------------- */

/* A root in which rpm itself has installed a package; NULL where there is no rpm, or no permission
 * to chroot(2), which it needs. */
static const char *make_rpm(void)
{
    if (geteuid() != 0 || system("command -v rpmbuild >/dev/null") != 0)
        return NULL;

    const char *root = harness_scratch();
    char        command[4096];

    harness_write_text(root, "tool.spec",
                       "Name: tool\nVersion: 1.0\nRelease: 2\nEpoch: 3\nSummary: x\nLicense: MIT\n"
                       "BuildArch: noarch\n%description\nx\n%install\n"
                       "mkdir -p %{buildroot}/usr/bin %{buildroot}/etc\n"
                       "printf hello > %{buildroot}/usr/bin/tool\n"
                       "printf Hello > %{buildroot}/etc/tool.conf\n"
                       "ln -s tool %{buildroot}/usr/bin/link\n"
                       "%files\n/usr/bin/tool\n/usr/bin/link\n%config /etc/tool.conf\n"
                       "%ghost /var/tool.ghost\n");
    snprintf(command, sizeof command,
             "cd %s && mkdir image && rpmbuild --quiet --define '_topdir %s/b' "
             "--define '_build_id_links none' -bb tool.spec && "
             "rpm --root %s/image --dbpath /var/lib/rpm --define '_db_backend sqlite' --nodeps "
             "--nosignature -i b/RPMS/noarch/*.rpm >/dev/null 2>&1",
             root, root, root);
    ck_assert_int_eq(system(command), 0);
    return root;
}

/* The header that rpm wrote into the image's SQLite database, which is removed; malloc()ed. */
static uint8_t *take_header(const char *root, size_t *ret_size)
{
    char          path[512];
    sqlite3      *rpm;
    sqlite3_stmt *stmt;

    snprintf(path, sizeof path, "%s/image/var/lib/rpm/rpmdb.sqlite", root);
    ck_assert(sqlite3_open(path, &rpm) == SQLITE_OK &&
              sqlite3_prepare_v2(rpm, "SELECT blob FROM Packages", -1, &stmt, NULL) == SQLITE_OK &&
              sqlite3_step(stmt) == SQLITE_ROW);
    *ret_size = (size_t)sqlite3_column_bytes(stmt, 0);
    uint8_t *header = malloc(*ret_size);
    memcpy(header, sqlite3_column_blob(stmt, 0), *ret_size);
    sqlite3_finalize(stmt);
    sqlite3_close(rpm);
    ck_assert_int_eq(unlink(path), 0);
    return header;
}

/* The Berkeley DB that came before SQLite; false where its tools are not here. */
static bool make_hash(const char *root, const uint8_t *header, size_t size)
{
    char command[600];

    snprintf(command, sizeof command, "db5.3_load %s/image/var/lib/rpm/Packages", root);
    if (system("command -v db5.3_load >/dev/null") != 0)
        return false;
    FILE *load = popen(command, "w");
    fputs("VERSION=3\nformat=bytevalue\ntype=hash\ndb_pagesize=4096\nHEADER=END\n"
          " 00000000\n 07000000\n 07000000\n ",
          load);
    for (size_t i = 0; i < size; i++)
        fprintf(load, "%02x", header[i]);
    fputs("\nDATA=END\n", load);
    ck_assert_int_eq(pclose(load), 0);
    return true;
}

/* SUSE's ndb: a page of slots, the second of them used, and the blob of a package. */
static bool make_ndb(const char *root, const uint8_t *header, size_t size)
{
    size_t   blocks = (16 + size + 12 + 15) / 16, whole = 4096 + 16 * blocks;
    uint8_t *file = calloc(1, whole), *blob = file + 4096;

    memcpy(file, "RpmP", 4);
    put_le(file + 12, 1, 4);
    for (size_t at = 32; at < 4096; at += 16)
        memcpy(file + at, "Slot", 4);
    put_le(file + 48 + 4, 7, 4);
    put_le(file + 48 + 8, 4096 / 16, 4);
    put_le(file + 48 + 12, (uint32_t)blocks, 4);
    memcpy(blob, "BlbS", 4);
    put_le(blob + 4, 7, 4);
    put_le(blob + 12, (uint32_t)size, 4);
    memcpy(blob + 16, header, size);
    uint8_t *tail = blob + 16 * blocks - 12;
    put_le(tail, (uint32_t)adler32(1, blob, (uInt)(16 * blocks - 12)), 4);
    put_le(tail + 4, (uint32_t)size, 4);
    memcpy(tail + 8, "BlbE", 4);
    harness_write(root, "image/var/lib/rpm/Packages.db", file, whole);
    free(file);
    return true;
}

START_TEST(older_rpm_databases_tell_the_same)
{
    static bool (*const make[])(const char *, const uint8_t *, size_t) = {make_hash, make_ndb};
    static const char sql[] =
        "SELECT path, package, version, digest, conffile, altered FROM package_files "
        "WHERE root = '%s/image' ORDER BY path";
    const char *root = make_rpm();

    if (!root)
        SKIP("needs root and rpmbuild");
    sqlite3 *db = harness_open();
    char    *before = harness_query(db, sql, root);
    size_t   size;
    uint8_t *header = take_header(root, &size);
    bool     made = make[_i](root, header, size);
    if (made) {
        harness_expect(db, before, sql, root);
        harness_expect(db, "install|tool|3:1.0-2|rpm",
                       "SELECT action, package, new_version, tool FROM package_history "
                       "WHERE root = '%s/image' AND abs(time - unixepoch()) < 600",
                       root);
    }
    harness_close(db);
    free(header);
    free(before);
    if (!made)
        SKIP("needs db5.3_load");
}
END_TEST

START_TEST(a_damaged_database_gives_what_it_has)
{
    const char *root = make_rpm();
    char        path[512];
    sqlite3    *rpm;

    if (!root)
        SKIP("needs root and rpmbuild");
    snprintf(path, sizeof path, "%s/image/var/lib/rpm/rpmdb.sqlite", root);
    ck_assert_int_eq(sqlite3_open(path, &rpm), SQLITE_OK);
    ck_assert_int_eq(
        sqlite3_exec(rpm, "INSERT INTO Packages VALUES (2, x'0011'), (3, ''), (-1, zeroblob(9))",
                     NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(rpm);
    sqlite3 *db = harness_open();
    harness_expect(db, "tool",
                   "SELECT package FROM package_files WHERE root = '%s/image' AND path = "
                   "'/usr/bin/tool'",
                   root);
    ck_assert_int_eq(harness_int(db,
                                 "SELECT skipped FROM evidence_sources WHERE table_name = "
                                 "'package_files' AND location = '%s/image'",
                                 root),
                     3);
    harness_close(db);
}
END_TEST

START_TEST(a_linked_database_folder_counts_once)
{
    const char *root = make_rpm();
    char        command[1200];

    if (!root)
        SKIP("needs root and rpmbuild");
    snprintf(command, sizeof command,
             "cd %s/image && mkdir -p usr/lib/sysimage && mv var/lib/rpm usr/lib/sysimage/rpm && "
             "ln -s ../../usr/lib/sysimage/rpm var/lib/rpm",
             root);
    ck_assert_int_eq(system(command), 0);
    sqlite3 *db = harness_open();
    harness_expect(db, "1", "SELECT count(*) FROM package_history WHERE root = '%s/image'", root);
    harness_close(db);
}
END_TEST

START_TEST(rpm_database_tells_owner_and_digest)
{
    const char *root = make_rpm();

    if (!root)
        SKIP("needs root and rpmbuild");
    sqlite3 *db = harness_open();
    harness_expect(db,
                   "/etc/tool.conf|tool|3:1.0-2|noarch|rpm|sha256|0|1\n"
                   "/usr/bin/link|tool|3:1.0-2|noarch|rpm|NULL|NULL|0\n"
                   "/usr/bin/tool|tool|3:1.0-2|noarch|rpm|sha256|0|0\n"
                   "/var/tool.ghost|tool|3:1.0-2|noarch|rpm|NULL|NULL|0",
                   "SELECT path, package, version, architecture, tool, digest_kind, altered, "
                   "conffile FROM package_files WHERE root = '%s/image' ORDER BY path",
                   root);
    harness_write_text(root, "image/usr/bin/tool", "other");
    harness_expect(db, "1",
                   "SELECT altered FROM package_files WHERE root = '%s/image' AND path = "
                   "'/usr/bin/tool'",
                   root);
    harness_close(db);
}
END_TEST

/* A header of one file, by hand: entries, then the store. */
static size_t put_header(uint8_t *out, uint32_t count, uint32_t dir_index)
{
    static const char store[] = "pkg\0base\0/dir/\0";
    const uint32_t    entries[][4] = {{RPM_NAME, 6, 0, 1},
                                      {RPM_BASE_NAMES, 8, 4, count},
                                      {RPM_DIR_NAMES, 8, 9, 1},
                                      {RPM_DIR_INDEXES, 4, 16, 1}};
    const size_t      n = sizeof entries / sizeof entries[0];
    uint32_t          words[2] = {(uint32_t)n, 20};
    size_t            at = 0;

    for (size_t i = 0; i < 2; i++, at += 4)
        for (int b = 0; b < 4; b++)
            out[at + (size_t)b] = (uint8_t)(words[i] >> (24 - 8 * b));
    for (size_t i = 0; i < n; i++)
        for (size_t f = 0; f < 4; f++, at += 4)
            for (int b = 0; b < 4; b++)
                out[at + (size_t)b] = (uint8_t)(entries[i][f] >> (24 - 8 * b));
    memcpy(out + at, store, sizeof store);
    for (int b = 0; b < 4; b++)
        out[at + 16 + (size_t)b] = (uint8_t)(dir_index >> (24 - 8 * b));
    return at + 20;
}

START_TEST(a_header_gives_its_files)
{
    uint8_t           blob[256];
    size_t            size = put_header(blob, 1, 0);
    struct rpm_header header;
    struct rpm_files  files;
    struct rpm_file   file;

    ck_assert_int_eq(rpm_header_parse(blob, size, &header), 0);
    ck_assert_str_eq(rpm_string(&header, RPM_NAME), "pkg");
    ck_assert_int_eq(rpm_files_begin(&header, &files), 0);
    ck_assert(rpm_files_next(&files, &file));
    ck_assert_str_eq(file.dir, "/dir/");
    ck_assert_str_eq(file.base, "base");
    ck_assert(!rpm_files_next(&files, &file));
    rpm_files_end(&files);
}
END_TEST

START_TEST(a_header_that_lies_loses_files_not_memory)
{
    uint8_t           blob[256];
    struct rpm_header header;
    struct rpm_files  files;
    struct rpm_file   file;

    size_t size = put_header(blob, 0xffffffff, 7);
    ck_assert_int_eq(rpm_header_parse(blob, size, &header), 0);
    ck_assert_int_eq(rpm_files_begin(&header, &files), 0);
    ck_assert(!rpm_files_next(&files, &file));
    ck_assert_uint_eq(files.lost, 0xffffffff);
    rpm_files_end(&files);
    for (size_t cut = 0; cut < size; cut++)
        ck_assert_int_lt(rpm_header_parse(blob, cut, &header), 0);
}
END_TEST

/* dpkg's text --------------------------------------------------------------------- */

START_TEST(status_fields_end_with_their_paragraph)
{
    struct slice        text = {"\n\nVersion: 0\n\nPackage: a\nVersion: 1\n\nPackage: b\n", 50};
    struct dpkg_package package;

    text.size = strlen(text.at);
    ck_assert(dpkg_package(&text, &package));
    ck_assert(package.name.size == 1 && *package.name.at == 'a' && *package.version.at == '1');
    ck_assert(dpkg_package(&text, &package));
    ck_assert(*package.name.at == 'b' && package.version.size == 0);
    ck_assert(!dpkg_package(&text, &package));
}
END_TEST

Suite *make_packages_suite(void)
{
    Suite *suite = suite_create("packages");
    TCase *tc = tcase_create("packages");

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, a_path_tells_its_package);
    tcase_add_test(tc, an_image_without_dpkg_has_a_file_for_each_package);
    tcase_add_test(tc, both_names_of_a_merged_directory_are_found);
    tcase_add_test(tc, directories_that_are_not_merged_stay_apart);
    tcase_add_test(tc, a_path_below_a_linked_directory_is_found);
    tcase_add_test(tc, a_diverted_file_is_where_it_was_diverted_to);
    tcase_add_test(tc, altered_compares_with_what_the_package_put_there);
    tcase_add_test(tc, architectures_are_distinguished);
    tcase_add_test(tc, a_scan_and_its_pushdown_agree);
    tcase_add_test(tc, lost_lines_are_counted);
    tcase_add_test(tc, a_root_without_packages_is_absent_not_empty);
    tcase_add_test(tc, a_changed_database_is_read_again);
    tcase_add_test(tc, names_that_are_not_utf8_stay_whole);
    tcase_add_test(tc, agrees_with_dpkg_of_this_host);
    tcase_add_test(tc, rpm_database_tells_owner_and_digest);
    tcase_add_loop_test(tc, older_rpm_databases_tell_the_same, 0, 2);
    tcase_add_test(tc, a_damaged_database_gives_what_it_has);
    tcase_add_test(tc, a_linked_database_folder_counts_once);
    tcase_add_test(tc, a_header_gives_its_files);
    tcase_add_test(tc, a_header_that_lies_loses_files_not_memory);
    tcase_add_test(tc, status_fields_end_with_their_paragraph);
    suite_add_tcase(suite, tc);
    return suite;
}
