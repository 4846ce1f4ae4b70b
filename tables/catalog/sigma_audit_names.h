/* sigma_audit_names.h -- what rules know of the names of audit fields, of which a log has few, over and over. */
#ifndef SVCQL_SIGMA_AUDIT_NAMES_H
#define SVCQL_SIGMA_AUDIT_NAMES_H

#include "formats/audit/audit_text.h"
#include "formats/sigma/sigma.h"

#define AUDIT_NAME_SLOTS 256

struct sigma_audit_name {
    uint64_t begin, end; /* of a name of at most 16 bytes: its first and its last eight */
    uint32_t size;       /* 0: none */
    int32_t  number;     /* SIGMA_NO_FIELD: no rule asks for it */
    bool     encoded;    /* written in hexadecimal where its text needs that */
};

/* The slots of one set of rules, zeroed at first. */
struct sigma_audit_names {
    struct sigma_audit_name slots[AUDIT_NAME_SLOTS];
};

/* Until the next call. */
const struct sigma_audit_name *sigma_audit_name(struct sigma_audit_names *names,
                                                struct sigma *sigma, const char *name, size_t size);

/* Whether the kernel and programs write a field in hexadecimal where its text needs it: audit's field dictionary,
 * "encoded". Arguments, a0 and so on, are in EXECVE alone. */
bool sigma_audit_encoded(const char *name, size_t size);

#endif
