#include "audit_names.h"

#include <string.h>

const char *audit_category_name(enum audit_category category)
{
    static const char *const names[] = {
#define NAME(id, name) name,
        AUDIT_CATEGORIES(NAME)
#undef NAME
    };
    return names[category];
}

static const struct type {
    const char *name;
    uint8_t     size;
    uint8_t     category;
    uint16_t    number;
} types[] = {
#define TYPE(number, name, category) {#name, sizeof #name - 1, AUDIT_CATEGORY_##category, number},
    AUDIT_TYPES(TYPE)
#undef TYPE
};

#define N_TYPES (sizeof types / sizeof types[0])

#define N_COMMON 7 /* types that come first in the list */

/* The types that most records are of, recognised by their length and one byte before they are
 * compared. */
static enum audit_type common(const char *name, size_t size)
{
    for (size_t i = 0; i < N_COMMON; i++)
        if (types[i].size == size && types[i].name[0] == name[0] && types[i].name[1] == name[1] &&
            types[i].name[size - 1] == name[size - 1])
            return memcmp(types[i].name, name, size) == 0 ? (enum audit_type)i : AUDIT_TYPE_OTHER;
    return AUDIT_TYPE_OTHER;
}

static enum audit_type by_name(const char *name, size_t size)
{
    enum audit_type type = size > 2 ? common(name, size) : AUDIT_TYPE_OTHER;

    if (type != AUDIT_TYPE_OTHER)
        return type;
    for (size_t i = N_COMMON; i < N_TYPES; i++)
        if (types[i].size == size && memcmp(types[i].name, name, size) == 0)
            return (enum audit_type)i;
    return AUDIT_TYPE_OTHER;
}

static enum audit_type by_number(unsigned long number)
{
    for (size_t i = 0; i < N_TYPES; i++)
        if (types[i].number == number)
            return (enum audit_type)i;
    return AUDIT_TYPE_OTHER;
}

enum audit_type audit_type_find(const char *name, size_t size)
{
    static const char unknown[] = "UNKNOWN[";
    unsigned long     number = 0;

    enum audit_type type = by_name(name, size);
    if (type != AUDIT_TYPE_OTHER || size < 4)
        return type;
    if (size > sizeof unknown && memcmp(name, unknown, sizeof unknown - 1) == 0) {
        name += sizeof unknown - 1;
        size -= sizeof unknown;
    }
    if (size != 4)
        return type;
    for (size_t i = 0; i < size; i++) {
        if (name[i] < '0' || name[i] > '9')
            return type;
        number = number * 10 + (unsigned long)(name[i] - '0');
    }
    return by_number(number);
}

const char *audit_type_name(enum audit_type type)
{
    return type < N_TYPES ? types[type].name : NULL;
}

enum audit_category audit_type_category(enum audit_type type)
{
    return type < N_TYPES ? (enum audit_category)types[type].category : AUDIT_CATEGORY_OTHER;
}

/* System calls --------------------------------------------------------------- */

/* From the kernel's uapi headers: asm/unistd_64.h, asm/unistd_32.h, asm-generic/unistd.h. */
static const struct audit_syscall syscalls[] = {
    {"execve", AUDIT_CATEGORY_EXEC, 59, 11, 221},
    {"execveat", AUDIT_CATEGORY_EXEC, 322, 358, 281},
    {"open", AUDIT_CATEGORY_FILE, 2, 5, -1},
    {"openat", AUDIT_CATEGORY_FILE, 257, 295, 56},
    {"openat2", AUDIT_CATEGORY_FILE, 437, 437, 437},
    {"creat", AUDIT_CATEGORY_FILE, 85, 8, -1},
    {"unlink", AUDIT_CATEGORY_FILE, 87, 10, -1},
    {"unlinkat", AUDIT_CATEGORY_FILE, 263, 301, 35},
    {"rename", AUDIT_CATEGORY_FILE, 82, 38, -1},
    {"renameat", AUDIT_CATEGORY_FILE, 264, 302, 38},
    {"renameat2", AUDIT_CATEGORY_FILE, 316, 353, 276},
    {"link", AUDIT_CATEGORY_FILE, 86, 9, -1},
    {"linkat", AUDIT_CATEGORY_FILE, 265, 303, 37},
    {"symlink", AUDIT_CATEGORY_FILE, 88, 83, -1},
    {"symlinkat", AUDIT_CATEGORY_FILE, 266, 304, 36},
    {"mkdir", AUDIT_CATEGORY_FILE, 83, 39, -1},
    {"mkdirat", AUDIT_CATEGORY_FILE, 258, 296, 34},
    {"rmdir", AUDIT_CATEGORY_FILE, 84, 40, -1},
    {"mknod", AUDIT_CATEGORY_FILE, 133, 14, -1},
    {"mknodat", AUDIT_CATEGORY_FILE, 259, 297, 33},
    {"chmod", AUDIT_CATEGORY_FILE, 90, 15, -1},
    {"fchmod", AUDIT_CATEGORY_FILE, 91, 94, 52},
    {"fchmodat", AUDIT_CATEGORY_FILE, 268, 306, 53},
    {"chown", AUDIT_CATEGORY_FILE, 92, 182, -1},
    {"fchown", AUDIT_CATEGORY_FILE, 93, 95, 55},
    {"lchown", AUDIT_CATEGORY_FILE, 94, 16, -1},
    {"fchownat", AUDIT_CATEGORY_FILE, 260, 298, 54},
    {"truncate", AUDIT_CATEGORY_FILE, 76, 92, 45},
    {"ftruncate", AUDIT_CATEGORY_FILE, 77, 93, 46},
    {"write", AUDIT_CATEGORY_FILE, 1, 4, 64},
    {"pwrite64", AUDIT_CATEGORY_FILE, 18, 181, 68},
    {"setxattr", AUDIT_CATEGORY_FILE, 188, 226, 5},
    {"lsetxattr", AUDIT_CATEGORY_FILE, 189, 227, 6},
    {"fsetxattr", AUDIT_CATEGORY_FILE, 190, 228, 7},
    {"removexattr", AUDIT_CATEGORY_FILE, 197, 235, 14},
    {"lremovexattr", AUDIT_CATEGORY_FILE, 198, 236, 15},
    {"fremovexattr", AUDIT_CATEGORY_FILE, 199, 237, 16},
    {"utime", AUDIT_CATEGORY_FILE, 132, 30, -1},
    {"utimes", AUDIT_CATEGORY_FILE, 235, 271, -1},
    {"futimesat", AUDIT_CATEGORY_FILE, 261, 299, -1},
    {"utimensat", AUDIT_CATEGORY_FILE, 280, 320, 88},
    {"mount", AUDIT_CATEGORY_FILE, 165, 21, 40},
    {"umount2", AUDIT_CATEGORY_FILE, 166, 52, 39},
    {"pivot_root", AUDIT_CATEGORY_FILE, 155, 217, 41},
    {"chroot", AUDIT_CATEGORY_FILE, 161, 61, 51},
    {"name_to_handle_at", AUDIT_CATEGORY_FILE, 303, 341, 264},
    {"open_by_handle_at", AUDIT_CATEGORY_FILE, 304, 342, 265},
    {"kill", AUDIT_CATEGORY_KILL, 62, 37, 129},
    {"tkill", AUDIT_CATEGORY_KILL, 200, 238, 130},
    {"tgkill", AUDIT_CATEGORY_KILL, 234, 270, 131},
    {"pidfd_send_signal", AUDIT_CATEGORY_KILL, 424, 424, 424},
    {"rt_sigqueueinfo", AUDIT_CATEGORY_KILL, 129, 178, 138},
    {"rt_tgsigqueueinfo", AUDIT_CATEGORY_KILL, 297, 335, 240},
    {"connect", AUDIT_CATEGORY_OTHER, 42, 362, 203},
    {"bind", AUDIT_CATEGORY_OTHER, 49, 361, 200},
    {"listen", AUDIT_CATEGORY_OTHER, 50, 363, 201},
    {"accept", AUDIT_CATEGORY_OTHER, 43, -1, 202},
    {"accept4", AUDIT_CATEGORY_OTHER, 288, 364, 242},
    {"socket", AUDIT_CATEGORY_OTHER, 41, 359, 198},
    {"sendto", AUDIT_CATEGORY_OTHER, 44, 369, 206},
    {"sendmsg", AUDIT_CATEGORY_OTHER, 46, 370, 211},
    {"socketcall", AUDIT_CATEGORY_OTHER, -1, 102, -1},
    {"read", AUDIT_CATEGORY_OTHER, 0, 3, 63},
    {"clone", AUDIT_CATEGORY_OTHER, 56, 120, 220},
    {"clone3", AUDIT_CATEGORY_OTHER, 435, 435, 435},
    {"fork", AUDIT_CATEGORY_OTHER, 57, 2, -1},
    {"vfork", AUDIT_CATEGORY_OTHER, 58, 190, -1},
    {"exit", AUDIT_CATEGORY_OTHER, 60, 1, 93},
    {"exit_group", AUDIT_CATEGORY_OTHER, 231, 252, 94},
    {"ptrace", AUDIT_CATEGORY_OTHER, 101, 26, 117},
    {"process_vm_writev", AUDIT_CATEGORY_OTHER, 311, 348, 271},
    {"init_module", AUDIT_CATEGORY_OTHER, 175, 128, 105},
    {"finit_module", AUDIT_CATEGORY_OTHER, 313, 350, 273},
    {"delete_module", AUDIT_CATEGORY_OTHER, 176, 129, 106},
    {"kexec_load", AUDIT_CATEGORY_OTHER, 246, 283, 104},
    {"kexec_file_load", AUDIT_CATEGORY_OTHER, 320, -1, 294},
    {"bpf", AUDIT_CATEGORY_OTHER, 321, 357, 280},
    {"prctl", AUDIT_CATEGORY_OTHER, 157, 172, 167},
    {"setuid", AUDIT_CATEGORY_OTHER, 105, 23, 146},
    {"setgid", AUDIT_CATEGORY_OTHER, 106, 46, 144},
    {"setreuid", AUDIT_CATEGORY_OTHER, 113, 70, 145},
    {"setresuid", AUDIT_CATEGORY_OTHER, 117, 164, 147},
    {"setns", AUDIT_CATEGORY_OTHER, 308, 346, 268},
    {"unshare", AUDIT_CATEGORY_OTHER, 272, 310, 97},
    {"capset", AUDIT_CATEGORY_OTHER, 126, 185, 91},
    {"memfd_create", AUDIT_CATEGORY_OTHER, 319, 356, 279},
    {"settimeofday", AUDIT_CATEGORY_OTHER, 164, 79, 170},
    {"clock_settime", AUDIT_CATEGORY_OTHER, 227, 264, 112},
    {"adjtimex", AUDIT_CATEGORY_OTHER, 159, 124, 171},
    {"clock_adjtime", AUDIT_CATEGORY_OTHER, 305, 343, 266},
    {"sethostname", AUDIT_CATEGORY_OTHER, 170, 74, 161},
    {"reboot", AUDIT_CATEGORY_OTHER, 169, 88, 142},
    {"io_uring_setup", AUDIT_CATEGORY_OTHER, 425, 425, 425},
    {"io_uring_enter", AUDIT_CATEGORY_OTHER, 426, 426, 426},
    {"perf_event_open", AUDIT_CATEGORY_OTHER, 298, 336, 241},
    {"add_key", AUDIT_CATEGORY_OTHER, 248, 286, 217},
    {"keyctl", AUDIT_CATEGORY_OTHER, 250, 288, 219},
    {"access", AUDIT_CATEGORY_OTHER, 21, 33, -1},
    {"faccessat", AUDIT_CATEGORY_OTHER, 269, 307, 48},
    {"stat", AUDIT_CATEGORY_OTHER, 4, 106, -1},
    {"newfstatat", AUDIT_CATEGORY_OTHER, 262, 300, 79},
    {"lstat", AUDIT_CATEGORY_OTHER, 6, 107, -1},
    {"fstat", AUDIT_CATEGORY_OTHER, 5, 108, 80},
    {"statx", AUDIT_CATEGORY_OTHER, 332, 383, 291},
    {"readlink", AUDIT_CATEGORY_OTHER, 89, 85, -1},
    {"readlinkat", AUDIT_CATEGORY_OTHER, 267, 305, 78},
    {"getxattr", AUDIT_CATEGORY_OTHER, 191, 229, 8},
    {"personality", AUDIT_CATEGORY_OTHER, 135, 136, 92},
    {"mprotect", AUDIT_CATEGORY_OTHER, 10, 125, 226},
    {"mmap", AUDIT_CATEGORY_OTHER, 9, 90, 222},
    {"dup2", AUDIT_CATEGORY_OTHER, 33, 63, -1},
    {"dup3", AUDIT_CATEGORY_OTHER, 292, 330, 24},
    {"inotify_add_watch", AUDIT_CATEGORY_OTHER, 254, 292, 27},
    {"fanotify_init", AUDIT_CATEGORY_OTHER, 300, 338, 262},
    {"fanotify_mark", AUDIT_CATEGORY_OTHER, 301, 339, 263},
};

#define N_SYSCALLS (sizeof syscalls / sizeof syscalls[0])

/* AUDIT_ARCH_ values of include/uapi/linux/audit.h, and which column of numbers they use. */
static const struct {
    uint32_t arch;
    size_t   column;
} arches[] = {
    {0xc000003e, offsetof(struct audit_syscall, x64)},
    {0x40000003, offsetof(struct audit_syscall, x86)},
    {0xc00000b7, offsetof(struct audit_syscall, generic)}, /* aarch64 */
    {0xc00000f3, offsetof(struct audit_syscall, generic)}, /* riscv64 */
    {0xc0000102, offsetof(struct audit_syscall, generic)}, /* loongarch64 */
};

const struct audit_syscall *audit_syscall_find(uint32_t arch, int64_t number)
{
    size_t i = 0;

    while (i < sizeof arches / sizeof arches[0] && arches[i].arch != arch)
        i++;
    if (i == sizeof arches / sizeof arches[0] || number < 0)
        return NULL;
    for (const struct audit_syscall *s = syscalls; s < syscalls + N_SYSCALLS; s++)
        if (*(const int16_t *)(const void *)((const char *)s + arches[i].column) == number)
            return s;
    return NULL;
}

const struct audit_syscall *audit_syscall_named(const char *name, size_t size)
{
    for (const struct audit_syscall *s = syscalls; s < syscalls + N_SYSCALLS; s++)
        if (strlen(s->name) == size && memcmp(s->name, name, size) == 0)
            return s;
    return NULL;
}

const struct audit_syscall *audit_uring_syscall(int64_t op)
{
    /* enum io_uring_op of include/uapi/linux/io_uring.h */
    static const struct {
        int64_t     op;
        const char *name;
    } ops[] = {
        {9, "sendmsg"},    {13, "accept4"},   {16, "connect"},   {18, "openat"},
        {28, "openat2"},   {35, "renameat2"}, {36, "unlinkat"},  {37, "mkdirat"},
        {38, "symlinkat"}, {39, "linkat"},    {42, "fsetxattr"}, {43, "setxattr"},
        {45, "socket"},    {55, "ftruncate"}, {56, "bind"},      {57, "listen"},
    };

    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++)
        if (ops[i].op == op)
            return audit_syscall_named(ops[i].name, strlen(ops[i].name));
    return NULL;
}
