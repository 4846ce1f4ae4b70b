/* check_beginnings.c -- what a file is, by its first bytes: of each form a text that has them, and texts that are one
 * word or one character away. A file that is taken for another is read as what it is not, and told as damaged. */
#include <string.h>

#include "formats/evtx/event_forms.h"
#include "formats/evtx/event_text.h"
#include "formats/journal/journal_export.h"
#include "formats/log/unified_text.h"
#include "formats/text/buffer.h"
#include "harness.h"

struct beginning {
    const char *text;
    int         is; /* or the form */
};

/* Of a list that a text of NULL ends. */
#define EACH(list, call)                                                                           \
    for (const struct beginning *b = (list); b->text; b++)                                         \
    ck_assert_msg((int)(call) == b->is, "%s", b->text)

START_TEST(events_of_wevtutil_begin_with_their_number)
{
    static const struct beginning list[] = {{"Event[0]:\n", 1},
                                            {"Event[0]:\r\n", 1},
                                            {"Event[0]\n", 1},
                                            {"Event[12]: \n  Log Name: System\n", 1},
                                            {"\xef\xbb\xbf"
                                             "Event[0]:\n",
                                             1},
                                            {"\r\nEvent[0]:\n", 1},
                                            {"Event[0]:", 0},
                                            {"Event[]:\n", 0},
                                            {"Event[x]:\n", 0},
                                            {"Event[0:\n", 0},
                                            {"Event[0]x\n", 0},
                                            {"Event[0]: x\n", 0},
                                            {"Event[0];\n", 0},
                                            {"Event(0):\n", 0},
                                            {"event[0]:\n", 0},
                                            {"xEvent[0]:\n", 0},
                                            {"", 0},
                                            {NULL}};

    EACH(list, event_text_is(b->text, strlen(b->text)));
}
END_TEST

START_TEST(tables_of_events_have_a_column_of_their_numbers)
{
    static const struct beginning list[] = {
        {"Level,Date and Time,Source,Event ID,Task Category\n", 1},
        {"\"EventRecordId\"\n", 1},
        {"a;EventID;b\r\n", 1},
        {"a\tEventCode\n", 1},
        {"winlog.event_id,x", 1},
        {"\xef\xbb\xbf"
         "EventID,x\n",
         1},
        {"#TYPE System.Diagnostics.Eventing.Reader.EventLogRecord\nProviderName,x\n", 1},
        {"#TYPE System.Diagnostics.Eventing.Reader.EventLogRecord\nName,x\nEventID\n", 0},
        {"#TYPE,EventID\nx\n", 0},
        {"EventIDs,x\n", 0},
        {"MyEventID,x\n", 0},
        {"x\nEventID,x\n", 0},
        {"{\"EventID\",1}\n", 0},
        {"<EventID,x\n", 0},
        {"_time,_raw\n1,\"<Event xmlns='x'>\"\n", 1},
        {"_time,_raw\n1,\"EventCode=1\"\n", 1},
        {"_time,_raw\n1,\"event\"\n", 0},
        {"_time,row\n1,\"EventCode=1\"\n", 0},
        {"\nEventID\n", 0},
        {"", 0},
        {NULL}};

    EACH(list, event_form_is_csv(b->text, strlen(b->text)));
}
END_TEST

START_TEST(exports_of_a_journal_have_its_own_fields)
{
    static const struct beginning list[] = {{"__REALTIME_TIMESTAMP=1\n", 1},
                                            {"__CURSOR=s\n__REALTIME_TIMESTAMP=1\nMESSAGE=x\n", 1},
                                            {"\n\n__CURSOR=s\n__REALTIME_TIMESTAMP=1\n", 1},
                                            {"MESSAGE\n\1\n__REALTIME_TIMESTAMP=1\n", 1},
                                            {"__CURSOR=s\nMESSAGE=x\n", 0},
                                            {"MESSAGE=x\n__REALTIME_TIMESTAMPS=1\n", 0},
                                            {"a b\n__REALTIME_TIMESTAMP=1\n", 0},
                                            {"=\n__REALTIME_TIMESTAMP=1\n", 0},
                                            {"__REALTIME_TIMESTAMP", 0},
                                            {"{\"__REALTIME_TIMESTAMP\":\"1\"}", 1},
                                            {"{\"__CURSOR\":\"s\"}", 1},
                                            {"[{\"__CURSOR\":\"s\"}]", 1},
                                            {"\x1e{\"__CURSOR\":\"s\"}", 1},
                                            {"data: {\"__CURSOR\":\"s\"}", 1},
                                            {"data:{\"__CURSOR\":\"s\"}", 1},
                                            {"date: {\"__CURSOR\":\"s\"}", 0},
                                            {"{\"CURSOR\":\"s\"}", 0},
                                            {"\"__CURSOR\"", 0},
                                            {"data: ", 0},
                                            {"", 0},
                                            {NULL}};

    EACH(list, journal_export_is((const uint8_t *)b->text, strlen(b->text)));
}
END_TEST

START_TEST(exports_of_macos_log_have_its_own_names)
{
    static const struct beginning list[] = {
        {"{\"eventMessage\":\"\",\"timestamp\":\"\"}", UNIFIED_OBJECTS},
        {"[{\"eventMessage\":\"\",\"timestamp\":\"\"}]", UNIFIED_OBJECTS},
        {"\xef\xbb\xbf{\"processImagePath\":\"\",\"traceID\":1}", UNIFIED_OBJECTS},
        {"{\"boot_uuid\":\"\",\"log_type\":\"\",\"message\":\"\"}", UNIFIED_OBJECTS},
        {"{\"eventMessage\":\"\",\"time\":\"\"}", UNIFIED_NONE},
        {"{\"message\":\"\",\"timestamp\":\"\"}", UNIFIED_NONE},
        {"{\"processImagePath\":\"\",\"trace\":1}", UNIFIED_NONE},
        {"{\"process\":\"\",\"traceID\":1}", UNIFIED_NONE},
        {"{\"boot\":\"\",\"log_type\":\"\",\"message\":\"\"}", UNIFIED_NONE},
        {"{\"boot_uuid\":\"\",\"type\":\"\",\"message\":\"\"}", UNIFIED_NONE},
        {"{\"boot_uuid\":\"\",\"log_type\":\"\",\"text\":\"\"}", UNIFIED_NONE},
        {"Timestamp,Event Type,Log Type,Subsystem,Category,Boot UUID,Message\n", UNIFIED_ROWS},
        {"Time,Event Type,Log Type,Subsystem,Category,Boot UUID,Message\n", UNIFIED_NONE},
        {"Timestamp,Event Type,Log Type,System,Category,Boot UUID,Message\n", UNIFIED_NONE},
        {"Timestamp,Event Type,Log Type,Subsystem,Category,Boot,Message\n", UNIFIED_NONE},
        {"Timestamp,Event Type,Log Type,Subsystem,Category,Boot UUID,Text\n", UNIFIED_NONE},
        {"x\nTimestamp,Subsystem,Boot UUID,Message\n", UNIFIED_NONE},
        {"", UNIFIED_NONE},
        {NULL}};
    static const struct beginning rules[] = {{"--------------------", 1},
                                             {"--------------------\r", 1},
                                             {"-------------------", 0},
                                             {"-------------------- ", 0},
                                             {"", 0},
                                             {NULL}};
    static const struct beginning heads[] = {{"Timestamp  Ty", 1},
                                             {"Filtering the log data", 1},
                                             {"Skipping info", 1},
                                             {"=== system", 1},
                                             {"log: warning", 1},
                                             {" \t\r", 1},
                                             {"", 1},
                                             {"Timestamps", 0},
                                             {"Filtering a log", 0},
                                             {"logs: warning", 0},
                                             {" Skipping info", 0},
                                             {"x", 0},
                                             {"== system", 0},
                                             {NULL}};

    EACH(list, unified_form_of(b->text, strlen(b->text)));
    EACH(rules, unified_is_rule(b->text, strlen(b->text)));
    EACH(heads, unified_is_head(b->text, strlen(b->text)));
}
END_TEST

START_TEST(text_is_without_nul_and_whole)
{
    static const struct beginning list[] = {{"abcdefgh", 1},
                                            {"abcdefghi\xc3\xa9", 1},
                                            {"\x7f\x01", 1},
                                            {"\xe2\x82\xac", 1},
                                            {"\xf4\x8f\xbf\xbf", 1},
                                            {"\xf4\x90\x80\x80", 0},
                                            {"\xed\x9f\xbf", 1},
                                            {"\xed\xa0\x80", 0},
                                            {"\xc2\x80", 1},
                                            {"\xc1\xbf", 0},
                                            {"\xe0\xa0\x80", 1},
                                            {"\xe0\x9f\xbf", 0},
                                            {"\xf0\x90\x80\x80", 1},
                                            {"\xf0\x8f\xbf\xbf", 0},
                                            {"\x80", 0},
                                            {"abcdefg\x80", 0},
                                            {"abcdefgh\xff", 0},
                                            {"a\xc3", 0},
                                            {"a\xe2\x82", 0},
                                            {"a\xf0\x9f\x98", 0},
                                            {"a\xc3z", 0},
                                            {"\xe2\x82z", 0},
                                            {"", 1},
                                            {NULL}};

    EACH(list, buffer_is_text(b->text, strlen(b->text)));
    for (size_t at = 0; at < 17; at++) { /* NUL, wherever among words of eight bytes */
        char text[17];
        memset(text, 'a', sizeof text);
        ck_assert(buffer_is_text(text, sizeof text));
        text[at] = '\0';
        ck_assert(!buffer_is_text(text, sizeof text));
        ck_assert(buffer_is_text(text, at));
    }
}
END_TEST

Suite *make_beginnings_suite(void)
{
    Suite *suite = suite_create("beginnings");
    TCase *tcase = tcase_create("forms");

    tcase_add_test(tcase, events_of_wevtutil_begin_with_their_number);
    tcase_add_test(tcase, tables_of_events_have_a_column_of_their_numbers);
    tcase_add_test(tcase, exports_of_a_journal_have_its_own_fields);
    tcase_add_test(tcase, exports_of_macos_log_have_its_own_names);
    tcase_add_test(tcase, text_is_without_nul_and_whole);
    suite_add_tcase(suite, tcase);
    return suite;
}
