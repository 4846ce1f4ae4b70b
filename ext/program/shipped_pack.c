/* shipped_pack.c -- sql/packs/t1569.json from the source tree, embedded in the program. */
#include "configuration.h"

__asm__(".pushsection .rodata\n"
        ".global shipped_pack\n"
        ".hidden shipped_pack\n"
        "shipped_pack: .incbin \"sql/packs/t1569.json\"\n"
        ".global shipped_pack_end\n"
        ".hidden shipped_pack_end\n"
        "shipped_pack_end: .byte 0\n"
        ".popsection\n");
