/* polkit_text.h -- who may do what through polkit: rules, older grants, and defaults of actions.
 *
 * Four forms (polkit(8), pklocalauthority(8)):
 *
 *   .rules   JavaScript. It is not run: each polkit.addRule() is read as text, for the actions,
 *            groups and users that it names and the result that it can give. `unit_checked` says
 *            whether the rule depends on the unit; one that does not grants for all units. What
 *            cannot be followed so (a result or string that is computed, polkit.spawn(), polkit under
 *            another name) has the result "unknown", and no action where strings are computed.
 *            polkit.addAdminRule() gives who counts as an administrator.
 *   .conf    AdminIdentities= of the older local authority: the same
 *   .pkla    key files of the older local authority: Identity, Action, ResultAny, ResultInactive,
 *            ResultActive
 *   .policy  XML: each action and what it takes by default
 */
#ifndef SVCQL_POLKIT_TEXT_H
#define SVCQL_POLKIT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#define POLKIT_NAMES_MAX   256  /* actions, groups or users of one rule */
#define POLKIT_DECODED_MAX 2048 /* bytes of its strings that are written with escapes */

struct polkit_name {
    const char
          *text; /* not NUL-terminated; in the caller's text, or the parser's until it returns */
    size_t size;
};

struct polkit_names {
    struct polkit_name names[POLKIT_NAMES_MAX];
    size_t             n;
    size_t             lost; /* names beyond these */
};

struct polkit_rule {
    size_t              line;       /* where it begins, from 1 */
    struct polkit_names actions;    /* ids, or beginnings of ids that end in a dot or a star */
    struct polkit_names identities; /* user:x, group:x; empty: not restricted by name */
    struct polkit_names groups, users;
    struct polkit_name  any, inactive, active; /* results: yes, no, auth_admin, auth_self, ... */
    bool                unit_checked;
    bool                admin;          /* who is an administrator: identities */
    bool                unknown;        /* it could not be followed */
    char   decoded[POLKIT_DECODED_MAX]; /* strings of which the script writes escapes */
    size_t n_decoded;
};

/* Each calls `rule` for every rule found, and stops where that returns non-zero, returning it.
 * Otherwise 0; -EBADMSG for text that is not of the form at all, -ENOMEM. */
typedef int polkit_found(const struct polkit_rule *rule, void *data);
int         polkit_parse_rules(const char *text, size_t size, polkit_found *rule, void *data);
int         polkit_parse_admins(const char *text, size_t size, polkit_found *rule, void *data);
int         polkit_parse_pkla(const char *text, size_t size, polkit_found *rule, void *data);
int         polkit_parse_policy(const char *text, size_t size, polkit_found *rule, void *data);

/* Whether a .rules file has let, an arrow function, a template string or another form of ECMAScript
 * 2015 that Duktape does not know; const it knows. polkitd with Duktape then drops the whole file. */
bool polkit_rules_need_es6(const char *text, size_t size);

#endif
