/* unit_types.h -- the types of units that have settings and properties of their own, as a set of bits.
 *
 *     static const struct { const char *type, *section; } types[N_UNIT_TYPES] = {
 *     #define TYPE(bit, type, section) {type, section},
 *         UNIT_KINDS(TYPE)
 *     #undef TYPE
 *     };
 *
 * The i-th of UNIT_KINDS has the bit 1 << i: its name; the end of its units' names, NULL for what units of
 * every type have; its section in unit files, which is also the end of its D-Bus interface's name
 * (org.freedesktop.systemd1(5)).
 */
#ifndef SVCQL_UNIT_TYPES_H
#define SVCQL_UNIT_TYPES_H

#define UNIT_KINDS(X)                                                                              \
    X(UNIT, NULL, "Unit")                                                                          \
    X(SERVICE, "service", "Service")                                                               \
    X(SOCKET, "socket", "Socket")                                                                  \
    X(MOUNT, "mount", "Mount")                                                                     \
    X(SWAP, "swap", "Swap")                                                                        \
    X(SLICE, "slice", "Slice")                                                                     \
    X(SCOPE, "scope", "Scope")                                                                     \
    X(TIMER, "timer", "Timer")                                                                     \
    X(PATH, "path", "Path")

enum {
#define UNIT_TYPE_AT(bit, type, section) bit##_AT,
    UNIT_KINDS(UNIT_TYPE_AT)
#undef UNIT_TYPE_AT
        N_UNIT_TYPES
};

enum {
#define UNIT_TYPE_BIT(bit, type, section) bit = 1 << bit##_AT,
    UNIT_KINDS(UNIT_TYPE_BIT)
#undef UNIT_TYPE_BIT
        EXEC = SERVICE | SOCKET | MOUNT | SWAP, /* what is in systemd.exec(5) */
    KILL = EXEC | SCOPE,                        /* systemd.kill(5) */
    CGROUP = EXEC | SLICE | SCOPE,              /* systemd.resource-control(5) */
};

#endif
