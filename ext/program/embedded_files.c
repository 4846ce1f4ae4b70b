#include "embedded_files.h"

#include <stdint.h>

/* Of assemblers, that of Windows knows neither a stack of sections nor symbols that a file hides; for that of
 * macOS each symbol begins what the linker may move, unless it is another entry of the one before. */
#ifdef _WIN32
#define BEGIN ".section .rdata,\"dr\"\n"
#define END   ".text\n"
#define HIDE(name)
#define LABEL(name) ".global " name "\n" name ": "
#define LAST(name)  LABEL(name)
#elif defined __APPLE__
#define BEGIN       ".section __TEXT,__const\n"
#define END         ".text\n"
#define HIDE(name)  ".private_extern _" name "\n"
#define LABEL(name) ".globl _" name "\n_" name ": "
#define LAST(name)  ".alt_entry _" name "\n" LABEL(name)
#else
#define BEGIN       ".pushsection .rodata\n"
#define END         ".popsection\n"
#define HIDE(name)  ".hidden " name "\n"
#define LABEL(name) ".global " name "\n" name ": "
#define LAST(name)  LABEL(name)
#endif

#define EMBED(name, path)                                                                          \
    __asm__(BEGIN HIDE("file_" #name) LABEL("file_" #name) ".incbin \"" path "\"\n" HIDE(          \
        "file_" #name "_end") LAST("file_" #name "_end") ".byte 0\n" END);                         \
    extern const char file_##name[], file_##name##_end[]

EMBED(pack, "sql/packs/t1569.json");
EMBED(page, "ext/program/report/page.html");
EMBED(style, "ext/program/report/page.css");
EMBED(script, "ext/program/report/page.js");
EMBED(ecs, "sql/exports/ecs.sql");
EMBED(ocsf, "sql/exports/ocsf.sql");
EMBED(timesketch, "sql/exports/timesketch.sql");
EMBED(navigator, "sql/exports/navigator.sql");

static const struct {
    const char *start, *end;
} files[] = {
    [EMBEDDED_PACK] = {file_pack, file_pack_end},
    [EMBEDDED_PAGE] = {file_page, file_page_end},
    [EMBEDDED_STYLE] = {file_style, file_style_end},
    [EMBEDDED_SCRIPT] = {file_script, file_script_end},
    [EMBEDDED_ECS] = {file_ecs, file_ecs_end},
    [EMBEDDED_OCSF] = {file_ocsf, file_ocsf_end},
    [EMBEDDED_TIMESKETCH] = {file_timesketch, file_timesketch_end},
    [EMBEDDED_NAVIGATOR] = {file_navigator, file_navigator_end},
};

const char *embedded_file(enum embedded_file file, size_t *ret_size)
{
    *ret_size = (size_t)((uintptr_t)files[file].end - (uintptr_t)files[file].start);
    return files[file].start;
}
