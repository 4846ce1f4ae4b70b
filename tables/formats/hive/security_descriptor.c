#include "security_descriptor.h"

#include <errno.h>
#include <string.h>

#include "formats/text/byte_order.h"

enum { HEADER = 20, ACL_HEADER = 8, ACE_HEADER = 8, SID_HEADER = 8, SUBAUTHORITIES_MAX = 15 };

/* Offsets in a descriptor, and bits of its control word. */
enum { CONTROL = 2, OWNER = 4, GROUP = 8, SACL = 12, DACL = 16 };
enum { DACL_PRESENT = 0x4, SACL_PRESENT = 0x10 };

/* SIDs ------------------------------------------------------------------------- */

/* [MS-DTYP] 2.5.1.1, those that are the same on every machine. */
static const struct {
    char     alias[3];
    uint8_t  authority;
    uint8_t  n;
    uint32_t sub[2];
} well_known[] = {
    {"WD", 1, 1, {0}},       {"CO", 3, 1, {0}},       {"CG", 3, 1, {1}},
    {"OW", 3, 1, {4}},       {"NU", 5, 1, {2}},       {"IU", 5, 1, {4}},
    {"SU", 5, 1, {6}},       {"AN", 5, 1, {7}},       {"ED", 5, 1, {9}},
    {"PS", 5, 1, {10}},      {"AU", 5, 1, {11}},      {"RC", 5, 1, {12}},
    {"SY", 5, 1, {18}},      {"LS", 5, 1, {19}},      {"NS", 5, 1, {20}},
    {"WR", 5, 1, {33}},      {"BA", 5, 2, {32, 544}}, {"BU", 5, 2, {32, 545}},
    {"BG", 5, 2, {32, 546}}, {"PU", 5, 2, {32, 547}}, {"AO", 5, 2, {32, 548}},
    {"SO", 5, 2, {32, 549}}, {"PO", 5, 2, {32, 550}}, {"BO", 5, 2, {32, 551}},
    {"RE", 5, 2, {32, 552}}, {"RU", 5, 2, {32, 554}}, {"RD", 5, 2, {32, 555}},
    {"NO", 5, 2, {32, 556}}, {"MU", 5, 2, {32, 558}}, {"LU", 5, 2, {32, 559}},
    {"IS", 5, 2, {32, 568}}, {"CY", 5, 2, {32, 569}}, {"ER", 5, 2, {32, 573}},
    {"RM", 5, 2, {32, 580}}, {"AC", 15, 2, {2, 1}},   {"LW", 16, 1, {4096}},
    {"ME", 16, 1, {8192}},   {"MP", 16, 1, {8448}},   {"HI", 16, 1, {12288}},
    {"SI", 16, 1, {16384}},
};

size_t sd_sid_size(const uint8_t *sid, size_t size)
{
    if (size < SID_HEADER || sid[0] != 1 || sid[1] > SUBAUTHORITIES_MAX)
        return 0;
    size_t need = SID_HEADER + 4u * sid[1];
    return need <= size ? need : 0;
}

static uint64_t authority(const uint8_t *sid)
{
    uint64_t value = 0;

    for (size_t i = 2; i < 8; i++)
        value = value << 8 | sid[i];
    return value;
}

static const char *alias_of(const uint8_t *sid)
{
    for (size_t i = 0; i < sizeof well_known / sizeof well_known[0]; i++) {
        uint8_t n = well_known[i].n;
        if (sid[1] != n || authority(sid) != well_known[i].authority ||
            le32(sid + SID_HEADER) != well_known[i].sub[0])
            continue;
        if (n == 1 || le32(sid + SID_HEADER + 4) == well_known[i].sub[1])
            return well_known[i].alias;
    }
    return NULL;
}

void sd_put_sid(struct buffer *text, const uint8_t *sid, size_t size, bool alias)
{
    if (sd_sid_size(sid, size) == 0) {
        buffer_puts(text, "?");
        return;
    }
    const char *name = alias ? alias_of(sid) : NULL;
    if (name) {
        buffer_puts(text, name);
        return;
    }
    buffer_puts(text, "S-1-");
    if (authority(sid) >> 32)
        buffer_printf(text, "0x%llx", (unsigned long long)authority(sid));
    else
        buffer_decimal(text, authority(sid));
    for (size_t i = 0; i < sid[1]; i++) {
        buffer_putc(text, '-');
        buffer_decimal(text, le32(sid + SID_HEADER + 4 * i));
    }
}

/* Access entries ------------------------------------------------------------------ */

struct word {
    char     text[3];
    uint32_t value;
};

static const struct word rights[] = {
    {"CC", 0x1},        {"DC", 0x2},        {"LC", 0x4},     {"SW", 0x8},        {"RP", 0x10},
    {"WP", 0x20},       {"DT", 0x40},       {"LO", 0x80},    {"CR", 0x100},      {"SD", 0x10000},
    {"RC", 0x20000},    {"WD", 0x40000},    {"WO", 0x80000}, {"GA", 0x10000000}, {"GX", 0x20000000},
    {"GW", 0x40000000}, {"GR", 0x80000000},
};

static const struct word key_rights[] = {{"KA", 0xf003f}, {"KR", 0x20019}, {"KW", 0x20006}};

static const struct word entry_flags[] = {{"OI", 0x1},  {"CI", 0x2},  {"NP", 0x4}, {"IO", 0x8},
                                          {"ID", 0x10}, {"SA", 0x40}, {"FA", 0x80}};

/* [MS-DTYP] 2.4.4.1. */
static const char entry_types[][3] = {
    [0x00] = "A",  [0x01] = "D",  [0x02] = "AU", [0x03] = "AL", [0x05] = "OA", [0x06] = "OD",
    [0x07] = "OU", [0x08] = "OL", [0x09] = "XA", [0x0a] = "XD", [0x0b] = "ZA", [0x0d] = "XU",
    [0x11] = "ML", [0x12] = "RA", [0x13] = "SP", [0x14] = "TL",
};

/* Types whose SID follows a word of flags and up to two GUIDs. */
static bool is_object(uint8_t type)
{
    return (type >= 0x05 && type <= 0x08) || type == 0x0b || type == 0x0c || type == 0x0f;
}

/* The list at the offset that is at `field`. */
static int open_list(const uint8_t *data, size_t size, size_t field, unsigned present,
                     struct sd_list *ret)
{
    if (size < HEADER || data[0] != 1)
        return -EBADMSG;
    uint32_t at = le32(data + field);
    if (!(le16(data + CONTROL) & present) || at == 0)
        return -ENOENT;
    if (at > size || size - at < ACL_HEADER)
        return -EBADMSG;
    size_t stated = le16(data + at + 2);
    if (stated < ACL_HEADER)
        return -EBADMSG;
    if (stated > size - at)
        stated = size - at;
    *ret =
        (struct sd_list){data + at + ACL_HEADER, stated - ACL_HEADER, le16(data + at + 4), false};
    return 0;
}

int sd_dacl(const uint8_t *data, size_t size, struct sd_list *ret)
{
    return open_list(data, size, DACL, DACL_PRESENT, ret);
}

/* Where an entry's SID begins, from the start of the entry. */
static size_t sid_at(const uint8_t *entry, size_t size)
{
    if (!is_object(entry[0]))
        return ACE_HEADER;
    if (size < ACE_HEADER + 4)
        return size;
    uint32_t guids = le32(entry + ACE_HEADER);
    return ACE_HEADER + 4 + (guids & 1 ? 16u : 0) + (guids & 2 ? 16u : 0);
}

bool sd_next(struct sd_list *list, struct sd_entry *ret)
{
    if (list->n == 0)
        return false;
    size_t stated = list->size < ACE_HEADER ? 0 : le16(list->data + 2);
    size_t at = stated < ACE_HEADER || stated > list->size ? stated : sid_at(list->data, stated);
    if (at >= stated || stated > list->size) {
        list->damaged = true;
        list->n = 0;
        return false;
    }
    *ret = (struct sd_entry){
        .type = list->data[0],
        .flags = list->data[1],
        .mask = le32(list->data + 4),
        .sid = list->data + at,
        .sid_size = stated - at,
    };
    list->data += stated;
    list->size -= stated;
    list->n--;
    return true;
}

static void put_words(struct buffer *text, const struct word *words, size_t n, uint32_t bits)
{
    for (size_t i = 0; i < n; i++)
        if (bits & words[i].value)
            buffer_puts(text, words[i].text);
}

static void put_rights(struct buffer *text, uint32_t mask, enum sd_object object)
{
    uint32_t known = 0;

    for (size_t i = 0; object == SD_KEY && i < sizeof key_rights / sizeof key_rights[0]; i++)
        if (mask == key_rights[i].value) {
            buffer_puts(text, key_rights[i].text);
            return;
        }
    for (size_t i = 0; i < sizeof rights / sizeof rights[0]; i++)
        known |= rights[i].value;
    if (mask & ~known)
        buffer_printf(text, "0x%x", mask);
    else
        put_words(text, rights, sizeof rights / sizeof rights[0], mask);
}

static void put_entry(struct buffer *text, const struct sd_entry *entry, enum sd_object object)
{
    const char *type =
        entry->type < sizeof entry_types / sizeof entry_types[0] ? entry_types[entry->type] : "";

    buffer_putc(text, '(');
    if (*type)
        buffer_puts(text, type);
    else
        buffer_printf(text, "0x%x", entry->type);
    buffer_putc(text, ';');
    put_words(text, entry_flags, sizeof entry_flags / sizeof entry_flags[0], entry->flags);
    buffer_putc(text, ';');
    put_rights(text, entry->mask, object);
    buffer_puts(text, ";;;");
    sd_put_sid(text, entry->sid, entry->sid_size, true);
    buffer_putc(text, ')');
}

static void put_list(struct buffer *text, struct sd_list *list, enum sd_object object)
{
    struct sd_entry entry;

    while (sd_next(list, &entry))
        put_entry(text, &entry, object);
    if (list->damaged)
        buffer_puts(text, "(?)");
}

/* Descriptors ---------------------------------------------------------------------- */

static void put_owner(struct buffer *text, const char *label, const uint8_t *data, size_t size,
                      size_t field)
{
    uint32_t at = le32(data + field);

    if (at == 0)
        return;
    buffer_puts(text, label);
    sd_put_sid(text, data + (at < size ? at : size), at < size ? size - at : 0, true);
}

static void put_control(struct buffer *text, unsigned control, const struct word *words)
{
    put_words(text, words, 3, control);
}

int sd_put_sddl(struct buffer *text, const uint8_t *data, size_t size, enum sd_object object)
{
    static const struct word dacl_control[] = {{"P", 0x1000}, {"AR", 0x100}, {"AI", 0x400}};
    static const struct word sacl_control[] = {{"P", 0x2000}, {"AR", 0x200}, {"AI", 0x800}};
    struct sd_list           list;

    if (size < HEADER || data[0] != 1)
        return -EBADMSG;
    unsigned control = le16(data + CONTROL);
    put_owner(text, "O:", data, size, OWNER);
    put_owner(text, "G:", data, size, GROUP);
    if (control & DACL_PRESENT) {
        int r = open_list(data, size, DACL, DACL_PRESENT, &list);
        buffer_puts(text, "D:");
        put_control(text, control, dacl_control);
        if (r == 0)
            put_list(text, &list, object);
        else
            buffer_puts(text, r == -ENOENT ? "NO_ACCESS_CONTROL" : "(?)");
    }
    if (open_list(data, size, SACL, SACL_PRESENT, &list) == 0) {
        buffer_puts(text, "S:");
        put_control(text, control, sacl_control);
        put_list(text, &list, object);
    }
    return 0;
}

/* Whether a SID is one of those that an administrator who lists services is among. Guests and
 * network logons are not: Windows itself denies some of its services to them. */
static bool lists_services(const uint8_t *sid, size_t size)
{
    static const char viewers[][3] = {"WD", "IU", "SU", "BA", "SY", "AU", "BU"};
    const char       *alias = sd_sid_size(sid, size) ? alias_of(sid) : NULL;

    for (size_t i = 0; alias && i < sizeof viewers / sizeof viewers[0]; i++)
        if (strcmp(alias, viewers[i]) == 0)
            return true;
    return false;
}

/* Whether a list denies a right to who should have it, or grants it to no one. */
static bool hides(const uint8_t *data, size_t size, uint32_t right)
{
    const uint32_t  query = right | SD_GENERIC_ALL | SD_GENERIC_READ;
    struct sd_list  list;
    struct sd_entry entry;
    bool            granted = false;

    if (sd_dacl(data, size, &list) < 0)
        return false;
    while (sd_next(&list, &entry)) {
        if (!(entry.mask & query) || entry.flags & SD_INHERIT_ONLY)
            continue;
        if (entry.type == SD_DENY && lists_services(entry.sid, entry.sid_size))
            return true;
        granted = granted || entry.type == SD_ALLOW;
    }
    return !granted && !list.damaged;
}

bool sd_hides_service(const uint8_t *data, size_t size)
{
    return hides(data, size, SD_SERVICE_QUERY_STATUS);
}

bool sd_hides_key(const uint8_t *data, size_t size)
{
    return hides(data, size, SD_KEY_QUERY_VALUE);
}
