/* shimcache.h -- the list of programs that Windows keeps for its application compatibility: value
 * AppCompatCache below Control\Session Manager of a control set.
 *
 *     struct shimcache cache;
 *     struct shimcache_entry entry;
 *     if (shimcache_begin(&cache, data, size) == 0)
 *         while ((r = shimcache_next(&cache, &entry)) > 0)
 *             ... buffer_utf16(&text, entry.path, entry.units) ...
 *
 * Windows writes it at shutdown, the newest entry first. An entry says that the program was seen, by
 * Explorer too; whether it ran is only in some forms.
 *
 * Nothing in it is trusted: offsets and sizes are checked, and each entry is read once.
 *
 * Sources: "Leveraging the Application Compatibility Cache in Forensic Investigations" (Mandiant, 2012)
 * for XP to 7; the AppCompatCacheParser of E. Zimmerman and dissect.target for 8 and later, where
 * Microsoft documents nothing.
 */
#ifndef SVCQL_SHIMCACHE_H
#define SVCQL_SHIMCACHE_H

#include <stddef.h>
#include <stdint.h>

enum shimcache_form {
    SHIMCACHE_XP,
    SHIMCACHE_2003, /* and Vista, 2008 */
    SHIMCACHE_7,    /* and 2008 R2 */
    SHIMCACHE_8,    /* 8, 8.1 and their servers */
    SHIMCACHE_10,   /* 10, 11 and their servers */
};

struct shimcache {
    const uint8_t      *data;
    size_t              size, at;
    uint64_t            left; /* entries that the header counts; UINT64_MAX where it counts none */
    enum shimcache_form form;
    unsigned            bits; /* 32 or 64, of XP to 7 */
};

struct shimcache_entry {
    const uint8_t *path; /* UTF-16LE, without the \??\ before it; of an app its package */
    size_t         units;
    uint64_t       modified; /* FILETIME of the file's last write; 0: not kept */
    int            executed; /* 1, 0, or -1 where the form does not say */
};

/* 0, or -ENOTSUP for a form that is not known, -EBADMSG for one shorter than its header. */
int shimcache_begin(struct shimcache *ret, const uint8_t *data, size_t size);

/* 1 and an entry, 0 at the end, -EBADMSG where the rest cannot be read. */
int shimcache_next(struct shimcache *cache, struct shimcache_entry *ret);

/* Entries that the header counts and that were not read. */
uint64_t shimcache_lost(const struct shimcache *cache);

/* "Windows 10" */
const char *shimcache_form_name(enum shimcache_form form);

#endif
