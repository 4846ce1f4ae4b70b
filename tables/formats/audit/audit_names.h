/* audit_names.h -- what the numbers and words of the audit log mean: record types, system calls. */
#ifndef SVCQL_AUDIT_NAMES_H
#define SVCQL_AUDIT_NAMES_H

#include <stddef.h>
#include <stdint.h>

/* What an event is about. Ordered by importance: an event is of the highest class that one
 * of its records is of. The second word is what audit_events.category shows. */
#define AUDIT_CATEGORIES(X)                                                                        \
    X(OTHER, "other")                                                                              \
    X(CONFIG, "config")     /* of audit, access control and system time */                         \
    X(KILL, "kill")         /* a signal sent */                                                    \
    X(FILE, "file")         /* a system call on files */                                           \
    X(LOGIN, "login")       /* authentication, sessions, credentials */                            \
    X(USER_CMD, "user_cmd") /* a command that sudo says it ran or that was typed */                \
    X(SERVICE, "service")   /* PID 1 started or stopped a service */                               \
    X(EXEC, "exec")         /* a program executed */

enum audit_category {
#define AUDIT_CATEGORY_ENUM(id, name) AUDIT_CATEGORY_##id,
    AUDIT_CATEGORIES(AUDIT_CATEGORY_ENUM)
#undef AUDIT_CATEGORY_ENUM
        AUDIT_CATEGORIES_END
};

const char *audit_category_name(enum audit_category category);

/* Record types with their numbers: include/linux/audit.h (1300 and up) and libaudit's
 * audit-records.h; complete as of Linux 7.2 and audit 4.1.2. Those that most logs consist of come
 * first. */
#define AUDIT_TYPES(X)                                                                             \
    X(1300, SYSCALL, OTHER)                                                                        \
    X(1302, PATH, OTHER)                                                                           \
    X(1307, CWD, OTHER)                                                                            \
    X(1309, EXECVE, EXEC)                                                                          \
    X(1327, PROCTITLE, OTHER)                                                                      \
    X(1320, EOE, OTHER)                                                                            \
    X(1306, SOCKADDR, OTHER)                                                                       \
    X(1005, USER, OTHER)                                                                           \
    X(1006, LOGIN, LOGIN)                                                                          \
    X(1100, USER_AUTH, LOGIN)                                                                      \
    X(1101, USER_ACCT, LOGIN)                                                                      \
    X(1102, USER_MGMT, OTHER)                                                                      \
    X(1103, CRED_ACQ, LOGIN)                                                                       \
    X(1104, CRED_DISP, LOGIN)                                                                      \
    X(1105, USER_START, LOGIN)                                                                     \
    X(1106, USER_END, LOGIN)                                                                       \
    X(1107, USER_AVC, OTHER)                                                                       \
    X(1108, USER_CHAUTHTOK, LOGIN)                                                                 \
    X(1109, USER_ERR, LOGIN)                                                                       \
    X(1110, CRED_REFR, LOGIN)                                                                      \
    X(1111, USYS_CONFIG, CONFIG)                                                                   \
    X(1112, USER_LOGIN, LOGIN)                                                                     \
    X(1113, USER_LOGOUT, LOGIN)                                                                    \
    X(1114, ADD_USER, OTHER)                                                                       \
    X(1115, DEL_USER, OTHER)                                                                       \
    X(1116, ADD_GROUP, OTHER)                                                                      \
    X(1117, DEL_GROUP, OTHER)                                                                      \
    X(1118, DAC_CHECK, OTHER)                                                                      \
    X(1119, CHGRP_ID, OTHER)                                                                       \
    X(1120, TEST, OTHER)                                                                           \
    X(1121, TRUSTED_APP, OTHER)                                                                    \
    X(1122, USER_SELINUX_ERR, OTHER)                                                               \
    X(1123, USER_CMD, USER_CMD)                                                                    \
    X(1124, USER_TTY, USER_CMD)                                                                    \
    X(1125, CHUSER_ID, OTHER)                                                                      \
    X(1126, GRP_AUTH, LOGIN)                                                                       \
    X(1127, SYSTEM_BOOT, OTHER)                                                                    \
    X(1128, SYSTEM_SHUTDOWN, OTHER)                                                                \
    X(1129, SYSTEM_RUNLEVEL, OTHER)                                                                \
    X(1130, SERVICE_START, SERVICE)                                                                \
    X(1131, SERVICE_STOP, SERVICE)                                                                 \
    X(1132, GRP_MGMT, OTHER)                                                                       \
    X(1133, GRP_CHAUTHTOK, OTHER)                                                                  \
    X(1134, MAC_CHECK, OTHER)                                                                      \
    X(1135, ACCT_LOCK, OTHER)                                                                      \
    X(1136, ACCT_UNLOCK, OTHER)                                                                    \
    X(1137, USER_DEVICE, OTHER)                                                                    \
    X(1138, SOFTWARE_UPDATE, OTHER)                                                                \
    X(1200, DAEMON_START, CONFIG)                                                                  \
    X(1201, DAEMON_END, CONFIG)                                                                    \
    X(1202, DAEMON_ABORT, CONFIG)                                                                  \
    X(1203, DAEMON_CONFIG, CONFIG)                                                                 \
    X(1204, DAEMON_RECONFIG, CONFIG)                                                               \
    X(1205, DAEMON_ROTATE, CONFIG)                                                                 \
    X(1206, DAEMON_RESUME, CONFIG)                                                                 \
    X(1207, DAEMON_ACCEPT, CONFIG)                                                                 \
    X(1208, DAEMON_CLOSE, CONFIG)                                                                  \
    X(1209, DAEMON_ERR, CONFIG)                                                                    \
    X(1303, IPC, OTHER)                                                                            \
    X(1304, SOCKETCALL, OTHER)                                                                     \
    X(1305, CONFIG_CHANGE, CONFIG)                                                                 \
    X(1311, IPC_SET_PERM, OTHER)                                                                   \
    X(1312, MQ_OPEN, OTHER)                                                                        \
    X(1313, MQ_SENDRECV, OTHER)                                                                    \
    X(1314, MQ_NOTIFY, OTHER)                                                                      \
    X(1315, MQ_GETSETATTR, OTHER)                                                                  \
    X(1316, KERNEL_OTHER, OTHER)                                                                   \
    X(1317, FD_PAIR, OTHER)                                                                        \
    X(1318, OBJ_PID, OTHER)                                                                        \
    X(1319, TTY, USER_CMD)                                                                         \
    X(1321, BPRM_FCAPS, OTHER)                                                                     \
    X(1322, CAPSET, OTHER)                                                                         \
    X(1323, MMAP, OTHER)                                                                           \
    X(1324, NETFILTER_PKT, OTHER)                                                                  \
    X(1325, NETFILTER_CFG, OTHER)                                                                  \
    X(1326, SECCOMP, OTHER)                                                                        \
    X(1328, FEATURE_CHANGE, CONFIG)                                                                \
    X(1329, REPLACE, OTHER)                                                                        \
    X(1330, KERN_MODULE, OTHER)                                                                    \
    X(1331, FANOTIFY, OTHER)                                                                       \
    X(1332, TIME_INJOFFSET, CONFIG)                                                                \
    X(1333, TIME_ADJNTPVAL, CONFIG)                                                                \
    X(1334, BPF, OTHER)                                                                            \
    X(1335, EVENT_LISTENER, OTHER)                                                                 \
    X(1336, URINGOP, OTHER)                                                                        \
    X(1337, OPENAT2, OTHER)                                                                        \
    X(1338, DM_CTRL, OTHER)                                                                        \
    X(1339, DM_EVENT, OTHER)                                                                       \
    X(1400, AVC, OTHER)                                                                            \
    X(1401, SELINUX_ERR, OTHER)                                                                    \
    X(1402, AVC_PATH, OTHER)                                                                       \
    X(1403, MAC_POLICY_LOAD, CONFIG)                                                               \
    X(1404, MAC_STATUS, CONFIG)                                                                    \
    X(1405, MAC_CONFIG_CHANGE, CONFIG)                                                             \
    X(1406, MAC_UNLBL_ALLOW, CONFIG)                                                               \
    X(1407, MAC_CIPSOV4_ADD, OTHER)                                                                \
    X(1408, MAC_CIPSOV4_DEL, OTHER)                                                                \
    X(1409, MAC_MAP_ADD, OTHER)                                                                    \
    X(1410, MAC_MAP_DEL, OTHER)                                                                    \
    X(1411, MAC_IPSEC_ADDSA, OTHER)                                                                \
    X(1412, MAC_IPSEC_DELSA, OTHER)                                                                \
    X(1413, MAC_IPSEC_ADDSPD, OTHER)                                                               \
    X(1414, MAC_IPSEC_DELSPD, OTHER)                                                               \
    X(1415, MAC_IPSEC_EVENT, OTHER)                                                                \
    X(1416, MAC_UNLBL_STCADD, OTHER)                                                               \
    X(1417, MAC_UNLBL_STCDEL, OTHER)                                                               \
    X(1418, MAC_CALIPSO_ADD, OTHER)                                                                \
    X(1419, MAC_CALIPSO_DEL, OTHER)                                                                \
    X(1420, IPE_ACCESS, OTHER)                                                                     \
    X(1421, IPE_CONFIG_CHANGE, CONFIG)                                                             \
    X(1422, IPE_POLICY_LOAD, CONFIG)                                                               \
    X(1423, LANDLOCK_ACCESS, FILE)                                                                 \
    X(1424, LANDLOCK_DOMAIN, OTHER)                                                                \
    X(1425, MAC_TASK_CONTEXTS, OTHER)                                                              \
    X(1426, MAC_OBJ_CONTEXTS, OTHER)                                                               \
    X(1500, APPARMOR, OTHER)                                                                       \
    X(1501, APPARMOR_AUDIT, OTHER)                                                                 \
    X(1502, APPARMOR_ALLOWED, OTHER)                                                               \
    X(1503, APPARMOR_DENIED, OTHER)                                                                \
    X(1504, APPARMOR_HINT, OTHER)                                                                  \
    X(1505, APPARMOR_STATUS, OTHER)                                                                \
    X(1506, APPARMOR_ERROR, OTHER)                                                                 \
    X(1507, APPARMOR_KILL, OTHER)                                                                  \
    X(1700, ANOM_PROMISCUOUS, OTHER)                                                               \
    X(1701, ANOM_ABEND, OTHER)                                                                     \
    X(1702, ANOM_LINK, OTHER)                                                                      \
    X(1703, ANOM_CREAT, OTHER)                                                                     \
    X(1800, INTEGRITY_DATA, OTHER)                                                                 \
    X(1801, INTEGRITY_METADATA, OTHER)                                                             \
    X(1802, INTEGRITY_STATUS, OTHER)                                                               \
    X(1803, INTEGRITY_HASH, OTHER)                                                                 \
    X(1804, INTEGRITY_PCR, OTHER)                                                                  \
    X(1805, INTEGRITY_RULE, OTHER)                                                                 \
    X(1806, INTEGRITY_EVM_XATTR, OTHER)                                                            \
    X(1807, INTEGRITY_POLICY_RULE, OTHER)                                                          \
    X(1808, INTEGRITY_USERSPACE, OTHER)                                                            \
    X(2000, KERNEL, OTHER)                                                                         \
    X(2100, ANOM_LOGIN_FAILURES, OTHER)                                                            \
    X(2101, ANOM_LOGIN_TIME, OTHER)                                                                \
    X(2102, ANOM_LOGIN_SESSIONS, OTHER)                                                            \
    X(2103, ANOM_LOGIN_ACCT, OTHER)                                                                \
    X(2104, ANOM_LOGIN_LOCATION, OTHER)                                                            \
    X(2105, ANOM_MAX_DAC, OTHER)                                                                   \
    X(2106, ANOM_MAX_MAC, OTHER)                                                                   \
    X(2107, ANOM_AMTU_FAIL, OTHER)                                                                 \
    X(2108, ANOM_RBAC_FAIL, OTHER)                                                                 \
    X(2109, ANOM_RBAC_INTEGRITY_FAIL, OTHER)                                                       \
    X(2110, ANOM_CRYPTO_FAIL, OTHER)                                                               \
    X(2111, ANOM_ACCESS_FS, OTHER)                                                                 \
    X(2112, ANOM_EXEC, OTHER)                                                                      \
    X(2113, ANOM_MK_EXEC, OTHER)                                                                   \
    X(2114, ANOM_ADD_ACCT, OTHER)                                                                  \
    X(2115, ANOM_DEL_ACCT, OTHER)                                                                  \
    X(2116, ANOM_MOD_ACCT, OTHER)                                                                  \
    X(2117, ANOM_ROOT_TRANS, OTHER)                                                                \
    X(2118, ANOM_LOGIN_SERVICE, OTHER)                                                             \
    X(2119, ANOM_LOGIN_ROOT, OTHER)                                                                \
    X(2120, ANOM_ORIGIN_FAILURES, OTHER)                                                           \
    X(2121, ANOM_SESSION, OTHER)                                                                   \
    X(2200, RESP_ANOMALY, OTHER)                                                                   \
    X(2201, RESP_ALERT, OTHER)                                                                     \
    X(2202, RESP_KILL_PROC, OTHER)                                                                 \
    X(2203, RESP_TERM_ACCESS, OTHER)                                                               \
    X(2204, RESP_ACCT_REMOTE, OTHER)                                                               \
    X(2205, RESP_ACCT_LOCK_TIMED, OTHER)                                                           \
    X(2206, RESP_ACCT_UNLOCK_TIMED, OTHER)                                                         \
    X(2207, RESP_ACCT_LOCK, OTHER)                                                                 \
    X(2208, RESP_TERM_LOCK, OTHER)                                                                 \
    X(2209, RESP_SEBOOL, OTHER)                                                                    \
    X(2210, RESP_EXEC, OTHER)                                                                      \
    X(2211, RESP_SINGLE, OTHER)                                                                    \
    X(2212, RESP_HALT, OTHER)                                                                      \
    X(2213, RESP_ORIGIN_BLOCK, OTHER)                                                              \
    X(2214, RESP_ORIGIN_BLOCK_TIMED, OTHER)                                                        \
    X(2215, RESP_ORIGIN_UNBLOCK_TIMED, OTHER)                                                      \
    X(2300, USER_ROLE_CHANGE, OTHER)                                                               \
    X(2301, ROLE_ASSIGN, OTHER)                                                                    \
    X(2302, ROLE_REMOVE, OTHER)                                                                    \
    X(2303, LABEL_OVERRIDE, OTHER)                                                                 \
    X(2304, LABEL_LEVEL_CHANGE, OTHER)                                                             \
    X(2305, USER_LABELED_EXPORT, OTHER)                                                            \
    X(2306, USER_UNLABELED_EXPORT, OTHER)                                                          \
    X(2307, DEV_ALLOC, OTHER)                                                                      \
    X(2308, DEV_DEALLOC, OTHER)                                                                    \
    X(2309, FS_RELABEL, OTHER)                                                                     \
    X(2310, USER_MAC_POLICY_LOAD, CONFIG)                                                          \
    X(2311, ROLE_MODIFY, OTHER)                                                                    \
    X(2312, USER_MAC_CONFIG_CHANGE, CONFIG)                                                        \
    X(2313, USER_MAC_STATUS, CONFIG)                                                               \
    X(2400, CRYPTO_TEST_USER, OTHER)                                                               \
    X(2401, CRYPTO_PARAM_CHANGE_USER, OTHER)                                                       \
    X(2402, CRYPTO_LOGIN, LOGIN)                                                                   \
    X(2403, CRYPTO_LOGOUT, LOGIN)                                                                  \
    X(2404, CRYPTO_KEY_USER, OTHER)                                                                \
    X(2405, CRYPTO_FAILURE_USER, OTHER)                                                            \
    X(2406, CRYPTO_REPLAY_USER, OTHER)                                                             \
    X(2407, CRYPTO_SESSION, OTHER)                                                                 \
    X(2408, CRYPTO_IKE_SA, OTHER)                                                                  \
    X(2409, CRYPTO_IPSEC_SA, OTHER)                                                                \
    X(2500, VIRT_CONTROL, OTHER)                                                                   \
    X(2501, VIRT_RESOURCE, OTHER)                                                                  \
    X(2502, VIRT_MACHINE_ID, OTHER)                                                                \
    X(2503, VIRT_INTEGRITY_CHECK, OTHER)                                                           \
    X(2504, VIRT_CREATE, OTHER)                                                                    \
    X(2505, VIRT_DESTROY, OTHER)                                                                   \
    X(2506, VIRT_MIGRATE_IN, OTHER)                                                                \
    X(2507, VIRT_MIGRATE_OUT, OTHER)

/* AUDIT_TYPE_SYSCALL and so on, so that nothing clashes with the macros of <linux/audit.h>. */
enum audit_type {
#define AUDIT_TYPE_ENUM(number, name, category) AUDIT_TYPE_##name,
    AUDIT_TYPES(AUDIT_TYPE_ENUM)
#undef AUDIT_TYPE_ENUM
        AUDIT_TYPE_OTHER
};

/* By name ("SYSCALL", "UNKNOWN[1334]", or the number alone). */
enum audit_type     audit_type_find(const char *name, size_t size);
const char         *audit_type_name(enum audit_type type); /* NULL for AUDIT_TYPE_OTHER */
enum audit_category audit_type_category(enum audit_type type);

/* System calls that concern services, programs, files and signals. */
struct audit_syscall {
    const char         *name;
    enum audit_category category;          /* FILE only where the event has PATH records too */
    int16_t             x64, x86, generic; /* numbers; -1: has none. generic: aarch64, riscv64 */
};

/* By the numbers that a SYSCALL record gives (arch is the kernel's AUDIT_ARCH_ value), or by name;
 * NULL where it is not listed. */
const struct audit_syscall *audit_syscall_find(uint32_t arch, int64_t number);
const struct audit_syscall *audit_syscall_named(const char *name, size_t size);

/* The system call that corresponds to an operation of io_uring (uring_op= of URINGOP); NULL for
 * others. */
const struct audit_syscall *audit_uring_syscall(int64_t op);

#endif
