#include "event_messages.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct message {
    unsigned    id;
    const char *text;
};

/* Identifiers of msobjs.dll, which the Security log uses, and Win32 errors, which the Service
 * Control Manager puts in the same form. Sorted. */
static const struct message messages[] = {
    {2, "file not found"},
    {3, "path not found"},
    {5, "access denied"},
    {193, "not a valid program"},
    {1053, "did not answer in time"},
    {1056, "already running"},
    {1058, "disabled"},
    {1060, "not installed"},
    {1062, "not started"},
    {1066, "error of its own"},
    {1067, "ended unexpectedly"},
    {1068, "dependency failed"},
    {1069, "logon failure"},
    {1072, "marked for deletion"},
    {1079, "account differs"},
    {1537, "DELETE"},
    {1538, "READ_CONTROL"},
    {1539, "WRITE_DAC"},
    {1540, "WRITE_OWNER"},
    {1541, "SYNCHRONIZE"},
    {1542, "ACCESS_SYSTEM_SECURITY"},
    {1553, "unknown right"},
    {1793, "not set"},
    {1794, "not set"},
    {1832, "identification"},
    {1833, "impersonation"},
    {1840, "delegation"},
    {1842, "yes"},
    {1843, "no"},
    {1844, "system"},
    {1845, "not available"},
    {1872, "REG_NONE"},
    {1873, "REG_SZ"},
    {1874, "REG_EXPAND_SZ"},
    {1875, "REG_BINARY"},
    {1876, "REG_DWORD"},
    {1877, "REG_DWORD_BIG_ENDIAN"},
    {1878, "REG_LINK"},
    {1879, "REG_MULTI_SZ"},
    {1880, "REG_RESOURCE_LIST"},
    {1881, "REG_FULL_RESOURCE_DESCRIPTOR"},
    {1882, "REG_RESOURCE_REQUIREMENTS_LIST"},
    {1883, "REG_QWORD"},
    {1904, "created"},
    {1905, "modified"},
    {1906, "deleted"},
    {1936, "default token"},
    {1937, "full token"},
    {1938, "limited token"},
    {2304, "error at logon"},
    {2305, "account expired"},
    {2307, "account locked out"},
    {2309, "password expired"},
    {2310, "account disabled"},
    {2311, "outside logon hours"},
    {2313, "unknown user or bad password"},
    {4416, "read data"},
    {4417, "write data"},
    {4418, "append data"},
    {4419, "read extended attributes"},
    {4420, "write extended attributes"},
    {4421, "execute"},
    {4422, "delete child"},
    {4423, "read attributes"},
    {4424, "write attributes"},
    {4432, "query value"},
    {4433, "set value"},
    {4434, "create subkey"},
    {4435, "enumerate subkeys"},
    {4436, "notify"},
    {4437, "create link"},
    {7168, "connect"},
    {7169, "create service"},
    {7170, "enumerate services"},
    {7171, "lock database"},
    {7172, "query lock"},
    {7173, "set last known good"},
    {7184, "query configuration"},
    {7185, "change configuration"},
    {7186, "query status"},
    {7187, "enumerate dependents"},
    {7188, "start"},
    {7189, "stop"},
    {7190, "pause or continue"},
    {7191, "interrogate"},
    {7192, "user-defined control"},
    {8448, "success removed"},
    {8449, "success added"},
    {8450, "failure removed"},
    {8451, "failure added"},
    {14592, "inbound"},
    {14593, "outbound"},
    {14608, "resource assignment"},
    {14609, "listen"},
    {14610, "receive or accept"},
    {14611, "connect"},
};

static int by_id(const void *key, const void *item)
{
    unsigned id = *(const unsigned *)key, other = ((const struct message *)item)->id;

    return id < other ? -1 : id > other;
}

static const char *find_message(unsigned id)
{
    const struct message *found =
        bsearch(&id, messages, sizeof messages / sizeof messages[0], sizeof messages[0], by_id);

    return found ? found->text : NULL;
}

/* The identifier at `text`, and how many bytes it takes; 0 where there is none. */
static size_t identifier(const char *text, size_t size, unsigned *ret)
{
    size_t i = 2;

    if (size < 3 || text[0] != '%' || text[1] != '%')
        return 0;
    for (*ret = 0; i < size && i < 8 && text[i] >= '0' && text[i] <= '9'; i++)
        *ret = *ret * 10 + (unsigned)(text[i] - '0');
    return i > 2 ? i : 0;
}

static size_t blanks(const char *text, size_t size)
{
    size_t n = 0;

    while (n < size && memchr(" \t\r\n", text[n], 4))
        n++;
    return n;
}

void event_message_words(const char *text, size_t size, struct buffer *out)
{
    unsigned id;

    for (size_t i = 0, length; i < size;) {
        if ((length = identifier(text + i, size - i, &id)) == 0) {
            const char *next = memchr(text + i + 1, '%', size - i - 1);
            size_t      end = next ? (size_t)(next - text) : size;
            buffer_put(out, text + i, end - i);
            i = end;
            continue;
        }
        const char *word = find_message(id);
        buffer_put(out, word ? word : text + i, word ? strlen(word) : length);
        i += length;
        size_t gap = blanks(text + i, size - i);
        if (gap && i + gap == size)
            return;
        if (gap && identifier(text + i + gap, size - i - gap, &id)) {
            buffer_put(out, ", ", 2);
            i += gap;
        }
    }
}

/* Access masks ---------------------------------------------------------------- */

struct right {
    uint32_t    bit;
    const char *name;
};

/* [MS-SCMR] 3.1.4, tables of the manager's and a service's access rights; [MS-DTYP] 2.4.3. */
static const struct right manager_rights[] = {{0x1, "connect"},
                                              {0x2, "create service"},
                                              {0x4, "enumerate services"},
                                              {0x8, "lock database"},
                                              {0x10, "query lock"},
                                              {0x20, "set last known good"},
                                              {0, NULL}};
static const struct right service_rights[] = {{0x1, "query configuration"},
                                              {0x2, "change configuration"},
                                              {0x4, "query status"},
                                              {0x8, "enumerate dependents"},
                                              {0x10, "start"},
                                              {0x20, "stop"},
                                              {0x40, "pause or continue"},
                                              {0x80, "interrogate"},
                                              {0x100, "user-defined control"},
                                              {0, NULL}};
static const struct right key_rights[] = {{0x1, "query value"},
                                          {0x2, "set value"},
                                          {0x4, "create subkey"},
                                          {0x8, "enumerate subkeys"},
                                          {0x10, "notify"},
                                          {0x20, "create link"},
                                          {0, NULL}};
static const struct right file_rights[] = {{0x1, "read data"},
                                           {0x2, "write data"},
                                           {0x4, "append data"},
                                           {0x8, "read extended attributes"},
                                           {0x10, "write extended attributes"},
                                           {0x20, "execute"},
                                           {0x40, "delete child"},
                                           {0x80, "read attributes"},
                                           {0x100, "write attributes"},
                                           {0, NULL}};
static const struct right standard_rights[] = {{0x10000, "DELETE"},
                                               {0x20000, "READ_CONTROL"},
                                               {0x40000, "WRITE_DAC"},
                                               {0x80000, "WRITE_OWNER"},
                                               {0x100000, "SYNCHRONIZE"},
                                               {0x1000000, "ACCESS_SYSTEM_SECURITY"},
                                               {0, NULL}};

static const struct {
    const char         *type;
    const struct right *rights;
} object_types[] = {{"SC_MANAGER OBJECT", manager_rights},
                    {"SERVICE OBJECT", service_rights},
                    {"Key", key_rights},
                    {"File", file_rights}};

static uint32_t put_rights(const struct right *rights, uint32_t mask, struct buffer *out)
{
    for (; rights && rights->name; rights++) {
        if (!(mask & rights->bit))
            continue;
        buffer_printf(out, "%s%s", out->size ? ", " : "", rights->name);
        mask &= ~rights->bit;
    }
    return mask;
}

void event_access_words(const char *object_type, uint32_t mask, struct buffer *out)
{
    const struct right *rights = NULL;

    for (size_t i = 0; i < sizeof object_types / sizeof object_types[0]; i++)
        if (strcasecmp(object_types[i].type, object_type) == 0)
            rights = object_types[i].rights;
    mask = put_rights(rights, mask, out);
    mask = put_rights(standard_rights, mask, out);
    if (mask)
        buffer_printf(out, "%s0x%x", out->size ? ", " : "", mask);
}

const char *event_logon_type(int64_t type)
{
    static const char *const types[] = {
        [0] = "system",
        [2] = "interactive",
        [3] = "network",
        [4] = "batch",
        [5] = "service",
        [7] = "unlock",
        [8] = "network in clear text",
        [9] = "new credentials",
        [10] = "remote interactive",
        [11] = "cached interactive",
        [12] = "cached remote interactive",
        [13] = "cached unlock",
    };

    return type >= 0 && type < (int64_t)(sizeof types / sizeof types[0]) ? types[type] : NULL;
}
