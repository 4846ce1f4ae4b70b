/* check_sigma.c -- Sigma rules in YAML: what each part of the specification means, and what hostile
 * files come to. */
#include "harness.h"
#include "yaml_same.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/sigma/sigma.h"
#include "formats/sigma/yaml_plain.h"
#include "formats/text/json_pairs.h"

/* A rule of that detection, alone in a set that reads one log. */
static struct sigma *one_rule(const char *detection)
{
    struct sigma *sigma = sigma_new();
    char          text[8192];

    snprintf(text, sizeof text, "title: t\nlogsource: {product: p}\ndetection:\n  %s\n", detection);
    ck_assert_ptr_nonnull(sigma);
    ck_assert_int_eq(
        sigma_add_logsource(sigma, &(struct sigma_logsource){"p", NULL, NULL}, "log", NULL), 0);
    ck_assert_int_eq(sigma_add_placeholder(sigma, "admins", "root"), 0);
    ck_assert_int_eq(sigma_add_placeholder(sigma, "admins", "adm*"), 0);
    ck_assert_int_eq(sigma_read(sigma, "t.yml", text, strlen(text)), 0);
    ck_assert_int_eq(sigma_finish(sigma), 0);
    ck_assert_uint_eq(sigma_count(sigma), 1);
    return sigma;
}

/* Whether an event, a JSON object, fits; on trial values that no rule looks at are left out. */
static bool fits_so(struct sigma *sigma, const char *json, bool trial)
{
    struct json_pairs pairs = {0};
    struct json_pair  pair;
    struct arena      texts = {0};
    const uint32_t   *rules;

    sigma_trial(sigma, trial);
    int r = sigma_begin(sigma, sigma_log(sigma, "log"), NULL, 0);
    ck_assert_int_ge(r, 0);
    json_pairs_begin(&pairs, json, strlen(json));
    while (json_pairs_next(&pairs, &pair) > 0)
        sigma_take(sigma, &(struct event_field){
                              .name = arena_strndup(&texts, pair.name, pair.name_size),
                              .name_size = (uint32_t)pair.name_size,
                              .value = arena_strndup(&texts, pair.value, pair.value_size),
                              .size = (uint32_t)pair.value_size});
    json_pairs_end(&pairs);
    long n = r ? sigma_match(sigma, &rules) : 0;
    ck_assert_int_ge(n, 0);
    arena_free(&texts);
    sigma_trial(sigma, false);
    return n > 0;
}

static bool fits(struct sigma *sigma, const char *json)
{
    bool fit = fits_so(sigma, json, false);

    ck_assert_msg(fits_so(sigma, json, true) == fit, "on trial: %s", json);
    return fit;
}

/* One line of a selection, events that fit it and events that do not. */
static const struct {
    const char *line;
    const char *fits[4], *spares[4];
} lines[] = {
    /* text, wildcards and escapes */
    {"F: abc", {"{'F':'abc'}", "{'F':'ABC'}"}, {"{'F':'abcd'}", "{'F':''}", "{'G':'abc'}"}},
    {"F: 'a*c'", {"{'F':'ac'}", "{'F':'AbbC'}"}, {"{'F':'acd'}", "{'F':'xac'}"}},
    {"F: 'a?c'", {"{'F':'abc'}", "{'F':'a\u00e9c'}"}, {"{'F':'ac'}", "{'F':'abbc'}"}},
    {"F: '*a*b'", {"{'F':'ab'}", "{'F':'xaxbxb'}"}, {"{'F':'ba'}"}},
    {"F: 'a\\*c'", {"{'F':'a*c'}"}, {"{'F':'abc'}", "{'F':'a\\\\*c'}"}},
    {"F: 'a\\\\*c'", {"{'F':'a\\\\xc'}", "{'F':'a\\\\c'}"}, {"{'F':'a*c'}"}},
    {"F: 'a\\\\\\*c'", {"{'F':'a\\\\*c'}"}, {"{'F':'a\\\\xc'}", "{'F':'a*c'}"}},
    {"F: 'c:\\x'", {"{'F':'C:\\\\X'}"}, {"{'F':'c:x'}"}},
    {"F: '\\\\\\\\host\\x'", {"{'F':'\\\\\\\\host\\\\x'}"}, {"{'F':'\\\\host\\\\x'}"}},
    {"F: 'a\\'", {"{'F':'a\\\\'}"}, {"{'F':'a'}"}},
    {"F: 'M\u00fcller*'", {"{'F':'m\u00fcller x'}"}, {"{'F':'muller'}"}},
    {"F|contains: '\u00e9'", {"{'F':'caf\u00e9'}", "{'F':'\u00c9t\u00e9'}"}, {"{'F':'cafe'}"}},
    {"F|contains: '\u20ac'", {"{'F':'1 \u20ac'}", "{'F':'\u20ac'}"}, {"{'F':'\u20ad'}"}},
    {"F|contains: bcde", {"{'F':'aBCDEf'}", "{'F':'bcde'}"}, {"{'F':'bcd'}"}},
    {"F|contains: 'b\\'", {"{'F':'ab\\\\c'}"}, {"{'F':'abc'}"}},
    {"F|startswith: abcd", {"{'F':'ABCDe'}", "{'F':'abcd'}"}, {"{'F':'xabcd'}"}},
    {"F|endswith: '\\sc.exe'", {"{'F':'C:\\\\Sc.ExE'}"}, {"{'F':'sc.exe'}", "{'F':'\\\\sc.exe '}"}},
    {"F|endswith: '/at'",
     {"{'F':'/usr/bin/AT'}", "{'F':'/at'}", "{'F':['/atx','/bin/at']}"},
     {"{'F':'/at/x'}", "{'F':'xat'}", "{'F':'at'}", "{'F':'/atd'}"}},
    {"F|endswith: 'a*at'", {"{'F':'xa at'}", "{'F':'aat'}"}, {"{'F':'at'}", "{'F':'a at x'}"}},
    {"F: [id, w, pwd]",
     {"{'F':'ID'}", "{'F':'w'}", "{'F':'pwd'}"},
     {"{'F':'xid'}", "{'F':'idx'}", "{'F':'pwd\\u0000'}", "{'F':''}"}},
    {"F|endswith: 'b?d'", {"{'F':'abcd'}"}, {"{'F':'abd'}", "{'F':'abcde'}"}},
    {"F|contains: [abcd, wxyz]", {"{'F':'1wxyz'}"}, {"{'F':'wxy'}"}},
    {"F|contains|all: [abcd, wxyz]", {"{'F':'wxyz abcd'}"}, {"{'F':'wxyz'}", "{'F':'abcd'}"}},
    {"F|cased: abCd", {"{'F':'abCd'}"}, {"{'F':'abcd'}"}},
    {"F|contains|cased: abCd", {"{'F':'xabCdx'}"}, {"{'F':'xabcdx'}"}},
    {"F: [abc, def]", {"{'F':'def'}", "{'F':['x','abc']}"}, {"{'F':'x'}"}},
    /* null, empty, numbers, booleans */
    {"F: null", {"{'G':'1'}", "{'F':null}"}, {"{'F':''}", "{'F':'null'}"}},
    {"F:", {"{'G':'1'}"}, {"{'F':'x'}"}},
    {"F: []", {"{'G':'1'}"}, {"{'F':'x'}"}},
    {"F: ''", {"{'F':''}"}, {"{'G':'1'}", "{'F':'x'}"}},
    {"F: ['', null]", {"{'F':''}", "{'G':'1'}"}, {"{'F':'x'}"}},
    {"F: 10", {"{'F':'10'}", "{'F':10}", "{'F':'0xa'}"}, {"{'F':'100'}", "{'F':'ten'}"}},
    {"F: '10'", {"{'F':'10'}"}, {"{'F':'0xa'}", "{'F':'10.0'}"}},
    {"F: 0x10", {"{'F':'16'}"}, {"{'F':'10'}"}},
    {"F: -1.5", {"{'F':'-1.5'}"}, {"{'F':'1.5'}"}},
    {"F: true", {"{'F':'true'}", "{'F':'True'}", "{'F':'1'}"}, {"{'F':'false'}", "{'G':'1'}"}},
    {"F: no", {"{'F':'no'}", "{'F':'false'}"}, {"{'F':'yes'}"}},
    {"F|contains: 4688", {"{'F':'x4688'}"}, {"{'F':'468'}"}},
    /* exists, neq, fieldref */
    {"F|exists: true", {"{'F':''}"}, {"{'G':'1'}"}},
    {"F|exists: false", {"{'G':'1'}"}, {"{'F':''}"}},
    {"F|neq: abc", {"{'F':'x'}", "{'G':'abc'}"}, {"{'F':'ABC'}"}},
    {"F|neq: [abc, def]", {"{'F':'x'}"}, {"{'F':'def'}"}},
    {"F|contains|neq: abcd", {"{'F':'x'}"}, {"{'F':'xabcdx'}"}},
    {"F|fieldref: G",
     {"{'F':'Ab','G':'aB'}"},
     {"{'F':'ab'}", "{'G':'ab'}", "{'F':'ab','G':'abc'}"}},
    {"F|fieldref|startswith: G", {"{'F':'abc','G':'a'}"}, {"{'F':'abc','G':'b'}"}},
    {"F|fieldref|endswith: G", {"{'F':'abc','G':'C'}"}, {"{'F':'abc','G':'b'}"}},
    {"F|fieldref|contains: G", {"{'F':'abc','G':'b'}"}, {"{'F':'abc','G':'*'}"}},
    {"F|fieldref|neq: G", {"{'F':'a','G':'b'}", "{'F':'a'}"}, {"{'F':'a','G':'A'}"}},
    /* numbers and times */
    {"F|gt: 5", {"{'F':'6'}", "{'F':'5.1'}"}, {"{'F':'5'}", "{'F':'x'}", "{'G':'6'}"}},
    {"F|gte: 5", {"{'F':'5'}"}, {"{'F':'4'}"}},
    {"F|lt: 5", {"{'F':'-7'}"}, {"{'F':'5'}", "{'F':''}"}},
    {"F|lte: '5'", {"{'F':'5'}"}, {"{'F':'10'}"}},
    {"F|minute: 30",
     {"{'F':'2026-01-31 10:30:59'}", "{'F':'1700001000000'}"},
     {"{'F':'2026-01-31 10:31:00'}"}},
    {"F|hour: 8",
     {"{'F':'2026-01-31T10:30:00+02:00'}", "{'F':'2026-01-31T08:00:00.123Z'}"},
     {"{'F':'2026-01-31 10:30:00'}"}},
    {"F|day: 29", {"{'F':'2024-02-29 00:00:00'}"}, {"{'F':'2024-03-01'}"}},
    {"F|week: 53", {"{'F':'2021-01-03'}"}, {"{'F':'2021-01-04'}"}},
    {"F|week: 1", {"{'F':'2024-12-30'}"}, {"{'F':'2024-12-29'}"}},
    {"F|month: 2", {"{'F':'2024-02-29'}"}, {"{'F':'2024-03-01'}", "{'F':'nothing'}"}},
    {"F|year: 1970", {"{'F':'0'}"}, {"{'F':'2024-03-01'}"}},
    {"F|year: 5138",
     {"{'F':'100000000000'}"},
     {"{'F':'100000000001'}", "{'F':'-1'}"}}, /* seconds, milliseconds */
    {"F|year: 1969", {"{'F':'1969-12-31'}"}, {"{'F':'-1'}"}},
    {"F|day: 31", {"{'F':'2026-12-31'}"}, {"{'F':'2026-12-32'}", "{'F':'2026-13-31'}"}},
    {"F|day: 1", {"{'F':'2026-01-01'}"}, {"{'F':'2026-01-00'}", "{'F':'2026-00-01'}"}},
    {"F|hour|gte: 22", {"{'F':'2026-01-31 23:00:00'}"}, {"{'F':'2026-01-31 21:59:59'}"}},
    /* regular expressions, with and without a text that they cannot do without */
    {"F|re: 'ab+c{2}d'", {"{'F':'xabbccdx'}"}, {"{'F':'abcd'}", "{'F':'ABBCCD'}"}},
    {"F|re: 'x{1000,}'", {NULL}, {"{'F':'1000,}'}"}},
    {"F|re: 'abcde?f'", {"{'F':'abcdf'}", "{'F':'abcdef'}"}, {"{'F':'abcf'}"}},
    {"F|re: 'aaaa|[b]c'", {"{'F':'bc'}", "{'F':'aaaa'}"}, {"{'F':'aaa'}"}},
    {"F|re: '(aaaa|b)cccc'", {"{'F':'bcccc'}"}, {"{'F':'b'}"}},
    {"F|re: '[(]abcd[^]]efgh'", {"{'F':'(abcdxefgh'}"}, {"{'F':'(abcd]efgh'}"}},
    {"F|re: '\\x41bcde'", {"{'F':'Abcde'}"}, {"{'F':'41bcde'}"}},
    {"F|re|i: 'aBcDe'", {"{'F':'AbCdE'}"}, {"{'F':'x'}"}},
    {"F|re|m: '^abcd$'", {"{'F':'x\\nabcd\\ny'}"}, {"{'F':'xabcd'}"}},
    {"F|re|s: 'ab.cd'", {"{'F':'ab\\ncd'}"}, {"{'F':'abcd'}"}},
    {"F|re: 'ab.cd'", {"{'F':'abxcd'}"}, {"{'F':'ab\\ncd'}"}},
    {"F|re|startswith: 'b|cd'", {"{'F':'cdx'}"}, {"{'F':'xcd'}"}},
    {"F|re|endswith: 'b|cd'", {"{'F':'xb'}"}, {"{'F':'bx'}"}},
    /* networks */
    {"F|cidr: 10.1.0.0/15",
     {"{'F':'10.0.0.1'}", "{'F':'::ffff:10.1.2.3'}"},
     {"{'F':'10.2.0.1'}", "{'F':'10.1'}", "{'F':'fe80::1'}"}},
    {"F|cidr: [192.168.0.0/16, '2001:db8::/33']",
     {"{'F':'2001:db8:7fff::1'}", "{'F':'192.168.9.9'}"},
     {"{'F':'2001:db8:8000::1'}"}},
    {"F|cidr: 127.0.0.1", {"{'F':'127.0.0.1'}"}, {"{'F':'127.0.0.2'}"}},
    {"F|cidr: 0.0.0.0/0", {"{'F':'1.2.3.4'}"}, {"{'F':'::1'}", "{'F':'x'}"}},
    /* encodings: RFC 4648; "foobar" and its three places */
    {"F|base64: foobar", {"{'F':'Zm9vYmFy'}"}, {"{'F':'foobar'}"}},
    {"F|base64: fooba", {"{'F':'Zm9vYmE='}"}, {"{'F':'Zm9vYmE'}"}},
    {"F|base64offset|contains: foobar",
     {"{'F':'Zm9vYmFy'}", "{'F':'IGZvb2Jhcg=='}", "{'F':'ICBmb29iYXI='}"},
     {"{'F':'Zm9vYm'}"}},
    {"F|wide|base64offset|contains: ping",
     {"{'F':'cABpAG4AZwA='}", "{'F':'eABwAGkAbgBnAA=='}"},
     {"{'F':'cGluZw=='}"}},
    {"F|utf16le|base64: 'a'", {"{'F':'YQA='}"}, {"{'F':'AGE='}"}},
    {"F|utf16be|base64: 'a'", {"{'F':'AGE='}"}, {"{'F':'YQA='}"}},
    {"F|utf16|base64: 'a'", {"{'F':'//5hAA=='}"}, {"{'F':'YQA='}"}},
    /* dashes and placeholders */
    {"F|windash|contains: ' -enc x-y'",
     {"{'F':'a -enc x-y'}", "{'F':'a /ENC x-y'}", "{'F':'a \u2013enc x-y'}",
      "{'F':'a \u2015enc x-y'}"},
     {"{'F':'a enc x-y'}", "{'F':'a -enc x/y'}"}},
    {"F|windash|contains|all: [' -ab', ' /cd']", {"{'F':' /ab \u2014cd'}"}, {"{'F':' /ab'}"}},
    {"F|expand: '%admins%'",
     {"{'F':'ROOT'}", "{'F':'admin'}"},
     {"{'F':'%admins%'}", "{'F':'toor'}"}},
    {"F|contains|expand: 'x%admins%y'", {"{'F':'-xadm123y-'}"}, {"{'F':'xroot'}", "{'F':'root'}"}},
};

/* JSON with ' for ", so that the cases can be read. */
static const char *as_json(const char *text, char ret[512])
{
    size_t n = 0;

    for (; *text && n < 510; text++)
        ret[n++] = *text == '\'' ? '"' : *text;
    ret[n] = '\0';
    return ret;
}

START_TEST(each_modifier_means_what_the_specification_says)
{
    char text[1024], json[512];

    snprintf(text, sizeof text, "selection: {%s}\n  condition: selection", lines[_i].line);
    if (strstr(lines[_i].line, ": ") == NULL) /* a key alone has no value in this form */
        snprintf(text, sizeof text, "selection:\n    %s\n  condition: selection", lines[_i].line);
    struct sigma *sigma = one_rule(text);
    ck_assert_msg(!sigma_rule(sigma, 0)->error, "%s: %s", text, sigma_rule(sigma, 0)->error);
    for (int i = 0; i < 4 && lines[_i].fits[i]; i++)
        ck_assert_msg(fits(sigma, as_json(lines[_i].fits[i], json)), "%s should fit %s",
                      lines[_i].line, json);
    for (int i = 0; i < 4 && lines[_i].spares[i]; i++)
        ck_assert_msg(!fits(sigma, as_json(lines[_i].spares[i], json)), "%s should not fit %s",
                      lines[_i].line, json);
    sigma_free(sigma);
}
END_TEST

static const struct {
    const char *detection, *fits, *spares;
} conditions[] = {
    {"a: {F: '1'}\n  b: {G: '2'}\n  condition: a and b", "{'F':1,'G':2}", "{'F':1}"},
    {"a: {F: '1'}\n  b: {G: '2'}\n  condition: a or b", "{'G':2}", "{'F':2}"},
    {"a: {F: '1'}\n  b: {G: '2'}\n  condition: a and not b", "{'F':1}", "{'F':1,'G':2}"},
    {"a: {F: '1'}\n  b: {G: '2'}\n  condition: not a and not b", "{}", "{'F':1}"},
    {"a: {F: '1'}\n  b: {G: '2'}\n  condition: not (a or b)", "{'F':2,'G':1}", "{'G':2}"},
    {"a: {F: '1'}\n  b: {G: '2'}\n  c: {H: '3'}\n  condition: a or b and c", "{'F':1}", "{'G':2}"},
    {"a: {F: '1'}\n  b: {G: '2'}\n  c: {H: '3'}\n  condition: (a or b) and c", "{'G':2,'H':3}",
     "{'F':1}"},
    {"a: {F: '1'}\n  b: {G: '2'}\n  condition: NOT a AND b", "{'G':2}", "{'F':1,'G':2}"},
    {"s_1: {F: '1'}\n  s_2: {G: '2'}\n  x: {H: '3'}\n  condition: 1 of s_*", "{'G':2}", "{'H':3}"},
    {"s_1: {F: '1'}\n  s_2: {G: '2'}\n  x: {H: '3'}\n  condition: all of s_*", "{'F':1,'G':2}",
     "{'F':1,'H':3}"},
    {"s_1: {F: '1'}\n  s_2: {G: '2'}\n  condition: any of them", "{'F':1}", "{}"},
    {"s_1: {F: '1'}\n  _s: {G: '2'}\n  condition: all of them", "{'F':1}", "{'G':2}"},
    {"s_1: {F: '1'}\n  f_1: {G: '2'}\n  condition: s_1 and not 1 of f_*", "{'F':1}",
     "{'F':1,'G':2}"},
    {"a: {F: '1'}\n  b: {G: '2'}\n  condition: [a, b]", "{'G':2}", "{'F':2}"},
    {"a: [{F: '1'}, {G: '2', H: '3'}]\n  condition: a", "{'G':2,'H':3}", "{'G':2}"},
    {"a: [{F: '1'}, abcd]\n  condition: a", "{'X':'xABCDx'}", "{'X':'abc'}"},
    {"a: [abcd, 4711]\n  condition: a", "{'X':'a4711b'}", "{'X':'471'}"},
    {"a: {'|all': [abcd, wxyz]}\n  condition: a", "{'X':'abcd','Y':'wxyz'}", "{'X':'abcd'}"},
    {"a: {'|re': 'ab+c'}\n  condition: a", "{'X':'abbc'}", "{'X':'ac'}"},
    {"a: ['ab*yz']\n  condition: a", "{'X':'_ab_yz_'}", "{'X':'yzab'}"},
    {"a: {F: &x ['1', '2']}\n  b: {G: *x}\n  condition: a and b", "{'F':1,'G':2}", "{'F':1,'G':3}"},
    {"a: &m {F: '1'}\n  b: {<<: *m, G: '2'}\n  condition: b", "{'F':1,'G':2}", "{'G':2}"},
    {"a-b.c: {F: '1'}\n  condition: a-b.c", "{'F':1}", "{'F':2}"},
};

START_TEST(conditions_join_selections)
{
    char json[512];

    struct sigma *sigma = one_rule(conditions[_i].detection);
    ck_assert_msg(!sigma_rule(sigma, 0)->error, "%s", sigma_rule(sigma, 0)->error);
    ck_assert_msg(fits(sigma, as_json(conditions[_i].fits, json)), "should fit %s", json);
    ck_assert_msg(!fits(sigma, as_json(conditions[_i].spares, json)), "should not fit %s", json);
    sigma_free(sigma);
}
END_TEST

/* Rules that cannot run, the line and the reason. */
static const struct {
    const char *detection;
    uint32_t    line;
    const char *error;
} faults[] = {
    {"a: {F: x}", 4, "has no condition"},
    {"a: {F: x}\n  condition: b", 5, "condition: an unknown selection at b"},
    {"a: {F: x}\n  condition: a and", 5, "condition: no name at its end"},
    {"a: {F: x}\n  condition: (a", 5, "condition: no ) at its end"},
    {"a: {F: x}\n  condition: a b", 5, "condition: no \"and\" or \"or\" at b"},
    {"a: {F: x}\n  condition: 1 of b*", 5, "condition: a pattern that no selection fits at b*"},
    {"a: {F: x}\n  condition: a*", 5, "condition: a pattern without \"1 of\" or \"all of\" at a*"},
    {"a: {F: x}\n  condition: a | count() > 5", 5,
     "condition: an aggregation, which correlation rules have replaced, at |"},
    {"a: {F|contain: x}\n  condition: a", 4, "unknown modifier contain"},
    {"a: {F|re: '(?=x)'}\n  condition: a", 4, NULL},
    {"a: {F|re: '(x)\\1'}\n  condition: a", 4, NULL},
    {"a: {F|i: x}\n  condition: a", 4, "modifier i without re"},
    {"a: {F|cidr: 10.0.0.0/33}\n  condition: a", 4, "10.0.0.0/33 is not a network"},
    {"a: {F|cidr: host}\n  condition: a", 4, "host is not a network"},
    {"a: {F|gt: x}\n  condition: a", 4, "x is not a number"},
    {"a: {F|exists: maybe}\n  condition: a", 4, "exists is true or false"},
    {"a: {F|base64: 'a*'}\n  condition: a", 4, "base64 of a value with wildcards"},
    {"a: {F|expand: '%nobody%'}\n  condition: a", 4,
     "a placeholder without values in sigma_placeholders"},
    {"a: {F|windash: ' -a -b -c -d'}\n  condition: a", 4,
     "windash on a value with more than three options"},
    {"a: {F: {G: x}}\n  condition: a", 4, "a value that is a map or a list of lists"},
    {"a: {}\n  condition: a", 4, "an empty selection"},
};

START_TEST(a_rule_that_cannot_run_says_where_and_why)
{
    struct sigma            *sigma = one_rule(faults[_i].detection);
    const struct sigma_rule *rule = sigma_rule(sigma, 0);

    ck_assert_ptr_nonnull(rule->error);
    ck_assert_uint_eq(rule->error_line, faults[_i].line);
    if (faults[_i].error)
        ck_assert_str_eq(rule->error, faults[_i].error);
    ck_assert_str_eq(rule->title, "t");
    sigma_free(sigma);
}
END_TEST

/* Hostile files -------------------------------------------------------------------- */

static char *repeated(const char *before, const char *text, size_t n, const char *after)
{
    size_t size = strlen(text);
    char  *all = malloc(strlen(before) + n * size + strlen(after) + 1), *at = stpcpy(all, before);

    for (size_t i = 0; i < n; i++)
        at = stpcpy(at, text);
    strcpy(at, after);
    return all;
}

/* A condition may come to 100,000 tests, each as often as it is named; of a list of conditions, all together. */
START_TEST(the_tests_of_a_condition_are_limited)
{
    char       *values = repeated("a: {F: [", "1,", 999, "1]}\n  b: {F: x}\n  condition: ");
    char       *half = repeated("", "a or ", 49, "a"), *detection = NULL;
    const char *forms[] = {"%s%s or %s", NULL, "%s%s or %s or b", "a condition of too many tests",
                           "%s[%s, %s]", NULL, "%s[%s, %s or b]", "conditions of too many tests"};

    for (size_t i = 0; i < sizeof forms / sizeof *forms; i += 2) {
        ck_assert_int_gt(asprintf(&detection, forms[i], values, half, half), 0);
        struct sigma *sigma = one_rule(detection);
        const char   *error = sigma_rule(sigma, 0)->error;
        ck_assert_msg(forms[i + 1] ? error && strcmp(error, forms[i + 1]) == 0 : !error, "%s: %s",
                      forms[i], error ? error : "read");
        sigma_free(sigma);
        free(detection);
    }
    free(values);
    free(half);
}
END_TEST

/* The error of a text that is no file of rules, at most in a second. */
static const char *error_of(const char *text, char ret[128])
{
    struct arena     arena = {0};
    struct yaml_file file;
    int              r = yaml_file_parse(text, strlen(text), &arena, &file);

    snprintf(ret, 128, "%u: %s", file.error_line, r == 0 ? "read" : file.error);
    arena_free(&arena);
    return ret;
}

START_TEST(hostile_yaml_is_refused)
{
    char why[128], *text;
    char bomb[1024] = "a: &a [1,1,1,1,1,1,1,1,1,1]\n", *at = bomb + strlen(bomb);

    ck_assert_str_eq(error_of("a: [b, c]\n", why), "0: read");
    text = repeated("a: ", "[", 100, "");
    ck_assert_str_eq(error_of(text, why), "1: nested too deeply");
    free(text);
    for (char c = 'b'; c < 'k'; c++)
        at += sprintf(at, "%c: &%c [*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c]\n", c, c, c - 1, c - 1, c - 1,
                      c - 1, c - 1, c - 1, c - 1, c - 1);
    ck_assert_str_eq(error_of(bomb, why),
                     "6: aliases that come to more nodes than a rule can need");
    ck_assert_str_eq(error_of("a: &x [*x]\n", why), "1: an alias whose anchor is not before it");
    ck_assert_str_eq(error_of("a: 1\nb: 2\na: 3\n", why), "3: a key that occurs twice in a map");
    ck_assert_str_eq(error_of("{[a]: 1}\n", why), "1: a key that is not a word");
    text = repeated("a: [", "1,", 200000, "1]\n");
    ck_assert_str_eq(error_of(text, why), "1: more nodes than a rule can need");
    free(text);
    text = repeated("a: '", "xxxxxxxxxxxxxxxx", 70000, "'\n");
    ck_assert_str_eq(error_of(text, why), "1: larger than a file of rules can be");
    free(text);
    ck_assert_ptr_null(strstr(error_of("a: 'b\n", why), "read"));
    ck_assert_ptr_null(strstr(error_of("\xff\xfe\xfa", why), ": read"));
}
END_TEST

/* Each limit, and one beyond it: of the reader of plain YAML and, with an anchor, of the other one. */
START_TEST(the_most_that_yaml_may_have_is_read)
{
    static const struct {
        const char *begin, *part, *end;
        int         most; /* times the part */
        const char *beyond;
    } limits[] = {
        {"a: [", "1,", "1]\n", 99996, "1: more nodes than a rule can need"},
        {"b: &b 1\na: [", "1,", "1]\n", 99994, "2: more nodes than a rule can need"},
        {"b: &b 1\na: [", "*b,", "1]\n", 99994,
         "1: aliases that come to more nodes than a rule can need"},
        {"", "- [1]\n", "", 49999, "50000: more nodes than a rule can need"},
        {"a: 1\n", "---\na: 1\n", "", 999, "2000: more documents than a file of rules can need"},
    };

    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        for (int more = 0; more < 2; more++) {
            char  why[128];
            char *text =
                repeated(limits[i].begin, limits[i].part, limits[i].most + more, limits[i].end);
            ck_assert_str_eq(error_of(text, why), more ? limits[i].beyond : "0: read");
            free(text);
        }
}
END_TEST

START_TEST(hostile_conditions_are_refused)
{
    char         *text = repeated("a: {F: x}\n  condition: ", "(", 1000, "a");
    struct sigma *sigma = one_rule(text);

    ck_assert_str_eq(sigma_rule(sigma, 0)->error, "condition: nested too deeply at (");
    sigma_free(sigma);
    free(text);
    text = repeated("a: {F: x}\n  condition: ", "not ", 1000, "a");
    sigma = one_rule(text);
    ck_assert_str_eq(sigma_rule(sigma, 0)->error, "condition: nested too deeply at not");
    sigma_free(sigma);
    free(text);
}
END_TEST

/* Documents, filters, log sources ---------------------------------------------------- */

static const char documents[] =
    "title: one\nid: 1\nlogsource: {product: p}\ndetection: {a: {F: x}, condition: a}\n"
    "---\n"
    "title: other\nid: 2\nlogsource: {product: q}\ndetection: {a: {F: x}, condition: a}\n"
    "---\n"
    "title: third\nid: 3\nlogsource: {product: p}\ndetection: {a: {F: y}, condition: a}\n"
    "---\n"
    "title: leave out\nlogsource: {product: p}\n"
    "filter: {rules: ['1'], a: {G: z}, condition: not a}\n"
    "---\n"
    "- not a rule\n"
    "---\n"
    "title: both\nid: 4\nlogsource: {product: q}\ndetection: {a: {F|odd: x}, condition: a}\n";

START_TEST(a_file_has_documents_and_filters)
{
    struct sigma *sigma = sigma_new();

    ck_assert_int_eq(
        sigma_add_logsource(sigma, &(struct sigma_logsource){"p", NULL, NULL}, "log", NULL), 0);
    ck_assert_int_eq(sigma_read(sigma, "d.yml", documents, strlen(documents)), 0);
    ck_assert_int_eq(sigma_finish(sigma), 0);
    ck_assert_uint_eq(sigma_count(sigma), 6);
    ck_assert_str_eq(sigma_rule(sigma, 1)->error, "no log of q is read");
    ck_assert_uint_eq(sigma_rule(sigma, 1)->line, 6);
    ck_assert_str_eq(sigma_rule(sigma, 4)->error, "has no detection");
    ck_assert_str_eq(sigma_rule(sigma, 5)->error, "unknown modifier odd"); /* which says more */
    ck_assert(fits(sigma, "{\"F\":\"x\"}"));
    ck_assert(!fits(sigma, "{\"F\":\"x\",\"G\":\"z\"}"));
    ck_assert(fits(sigma, "{\"F\":\"y\",\"G\":\"z\"}"));
    sigma_free(sigma);
}
END_TEST

START_TEST(log_sources_and_fields_are_rows)
{
    const struct sigma_logsource created = {"p", "creation", NULL}, service = {"p", NULL, "s"};
    struct sigma                *sigma = sigma_new();
    const uint32_t              *rules;
    static const char            text[] =
        "title: c\nlogsource: {product: p, category: creation}\n"
        "detection: {a: {Image: 'c*'}, condition: a}\n"
        "---\n"
        "title: both\nlogsource: {product: p, category: creation, service: s}\n"
        "detection: {a: {Image|exists: true}, condition: a}\n";

    ck_assert_int_eq(sigma_add_logsource(sigma, &created, "log", "{id: 1, kind: [x, y]}"), 0);
    ck_assert_int_eq(sigma_add_logsource(sigma, &service, "log", "{channel: S}"), 0);
    ck_assert_int_eq(sigma_add_field(sigma, "log", "{id: 1}", "Image", "{dir}\\{name}"), 0);
    ck_assert_int_eq(sigma_add_logsource(sigma, &created, "log", "not: [closed"), -EBADMSG);
    ck_assert_int_eq(sigma_read(sigma, "d.yml", text, strlen(text)), 0);
    ck_assert_int_eq(sigma_finish(sigma), 0);
    static const struct {
        const char *id, *channel, *kind;
        long        n;
    } events[] = {{"1", "T", "x", 1},
                  {"2", "T", "x", 0},
                  {"1", "S", "Y", 2},
                  {"1", "S", "z", 0},
                  {"1", NULL, "x", 1}};
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        const struct sigma_key keys[] = {
            {"id", events[i].id, 1, NULL},
            {"channel", events[i].channel, events[i].channel != NULL, NULL}};
        long n = 0;
        if (sigma_begin(sigma, sigma_log(sigma, "log"), keys, 2) > 0) {
            sigma_put(sigma, "dir", 3, "C:", 2);
            sigma_put(sigma, "name", 4, "x", 1);
            sigma_put(sigma, "kind", 4, events[i].kind, 1);
            n = sigma_match(sigma, &rules);
        }
        ck_assert_msg(n == events[i].n, "event %zu: %ld", i, n);
    }
    sigma_free(sigma);
}
END_TEST

/* Files that are plain, where a, b and c are asked for, and files that are left to libyaml. */
static const struct {
    const char *text;
    bool        plain;
} files[] = {
    {"a: 1\nx: 2\nb: 3\n", true},
    {"a: 1\nx:\n- p\n-\n  q: r\n\n- s\nb:\n  - x: y\n", true},
    {"a: 1\nx: |\n  it's \"so\n\n  [\nb: 'it''s'\n", true},
    {"a: 1\nx: 'it''s: \"'\nb: \"\\\"\\\\\\n\" # c\n", true},
    {"x: first\ny: 2\n---\nx: first\ny: 2", true},
    {"# c\nx: first\ny: 2\r\n'a': 3\n", true},
    {"a: don't\nx: it's\nb: 1\n", true},
    {"---\na: 1\n---\nb:\n---\nc: ''\n", true},
    {"", true},
    {"a:\n  b|c:\n    - 'x: y' # z\n    - p:q\n    -  -f#g\n    - k: v\n      l:\n      - m\n      "
     "- n\n"
     "    - - 1\n      -\n    -\n      - ~\n  d :   e f   # g\n  'h' : \"i\"\nb:\n- null\n-\nc:\n",
     true},
    {"a: caf\u00e9\nb: \"\u4e2d\"\n", true},
    {"a: C:\\x y\nb: http://x/#y\nc: {0}\n", false},
    /* what is more than this reads */
    {"a: [1]\n", false},
    {"a: |\n  x\n", false},
    {"a: b\n  c\n", false},
    {"a: \"\\x41\"\n", false},
    {"a: *b\n", false},
    {"<<: b\n", false},
    {"- a\n", false},
    {" a: 1\n", false},
    {"a:\t1\n", false},
    {"--- a\n", false},
    {"a: 1\n---\n", false},
    {"a: 1\n...\n", false},
    /* what is wrong */
    {"a: 1\na: 2\n", false},
    {"a: b: c\n", false},
    {"a: 'b' c\n", false},
    {"a: 'b'#c\n", false},
    {"a: - b\n", false},
    {"a:\n  b: 1\n c: 2\n", false},
    {"a:\n  b: 1\n   c: 2\n", false},
    {"a:\n  - b\n  c: 2\n", false},
    {"a: 1\nb\n", false},
    {"a: \xff\n", false},
    {"a: \x01\n", false},
    {"a: \xc2\x9b\n", false},
    /* text that may go on in the next line, or that is not plain to see */
    {"a: \"1\nx: 2\"\nb: 3\n", false},
    {"a: '1\nx: 2'\n", false},
    {"a: '1''\nx: 2'\n", false},
    {"a: \"1\\\"\nx: 2\"\n", false},
    {"'a \"b': \"open\nx: 2\"\n", false},
    {"- 'a': - \"open\nx: 2\"\n", false},
    {"don't: 'open\nx: 2'\n", false},
    {"a: 1\nx: [\nb: 2]\n", false},
    {"a: 1\nx: {\nb: 2}\n", false},
    {"a: 1\nx: &n 1\nb: *n\n", false},
    {"a: 1\nx: !t 'x\nb: 2'\n", false},
    {"a: 1\nx: \"2\nb: \"\n", false},
    {"? a\n: 1\nx: 2\n", false},
    {"a: 1\nx: 2\rb: 3\n", false},
    {"a: 1\nx: 2\u2028b: 3\n", false},
    {"a: 1\nx: 2\xc2\x85"
     "b: 3\n",
     false},
};

static const char *const asked[] = {"a", "b", "c", "title", "detection", "logsource", NULL};

/* Whether a text is plain; then libyaml must give the same for what is asked, of `keys` or, NULL, of all. */
static bool compare_readers(const char *text, size_t size, const char *const *keys)
{
    struct yaml_file all, part;
    struct arena     arena = {0};
    bool             plain = yaml_plain(text, size, keys, &arena, &part) == 1;

    if (plain) {
        ck_assert_msg(yaml_file_parse(text, size, &arena, &all) == 0, "%s in\n%.*s", all.error,
                      (int)size, text);
        ck_assert_uint_eq(all.n, part.n);
    }
    for (size_t i = 0; plain && i < all.n; i++)
        for (const char *const *key = asked; *key; key++)
            ck_assert_msg(
                yaml_same(yaml_get(all.documents[i], *key), yaml_get(part.documents[i], *key)),
                "%s of\n%.*s", *key, (int)size, text);
    for (size_t i = 0; plain && !keys && i < all.n; i++)
        ck_assert_msg(yaml_same(all.documents[i], part.documents[i]), "%.*s", (int)size, text);
    arena_free(&arena);
    return plain;
}

START_TEST(plain_yaml_is_what_libyaml_makes_of_it)
{
    ck_assert_msg(compare_readers(files[_i].text, strlen(files[_i].text), asked) == files[_i].plain,
                  "%s", files[_i].text);
}
END_TEST

/* A plain file with bytes of it changed is still read the same, or not plain. */
START_TEST(plain_yaml_with_changes_is_too)
{
    static const size_t are_plain[] = {3045, 3114, 3032, 2965}; /* of glibc's rand_r() */
    static const char   marks[] = "-:#'\"\\ \n\n  [{&*!|>%@`,?\tx~";
    unsigned            seed = (unsigned)_i;
    size_t              plain = 0;
    char                text[400];

    for (int round = 0; round < 20000; round++) {
        size_t size = strlen(files[9].text);
        memcpy(text, files[9].text, size);
        for (int n = rand_r(&seed) % 3; n >= 0; n--)
            text[(size_t)rand_r(&seed) % size] = marks[(size_t)rand_r(&seed) % (sizeof marks - 1)];
        plain += compare_readers(text, size, NULL);
    }
    ck_assert_uint_eq(plain, are_plain[_i]); /* a reader that leaves more to libyaml is slower */
}
END_TEST

static void compare_rule(const char *path, void *data)
{
    size_t size;
    char  *text = harness_read(path, &size);

    *(size_t *)data += compare_readers(text, size, asked);
}

START_TEST(public_rules_are_plain_and_the_same)
{
    size_t plain = 0, n = harness_each_evidence("sigma", ".yml", compare_rule, &plain);

    if (!n)
        SKIP("needs SVCQL_EVIDENCE");
    ck_assert_uint_eq(n, 3754);
    ck_assert_uint_eq(plain, 3732);
}
END_TEST

/* Parts that are too short for the index are searched for: wherever one is, in values of each length. */
START_TEST(short_parts_are_found_in_long_values)
{
    static const char *const parts[] = {"-ep", "q", "zz", "e-e", "aab", "x y"};
    char                     rule[64], value[161], json[200], shown[161];

    for (size_t p = 0; p < sizeof parts / sizeof *parts; p++) {
        size_t size = strlen(parts[p]);
        snprintf(rule, sizeof rule, "s: {F|contains: '%s'}\n  condition: s", parts[p]);
        struct sigma *sigma = one_rule(rule);
        for (size_t n = 40; n < sizeof value; n += 15) {
            /* nearly the part, over and over: all of it but its end */
            for (size_t i = 0; i < n; i++)
                value[i] = size > 1 ? parts[p][i % (size - 1)] : 'a';
            value[n] = '\0';
            snprintf(json, sizeof json, "{\"F\":\"%s\"}", value);
            ck_assert_msg(fits(sigma, json) == (strstr(value, parts[p]) != NULL), "%s", json);
            for (size_t at = 0; at + size <= n; at++) {
                memcpy(shown, value, n + 1);
                memcpy(shown + at, parts[p], size);
                snprintf(json, sizeof json, "{\"F\":\"%s\"}", shown);
                ck_assert_msg(fits(sigma, json), "%s: %s", parts[p], json);
            }
        }
        sigma_free(sigma);
    }
}
END_TEST

/* Two or three bytes at the end of a value are found whatever its length, and after longer values. */
START_TEST(short_ends_are_found_in_values_of_every_length)
{
    struct sigma *sigma = one_rule("s: {F|endswith: ['/at', yz]}\n  condition: s");
    char          value[64], json[80];

    for (int turn = 0; turn < 2; turn++)
        for (int n = 1; n < 40; n++) {
            const char *end = n % 2 ? "/at" : "yz";
            snprintf(value, sizeof value, "%.*s", 40 + n,
                     "xaxxaxxaxxaxxaxxaxxaxxaxxaxxaxxaxxaxxaxx");
            snprintf(json, sizeof json, "{\"F\":\"%s\"}", value);
            ck_assert_msg(!fits(sigma, json), "%s", json);
            snprintf(value, sizeof value, "%.*s%s", n, "xaxxaxxaxxaxxaxxaxxaxxaxxaxxaxxaxxaxxaxx",
                     end);
            snprintf(json, sizeof json, "{\"F\":\"%s\"}", value);
            ck_assert_msg(fits(sigma, json), "%s", json);
            snprintf(json, sizeof json, "{\"F\":\"%s.\"}", value);
            ck_assert_msg(!fits(sigma, json), "%s", json);
        }
    sigma_free(sigma);
}
END_TEST

/* What a value holds is remembered, of short and of long ones, with and without texts of the rule. */
START_TEST(values_that_come_again_are_told_apart)
{
    struct sigma *sigma =
        one_rule("s: {F|contains: [abcd, bcde, cdef, wxyz, xyz0]}\n  condition: s");
    char value[128], json[160];

    for (int turn = 0; turn < 3; turn++)
        for (size_t n = 8; n < 100; n++)
            for (size_t at = 0; at <= n - 8; at++) {
                memset(value, '.', n);
                value[n] = '\0';
                memcpy(value + at,
                       at % 3 == 0   ? "abcdefgh"
                       : at % 3 == 1 ? "__wxyz0_"
                                     : "abc_wxy_",
                       8);
                snprintf(json, sizeof json, "{\"F\":\"%s\"}", value);
                ck_assert_msg(fits(sigma, json) == (at % 3 != 2), "%s", json);
            }
    sigma_free(sigma);
}
END_TEST

/* A log's value of form 7 is a number of two bytes, shown in decimal; of form 9 a text of two bytes a character. */
static void form_text(const void *value, uint32_t size, uint8_t form, struct buffer *text)
{
    const uint8_t *bytes = value;

    if (form == 7)
        buffer_printf(text, "%d", bytes[0] | bytes[1] << 8);
    else
        buffer_utf16(text, bytes, size / 2);
}

static bool form_fits(struct sigma *sigma, const void *value, uint32_t size, uint8_t form)
{
    static const uint8_t      texts[256] = {[7] = EVENT_FIGURES, [9] = EVENT_WIDE};
    const struct event_fields fields = {.text = form_text, .texts = texts};
    const uint32_t           *rules;

    sigma_trial(sigma, true);
    ck_assert_int_eq(sigma_begin(sigma, sigma_log(sigma, "log"), NULL, 0), 1);
    sigma_read_by(sigma, &fields);
    sigma_take(sigma, &(struct event_field){
                          .name = "N", .name_size = 1, .value = value, .size = size, .form = form});
    long n = sigma_match(sigma, &rules);
    sigma_trial(sigma, false);
    return n > 0;
}

/* Numbers are not searched for words, nor what is too short: but for keywords that may be there. */
START_TEST(keywords_are_found_in_values_of_every_form)
{
    struct sigma *digits = one_rule("s: ['12345']\n  condition: s");
    struct sigma *word = one_rule("s: [abcde]\n  condition: s");
    struct sigma *either = one_rule("s: [abcde, '2345']\n  condition: s");
    struct sigma *none = one_rule("s: [abcde]\n  condition: not s");
    struct sigma *any = one_rule("s: ['b']\n  condition: s");
    const uint8_t number[2] = {0x39, 0x30}; /* 12345 */

    ck_assert(form_fits(digits, number, 2, 7));
    ck_assert(!form_fits(word, number, 2, 7));
    ck_assert(form_fits(either, number, 2, 7));
    ck_assert(form_fits(none, number, 2, 7));
    ck_assert(form_fits(word, "a\0b\0c\0d\0e", 10, 9));
    ck_assert(form_fits(word, "A\0b\0c\0d\0e\0f", 12, 9));
    ck_assert(!form_fits(word, "a\0b\0c\0d", 8, 9));
    ck_assert(!form_fits(none, "a\0b\0c\0d\0e", 10, 9));
    ck_assert(form_fits(any, "a\0b", 4, 9));
    ck_assert(form_fits(any, "b", 1, 0));
    ck_assert(!form_fits(any, number, 2, 7));
    sigma_free(digits);
    sigma_free(word);
    sigma_free(either);
    sigma_free(none);
    sigma_free(any);
}
END_TEST

/* Trees beyond what is kept as steps are walked as they are, and say the same. */
START_TEST(a_rule_of_very_many_values_fits_as_others_do)
{
    struct sigma *sigma = sigma_new();
    struct buffer text = {0};

    sigma_add_logsource(sigma, &(struct sigma_logsource){"p", NULL, NULL}, "log", NULL);
    buffer_puts(&text, "title: t\nlogsource: {product: p}\ndetection:\n  s:\n    F|contains:\n");
    for (int i = 0; i < 18000; i++)
        buffer_printf(&text, "      - value%05d\n", i);
    buffer_puts(&text, "  t: {F|endswith: x}\n  condition: s and not t\n");
    ck_assert_int_eq(sigma_read(sigma, "r.yml", buffer_text(&text), text.size), 0);
    ck_assert_int_eq(sigma_finish(sigma), 0);
    ck_assert_ptr_null(sigma_rule(sigma, 0)->error);
    ck_assert(fits(sigma, "{\"F\":\"a value17999\"}"));
    ck_assert(fits(sigma, "{\"F\":\"value00000.\"}"));
    ck_assert(!fits(sigma, "{\"F\":\"value00000x\"}"));
    ck_assert(!fits(sigma, "{\"F\":\"value18000\"}"));
    buffer_free(&text);
    sigma_free(sigma);
}
END_TEST

Suite *make_sigma_suite(void)
{
    Suite *suite = suite_create("sigma");
    TCase *tcase = tcase_create("sigma");

    tcase_add_loop_test(tcase, each_modifier_means_what_the_specification_says, 0,
                        sizeof lines / sizeof *lines);
    tcase_add_loop_test(tcase, conditions_join_selections, 0,
                        sizeof conditions / sizeof *conditions);
    tcase_add_loop_test(tcase, a_rule_that_cannot_run_says_where_and_why, 0,
                        sizeof faults / sizeof *faults);
    tcase_add_test(tcase, hostile_yaml_is_refused);
    tcase_add_test(tcase, the_tests_of_a_condition_are_limited);
    tcase_add_test(tcase, the_most_that_yaml_may_have_is_read);
    tcase_add_test(tcase, hostile_conditions_are_refused);
    tcase_add_test(tcase, a_file_has_documents_and_filters);
    tcase_add_test(tcase, log_sources_and_fields_are_rows);
    tcase_add_test(tcase, short_parts_are_found_in_long_values);
    tcase_add_test(tcase, short_ends_are_found_in_values_of_every_length);
    tcase_add_test(tcase, values_that_come_again_are_told_apart);
    tcase_add_test(tcase, keywords_are_found_in_values_of_every_form);
    tcase_add_test(tcase, a_rule_of_very_many_values_fits_as_others_do);
    tcase_add_loop_test(tcase, plain_yaml_is_what_libyaml_makes_of_it, 0,
                        sizeof files / sizeof *files);
    tcase_add_loop_test(tcase, plain_yaml_with_changes_is_too, 0, 4);
    tcase_add_test(tcase, public_rules_are_plain_and_the_same);
    suite_add_tcase(suite, tcase);
    return suite;
}
