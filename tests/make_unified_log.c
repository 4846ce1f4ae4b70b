#include "make_unified_log.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

const struct unified_made unified_made[UNIFIED_MADE] = {
    {"launchd", "/sbin/launchd", 1, "gui/501/com.example.b [577]", "",
     "Successfully spawned .b[577] because speculative"},
    {"launchd", "/sbin/launchd", 1, "gui/501 [100003]", "",
     "Bootstrap by launchctl[570] for /Users/a/Library/LaunchAgents/com.example.b.plist succeeded "
     "(0: )"},
    {"sudo", "/usr/bin/sudo", 7142, NULL, NULL,
     "   ann : TTY=ttys000 ; PWD=/Users/ann ; USER=root ; COMMAND=/bin/launchctl load "
     "/tmp/x.plist"},
    {"Google Chrome", "/Applications/Google Chrome", 99, "com.google.x", "ui",
     "two\nlines: [a] (b) \"c\""},
    {"launchd", "/sbin/launchd", 1, "gui/501/com.example.b [577]", "",
     "bootout initiated by: launchctl[580]<-sh[579]"},
    {"launchd", "/sbin/launchd", 1, "gui/501/com.example.b [577]", "",
     "exited due to SIGTERM | sent by launchd[1], ran for 15835ms"},
    {"launchd", "/sbin/launchd", 1, "gui/501 [100003]", "", "removing service: com.example.b"},
    {"launchd", "/sbin/launchd", 1, "system", "",
     "Setting service com.crowdstrike.falcond to disabled"},
};

static const char *const heads[STYLES] = {
    [DEFAULT] = "Filtering the log data using \"process == 1\"\nTimestamp                       "
                "Thread     Type        Activity             PID    TTL  \n",
    [SYSLOG] = "Timestamp                       (process)[PID]    \n",
    [COMPACT] = "Timestamp               Ty Process[PID:TID]\n",
    [JSON] = "[",
    [CSV] = "Timestamp,Event Type,Log Type,Subsystem,PID,Category,Process,Message,Boot UUID\n",
};

static const char *const tails[STYLES] = {
    [DEFAULT] = "-----------------------------------------------------------------------------\n"
                "Log      - Default:          8, Info:                0, Debug:             0\n",
    [SYSLOG] = "",
    [NDJSON] = "{\"count\":8,\"finished\":1}\n",
    [JSON] = "]\n",
};

static void put_subsystem(struct buffer *out, const struct unified_made *e)
{
    if (e->subsystem)
        buffer_printf(out, "[%s:%s] ", e->subsystem, e->category);
}

static void put_json(struct buffer *out, const char *name, const char *text)
{
    buffer_printf(out, "\"%s\" : ", name);
    buffer_json(out, text ? text : "", text ? strlen(text) : 0);
    buffer_puts(out, ",");
}

static void put_entry(struct buffer *out, enum unified_style style, const struct unified_made *e,
                      unsigned i)
{
    unsigned minute = 44 + i / 60, second = i % 60;
    char     stamp[64];

    /* Of a zone four hours behind; of styles without one, UTC. */
    bool zoned = style != COMPACT && style != OBJECTS && style != CSV;
    snprintf(stamp, sizeof stamp, "2026-11-20%c%02u:%02u:%02u.%s",
             zoned || style == COMPACT ? ' ' : 'T', zoned ? 6u : 10u, minute, second,
             style == COMPACT ? "123"
             : zoned          ? "123000-0400"
                              : "123000Z");
    if (style == DEFAULT) {
        buffer_printf(out, "%s 0x11c1f6   Default     0x0                  %-6d 0    %s: ", stamp,
                      e->pid, e->process);
    } else if (style == SYSLOG) {
        buffer_printf(out, "%s  localhost %s[%d]: ", stamp, e->process, e->pid);
    } else if (style == COMPACT) {
        buffer_printf(out, "%s Df %s[%d:1683] ", stamp, e->process, e->pid);
    } else if (style == CSV) {
        buffer_printf(out, "%s,Log,Default,%s,%d,%s,%s,\"", stamp, e->subsystem ? e->subsystem : "",
                      e->pid, e->category ? e->category : "", e->path);
        for (const char *at = e->message; *at; at++)
            buffer_printf(out, *at == '"' ? "\"\"" : "%c", *at);
        buffer_puts(out, "\",B\n");
        return;
    } else {
        buffer_puts(out, style == JSON && i ? ",{\n  " : "{");
        put_json(out, style == OBJECTS ? "message" : "eventMessage", e->message);
        put_json(out, style == OBJECTS ? "process" : "processImagePath", e->path);
        put_json(out, style == OBJECTS ? "log_type" : "messageType", "Default");
        put_json(out, style == OBJECTS ? "boot_uuid" : "bootUUID", "B");
        put_json(out, "subsystem", e->subsystem);
        put_json(out, "category", e->category);
        buffer_printf(out, "\"%s\":%d,\"backtrace\":{\"frames\":[{\"imageOffset\":7}]},",
                      style == OBJECTS ? "pid" : "processID", e->pid);
        buffer_printf(out, "\"traceID\":45473881108119556,\"timestamp\" : \"%s\"}%s", stamp,
                      style == JSON ? "" : "\n");
        return;
    }
    put_subsystem(out, e);
    buffer_printf(out, "%s\n", e->message);
}

struct buffer make_unified_log(enum unified_style style)
{
    struct buffer out = {0};

    buffer_puts(&out, heads[style] ? heads[style] : "");
    for (unsigned i = 0; i < UNIFIED_MADE; i++)
        put_entry(&out, style, &unified_made[i], i);
    buffer_puts(&out, tails[style] ? tails[style] : "");
    return out;
}

const char *const unified_names[STYLES] = {"default.txt", "syslog.log", "compact.txt", "log.ndjson",
                                           "log.json",    "m.jsonl",    "m.csv"};
