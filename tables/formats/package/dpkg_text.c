#include "dpkg_text.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define MD5_DIGITS 32

bool slice_line(struct slice *rest, struct slice *ret)
{
    if (!rest->size)
        return false;

    const char *end = memchr(rest->at, '\n', rest->size);
    size_t      size = end ? (size_t)(end - rest->at) : rest->size;

    *ret = (struct slice){rest->at, size};
    size += end != NULL;
    rest->at += size;
    rest->size -= size;
    return true;
}

static struct slice trim(struct slice text)
{
    while (text.size && isspace((unsigned char)text.at[0]))
        text.at++, text.size--;
    while (text.size && isspace((unsigned char)text.at[text.size - 1]))
        text.size--;
    return text;
}

static struct slice last_word(struct slice text)
{
    size_t at = text.size;

    while (at && !isspace((unsigned char)text.at[at - 1]))
        at--;
    return (struct slice){text.at + at, text.size - at};
}

/* The value of the line if it is this field's; names compare without case (deb822(5)). */
static bool field(struct slice line, const char *name, struct slice *ret)
{
    size_t size = strlen(name);

    if (line.size <= size || line.at[size] != ':' || strncasecmp(line.at, name, size) != 0)
        return false;
    *ret = trim((struct slice){line.at + size + 1, line.size - size - 1});
    return true;
}

/* Lines that go on with the field before them. */
static struct slice continuation(struct slice *rest)
{
    struct slice all = {rest->at, 0}, line;

    while (rest->size && (rest->at[0] == ' ' || rest->at[0] == '\t') && slice_line(rest, &line))
        all.size = (size_t)(rest->at - all.at);
    return all;
}

bool dpkg_package(struct slice *rest, struct dpkg_package *ret)
{
    struct dpkg_package package = {0};
    struct slice        line, status = {0}, none;

    while (slice_line(rest, &line)) {
        if (trim(line).size == 0) {
            if (package.name.size)
                break;
            package = (struct dpkg_package){0};
        } else if (field(line, "Conffiles", &none))
            package.conffiles = continuation(rest);
        else if (field(line, "Status", &status))
            package.state = last_word(status);
        else
            (void)(field(line, "Package", &package.name) ||
                   field(line, "Version", &package.version) ||
                   field(line, "Architecture", &package.architecture));
    }
    if (!package.name.size)
        return false;
    *ret = package;
    return true;
}

static bool is_md5(struct slice word)
{
    if (word.size != MD5_DIGITS)
        return false;
    for (size_t i = 0; i < word.size; i++)
        if (!isxdigit((unsigned char)word.at[i]))
            return false;
    return true;
}

static bool strip_word(struct slice *line, const char *word)
{
    struct slice last = last_word(*line);

    if (last.size != strlen(word) || memcmp(last.at, word, last.size) != 0)
        return false;
    *line = trim((struct slice){line->at, line->size - last.size});
    return true;
}

/* " /etc/default/cron 00112233445566778899aabbccddeeff obsolete" */
static bool conffile(struct slice line, struct dpkg_digest *ret)
{
    line = trim(line);
    while (strip_word(&line, "obsolete") || strip_word(&line, "remove-on-upgrade"))
        ;
    ret->md5 = last_word(line);
    ret->path = trim((struct slice){line.at, line.size - ret->md5.size});
    return ret->path.size && ret->path.at[0] == '/';
}

bool dpkg_conffile(struct slice *rest, struct dpkg_digest *ret, size_t *lost)
{
    struct dpkg_digest digest;
    struct slice       line;

    while (slice_line(rest, &line)) {
        if (!conffile(line, &digest))
            (*lost)++;
        else if (is_md5(digest.md5)) {
            *ret = digest;
            return true;
        }
    }
    return false;
}

/* "00112233445566778899aabbccddeeff  usr/sbin/cron" */
bool dpkg_md5sum(struct slice *rest, struct dpkg_digest *ret, size_t *lost)
{
    struct slice line;

    while (slice_line(rest, &line)) {
        if (!line.size)
            continue;
        if (line.size > MD5_DIGITS + 2 && is_md5((struct slice){line.at, MD5_DIGITS}) &&
            line.at[MD5_DIGITS] == ' ') {
            ret->md5 = (struct slice){line.at, MD5_DIGITS};
            ret->path = (struct slice){line.at + MD5_DIGITS + 2, line.size - MD5_DIGITS - 2};
            if (ret->path.size > 2 && memcmp(ret->path.at, "./", 2) == 0)
                ret->path = (struct slice){ret->path.at + 2, ret->path.size - 2};
            return true;
        }
        (*lost)++;
    }
    return false;
}

bool dpkg_diversion(struct slice *rest, struct dpkg_diversion *ret)
{
    struct dpkg_diversion d;

    if (!slice_line(rest, &d.from) || !slice_line(rest, &d.to) || !slice_line(rest, &d.by))
        return false;
    *ret = d;
    return true;
}
