#include "unit_value.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "unit_name.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Calendar -------------------------------------------------------------------- */

#define MICROSECOND 1000000ll
#define CHAIN_MAX   1000 /* numbers of one list */
#define UNIX_PATH   108  /* bytes of a socket's path: unix(7) */

static bool has(const char **text, const char *word)
{
    size_t size = strlen(word);
    bool   found = strncasecmp(*text, word, size) == 0;

    *text += found ? size : 0;
    return found;
}

/* Days of the week, with lists and ranges: false where they are wrong; true also where there are
 * none. */
static bool read_weekdays(const char **text)
{
    static const char *const names[] = {"Monday",   "Mon",      "Tuesday", "Tue",    "Wednesday",
                                        "Wed",      "Thursday", "Thu",     "Friday", "Fri",
                                        "Saturday", "Sat",      "Sunday",  "Sun"};
    int                      from = -1;

    for (bool first = true;; first = false) {
        int day = -1;

        for (size_t i = 0; i < COUNT(names) && day < 0; i++)
            if (has(text, names[i]))
                day = (int)i / 2;
        if (day < 0)
            return first;
        if (from > day)
            return false;
        bool ranged = from >= 0;
        from = -1;
        if (**text == '\0')
            return true;
        if (**text == ' ')
            break;
        if (has(text, "-") || has(text, "..")) {
            if (ranged)
                return false;
            from = day;
        } else if (!has(text, ",")) {
            return false;
        }
        if (**text == '\0' ||
            **text == ' ') { /* a comma at the end is allowed, an open range not */
            if (from >= 0)
                return false;
            break;
        }
    }
    *text += strspn(*text, " ");
    return true;
}

/* A number; of seconds in millionths. -1: none. */
static long long read_number(const char **text, bool seconds)
{
    long long value = 0, part = MICROSECOND;
    bool      any = false;

    for (; isdigit((unsigned char)**text) && value < INT_MAX; (*text)++, any = true)
        value = value * 10 + (**text - '0');
    if (!any || value >= INT_MAX)
        return -1;
    if (!seconds)
        return value;
    value *= MICROSECOND;
    if (**text == '.' && isdigit((unsigned char)(*text)[1]))
        for ((*text)++; isdigit((unsigned char)**text); (*text)++)
            value += (**text - '0') * (part /= 10);
    return value;
}

/* What a list of numbers was: of which only the limits count. */
struct chain {
    long long low, high; /* high -1: any number is taken */
    long long reach;     /* the farthest that a first step leads */
    bool      bad;       /* a range is empty */
};

static bool read_component(const char **text, bool seconds, struct chain *chain)
{
    long long start = read_number(text, seconds), stop = -1, step = 0;

    if (start < 0)
        return false;
    if (has(text, "..")) {
        stop = read_number(text, seconds);
        if (stop < 0)
            return false;
        step = seconds ? MICROSECOND : 1;
    }
    bool stepped = has(text, "/");
    if (stepped)
        step = read_number(text, seconds);
    if (stepped && step <= 0)
        return false;
    chain->bad |= stop >= 0 && stop < start + (seconds && !stepped ? step : 0);
    if (stop < 0 && step && start + step > chain->reach)
        chain->reach = start + step;
    chain->low = start < chain->low ? start : chain->low;
    chain->high = start > chain->high ? start : chain->high;
    chain->high = stop > chain->high ? stop : chain->high;
    return true;
}

/* Read "*" or a list. False where it is not of this form. */
static bool read_chain(const char **text, bool seconds, struct chain *ret)
{
    *ret = (struct chain){.low = LLONG_MAX, .high = -1};
    if (has(text, "*"))
        return **text == '\0' || strchr(" -:~", **text);
    for (size_t i = 0; i < CHAIN_MAX; i++) {
        if (!read_component(text, seconds, ret))
            return false;
        if (!has(text, ","))
            return **text == '\0' || strchr(" -:~", **text);
    }
    return false;
}

static bool within(const struct chain *chain, long long from, long long to)
{
    return chain->high < 0 ||
           (!chain->bad && chain->low >= from && chain->high <= to && chain->reach <= to);
}

/* A date, of which a time may follow: true also where there is none. */
static bool read_date(const char **text)
{
    struct chain chains[3];
    const char  *t = *text;
    size_t       n = 0;
    bool         from_end = false;

    for (;; t++) {
        if (!read_chain(&t, false, &chains[n]))
            return false;
        if (n++ == 0 && (*t == '\0' || *t == ':'))
            return true; /* it was a time */
        if (n > 1 && (*t == '\0' || *t == ' '))
            break;
        if (n == 3 || from_end || (*t != '-' && *t != '~'))
            return false;
        from_end = *t == '~';
    }
    struct chain *year = n == 3 ? &chains[0] : NULL;
    if (year && year->high >= 0 && year->low < 100 && year->high < 100)
        *year = (struct chain){.low = 1970, .high = 2069};
    if (!within(&chains[n - 2], 1, 12) || !within(&chains[n - 1], 1, 31) ||
        (year && !within(year, 1970, 2199)))
        return false;
    *text = t + strspn(t, " ");
    return true;
}

static bool read_time(const char *t)
{
    static const long long greatest[] = {23, 59, 60 * MICROSECOND - 1};
    struct chain           chain;

    for (size_t i = 0; i < COUNT(greatest); i++) {
        if (!read_chain(&t, i == 2, &chain) || !within(&chain, 0, greatest[i]))
            return false;
        if (*t == '\0')
            return i > 0;
        if (*t++ != ':')
            return false;
    }
    return false;
}

bool unit_calendar_valid(const char *text)
{
    static const char *const names[] = {"minutely",     "hourly",     "daily",       "monthly",
                                        "annually",     "yearly",     "anually",     "weekly",
                                        "quarterly",    "biannually", "bi-annually", "semiannually",
                                        "semi-annually"};

    for (size_t i = 0; i < COUNT(names); i++)
        if (strcasecmp(text, names[i]) == 0)
            return true;
    if (*text == '@' && isdigit((unsigned char)text[1]))
        return text[1 + strspn(text + 1, "0123456789")] == '\0';
    if (*text == '\0' || !read_weekdays(&text))
        return false;
    return *text == '\0' || (read_date(&text) && (*text == '\0' || read_time(text)));
}

size_t unit_calendar_zone(const char *text)
{
    const char *blank = strrchr(text, ' ');

    return blank && blank > text ? (size_t)(blank + 1 - text) : 0;
}

/* Time spans ------------------------------------------------------------------ */

/* Step over a unit of time; where there is none, it stays. */
static const char *after_unit(const char *text)
{
    static const char *const units[] = {
        "seconds", "second", "sec",  "s",  "minutes",   "minute",   "min",  "months",
        "month",   "M",      "msec", "ms", "m",         "hours",    "hour", "hr",
        "h",       "days",   "day",  "d",  "weeks",     "week",     "w",    "years",
        "year",    "y",      "usec", "us", "\xce\xbcs", "\xc2\xb5s"};

    for (size_t i = 0; i < COUNT(units); i++)
        if (strncmp(text, units[i], strlen(units[i])) == 0)
            return text + strlen(units[i]);
    return text;
}

bool unit_timespan_valid(const char *text)
{
    static const char white[] = " \t\n\r", digits[] = "0123456789";
    bool              any = false;

    text += strspn(text, white);
    if (strncmp(text, "infinity", 8) == 0)
        return text[8 + strspn(text + 8, white)] == '\0';
    while (*(text += strspn(text, white))) {
        const char *number = text + (*text == '+');
        size_t      size = strspn(number, digits);

        if ((!size && *number != '.') || size > 18)
            return false;
        text = number + size;
        if (*text == '.') {
            size_t part = strspn(text + 1, digits);
            if (!part)
                return false;
            text += 1 + part;
        }
        const char *unit = text + strspn(text, white), *end = after_unit(unit);
        if (end == text && *end)
            return false;
        text = end;
        any = true;
    }
    return any;
}

/* Sockets --------------------------------------------------------------------- */

/* A number from 1 to `to`, decimal without zeros before it, or 0x: 0, ERANGE or EINVAL. */
static int check_number(const char *text, unsigned long long to)
{
    char *end;

    if (*text == '-' && isdigit((unsigned char)text[1]))
        return ERANGE;
    text += *text == '+';
    if (!isdigit((unsigned char)*text) || (*text == '0' && isdigit((unsigned char)text[1])))
        return EINVAL;
    errno = 0;
    unsigned long long number = strtoull(text, &end, *text == '0' ? 16 : 10);
    if (*end)
        return EINVAL;
    return errno || number > to ? ERANGE : number == 0 ? EINVAL : 0;
}

static int check_port(const char *text)
{
    return check_number(text, UINT16_MAX);
}

/* "1.2.3.4:80", "[::1]:80", "[fe80::1%eth0]:80" or "[fe80::1]:80%eth0". */
static int check_internet(const char *text)
{
    char        address[128];
    const char *from = *text == '[' ? text + 1 : text;
    const char *end = *text == '[' ? strchr(from, ']') : strchr(from, ':');
    const char *port = end ? end + 1 + (*text == '[') : NULL;
    uint8_t     bytes[16];

    if (!end || (*text == '[' && end[1] != ':') || (size_t)(end - from) >= sizeof address)
        return EINVAL;
    memcpy(address, from, (size_t)(end - from));
    address[end - from] = '\0';
    if (*text == '[')
        address[strcspn(address, "%")] = '\0';
    if (inet_pton(*text == '[' ? AF_INET6 : AF_INET, address, bytes) != 1)
        return EINVAL;
    char number[16] = "";
    strncpy(number, port, sizeof number - 1);
    if (*text == '[')
        number[strcspn(number, "%")] = '\0';
    return check_port(number);
}

/* "CID:PORT", the first may be empty. */
static int check_vsock(const char *text)
{
    size_t cid = strspn(text, "0123456789");

    if (text[cid] != ':' || !isdigit((unsigned char)text[cid + 1]))
        return EINVAL;
    return check_number(text + cid + 1, UINT32_MAX);
}

int unit_address_check(const char *text, bool *ret_internet)
{
    static const char *const vsock[] = {
        "vsock:", "vsock-stream:", "vsock-dgram:", "vsock-seqpacket:"};

    *ret_internet = false;
    if (*text == '/' || *text == '@')
        return text[1] && strlen(text) < UNIX_PATH ? 0 : EINVAL;
    for (size_t i = 0; i < COUNT(vsock); i++)
        if (strncmp(text, vsock[i], strlen(vsock[i])) == 0) {
            *ret_internet = i == 0;
            return check_vsock(text + strlen(vsock[i]));
        }
    *ret_internet = true;
    return strchr(text, ':') ? check_internet(text) : check_port(text);
}

int unit_netlink_check(const char *text)
{
    static const char *const families[] = {
        "route",   "firewall", "inet-diag",      "nflog",         "xfrm",      "selinux",
        "iscsi",   "audit",    "fib-lookup",     "connector",     "netfilter", "ip6-fw",
        "dnrtmsg", "generic",  "kobject-uevent", "scsitransport", "ecryptfs",  "rdma"};
    char   number[16] = "";
    size_t size = strcspn(text, " \t");
    bool   known = false;

    if (size < sizeof number) {
        memcpy(number, text, size);
        known = strcmp(number, "0") == 0 || check_number(number, INT_MAX) == 0;
    }
    for (size_t i = 0; i < COUNT(families); i++)
        known |= strlen(families[i]) == size && memcmp(families[i], text, size) == 0;
    if (!known)
        return EINVAL;
    text += size + strspn(text + size, " \t");
    return text[strspn(text, "0123456789")] ? EINVAL : 0;
}

/* Settings -------------------------------------------------------------------- */

static bool is_one_of(const char *key, const char *const *keys, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(key, keys[i]) == 0)
            return true;
    return false;
}

#define IS_ONE_OF(key, ...)                                                                        \
    is_one_of(key, (const char *const[]){__VA_ARGS__}, COUNT(((const char *const[]){__VA_ARGS__})))

/* A text whose last word may be a time zone is tried without it too. */
static bool is_calendar(const char *value, const struct unit_value_host *host)
{
    size_t zone = unit_calendar_zone(value);
    char   text[512];

    if (strlen(value) >= sizeof text)
        return false;
    if (unit_calendar_valid(value))
        return true;
    if (!zone || !isalpha((unsigned char)value[zone]) ||
        (strcasecmp(value + zone, "UTC") != 0 && host && !host->zone(host->data, value + zone)))
        return false;
    memcpy(text, value, zone - 1);
    text[zone - 1] = '\0';
    return unit_calendar_valid(text);
}

static bool refused_unit(const char *key, const char *value, struct buffer *ret)
{
    if (strcmp(key, "Unit") != 0 || unit_name_kind(value))
        return false;
    buffer_printf(ret, "Unit type not valid, ignoring: %s", value);
    return true;
}

static bool refused_timer(const char *key, const char *value, const struct unit_value_host *host,
                          struct buffer *ret)
{
    if (strcmp(key, "OnCalendar") == 0 && !is_calendar(value, host)) {
        buffer_printf(ret, "Failed to parse calendar specification, ignoring: %s", value);
        return true;
    }
    if (IS_ONE_OF(key, "OnActiveSec", "OnBootSec", "OnStartupSec", "OnUnitActiveSec",
                  "OnUnitInactiveSec") &&
        !unit_timespan_valid(value)) {
        buffer_printf(ret, "Failed to parse timer value, ignoring: %s", value);
        return true;
    }
    return refused_unit(key, value, ret);
}

static bool refused_path(const char *key, const char *value, bool normalized, struct buffer *ret)
{
    size_t size = strlen(value);

    if (*value == '/' && normalized &&
        (strstr(value, "/../") || (size > 2 && strcmp(value + size - 3, "/..") == 0))) {
        buffer_printf(ret, "%s= path is not normalized, ignoring: %s", key, value);
        return true;
    }
    if (*value == '/')
        return false;
    buffer_printf(ret, "%s= path is not absolute, ignoring: %s", key, value);
    return true;
}

static bool refused_socket(const char *key, const char *value, struct buffer *ret)
{
    bool internet = false;
    int  error = 0;

    if (IS_ONE_OF(key, "ListenFIFO", "ListenSpecial", "ListenMessageQueue", "ListenUSBFunction"))
        return refused_path(key, value, true, ret);
    if (strcmp(key, "ListenNetlink") == 0)
        error = unit_netlink_check(value);
    else if (IS_ONE_OF(key, "ListenStream", "ListenDatagram", "ListenSequentialPacket"))
        error = unit_address_check(value, &internet);
    if (error)
        buffer_printf(ret, "Failed to parse address value in '%s', ignoring: %s", value,
                      error == ERANGE ? "Numerical result out of range" : "Invalid argument");
    else if (internet && strcmp(key, "ListenSequentialPacket") == 0)
        buffer_printf(ret, "Address family not supported, ignoring: %s", value);
    else
        return false;
    return true;
}

bool unit_value_refused(const char *section, const char *key, const char *value,
                        const struct unit_value_host *host, struct buffer *ret)
{
    if (!*value || strchr(value, '%')) /* a reset; a specifier that only the host knows */
        return false;
    if (strcmp(section, "Timer") == 0)
        return refused_timer(key, value, host, ret);
    if (strcmp(section, "Socket") == 0)
        return refused_socket(key, value, ret);
    if (strcmp(section, "Path") != 0)
        return false;
    if (refused_unit(key, value, ret))
        return true;
    return IS_ONE_OF(key, "PathExists", "PathExistsGlob", "PathChanged", "PathModified",
                     "DirectoryNotEmpty") &&
           refused_path(key, value, false, ret);
}
