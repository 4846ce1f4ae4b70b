#include "unit_name.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    bool        templates, aliases, needs_no_file;
} types[] = {
    {"service", true, true, false}, {"socket", true, true, false},
    {"target", true, true, false},  {"device", false, true, true},
    {"mount", false, false, true},  {"automount", false, false, false},
    {"swap", false, false, true},   {"timer", true, true, false},
    {"path", true, true, false},    {"slice", false, false, true},
    {"scope", false, false, true},
};

static int type_index(const char *type)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (strcmp(types[i].name, type) == 0)
            return (int)i;
    return -1;
}

bool unit_type_known(const char *type)
{
    return type_index(type) >= 0;
}

bool unit_type_templates(const char *type)
{
    int i = type_index(type);
    return i >= 0 && types[i].templates;
}

bool unit_type_aliases(const char *type)
{
    int i = type_index(type);
    return i >= 0 && types[i].aliases;
}

bool unit_type_needs_no_file(const char *type)
{
    int i = type_index(type);
    return i >= 0 && types[i].needs_no_file;
}

static bool is_name_char(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c && strchr(":-_.\\@", c));
}

enum unit_name_kind unit_name_kind(const char *name)
{
    const char *dot = strrchr(name, '.'), *at = strchr(name, '@');

    if (!dot || dot == name || strlen(name) >= UNIT_NAME_MAX || !unit_type_known(dot + 1))
        return UNIT_NAME_NONE;
    for (const char *p = name; p < dot; p++)
        if (!is_name_char(*p))
            return UNIT_NAME_NONE;
    if (at == name)
        return UNIT_NAME_NONE;
    if (!at)
        return UNIT_NAME_PLAIN;
    return dot > at + 1 ? UNIT_NAME_INSTANCE : UNIT_NAME_TEMPLATE;
}

const char *unit_name_type(const char *name)
{
    return unit_name_kind(name) ? strrchr(name, '.') + 1 : NULL;
}

/* Put the three parts together where they make a valid name. */
static bool build(const char *prefix, size_t prefix_size, const char *instance, const char *suffix,
                  char ret[UNIT_NAME_MAX])
{
    char name[UNIT_NAME_MAX];
    int  size = snprintf(name, sizeof name, "%.*s%s%s", (int)prefix_size, prefix, instance, suffix);

    if (size < 0 || size >= UNIT_NAME_MAX || !unit_name_kind(name))
        return false;
    memcpy(ret, name, (size_t)size + 1);
    return true;
}

bool unit_name_template(const char *name, char ret[UNIT_NAME_MAX])
{
    return unit_name_with_instance(name, "", ret);
}

bool unit_name_instance(const char *name, char ret[UNIT_NAME_MAX])
{
    if (unit_name_kind(name) < UNIT_NAME_TEMPLATE)
        return false;
    const char *at = strchr(name, '@');
    snprintf(ret, UNIT_NAME_MAX, "%.*s", (int)(strrchr(name, '.') - at - 1), at + 1);
    return true;
}

bool unit_name_with_instance(const char *name, const char *instance, char ret[UNIT_NAME_MAX])
{
    if (unit_name_kind(name) < UNIT_NAME_TEMPLATE)
        return false;
    return build(name, (size_t)(strchr(name, '@') + 1 - name), instance, strrchr(name, '.'), ret);
}

bool unit_name_shorten(const char *name, char ret[UNIT_NAME_MAX])
{
    if (!unit_name_kind(name))
        return false;

    const char *at = strchr(name, '@'), *dot = strrchr(name, '.');
    size_t      n = (size_t)((at ? at : dot) - name);
    if (n && name[n - 1] == '-') /* the dash of a prefix: look before it */
        n--;
    while (n && name[n - 1] != '-')
        n--;
    return n > 1 &&
           build(name, n, at && dot > at + 1 ? at : "", at && dot > at + 1 ? "" : dot, ret);
}

bool unit_alias_valid(const char *name, const char *target)
{
    enum unit_name_kind from = unit_name_kind(name), to = unit_name_kind(target);
    char                from_instance[UNIT_NAME_MAX], to_instance[UNIT_NAME_MAX];

    if (!from || !to || strcmp(name, target) == 0 ||
        strcmp(unit_name_type(name), unit_name_type(target)) != 0)
        return false;
    if (!unit_type_aliases(unit_name_type(name)))
        return false;
    if (from != UNIT_NAME_PLAIN && !unit_type_templates(unit_name_type(name)))
        return false;
    if (from != to && !(from == UNIT_NAME_INSTANCE && to == UNIT_NAME_TEMPLATE))
        return false;
    return to != UNIT_NAME_INSTANCE ||
           (unit_name_instance(name, from_instance) && unit_name_instance(target, to_instance) &&
            strcmp(from_instance, to_instance) == 0);
}
