/* fuzz_dpkg_text.c -- any bytes as each of dpkg's text files. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "formats/package/dpkg_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void inside(struct slice all, struct slice part)
{
    if (part.size && (part.at < all.at || part.at + part.size > all.at + all.size))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct slice    all = {(const char *)data, size};
    struct dpkg_package   package;
    struct dpkg_digest    digest;
    struct dpkg_diversion diversion;
    size_t                lost = 0;

    for (struct slice rest = all; dpkg_package(&rest, &package);) {
        inside(all, package.name);
        inside(all, package.state);
        inside(all, package.conffiles);
        for (struct slice files = package.conffiles; dpkg_conffile(&files, &digest, &lost);)
            inside(package.conffiles, digest.path);
    }
    for (struct slice rest = all; dpkg_md5sum(&rest, &digest, &lost);)
        inside(all, digest.path);
    for (struct slice rest = all; dpkg_diversion(&rest, &diversion);)
        inside(all, diversion.by);
    return 0;
}
