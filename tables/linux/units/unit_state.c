#include "unit_state.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/unit/unit_name.h"
#include "formats/unit/unit_text.h"
#include "formats/unit/unit_words.h"
#include "unit_load.h"

#define FOLLOW_MAX 64 /* links followed, as systemd */
#define BAD        (-EBADMSG)

/* Versions of systemd that changed its behaviour, as far as 252, 257 and 262 show. */
#define UPHOLDS     254 /* UpheldBy= and the folders of its links enable */
#define WHOLE_LISTS 254 /* a list of words with a fault is ignored as a whole */

/* One name that a link may provide: its own, its template's, or its target's. */
struct candidate {
    const char              *key;
    const struct unit_entry *entry;
};

struct unit_states {
    struct unit_search *search;
    struct candidate   *candidates; /* by key, then rank */
    size_t              n;
};

/* What is known of a unit during the search for it: systemd's InstallInfo. */
enum mode { UNSEEN, REGULAR, MASKED, ALIAS, LINKED };

struct install {
    char          name[UNIT_NAME_MAX];
    char          path[ROOT_PATH_MAX];
    char          target[ROOT_PATH_MAX]; /* of ALIAS and LINKED */
    enum mode     mode;
    struct buffer aliases; /* NUL-terminated, one after another */
    int           version; /* of systemd */
    bool          also;
    bool          denied;           /* a file in the search may not be read */
    size_t        wanted, required; /* words in WantedBy= and RequiredBy= */
    size_t        upheld;           /* and in UpheldBy=, which systemd has from 254 on */
    char          default_instance[UNIT_NAME_MAX];
    struct buffer word;
};

/* Whether this systemd has UpheldBy= and the folders of its links. */
static bool upholds(const struct unit_search *search)
{
    return search->manager.version >= UPHOLDS;
}

/* Reading [Install] ----------------------------------------------------------- */

/* Write a word with the specifiers of the unit's own name filled in; "x" replaces those that only
 * the host knows. */
static void expand(const struct install *i, const char *text, struct buffer *out)
{
    static const char host_specifiers[] = "aAbBHlqmMovwWgGuU";
    char              instance[UNIT_NAME_MAX] = "", template[UNIT_NAME_MAX];
    const char       *name = i->name, *dot, *at;

    if (unit_name_instance(i->name, instance) && !*instance && *i->default_instance) {
        strcpy(instance, i->default_instance);
        if (unit_name_with_instance(i->name, instance, template))
            name = template;
    }
    dot = strrchr(name, '.');
    at = strchr(name, '@');
    size_t prefix = (size_t)((at ? at : dot) - name), last = prefix;
    while (last && name[last - 1] != '-')
        last--;
    for (; *text; text++) {
        char c = *text == '%' ? text[1] : '\0';
        if (c == 'i')
            buffer_puts(out, instance);
        else if (c == 'j')
            buffer_put(out, name + last, prefix - last);
        else if (c == 'n')
            buffer_puts(out, name);
        else if (c == 'N')
            buffer_put(out, name, (size_t)(dot - name));
        else if (c == 'p')
            buffer_put(out, name, prefix);
        else if (c && strchr(host_specifiers, c))
            buffer_putc(out, 'x');
        else
            buffer_putc(out, *text);
        if (c && (strchr("ijnNp%", c) || strchr(host_specifiers, c)))
            text++;
    }
}

/* Also=: every word must be the name of a unit, or the file is bad. Words are split at white space
 * only. */
static int read_also(struct install *i, const char *value)
{
    struct buffer name = {0};
    int           r = 0;

    for (const char *p = value; r == 0 && *(p += strspn(p, " \t"));) {
        size_t size = strcspn(p, " \t");
        buffer_reset(&i->word);
        buffer_put(&i->word, p, size);
        buffer_reset(&name);
        const char *word = buffer_text(&i->word);
        if (word)
            expand(i, word, &name);
        const char *text = word ? buffer_text(&name) : NULL;
        r = !text ? -ENOMEM : unit_name_kind(text) ? 0 : BAD;
        i->also = true;
        p += size;
    }
    buffer_free(&name);
    return r;
}

static int read_default_instance(struct install *i, const char *value)
{
    struct buffer text = {0};
    char          whole[UNIT_NAME_MAX];
    int           r = 0;

    if (unit_name_kind(i->name) != UNIT_NAME_TEMPLATE)
        return 0;
    expand(i, value, &text);
    const char *instance = buffer_text(&text);
    if (!instance)
        r = -ENOMEM;
    else if (*instance && !unit_name_with_instance(i->name, instance, whole))
        r = BAD;
    else
        snprintf(i->default_instance, sizeof i->default_instance, "%s", instance);
    buffer_free(&text);
    return r;
}

/* Count the words of WantedBy= and similar settings; an empty value starts again. Where a quote
 * does not end, 252 accepts the words before it and 257 none. */
static void count_words(struct install *i, const char *value, size_t *count)
{
    size_t n = 0;
    int    r;

    if (!*value)
        *count = 0;
    while ((r = unit_word(&value, UNIT_ESCAPES_KEEP, &i->word)) > 0)
        n++;
    if (r == 0 || i->version < WHOLE_LISTS)
        *count += n;
}

static void read_aliases(struct install *i, const char *value)
{
    if (!unit_type_aliases(unit_name_type(i->name)))
        return;
    if (!*value)
        buffer_reset(&i->aliases);
    size_t before = i->aliases.size;
    int    r;
    while ((r = unit_word(&value, UNIT_ESCAPES_KEEP, &i->word)) > 0) {
        const char *word = buffer_text(&i->word);
        if (word)
            buffer_put(&i->aliases, word, strlen(word) + 1);
    }
    if (r < 0 && i->version >= WHOLE_LISTS)
        i->aliases.size = before;
}

static int read_setting(struct install *i, const struct unit_setting *a)
{
    if (a->ignored || strcmp(a->section, "Install") != 0)
        return 0;
    if (strcmp(a->key, "Alias") == 0)
        read_aliases(i, a->value);
    else if (strcmp(a->key, "WantedBy") == 0)
        count_words(i, a->value, &i->wanted);
    else if (strcmp(a->key, "RequiredBy") == 0)
        count_words(i, a->value, &i->required);
    else if (strcmp(a->key, "UpheldBy") == 0)
        count_words(i, a->value, &i->upheld);
    else if (strcmp(a->key, "Also") == 0)
        return read_also(i, a->value);
    else if (strcmp(a->key, "DefaultInstance") == 0)
        return read_default_instance(i, a->value);
    return 0;
}

/* Read what is a regular file or leads to one: *ret_mask for a mask. */
static int read_file(struct unit_search *search, struct install *i, struct unit_entry *entry,
                     bool *ret_mask)
{
    struct arena       memory = {0};
    struct unit_parsed parsed;
    int                r = unit_parse(search, entry, &memory, &parsed);

    if (r == 0)
        r = parsed.file.error ? parsed.file.error : parsed.file.fault ? BAD : 0;
    i->denied |= root_denied(r);
    i->version = search->manager.version;
    for (size_t k = 0; r == 0 && k < parsed.n; k++)
        r = read_setting(i, &parsed.settings[k]);
    arena_free(&memory);
    if (r == 0)
        *ret_mask = parsed.file.size == 0;
    return r;
}

/* Finding the file ------------------------------------------------------------ */

/* Try one entry as the file of `i`: 0, -ENOENT and similar errors, or BAD. */
static int look_at(struct unit_search *search, struct install *i, struct unit_entry *entry)
{
    const char *type = unit_name_type(i->name);
    bool        mask;

    if (!type || (strchr(i->name, '@') && !unit_type_templates(type)))
        return BAD;
    if (entry->type == DT_LNK && entry->link) {
        const char *target = unit_search_target(search, entry);
        if (!target)
            return BAD;
        bool outside = !unit_search_holds(search, target);
        if (!outside && !unit_alias_valid(entry->name, strrchr(target, '/') + 1))
            return BAD;
        snprintf(i->target, sizeof i->target, "%s", target);
        i->mode = unit_is_mask(search->root, target) ? MASKED : outside ? LINKED : ALIAS;
        return 0;
    }
    int r = read_file(search, i, entry, &mask);
    if (r == 0)
        i->mode = mask ? MASKED : REGULAR;
    return r;
}

/* The same of a path that a link leads to. */
static int look_at_path(struct unit_search *search, struct install *i, const char *path)
{
    char              link[ROOT_PATH_MAX];
    struct unit_entry entry = {.path = path, .name = strrchr(path, '/') + 1, .type = DT_LNK};

    if (root_readlink(search->root, path, link) == 0)
        entry.link = link;
    return look_at(search, i, &entry);
}

static bool passes_over(int r)
{
    return r == -ENOENT || r == -ENOTDIR || r == -EACCES || r == -ESTALE;
}

/* Search the directories for a file of this name: 1 where there is one, 0, or BAD. */
static int look_for(struct unit_search *search, struct install *i, const char *name)
{
    size_t                    n;
    struct unit_entry *const *entries = unit_search_range(search, UNIT_TOP, name, &n);

    for (size_t k = 0; k < n; k++) {
        int r = look_at(search, i, entries[k]);
        if (passes_over(r))
            continue;
        if (r < 0)
            return r == -ENOMEM ? r : BAD;
        snprintf(i->path, sizeof i->path, "%s", entries[k]->path);
        return 1;
    }
    return 0;
}

/* Read the [Install] of the drop-ins: those of the name itself and of its template. */
static int read_drop_ins(struct unit_search *search, struct install *i)
{
    struct unit_drop_ins drop_ins = {0};
    bool                 mask;
    int                  r = unit_drop_ins_find(search, i->name, true, &drop_ins);

    for (size_t k = 0; r == 0 && k < drop_ins.n; k++)
        r = read_file(search, i, drop_ins.entries[k], &mask);
    unit_drop_ins_free(&drop_ins);
    return r < 0 && r != -ENOMEM ? BAD : r;
}

/* Find the unit by its name, then that of its template. */
static int search_for(struct unit_search *search, struct install *i, const char *name)
{
    char template[UNIT_NAME_MAX];

    buffer_free(&i->aliases);
    buffer_free(&i->word);
    *i = (struct install){.mode = UNSEEN, .denied = i->denied};
    snprintf(i->name, sizeof i->name, "%s", name);
    int r = look_for(search, i, i->name);
    if (r == 0 && unit_name_kind(i->name) == UNIT_NAME_INSTANCE &&
        unit_name_template(i->name, template))
        r = look_for(search, i, template);
    if (r == 0)
        return BAD;
    return r < 0 || i->mode == MASKED ? (r < 0 ? r : 0) : read_drop_ins(search, i);
}

/* Go on from a link to its target. */
static int follow(struct unit_search *search, struct install *i)
{
    char        instance[UNIT_NAME_MAX], name[UNIT_NAME_MAX];
    const char *target = strrchr(i->target, '/') + 1;

    if (i->mode == ALIAS && strcmp(target, i->name) != 0) {
        bool same = false;
        if (unit_name_kind(i->name) == UNIT_NAME_INSTANCE &&
            unit_name_kind(target) == UNIT_NAME_TEMPLATE) {
            if (!unit_name_instance(i->name, instance) ||
                !unit_name_with_instance(target, instance, name))
                return BAD;
            same = strcmp(name, i->name) == 0;
        } else if (unit_name_kind(target)) {
            strcpy(name, target);
        } else {
            return BAD;
        }
        if (!same)
            return search_for(search, i, name);
    }
    strcpy(i->path, i->target);
    i->mode = UNSEEN;
    int r = look_at_path(search, i, i->path);
    return r < 0 && r != -ENOMEM ? BAD : r;
}

/* Links that enable it --------------------------------------------------------- */

/* Whether a link of this name is one that `systemctl enable` would make. */
static bool is_known_name(const struct install *i, const char *name)
{
    char whole[UNIT_NAME_MAX];

    if (strcmp(name, i->name) == 0)
        return true;
    for (size_t k = 0; k < i->aliases.size; k += strlen(i->aliases.data + k) + 1)
        if (strcmp(i->aliases.data + k, name) == 0)
            return true;
    return *i->default_instance && unit_name_kind(i->name) == UNIT_NAME_TEMPLATE &&
           unit_name_with_instance(i->name, i->default_instance, whole) && strcmp(whole, name) == 0;
}

static const char *base(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* What a link does for the unit: 1 it enables it, 2 it has its name and leads outside, 0 nothing.
 * */
static int judge(const struct install *i, const struct unit_entry *link, bool known, bool below)
{
    char template[UNIT_NAME_MAX];
    bool named = strcmp(link->name, i->name) == 0, leads;

    if (link->where == UNIT_WANTS) {
        leads =
            !named && unit_name_template(link->name, template) && strcmp(template, i->name) == 0;
    } else {
        leads = strcmp(base(link->link), i->name) == 0;
        named = named && !below;
        if (named && leads)
            return 2;
    }
    return (named || leads) && (!known || is_known_name(i, link->name));
}

static bool is_runtime(const char *path)
{
    return strncmp(path, "/run/", 5) == 0;
}

/* The manager's persistent configuration: where `systemctl enable` makes its links. */
static bool is_config(const struct unit_search *search, const struct unit_dir *dir)
{
    static const char in_home[] = "/.config/systemd/user";
    size_t            size = search->manager.home ? strlen(search->manager.home) : 0;

    if (search->manager.scope == UNIT_SYSTEM)
        return strcmp(dir->path, "/etc/systemd/system") == 0;
    if (search->manager.scope == UNIT_GLOBAL)
        return strcmp(dir->path, "/etc/systemd/user") == 0;
    return strncmp(dir->path, search->manager.home, size) == 0 &&
           strcmp(dir->path + size, in_home) == 0;
}

/* The same, or the directory that enables a unit for all users. */
static bool is_any_config(const struct unit_search *search, const struct unit_dir *dir)
{
    return is_config(search, dir) || strcmp(dir->path, "/etc/systemd/user") == 0;
}

static bool below_dir(const char *path, const struct unit_dir *dir)
{
    size_t size = strlen(dir->path);

    return strncmp(path, dir->path, size) == 0 && path[size] == '/';
}

/* The rank of the first directory that holds the file: links of its name below it do not count. */
static int64_t rank_of(const struct unit_search *search, const char *path)
{
    for (size_t i = 0; i < search->n_dirs; i++)
        if (below_dir(path, &search->dirs[i]))
            return search->dirs[i].rank;
    return INT64_MAX;
}

static size_t first_candidate(const struct unit_states *states, const char *key)
{
    size_t low = 0, high = states->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(states->candidates[middle].key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The state from the links of all directories; NULL: none. With `known` only links that
 * `systemctl enable` would make count. */
static const char *linked_state(const struct unit_states *states, const struct install *i,
                                bool known)
{
    const struct unit_search *search = states->search;
    int64_t                   rank = rank_of(search, i->path);
    bool at_runtime = false, at_all = false, own_config = false, own_runtime = false;

    for (size_t k = first_candidate(states, i->name);
         k < states->n && strcmp(states->candidates[k].key, i->name) == 0; k++) {
        const struct unit_entry *link = states->candidates[k].entry;
        const struct unit_dir   *dir = link->dir;
        int                      says = judge(i, link, known, dir->rank > rank);

        if (says == 1 && is_any_config(search, dir))
            return "enabled";
        at_runtime |= says == 1 && is_runtime(dir->path);
        at_all |= says == 1;
        own_config |= says == 2 && is_config(search, dir);
        own_runtime |= says == 2 && is_runtime(dir->path);
    }
    if (at_runtime)
        return "enabled-runtime";
    if (at_all && unit_name_kind(i->name) == UNIT_NAME_INSTANCE)
        return "static";
    return own_config ? "linked" : own_runtime ? "linked-runtime" : NULL;
}

static bool in_dir(const char *path, const char *dir)
{
    size_t size = (size_t)(strrchr(path, '/') - path), tail = strlen(dir);

    return size >= tail && strncmp(path + size - tail, dir, tail) == 0;
}

static const char *state_of(const struct unit_states *states, const struct install *i,
                            const char *name)
{
    if (i->mode == MASKED)
        return is_runtime(i->path) ? "masked-runtime" : "masked";
    if (strcmp(name, base(i->path)) != 0 && unit_name_kind(i->name) != UNIT_NAME_INSTANCE)
        return "alias";
    if (is_runtime(i->path) &&
        (in_dir(i->path, "/systemd/generator") || in_dir(i->path, "/systemd/generator.early") ||
         in_dir(i->path, "/systemd/generator.late")))
        return "generated";
    if (is_runtime(i->path) && in_dir(i->path, "/systemd/transient"))
        return "transient";
    const char *state = linked_state(states, i, true);
    if (state)
        return state;
    if (linked_state(states, i, false))
        return "indirect";
    if (i->aliases.size || i->wanted || i->required || (i->upheld && upholds(states->search)))
        return "disabled";
    return i->also ? "indirect" : "static";
}

int unit_states_lookup(struct unit_states *states, const char *name, const char **ret)
{
    struct install *i = calloc(1, sizeof *i);
    if (!i)
        return -ENOMEM;

    int r = unit_name_kind(name) ? search_for(states->search, i, name) : BAD;
    for (int hops = 0; r == 0 && (i->mode == ALIAS || i->mode == LINKED); hops++)
        r = hops < FOLLOW_MAX ? follow(states->search, i) : BAD;
    if (states->search->memory.failed || i->aliases.failed || i->word.failed)
        r = -ENOMEM;
    if (r != -ENOMEM) {
        *ret = r == 0 ? state_of(states, i, name) : i->denied ? NULL : "bad";
        r = 0;
    }
    buffer_free(&i->aliases);
    buffer_free(&i->word);
    free(i);
    return r;
}

/* The index --------------------------------------------------------------------- */

static int by_key(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    int                     order = strcmp(x->key, y->key);
    int64_t                 i = x->entry->dir->rank, j = y->entry->dir->rank;

    return order ? order : (i > j) - (i < j);
}

/* The folders that enable: .wants and .requires, and .upholds where systemd knows of it. Links with
 * a dot before their names are passed over. */
static bool enables(const struct unit_search *search, const struct unit_entry *entry)
{
    static const char folder_end[] = ".upholds/";
    size_t            folder = (size_t)(entry->name - entry->path), size = sizeof folder_end - 1;

    if (*entry->name == '.')
        return false;
    return upholds(search) || folder < size || strncmp(entry->name - size, folder_end, size) != 0;
}

static void index_link(struct unit_states *states, const struct unit_entry *entry)
{
    char template[UNIT_NAME_MAX];
    const char *other = NULL;

    if (entry->where == UNIT_TOP)
        other = base(entry->link);
    else if (unit_name_template(entry->name, template))
        other = unit_strdup(&states->search->memory, template);
    states->candidates[states->n++] = (struct candidate){entry->name, entry};
    if (other && strcmp(other, entry->name) != 0)
        states->candidates[states->n++] = (struct candidate){other, entry};
}

int unit_states_open(struct unit_states **ret, struct unit_search *search)
{
    struct unit_states *states = calloc(1, sizeof *states);

    if (states)
        states->candidates = calloc(2 * search->n + 1, sizeof *states->candidates);
    if (!states || !states->candidates) {
        free(states);
        return -ENOMEM;
    }
    states->search = search;
    for (size_t i = 0; i < search->n; i++) {
        const struct unit_entry *entry = &search->entries[i];
        if (entry->type == DT_LNK && entry->link && entry->where != UNIT_DROP_IN &&
            enables(search, entry))
            index_link(states, entry);
    }
    qsort(states->candidates, states->n, sizeof *states->candidates, by_key);
    *ret = states;
    return 0;
}

void unit_states_free(struct unit_states *states)
{
    if (states)
        free(states->candidates);
    free(states);
}
