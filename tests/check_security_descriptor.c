/* check_security_descriptor.c -- SDDL of descriptors, and which of them hide a service. */
#include "formats/hive/file_descriptor.h"
#include "formats/hive/security_descriptor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "make_hive.h"

static const char *const round_trips[] = {
    "O:SYG:SYD:(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;BA)(A;;CCLCSWLOCRRC;;;IU)",
    "O:BAG:SYD:PAI(A;CI;CCDCLC;;;S-1-5-21-1-2-3-1001)S:(AU;SAFA;WD;;;WD)",
    "D:(D;;DCLCWPDTSD;;;IU)(A;OICIID;GA;;;CO)",
    "O:SYD:",
    "D:(A;;0x1f01ff;;;S-1-15-3-1024-5)",
};

START_TEST(sddl_says_what_the_descriptor_was_made_of)
{
    struct buffer text = {0};
    size_t        size;
    uint8_t      *data = make_descriptor(round_trips[_i], &size);

    ck_assert_int_eq(sd_put_sddl(&text, data, size, SD_SERVICE), 0);
    ck_assert_str_eq(buffer_text(&text), round_trips[_i]);
    buffer_free(&text);
    free(data);
}
END_TEST

START_TEST(full_access_is_KA_on_a_key_and_single_rights_on_a_service)
{
    struct buffer text = {0};
    size_t        size;
    uint8_t      *data = make_descriptor("D:(A;;KA;;;SY)", &size);

    sd_put_sddl(&text, data, size, SD_KEY);
    buffer_putc(&text, ' ');
    sd_put_sddl(&text, data, size, SD_SERVICE);
    ck_assert_str_eq(buffer_text(&text), "D:(A;;KA;;;SY) D:(A;;CCDCLCSWRPWPSDRCWDWO;;;SY)");
    buffer_free(&text);
    free(data);
}
END_TEST

/* Who may change a file or folder; a folder to which others only add. */
static const struct {
    const char *sddl;
    bool        folder, adds_only;
    const char *writers;
} changes[] = {
    {"O:BAG:SYD:(A;;0x1f01ff;;;SY)(A;;0x1f01ff;;;BA)(A;;0x1200a9;;;BU)", false, false, ""},
    {"O:BAG:SYD:(A;;0x1f01ff;;;SY)(A;;0x1301bf;;;BU)", false, false, "\"Users\""},
    {"O:BAG:SYD:(A;;GA;;;WD)", false, false, "\"Everyone\""},
    {"O:BAG:SYD:(A;;0x40000;;;AU)", false, false, "\"Authenticated Users\""}, /* WRITE_DAC */
    {"O:S-1-5-21-1-2-3-1001G:SYD:(A;;0x1200a9;;;BU)", false, false, "\"S-1-5-21-1-2-3-1001\""},
    {"O:S-1-5-21-1-2-3-500G:SYD:(A;;GA;;;S-1-5-21-1-2-3-512)", false, false, ""},
    {"O:SYG:SYD:(A;OICIIO;GA;;;BU)(A;;0x1200a9;;;BU)", true, true, ""}, /* of what is below */
    {"O:SYG:SYD:(A;;0x4;;;AU)", true, true, ""},            /* C:\\: folders may be added */
    {"O:SYG:SYD:(A;;0x2;;;BU)", true, true, "\"Users\""},   /* files may be added */
    {"O:SYG:SYD:(A;;0x42;;;BU)", true, false, "\"Users\""}, /* and removed */
    {"O:SYG:SYD:(D;;0x2;;;BU)(A;;0x2;;;BU)", false, false, ""},
    {"O:SYG:SYD:(D;;GA;;;WD)(D;;0x10000;;;WD)(A;;0x10000;;;BU)", false, false, ""},
    {"O:SYG:SYD:(A;;0x2;;;BU)(D;;0x2;;;BU)", false, false,
     "\"Users\""},                              /* in this order it counts */
    {"O:SYG:SY", false, false, "\"Everyone\""}, /* no list */
    {"O:SYG:SYD:", false, false, ""},
};

START_TEST(a_descriptor_names_who_may_change_a_file)
{
    struct buffer writers = {0};
    bool          adds_only = false;
    size_t        size;
    uint8_t      *data = make_descriptor(changes[_i].sddl, &size);

    ck_assert(fd_is_descriptor(data, size));
    ck_assert_int_eq(fd_writers(data, size, changes[_i].folder, &writers, &adds_only), 0);
    ck_assert_str_eq(buffer_text(&writers), changes[_i].writers);
    ck_assert_int_eq(adds_only, changes[_i].adds_only);
    for (size_t cut = 0; cut < size; cut++) { /* copies of just that size, for the sanitizer */
        uint8_t *copy = malloc(cut + 1);
        memcpy(copy, data, cut);
        fd_writers(copy, cut, true, &writers, &adds_only);
        free(copy);
    }
    buffer_free(&writers);
    free(data);
}
END_TEST

START_TEST(a_descriptor_that_denies_or_never_grants_status_hides)
{
    static const struct {
        const char *sddl;
        bool        hides;
    } cases[] = {
        {"D:(D;;DCLCWPDTSD;;;IU)(D;;DCLCWPDTSD;;;SU)(A;;CCLCSWRPWPDTLOCRRC;;;SY)", true},
        {"D:(D;;GA;;;BA)(A;;GA;;;SY)", true},
        {"D:", true},                                /* empty: no one may */
        {"D:(A;;CC;;;SY)", true},                    /* no one may query its status */
        {"O:SY", false},                             /* none: everyone may */
        {"D:(D;;CCDCLC;;;BG)(A;;CCLC;;;BA)", false}, /* as Windows has it for p2psvc */
        {"D:(D;;CCDCLC;;;NU)(A;;CCLC;;;BA)", false},
        {"D:(D;;DC;;;IU)(A;;CCLC;;;BA)", false}, /* denies another right */
        {"D:(A;;CCLCSWRPLOCRRC;;;IU)", false},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t   size;
        uint8_t *data = make_descriptor(cases[i].sddl, &size);
        ck_assert_msg(sd_hides_service(data, size) == cases[i].hides, "%s", cases[i].sddl);
        free(data);
    }
}
END_TEST

START_TEST(a_descriptor_cut_anywhere_is_read_as_far_as_it_goes)
{
    size_t   size;
    uint8_t *data = make_descriptor(round_trips[1], &size);

    for (size_t cut = 0; cut < size; cut++) {
        uint8_t      *copy = malloc(cut + 1);
        struct buffer text = {0};
        memcpy(copy, data, cut);
        int r = sd_put_sddl(&text, copy, cut, SD_KEY);
        ck_assert_int_eq(r, cut < 20 ? -EBADMSG : 0);
        ck_assert_str_ne(cut < 20 ? "" : buffer_text(&text), round_trips[1]);
        sd_hides_service(copy, cut);
        buffer_free(&text);
        free(copy);
    }
    free(data);
}
END_TEST

START_TEST(every_byte_of_a_descriptor_may_be_wrong)
{
    size_t   size;
    uint8_t *data = make_descriptor(round_trips[1], &size);

    for (size_t i = 0; i < size; i++)
        for (unsigned with = 0; with < 256; with++) {
            struct buffer text = {0};
            uint8_t       was = data[i];
            data[i] = (uint8_t)with;
            sd_put_sddl(&text, data, size, SD_KEY);
            ck_assert_uint_lt(text.size, 4096);
            sd_hides_service(data, size);
            data[i] = was;
            buffer_free(&text);
        }
    free(data);
}
END_TEST

Suite *make_security_descriptor_suite(void)
{
    Suite *suite = suite_create("security_descriptor");
    TCase *tc = tcase_create("sddl");

    tcase_add_loop_test(tc, sddl_says_what_the_descriptor_was_made_of, 0,
                        sizeof round_trips / sizeof round_trips[0]);
    tcase_add_loop_test(tc, a_descriptor_names_who_may_change_a_file, 0,
                        sizeof changes / sizeof *changes);
    tcase_add_test(tc, full_access_is_KA_on_a_key_and_single_rights_on_a_service);
    tcase_add_test(tc, a_descriptor_that_denies_or_never_grants_status_hides);
    tcase_add_test(tc, a_descriptor_cut_anywhere_is_read_as_far_as_it_goes);
    tcase_add_test(tc, every_byte_of_a_descriptor_may_be_wrong);
    suite_add_tcase(suite, tc);
    return suite;
}
