/* audit_event.h -- what the records of one audit event say together. Pure. */
#ifndef SVCQL_AUDIT_EVENT_H
#define SVCQL_AUDIT_EVENT_H

#include "audit_window.h"

/* The type of the pointer to a struct audit_event that a hidden column gives (sqlite3_result_pointer). */
#define AUDIT_EVENT "svcql_audit_event"

/* The system call of a SYSCALL record; NULL where it is not one of those listed. */
const struct audit_syscall *audit_record_syscall(const struct audit_record *record);

/* What the event is about: see audit_names.h. A system call is of category file only where PATH
 * records name what it worked on. */
enum audit_category audit_event_category(const struct audit_event *event);

/* The record that describes the event: the first that is not an attachment (CWD, PATH, PROCTITLE,
 * ...) and no SYSCALL, or else the SYSCALL, or else the first. */
const struct audit_record *audit_event_main(const struct audit_event *event);

/* Append the name of a record's type, "UNKNOWN[1500]" for a number that has none. */
void audit_record_type(const struct audit_record *record, struct buffer *text);

/* Append the types in the order of the log, each once: SYSCALL,EXECVE,CWD,PATH,PROCTITLE. */
void audit_event_types(const struct audit_event *event, struct buffer *text);

/* The first record of a type, or NULL. */
const struct audit_record *audit_event_find(const struct audit_event *event, enum audit_type type);

/* The field of this name in a record; false where it has none. */
bool audit_record_field(const struct audit_record *record, const char *name,
                        struct audit_field *ret);

/* The fields comm and exe of a record, name NULL where it has none. Fast on what the kernel writes.
 */
struct audit_program {
    struct audit_field comm, exe;
};
void audit_record_program(const struct audit_record *record, struct audit_program *ret);

/* Append the PATH records as a JSON array of {"item","name","nametype","mode","ouid","ogid",
 * "inode","dev"}; "[]" where there is none. Names are as recorded: relative ones to the cwd. */
void audit_event_paths(const struct audit_event *event, struct buffer *text);

/* What the PATH records of an event say of its files. */
struct audit_files {
    /* Of the file that the event is about, or NULL: of a program executed the first, as the others are its
     * interpreter and loader, else the last that has a name and is not the directory a change was made in
     * (nametype PARENT). */
    const struct audit_record *object;
    struct audit_field         name;    /* of that file, name NULL where it has none */
    bool                       created; /* a record is of a file that was made */
    bool                       several; /* the event did the same to several, as of few events */
};
void audit_event_files(const struct audit_event *event, struct audit_files *ret);

/* Append the path of the file that the event is about, made absolute by the working directory, or else the path
 * that Landlock denied. Nothing where there is none. */
void audit_event_path(const struct audit_event *event, const struct audit_files *files,
                      struct buffer *text);

/* Append the paths of all files that the event did the same to, as a JSON array: of the PATH records, those whose
 * nametype is that of the last. */
void audit_event_objects(const struct audit_event *event, struct buffer *text);

/* Append the lines as they are in the log. */
void audit_event_text(const struct audit_event *event, struct buffer *text);

#endif
