#include "systemd_properties.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

SQLITE_EXTENSION_INIT3

#define TEXTS_MAX (32u << 20) /* bytes of the texts of a batch */

/* D-Bus interfaces. A property of EXEC is on each of those types. */
static const struct {
    const char *type; /* of a unit: what its name ends in */
    const char *name;
} interfaces[N_UNIT_TYPES] = {
#define INTERFACE(bit, type, section) {type, MANAGER_NAME "." section},
    UNIT_KINDS(INTERFACE)
#undef INTERFACE
};

/* Some columns again, since systemd 244 with all prefixes. These answers arrive later and replace
 * the others. */
#define PREFIXED(X)                                                                                \
    X(text, exec_start, "ExecStartEx", SERVICE, value_commands_ex, )                               \
    X(text, exec_start_pre, "ExecStartPreEx", SERVICE, value_commands_ex, )                        \
    X(text, exec_start_post, "ExecStartPostEx", SERVICE, value_commands_ex, )                      \
    X(text, exec_condition, "ExecConditionEx", SERVICE, value_commands_ex, )                       \
    X(text, exec_reload, "ExecReloadEx", SERVICE, value_commands_ex, )                             \
    X(text, exec_stop, "ExecStopEx", SERVICE, value_commands_ex, )                                 \
    X(text, exec_stop_post, "ExecStopPostEx", SERVICE, value_commands_ex, )

static const struct property {
    const char                *name;
    unsigned                   interfaces;
    size_t                     offset;
    const struct value_reader *reader;
} properties[] = {
#define PROPERTY(type, field, name, interfaces, reader, doc)                                       \
    {name, interfaces, offsetof(struct unit, field), &reader},
    OSQUERY(PROPERTY) PROPERTIES(PROPERTY) SANDBOX(PROPERTY) PREFIXED(PROPERTY)
#undef PROPERTY
};

#define N_PROPERTIES TBL_COUNT(properties)

_Static_assert(TBL_COUNT(properties) <= N_PROPERTIES_MAX, "N_PROPERTIES_MAX");

/* Planning ------------------------------------------------------------------ */

static int by_name(const void *a, const void *b)
{
    return strcmp((*(const struct property *const *)a)->name,
                  (*(const struct property *const *)b)->name);
}

/* One GetAll costs the manager and us about as much as a Get for each of seven properties, or of
 * twenty of a type's own interface, which has 350: tests/bench/systemd.sh. */
static void plan_interface(struct plan *plan, size_t interface)
{
    qsort(plan->wanted, plan->n, sizeof *plan->wanted, by_name);
    plan->all = plan->n > (interface == 0 ? 7 : 20);
}

/* unit_path_of_process is found by the main process. */
static bool uses(const struct tbl_scan *scan, const struct property *property)
{
    return tbl_uses(scan, property->offset) ||
           (property->offset == offsetof(struct unit, main_pid) &&
            tbl_uses_name(scan, "unit_path_of_process"));
}

void properties_plan(struct properties *p, const struct tbl_scan *scan)
{
    for (size_t i = 0; i < N_UNIT_TYPES; i++) {
        struct plan *plan = &p->plans[i];
        for (size_t k = 0; k < TBL_COUNT(properties); k++)
            if (properties[k].interfaces >> i & 1 && uses(scan, &properties[k]))
                plan->wanted[plan->n++] = &properties[k];
        plan_interface(plan, i);
    }
}

bool properties_many(const struct properties *p)
{
    return p->plans[0].all;
}

/* Answers ------------------------------------------------------------------- */

static int store(struct properties *p, struct unit *unit, const struct property *property)
{
    const struct value *value = &p->value;
    void               *field = (char *)unit + property->offset;

    if (property->reader->kind == VALUE_NUMBER) {
        *(int64_t *)field = value->number;
    } else if (property->reader->kind == VALUE_REAL) {
        *(double *)field = value->real;
    } else {
        if ((p->size += value->text.size) > TEXTS_MAX)
            return -EFBIG;
        *(const char **)field = arena_strndup(&p->texts, value->text.data, value->text.size);
    }
    return p->texts.failed ? -ENOMEM : 0;
}

static bool has_already(const struct unit *unit, const struct property *property)
{
    return property->offset == offsetof(struct unit, unit_file_state) && unit->unit_file_state;
}

static int read_property(struct properties *p, struct unit *unit, const struct property *property,
                         struct dbus_reader *reply)
{
    int r = value_read(reply, property->reader, &p->value);

    if (r > 0)
        return has_already(unit, property) ? 0 : store(p, unit, property);
    if (r == 0) {
        p->managers->skipped++;
        p->managers->detail = "properties of a type unknown to this version";
    }
    return r;
}

static const struct property *find_property(const struct plan *plan, const char *name)
{
    const struct property         key = {.name = name}, *key_pointer = &key;
    const struct property *const *found =
        bsearch(&key_pointer, plan->wanted, plan->n, sizeof *plan->wanted, by_name);

    return found ? *found : NULL;
}

static int got_property(void *data, const char *name, struct dbus_reader *m)
{
    const struct question *question = data;
    const struct property *property = find_property(question->plan, name);

    return property ? read_property(question->properties, question->unit, property, m)
                    : dbus_skip(m, 1);
}

/* A unit may have been unloaded since it was listed, or a property may be newer than the manager:
 * then the columns are NULL. */
static int got_answer(void *data, struct dbus_reader *reply, int error)
{
    const struct question *question = data;
    struct properties     *p = question->properties;

    if (error && question->property && question->property->reader == &value_commands_ex)
        return 0; /* of an older systemd */
    if (error) {
        p->managers->skipped++;
        p->managers->detail = "units or properties that the manager did not return";
        return 0;
    }
    if (question->property)
        return read_property(p, question->unit, question->property, reply);
    return value_properties(reply, got_property, data);
}

/* Questions ----------------------------------------------------------------- */

static int ask(struct properties *p, struct unit *unit, size_t interface,
               const struct property *property)
{
    struct question *question = &p->questions[p->n_questions++];
    const char      *name = interfaces[interface].name;

    *question = (struct question){p, unit, &p->plans[interface], property};
    if (property)
        return manager_call(p->managers->manager, unit->object_path, DBUS_PROPERTIES, "Get",
                            got_answer, question, "ss", name, property->name);
    return manager_call(p->managers->manager, unit->object_path, DBUS_PROPERTIES, "GetAll",
                        got_answer, question, "s", name);
}

static int ask_interface(struct properties *p, struct unit *unit, size_t interface, bool all)
{
    const struct plan *plan = &p->plans[interface];
    int                r = 0;

    if (all && plan->n)
        return ask(p, unit, interface, NULL);
    for (size_t i = 0; i < plan->n && r >= 0; i++)
        if (!has_already(unit, plan->wanted[i]))
            r = ask(p, unit, interface, plan->wanted[i]);
    return r;
}

int properties_ask(struct properties *p, struct manager_scan *managers, struct unit *unit, bool all)
{
    p->managers = managers;
    int r = ask_interface(p, unit, 0, all);
    for (size_t i = 1; i < N_UNIT_TYPES && r >= 0; i++)
        if (unit->type && strcmp(interfaces[i].type, unit->type) == 0)
            r = ask_interface(p, unit, i, p->plans[i].all);
    return r;
}

void properties_reset(struct properties *p)
{
    arena_free(&p->texts);
    p->size = p->n_questions = 0;
}

void properties_end(struct properties *p)
{
    properties_reset(p);
    buffer_free(&p->value.text);
}
