/* store_file.h -- the file of a schedule's state: its lock, its layout, and what becomes of a damaged one.
 *
 * Functions return 0 or a negative errno after writing `error`.
 */
#ifndef SVCQL_STORE_FILE_H
#define SVCQL_STORE_FILE_H

#include <sqlite3.h>
#include <stdbool.h>

struct store_file {
    sqlite3 *db;         /* NULL: none is open */
    char    *path;       /* NULL: in memory */
    int      lock;       /* a descriptor; negative: none */
    bool     was_locked; /* it has been a state before */
    bool     corrupt;
    char     error[256];
};

/* The error of the last step of its database: -ENOMEM, -ENOSPC, else -EIO. */
int store_file_failed(struct store_file *file);

/* One program at a time: -EBUSY where another has it. */
int store_file_lock(struct store_file *file, const char *path);

/* Open the database, or make one, and bring its layout to STORE_VERSION; -EPROTO where it is newer. What it opens
 * stays open after an error. */
int store_file_open(struct store_file *file);

/* Put a corrupt file aside as FILE.corrupt-TIME: *ret_notice tells people of it, to be freed with sqlite3_free().
 * False where it is not corrupt, was never a state, or cannot be renamed. The database must be closed. */
bool store_file_put_aside(struct store_file *file, char **ret_notice);

/* Close the database alone; the lock stays. */
void store_file_close(struct store_file *file);

/* Give the lock back; after a failure to open, a lock file that was made for it goes too. */
void store_file_unlock(struct store_file *file, bool failed);

#endif
