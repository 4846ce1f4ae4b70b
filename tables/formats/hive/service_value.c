#include "service_value.h"

#include <errno.h>
#include <stdbool.h>

#include "formats/text/byte_order.h"

struct name {
    int64_t     value;
    const char *name;
};

#define NAME(list, value) name_of(list, sizeof list / sizeof list[0], value)

static const char *name_of(const struct name *list, size_t n, int64_t value)
{
    for (size_t i = 0; i < n; i++)
        if (list[i].value == value)
            return list[i].name;
    return NULL;
}

const char *service_type_name(int64_t type)
{
    static const struct name names[] = {
        {0x001, "KERNEL_DRIVER"},
        {0x002, "FILE_SYSTEM_DRIVER"},
        {0x004, "ADAPTER"},
        {0x008, "RECOGNIZER_DRIVER"},
        {0x010, "OWN_PROCESS"},
        {0x020, "SHARE_PROCESS"},
        {0x030, "OWN_PROCESS|SHARE_PROCESS"},
        {0x050, "USER_OWN_PROCESS"},
        {0x060, "USER_SHARE_PROCESS"},
        {0x0d0, "USER_OWN_PROCESS(Instance)"},
        {0x0e0, "USER_SHARE_PROCESS(Instance)"},
        {0x110, "OWN_PROCESS(Interactive)"},
        {0x120, "SHARE_PROCESS(Interactive)"},
        {0x210, "OWN_PROCESS(Package)"},
        {0x220, "SHARE_PROCESS(Package)"},
    };

    return NAME(names, type);
}

const char *service_start_name(int64_t start)
{
    static const struct name names[] = {{0, "BOOT_START"},
                                        {1, "SYSTEM_START"},
                                        {2, "AUTO_START"},
                                        {3, "DEMAND_START"},
                                        {4, "DISABLED"}};

    return NAME(names, start);
}

const char *service_error_control_name(int64_t error_control)
{
    static const struct name names[] = {
        {0, "IGNORE"}, {1, "NORMAL"}, {2, "SEVERE"}, {3, "CRITICAL"}};

    return NAME(names, error_control);
}

const char *service_sid_type_name(int64_t type)
{
    static const struct name names[] = {{0, "NONE"}, {1, "UNRESTRICTED"}, {3, "RESTRICTED"}};

    return NAME(names, type);
}

const char *service_protection_name(int64_t launch_protected)
{
    static const struct name names[] = {
        {0, "NONE"}, {1, "WINDOWS"}, {2, "WINDOWS_LIGHT"}, {3, "ANTIMALWARE_LIGHT"}};

    return NAME(names, launch_protected);
}

/* A header of five words (period, two pointers of no use on disk, count, pointer), then pairs of
 * type and delay; older writers leave out the last pointer's meaning but not its place. */
int service_put_failure_actions(struct buffer *json, const uint8_t *data, size_t size)
{
    enum { HEADER = 20, COUNT = 12, PAIR = 8 };
    static const struct name types[] = {
        {0, "none"}, {1, "restart"}, {2, "reboot"}, {3, "run_command"}, {4, "own_restart"}};

    if (size < HEADER)
        return -EBADMSG;
    size_t n = le32(data + COUNT);
    if (n > (size - HEADER) / PAIR)
        n = (size - HEADER) / PAIR;
    buffer_puts(json, "{\"reset_period\":");
    if (le32(data) == UINT32_MAX)
        buffer_puts(json, "null");
    else
        buffer_decimal(json, le32(data));
    buffer_puts(json, ",\"actions\":[");
    for (size_t i = 0; i < n; i++) {
        const uint8_t *pair = data + HEADER + PAIR * i;
        const char    *type = NAME(types, le32(pair));
        buffer_puts(json, i ? ",{\"type\":" : "{\"type\":");
        buffer_puts(json, type ? "\"" : "");
        if (type)
            buffer_puts(json, type);
        else
            buffer_decimal(json, le32(pair));
        buffer_puts(json, type ? "\",\"delay\":" : ",\"delay\":");
        buffer_decimal(json, le32(pair + 4));
        buffer_putc(json, '}');
    }
    buffer_puts(json, "]}");
    return 0;
}

const char *service_trigger_name(int64_t type)
{
    static const struct name names[] = {
        {1, "device_interface_arrival"},
        {2, "ip_address_availability"},
        {3, "domain_join"},
        {4, "firewall_port"},
        {5, "group_policy"},
        {6, "network_endpoint"},
        {7, "system_state_change"},
        {20, "custom"},
        {30, "aggregate"},
    };

    return NAME(names, type);
}

const char *service_trigger_action_name(int64_t action)
{
    static const struct name names[] = {{1, "start"}, {2, "stop"}};

    return NAME(names, action);
}

void service_put_guid(struct buffer *text, const uint8_t guid[16])
{
    buffer_printf(text, "{%08x-%04x-%04x-", le32(guid), le32(guid + 4) & 0xffff,
                  le32(guid + 4) >> 16);
    buffer_hex(text, guid + 8, 2);
    buffer_putc(text, '-');
    buffer_hex(text, guid + 10, 6);
    buffer_putc(text, '}');
}
