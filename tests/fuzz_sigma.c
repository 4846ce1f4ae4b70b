/* fuzz_sigma.c -- a file of Sigma rules, and an event that is tried against them.
 *
 * The input is YAML up to a line "...." and a JSON object after it. Whatever the file holds, reading
 * it ends, both readers of YAML agree, and an event's hits are the same with and without its kind being known. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "formats/sigma/sigma_correlate.h"
#include "formats/sigma/sigma_show.h"
#include "formats/sigma/yaml_plain.h"
#include "formats/text/json_pairs.h"
#include "yaml_same.h"

static long try_event(struct sigma *sigma, const char *json, size_t size, const uint32_t **ret)
{
    struct json_pairs pairs = {0};
    struct json_pair  pair;
    struct sigma_key  keys[] = {{"EventID", "1", 1, NULL}, {"Channel", NULL, 0, NULL}};
    int               log = sigma_log(sigma, "log");
    long              n = -1;

    if (log >= 0 && sigma_begin(sigma, log, keys, 2) > 0) {
        json_pairs_begin(&pairs, json, size);
        while (json_pairs_next(&pairs, &pair) > 0)
            sigma_put_copy(sigma, pair.name, pair.name_size, pair.value, pair.value_size);
        n = sigma_match(sigma, ret);
    }
    json_pairs_end(&pairs);
    return n;
}

static void use(struct sigma *sigma, const char *json, size_t size)
{
    struct sigma_correlator *correlator = sigma_correlator_new(sigma);
    struct sigma_correlated  hit;
    struct buffer            text = {0};
    const uint32_t          *rules = NULL;
    long                     n = try_event(sigma, json, size, &rules);

    for (long i = 0; i < n && correlator; i++) {
        sigma_show_sql(sigma, sigma_rule(sigma, rules[i])->tree, &text);
        if (sigma_distance(sigma, sigma_rule(sigma, rules[i])->tree) != 0 &&
            sigma_given_up(sigma, rules[i]) == 0)
            abort();
        sigma_correlator_add(correlator, rules[i], (double)i, "h");
    }
    if (try_event(sigma, json, size, &rules) != n)
        abort();
    if (correlator && sigma_correlator_finish(correlator) == 0)
        while (sigma_correlator_next(correlator, &hit) > 0)
            ;
    sigma_correlator_free(correlator);
    buffer_free(&text);
}

/* What is plain is what libyaml makes of it. */
static void read_twice(const char *text, size_t size)
{
    struct yaml_file plain, all;
    struct arena     arena = {0};

    if (yaml_plain(text, size, NULL, &arena, &plain) > 0) {
        if (yaml_file_parse(text, size, &arena, &all) < 0 || all.n != plain.n)
            abort();
        for (size_t i = 0; i < all.n; i++)
            if (!yaml_same(all.documents[i], plain.documents[i]))
                abort();
    }
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sigma *sigma = sigma_new();
    const char   *text = (const char *)data, *at = memmem(data, size, "\n....\n", 6);
    size_t        yaml = at ? (size_t)(at - text) + 1 : size;

    if (!sigma)
        return 0;
    read_twice(text, yaml);
    sigma_add_logsource(sigma, &(struct sigma_logsource){"p", NULL, NULL}, "log", NULL);
    sigma_add_logsource(sigma, &(struct sigma_logsource){"p", "c", NULL}, "log", "{EventID: 1}");
    sigma_add_field(sigma, "log", NULL, "Image", "{F}/{G}");
    sigma_add_placeholder(sigma, "x", "a*b");
    if (sigma_read(sigma, "f", text, yaml) == 0 && sigma_finish(sigma) == 0)
        use(sigma, at ? at + 6 : "{}", at ? size - yaml - 5 : 2);
    sigma_free(sigma);
    return 0;
}
