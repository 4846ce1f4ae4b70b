#include "make_exports.h"

const char *const made_service[] = {
    "ServiceName", "PSEXESVC",          "ImagePath", "C:\\Windows\\p.exe",
    "ServiceType", "user mode service", "StartType", "demand start",
    "AccountName", "LocalSystem",       NULL};
const char *const made_state[] = {"param1", "Print Spooler", "param2", "stopped", NULL};

#define XML_SYSTEM(id, record)                                                                     \
    "<System><Provider Name='Service Control Manager' Guid='{555908d1-a6d7-4695-8e1e-"             \
    "26931d2012f4}' EventSourceName='Service Control Manager'/><EventID Qualifiers='16384'>" #id   \
    "</EventID><Version>0</Version><Level>4</Level><Task>0</Task><Opcode>0</Opcode>"               \
    "<Keywords>0x8080000000000000</Keywords><TimeCreated "                                         \
    "SystemTime='2023-11-14T22:13:20.0000000Z'/><EventRecordID>" #record                           \
    "</EventRecordID><Correlation/><Execution ProcessID='4' ThreadID='8'/>"                        \
    "<Channel>System</Channel><Computer>WS01</Computer><Security UserID='S-1-5-18'/></System>"
#define XML_MADE                                                                                   \
    "<EventData><Data Name='ServiceName'>PSEXESVC</Data>"                                          \
    "<Data Name='ImagePath'>C:\\Windows\\p.exe</Data>"                                             \
    "<Data Name='ServiceType'>user mode service</Data><Data Name='StartType'>demand start</Data>"  \
    "<Data Name='AccountName'>LocalSystem</Data></EventData>"
#define XML_STATE                                                                                  \
    "<EventData><Data Name='param1'>Print Spooler</Data><Data Name='param2'>stopped</Data>"        \
    "<Binary>530070006F006F006C00</Binary></EventData>"
#define XML_EVENT(id, record, data)                                                                \
    "<Event xmlns='" XMLNS "'>" XML_SYSTEM(id, record) data "</Event>"
#define XML_BOTH(between) XML_EVENT(7045, 10, XML_MADE) between XML_EVENT(7036, 11, XML_STATE)

#define MADE_JSON(backslash)                                                                       \
    "\"ServiceName\":\"PSEXESVC\",\"ImagePath\":\"C:" backslash "Windows" backslash                \
    "p.exe\",\"ServiceType\":\"user mode service\",\"StartType\":\"demand start\","                \
    "\"AccountName\":\"LocalSystem\""
#define STATE_JSON "\"param1\":\"Print Spooler\",\"param2\":\"stopped\""
#define MADE_TEXT(newline, tab)                                                                    \
    "A service was installed in the system." newline newline "Service Name:  PSEXESVC" newline     \
    "Service File Name:  C:\\Windows\\p.exe" newline "Service Type:  user mode service" newline    \
    "Service Start Type:  demand start" newline "Service Account:  LocalSystem"
#define MADE_TEXT_JSON                                                                             \
    "A service was installed in the system.\\r\\n\\r\\nService Name:  PSEXESVC\\r\\n"              \
    "Service File Name:  C:\\\\Windows\\\\p.exe\\r\\nService Type:  user mode service\\r\\n"       \
    "Service Start Type:  demand start\\r\\nService Account:  LocalSystem"
#define STATE_TEXT "The Print Spooler service entered the stopped state."

#define PAYLOAD(list)         "{\\\"EventData\\\":{\\\"Data\\\":[" list "],\\\"Binary\\\":\\\"\\\"}}"
#define DATUM(name, text)     "{\\\"@Name\\\":\\\"" name "\\\",\\\"#text\\\":\\\"" text "\\\"}"
#define CSV_PAYLOAD(list)     "{\"\"EventData\"\":{\"\"Data\"\":[" list "],\"\"Binary\"\":\"\"\"\"}}"
#define CSV_DATUM(name, text) "{\"\"@Name\"\":\"\"" name "\"\",\"\"#text\"\":\"\"" text "\"\"}"
#define EVTXECMD(id, record, list)                                                                 \
    "{\"PayloadData1\":\"x\",\"MapDescription\":\"y\",\"ChunkNumber\":0,\"Computer\":\"WS01\","    \
    "\"Payload\":\"" PAYLOAD(                                                                      \
        list) "\",\"UserId\":\"S-1-5-18\",\"Channel\":\"System\","                                 \
              "\"Provider\":\"Service Control Manager\",\"EventId\":" #id                          \
              ",\"EventRecordId\":\"" #record                                                      \
              "\",\"ProcessId\":4,\"ThreadId\":8,\"Level\":\"Info\",\"Keywords\":\"Classic\","     \
              "\"SourceFile\":\"C:\\\\System.evtx\",\"ExtraDataOffset\":0,\"HiddenRecord\":false," \
              "\"TimeCreated\":\"2023-11-14T22:13:20.0000000+00:00\",\"RecordNumber\":1}"
#define HUNTER(id, record, data)                                                                   \
    "{\"EventTime\":\"2023-11-14T22:13:20Z\",\"Computer\":\"WS01\",\"Channel\":\"System\","        \
    "\"Provider\":\"Service Control Manager\",\"EventID\":" #id ",\"EventRecordID\":" #record      \
    ",\"UserSID\":\"S-1-5-18\",\"Username\":\"SYSTEM\",\"EventData\":{" data                       \
    "},\"UserData\":null,\"Message\":\"m\",\"OSPath\":\"C:\\\\System.evtx\"}"
#define PARSED(id, record, data)                                                                   \
    "{\"System\":{\"Provider\":{\"Name\":\"Service Control Manager\"},\"EventID\":{\"Value\":" #id \
    "},\"Level\":4,\"TimeCreated\":{\"SystemTime\":1700000000.0},\"EventRecordID\":" #record       \
    ",\"Execution\":{\"ProcessID\":4,\"ThreadID\":8},\"Channel\":\"System\",\"Computer\":"         \
    "\"WS01\",\"Security\":{\"UserID\":\"S-1-5-18\"}},\"EventData\":{" data "},\"Message\":\"m\"}"
#define BEAT(id, record, data)                                                                     \
    "{\"@timestamp\":\"2023-11-14T22:13:20.000Z\",\"winlog\":{\"channel\":\"System\","             \
    "\"provider_name\":\"Service Control Manager\",\"event_id\":\"" #id                            \
    "\",\"record_id\":" #record                                                                    \
    ",\"computer_name\":\"WS01\",\"process\":{\"pid\":4,\"thread\":{\"id\":8}},\"user\":"          \
    "{\"identifier\":\"S-1-5-18\"},\"event_data\":{" data "}},\"host\":{\"name\":\"ws01\"}}"
#define SEARCHED(source)                                                                           \
    "{\"_index\":\"winlogbeat\",\"_id\":\"a\",\"_score\":1,\"_source\":" source "}"
#define WAZUH(id, record, data)                                                                    \
    "{\"timestamp\":\"2023-11-14T22:13:25.000+0000\",\"rule\":{\"level\":5,\"id\":\"61138\"},"     \
    "\"agent\":{\"id\":\"001\",\"name\":\"ws01\"},\"data\":{\"win\":{\"system\":{"                 \
    "\"providerName\":\"Service Control Manager\",\"eventID\":\"" #id "\",\"version\":\"0\","      \
    "\"level\":\"4\",\"systemTime\":\"2023-11-14T22:13:20.0000000Z\",\"eventRecordID\":\"" #record \
    "\",\"processID\":\"4\",\"threadID\":\"8\",\"channel\":\"System\",\"computer\":\"WS01\","      \
    "\"message\":\"\\\"m\\\"\"},\"eventdata\":{" data "}}},\"location\":\"EventChannel\"}"
#define NXLOG(id, record, data)                                                                    \
    "{\"EventTime\":\"2023-11-14 22:13:20\",\"Hostname\":\"WS01\",\"Keywords\":"                   \
    "-9187343239835811840,\"EventType\":\"INFO\",\"SeverityValue\":2,\"Severity\":\"INFO\","       \
    "\"EventID\":" #id ",\"SourceName\":\"Service Control Manager\",\"RecordNumber\":" #record     \
    ",\"ExecutionProcessID\":4,\"ThreadID\":8,\"Channel\":\"System\",\"UserID\":\"S-1-5-18\","     \
    "\"Message\":\"m\"," data "}"
#define PS(id, record, values, text)                                                               \
    "{\"Id\":" #id ",\"Version\":0,\"Qualifiers\":16384,\"Level\":4,\"Task\":0,\"Opcode\":0,"      \
    "\"Keywords\":-9187343239835811840,\"RecordId\":" #record ",\"ProviderName\":"                 \
    "\"Service Control Manager\",\"ProviderId\":\"555908d1-a6d7-4695-8e1e-26931d2012f4\","         \
    "\"LogName\":\"System\",\"ProcessId\":4,\"ThreadId\":8,\"MachineName\":\"WS01\",\"UserId\":"   \
    "{\"BinaryLength\":12,\"AccountDomainSid\":null,\"Value\":\"S-1-5-18\"},\"TimeCreated\":"      \
    "\"\\/Date(1700000000000)\\/\",\"Properties\":[" values "],\"Message\":\"" text "\"}"
#define CLASSIC(id, record, text)                                                                  \
    "{\"preview\":false,\"offset\":0,\"result\":{\"_time\":\"2023-11-14 22:13:20.000 UTC\","       \
    "\"host\":\"ws01\",\"source\":\"WinEventLog:System\",\"_raw\":\"11/14/2023 10:13:20 PM\\n"     \
    "LogName=System\\nEventCode=" #id "\\nEventType=4\\nComputerName=WS01\\nUser=NOT_TRANSLATED"   \
    "\\nSid=S-1-5-18\\nSidType=0\\nSourceName=Service Control Manager\\nType=Information\\n"       \
    "RecordNumber=" #record "\\nKeywords=Classic\\nTaskCategory=None\\nOpCode=The operation "      \
    "completed successfully.\\nMessage=" text "\"}}"
#define SPLUNK_XML(event) "{\"preview\":false,\"result\":{\"_raw\":\"" event "\",\"host\":\"w\"}}"
#define AZURE_EVENT(id, xml, text)                                                                 \
    "{\"TenantId\":\"t\",\"SourceSystem\":\"OpsManager\",\"TimeGenerated\":"                       \
    "\"2023-11-14T22:13:20.000Z\",\"Source\":\"Service Control Manager\",\"EventLog\":\"System\"," \
    "\"Computer\":\"WS01\",\"EventLevel\":4,\"EventLevelName\":\"Information\",\"ParameterXml\":"  \
    "\"" xml "\",\"EventID\":" #id ",\"RenderedDescription\":\"" text "\",\"Type\":\"Event\"}"
#define AZURE_WINDOWS(id, record, data)                                                            \
    "{\"TimeGenerated\":\"2023-11-14T22:13:20.000Z\",\"Provider\":\"Service Control Manager\","    \
    "\"Channel\":\"System\",\"Computer\":\"WS01\",\"Task\":0,\"EventLevel\":4,\"EventID\":" #id    \
    ",\"EventRecordId\":\"" #record "\",\"SystemUserId\":\"S-1-5-18\",\"SystemProcessId\":4,"      \
    "\"SystemThreadId\":8,\"EventData\":{" data "},\"Type\":\"WindowsEvent\"}"
#define AZURE_SECURITY(id, data)                                                                   \
    "{\"TimeGenerated\":\"2023-11-14T22:13:20.000Z\",\"EventSourceName\":\"Service Control "       \
    "Manager\",\"Channel\":\"System\",\"Computer\":\"WS01\",\"EventID\":" #id ",\"Activity\":"     \
    "\"a\",\"Type\":\"SecurityEvent\",\"SourceComputerId\":\"c\"," data "}"
#define CHAINSAW(event)                                                                            \
    "{\"group\":\"Sigma\",\"kind\":\"individual\",\"document\":{\"kind\":\"evtx\",\"path\":"       \
    "\"System.evtx\",\"data\":" event "},\"name\":\"n\",\"timestamp\":\"2023-11-14T22:13:20Z\"}"
#define DUMPED(id, record, data)                                                                   \
    "{\"Event\":{\"System\":{\"Provider_attributes\":{\"Name\":\"Service Control Manager\"},"      \
    "\"EventID\":" #id ",\"TimeCreated_attributes\":{\"SystemTime\":"                              \
    "\"2023-11-14T22:13:20.000000Z\"},\"EventRecordID\":" #record                                  \
    ",\"Channel\":\"System\",\"Computer\":\"WS01\"},\"EventData\":{" data "}}}"
#define HAYABUSA(id, record, details)                                                              \
    "{\"Timestamp\":\"2023-11-14 22:13:20.000 +00:00\",\"RuleTitle\":\"r\",\"Level\":\"info\","    \
    "\"Computer\":\"WS01\",\"Channel\":\"Sys\",\"EventID\":" #id ",\"RecordID\":" #record          \
    ",\"Details\":" details "}"

#define TEXT_EVENT(n, id, date, text)                                                              \
    "Event[" n "\r\n  Log Name: System\r\n  Source: Service Control Manager\r\n  Date: " date      \
    "\r\n  Event ID: " #id "\r\n  Task: N/A\r\n  Level: Information\r\n  Opcode: N/A\r\n"          \
    "  Keyword: Classic\r\n  User: S-1-5-18\r\n  User Name: NT AUTHORITY\\SYSTEM\r\n"              \
    "  Computer: WS01\r\n  Description: \r\n" text "\r\n\r\n"
#define OSQUERY(id, data)                                                                          \
    "{\"time\":\"1700000000\",\"datetime\":\"2023-11-14T22:13:20.000000000Z\",\"source\":"         \
    "\"System\",\"provider_name\":\"Service Control Manager\",\"provider_guid\":"                  \
    "\"{555908d1-a6d7-4695-8e1e-26931d2012f4}\",\"computer_name\":\"WS01\",\"eventid\":\"" #id     \
    "\",\"task\":\"0\",\"level\":\"4\",\"keywords\":\"0x8080000000000000\",\"data\":\""            \
    "{\\\"EventData\\\":" data "}\"}"
#define OSQUERY_LOG(id, data)                                                                      \
    "{\"name\":\"pack_t_windows_events\",\"hostIdentifier\":\"ws01\",\"calendarTime\":"            \
    "\"Tue Nov 14 22:13:25 2023 UTC\",\"unixTime\":1700000005,\"epoch\":0,\"counter\":1,"          \
    "\"numerics\":false,\"columns\":" OSQUERY(id, data) ",\"action\":\"added\"}\n"
#define OSQUERY_MADE                                                                               \
    "{\\\"ServiceName\\\":\\\"PSEXESVC\\\",\\\"ImagePath\\\":\\\"C:\\\\\\\\Windows\\\\\\\\p."      \
    "exe\\\","                                                                                     \
    "\\\"ServiceType\\\":\\\"user mode service\\\",\\\"StartType\\\":\\\"demand start\\\","        \
    "\\\"AccountName\\\":\\\"LocalSystem\\\"}"
#define OSQUERY_STATE "{\\\"param1\\\":\\\"Print Spooler\\\",\\\"param2\\\":\\\"stopped\\\"}"

const struct made_export made_exports[] = {
    {"wevtutil", "a.xml", ALL, XML_BOTH("\r\n") "\r\n"},
    {"wevtutil, several lines", "a.xml", ALL, XML_BOTH("\n\n")},
    {"viewer", "a.xml", ALL,
     "\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"utf-8\" "
     "standalone=\"yes\"?>\r\n<Events>" XML_BOTH("") "</Events>"},
    {"wevtutil by syslog", "a.log", ALL,
     "<13>Nov 14 22:13:20 ws01 " XML_BOTH("\n<13>Nov 14 22:13:20 ws01 ") "\n"},
    {"viewer csv", "a.csv", PROVIDER | ALL_DATA,
     "Level,Date and Time,Source,Event ID,Task Category\r\n"
     "Information,11/14/2023 10:13:20 PM,Service Control Manager,7045,None,\"" MADE_TEXT(
         "\r\n", "") "\"\r\nInformation,11/14/2023 10:13:20 PM,Service Control "
                     "Manager,7036,None," STATE_TEXT "\r\n"},
    {"viewer csv of another language", "a.csv", PROVIDER | ALL_DATA,
     "Level;Date and Time;Source;Event ID;Task Category\r\n"
     "Information;14.11.2023 22:13:20;Service Control Manager;7045;None;\"" MADE_TEXT(
         "\r\n", "") "\"\r\nInformation;14.11.2023 22:13:20;Service Control "
                     "Manager;7036;None;" STATE_TEXT "\r\n"},
    {"evtxecmd csv", "a.csv", ALL,
     "\xef\xbb\xbfRecordNumber,EventRecordId,TimeCreated,EventId,Level,Provider,Channel,"
     "ProcessId,"
     "ThreadId,Computer,ChunkNumber,UserId,MapDescription,UserName,RemoteHost,PayloadData1,"
     "ExecutableInfo,HiddenRecord,SourceFile,Keywords,ExtraDataOffset,Payload\r\n"
     "1,10,2023-11-14 22:13:20.0000000,7045,Info,Service Control Manager,System,4,8,WS01,0,"
     "S-1-5-18,m,,,x,,False,C:\\System.evtx,Classic,0,\"" CSV_PAYLOAD(CSV_DATUM(
         "ServiceName",
         "PSE"
         "XES"
         "VC") ", " CSV_DATUM("ImagePath",
                              "C:\\\\Windows\\\\p."
                              "exe") "," CSV_DATUM("ServiceType",
                                                   "user mode service") "," CSV_DATUM("StartType",
                                                                                      "demand "
                                                                                      "start") "," CSV_DATUM("Acc"
                                                                                                             "oun"
                                                                                                             "tNa"
                                                                                                             "me",
                                                                                                             "Loc"
                                                                                                             "alS"
                                                                                                             "yst"
                                                                                                             "e"
                                                                                                             "m")) "\"\r\n2,11,2023-11-14 "
                                                                                                                   "22:13:20.0000000,7036,Info,Service "
                                                                                                                   "Control Manager,System,4,8,WS01,0,"
                                                                                                                   "S-1-5-18,m,,,x,,False,C:\\System."
                                                                                                                   "evtx,Classic,0,\"" CSV_PAYLOAD(CSV_DATUM(
                                                                                                                       "param1",
                                                                                                                       "Print "
                                                                                                                       "Spooler") "," CSV_DATUM("param2",
                                                                                                                                                "stopped")) "\"\r\n"},
    {"evtxecmd json", "a.json", ALL,
     EVTXECMD(
         7045, 10,
         DATUM("ServiceName", "PSEXESVC") "," DATUM(
             "ImagePath",
             "C:\\\\\\\\Windows\\\\\\\\p."
             "exe") "," DATUM("ServiceType",
                              "user mode service") "," DATUM("StartType",
                                                             "demand start") "," DATUM("AccountNam"
                                                                                       "e",
                                                                                       "LocalSyste"
                                                                                       "m")) "\n" EVTXECMD(7036,
                                                                                                           11,
                                                                                                           DATUM(
                                                                                                               "param1",
                                                                                                               "Print "
                                                                                                               "Spooler") "," DATUM("param2",
                                                                                                                                    "stopped")) "\n"},
    {"EvtxHunter", "a.json", ALL,
     HUNTER(7045, 10, MADE_JSON("\\\\")) "\n" HUNTER(7036, 11, STATE_JSON) "\n"},
    {"parse_evtx", "a.json", ALL,
     PARSED(7045, 10, MADE_JSON("\\\\")) "\n" PARSED(7036, 11, STATE_JSON) "\n"},
    {"winlogbeat", "a.ndjson", ALL,
     BEAT(7045, 10, MADE_JSON("\\\\")) "\n" BEAT(7036, 11, STATE_JSON) "\n"},
    {"elasticdump", "a.json", ALL,
     SEARCHED(BEAT(7045, 10, MADE_JSON("\\\\"))) "\n" SEARCHED(BEAT(7036, 11, STATE_JSON)) "\n"},
    {"elastic search", "a.json", ALL,
     "{\"took\":5,\"timed_out\":false,\"hits\":{\"total\":{\"value\":2},\"max_score\":1.0,"
     "\"hits\":[\n" SEARCHED(BEAT(7045, 10, MADE_JSON("\\\\"))) "," SEARCHED(
         BEAT(7036, 11, STATE_JSON)) "]}}\n"},
    {"elastic names with dots", "a.json", ALL,
     "{\"fields\":{\"@timestamp\":[\"2023-11-14T22:13:20.000Z\"],\"winlog.channel\":["
     "\"System\"],"
     "\"winlog.provider_name\":[\"Service Control Manager\"],\"winlog.event_id\":[\"7045\"],"
     "\"winlog.record_id\":[10],\"winlog.computer_name\":[\"WS01\"],\"winlog.event_data."
     "ServiceName\""
     ":[\"PSEXESVC\"],\"winlog.event_data.ImagePath\":[\"C:\\\\Windows\\\\p.exe\"],"
     "\"winlog.event_data.ServiceType\":[\"user mode "
     "service\"],\"winlog.event_data.StartType\":"
     "[\"demand start\"],\"winlog.event_data.AccountName\":[\"LocalSystem\"]}}\n" BEAT(
         7036, 11, STATE_JSON) "\n"},
    {"splunk xml", "a.json", ALL,
     SPLUNK_XML(
         "<Event xmlns='" XMLNS "'><System><Provider Name='Service Control Manager'/>"
         "<EventID>7045</EventID><TimeCreated SystemTime='2023-11-14T22:13:20Z'/>"
         "<EventRecordID>10</EventRecordID><Channel>System</Channel><Computer>WS01</Computer>"
         "</System><EventData><Data Name='ServiceName'>PSEXESVC</Data><Data "
         "Name='ImagePath'>C:\\\\Windows\\\\p.exe</Data><Data Name='ServiceType'>user mode "
         "service</Data><Data Name='StartType'>demand start</Data><Data "
         "Name='AccountName'>LocalSystem</Data></EventData></Event>") "\n" BEAT(7036, 11,
                                                                                STATE_JSON) "\n"},
    {"splunk classic", "a.json", ALL,
     CLASSIC(7045, 10, MADE_TEXT_JSON) "\n" CLASSIC(7036, 11, STATE_TEXT) "\n"},
    {"wazuh", "alerts.json", ALL,
     WAZUH(7045, 10,
           "\"serviceName\":\"PSEXESVC\",\"imagePath\":\"C:\\\\\\\\Windows\\\\\\\\p.exe\","
           "\"serviceType\":\"user mode service\",\"startType\":\"demand start\",\"accountName\":"
           "\"LocalSystem\"") "\n" WAZUH(7036, 11, STATE_JSON) "\n"},
    {"nxlog", "a.json", ALL,
     NXLOG(7045, 10, MADE_JSON("\\\\")) "\n" NXLOG(7036, 11, STATE_JSON) "\n"},
    {"Get-WinEvent", "a.json", ALL,
     "[\r\n" PS(7045, 10,
                "{\"Value\":\"PSEXESVC\"},{\"Value\":\"C:\\\\Windows\\\\p.exe\"},{\"Value\":\"user "
                "mode "
                "service\"},{\"Value\":\"demand start\"},{\"Value\":\"LocalSystem\"}",
                MADE_TEXT_JSON) ",\r\n" PS(7036, 11,
                                           "{\"Value\":\"Print Spooler\"},{\"Value\":\"stopped\"}",
                                           STATE_TEXT) "\r\n]\r\n"},
    {"Get-WinEvent without properties", "a.json", ALL,
     PS(7045, 10, "", MADE_TEXT_JSON) "\n" PS(7036, 11, "", STATE_TEXT) "\n"},
    {"Export-Csv", "a.csv", ALL,
     "#TYPE System.Diagnostics.Eventing.Reader.EventLogRecord\r\n"
     "\"Message\",\"Id\",\"Level\",\"RecordId\",\"ProviderName\",\"LogName\",\"ProcessId\","
     "\"ThreadId\",\"MachineName\",\"UserId\",\"TimeCreated\",\"Properties\"\r\n\"" MADE_TEXT(
         "\r\n", "") "\",\"7045\",\"4\",\"10\",\"Service Control "
                     "Manager\",\"System\",\"4\",\"8\",\"WS01\","
                     "\"S-1-5-18\",\"11/14/2023 10:13:20 "
                     "PM\",\"System.Collections.Generic.List`1[x]\"\r\n\"" STATE_TEXT
                     "\",\"7036\",\"4\",\"11\",\"Service Control "
                     "Manager\",\"System\",\"4\",\"8\",\"WS01\","
                     "\"S-1-5-18\",\"11/14/2023 10:13:20 "
                     "PM\",\"System.Collections.Generic.List`1[x]\"\r\n"},
    {"EvtxHunter csv", "a.csv", ALL,
     "EventTime,Computer,Channel,Provider,EventID,EventRecordID,EventData,UserData,Message\n"
     "2023-11-14T22:13:20Z,WS01,System,Service Control Manager,7045,10,\"{\"\"ServiceName\"\":"
     "\"\"PSEXESVC\"\",\"\"ImagePath\"\":\"\"C:\\\\Windows\\\\p.exe\"\",\"\"ServiceType\"\":"
     "\"\"user "
     "mode service\"\",\"\"StartType\"\":\"\"demand start\"\",\"\"AccountName\"\":"
     "\"\"LocalSystem\"\"}\",,m\n2023-11-14T22:13:20Z,WS01,System,Service Control Manager,7036,11,"
     "\"{\"\"param1\"\":\"\"Print Spooler\"\",\"\"param2\"\":\"\"stopped\"\"}\",,m\n"},
    {"splunk csv", "a.csv", ALL,
     "\"_time\",\"_raw\",host\n"
     "\"2023-11-14T22:13:20.000+0000\",\"<Event xmlns='" XMLNS "'><System><Provider Name='Service "
     "Control Manager'/><EventID>7045</EventID><TimeCreated SystemTime='2023-11-14T22:13:20Z'/>"
     "<EventRecordID>10</EventRecordID><Channel>System</Channel><Computer>WS01</Computer></System>"
     "<EventData><Data Name='ServiceName'>PSEXESVC</Data><Data Name='ImagePath'>"
     "C:\\Windows\\p.exe</Data><Data Name='ServiceType'>user mode service</Data><Data "
     "Name='StartType'>demand start</Data><Data Name='AccountName'>LocalSystem</Data></EventData>"
     "</Event>\",w\n\"2023-11-14T22:13:20.000+0000\",\"<Event xmlns='" XMLNS "'><System><Provider "
     "Name='Service Control Manager'/><EventID>7036</EventID><TimeCreated "
     "SystemTime='2023-11-14T22:13:20Z'/><EventRecordID>11</EventRecordID><Channel>System</Channel>"
     "<Computer>WS01</Computer></System><EventData><Data Name='param1'>Print Spooler</Data><Data "
     "Name='param2'>stopped</Data></EventData></Event>\",w\n"},
    {"azure Event", "a.json", WHERE | PROVIDER | ALL_DATA,
     "[" AZURE_EVENT(
         7045,
         "<Param>PSEXESVC</Param><Param>C:\\\\Windows\\\\p.exe</Param><Param>user mode "
         "service</Param><Param>demand start</Param><Param>LocalSystem</Param>",
         "m") "," AZURE_EVENT(7036, "<Param>Print Spooler</Param><Param>stopped</Param>", "m") "]"},
    {"azure WindowsEvent", "a.json", ALL,
     "{\"value\":[" AZURE_WINDOWS(7045, 10, MADE_JSON("\\\\")) "," AZURE_WINDOWS(7036, 11,
                                                                                 STATE_JSON) "]}"},
    {"azure SecurityEvent", "a.json", WHERE | PROVIDER | ALL_DATA,
     AZURE_SECURITY(7045, MADE_JSON("\\\\")) "\n" AZURE_SECURITY(7036, STATE_JSON) "\n"},
    {"chainsaw hunt", "a.json", ALL,
     "[" CHAINSAW(DUMPED(7045, 10, MADE_JSON("\\\\"))) "," CHAINSAW(
         DUMPED(7036, 11, STATE_JSON)) "]"},
    {"chainsaw dump", "a.json", ALL,
     "[" DUMPED(7045, 10, MADE_JSON("\\\\")) "\n,\n" DUMPED(7036, 11, STATE_JSON) "\n]"},
    {"hayabusa", "a.jsonl", RECORD | WHERE | PROVIDER | MADE_ONLY,
     HAYABUSA(7045, 10,
              "{\"Svc\":\"PSEXESVC\",\"Path\":\"C:\\\\Windows\\\\p.exe\",\"Acct\":"
              "\"LocalSystem\"}") "\n" HAYABUSA(7036, 11,
                                                "\"Svc: Print Spooler ¦ State: stopped\"") "\n"},
    {"hayabusa csv", "a.csv", RECORD | WHERE | PROVIDER | MADE_ONLY,
     "\"Timestamp\",\"RuleTitle\",\"Level\",\"Computer\",\"Channel\",\"EventID\",\"RecordID\","
     "\"Details\"\n"
     "\"2023-11-14 22:13:20.000 +00:00\",\"r\",\"info\",\"WS01\",\"Sys\",7045,10,"
     "\"Svc: PSEXESVC ¦ Path: C:\\Windows\\p.exe ¦ Acct: LocalSystem\"\n"
     "\"2023-11-14 22:13:20.000 +00:00\",\"r\",\"info\",\"WS01\",\"Sys\",7036,11,\"Svc: x\"\n"},
    {"wevtutil text", "a.txt", WHERE | PROVIDER | ALL_DATA,
     TEXT_EVENT("0]:", 7045, "2023-11-14T22:13:20.000", MADE_TEXT("\r\n", ""))
         TEXT_EVENT("1]:", 7036, "2023-11-14T22:13:20.000", STATE_TEXT)},
    {"wevtutil text of Windows 11", "a.txt", WHERE | PROVIDER | ALL_DATA,
     "\xef\xbb\xbf" TEXT_EVENT("0]", 7045, "2023-11-14T22:13:20.0000000Z", MADE_TEXT("\r\n", ""))
         TEXT_EVENT("1]", 7036, "2023-11-14T22:13:20.0000000Z", STATE_TEXT)},
    {"chainsaw csv", "sigma.csv", ALL,
     "timestamp,detections,path,count,Event.System.Provider,Event ID,Record ID,Computer,Event "
     "Data\n2023-11-14T22:13:20+00:00,PsExec Service;Other,logs/System.evtx,1,Service Control "
     "Manager,7045,10,WS01,\"AccountName: LocalSystem\nImagePath: C:\\Windows\\p.exe\n"
     "ServiceName: PSEXESVC\nServiceType: user mode service\nStartType: demand start\n\"\n"
     "2023-11-14T22:13:20+00:00,r,logs/System.evtx,1,Service Control Manager,7036,11,WS01,\""
     "Binary: 530070006F006F006C00\nparam1: Print Spooler\nparam2: 'stopped'\n\"\n"},
    {"chainsaw csv of its own rules", "service_installation.csv",
     RECORD | WHERE | PROVIDER | MADE_ONLY,
     "timestamp,detections,path,Event ID,Record ID,Computer,Service Name,Service File Name,Service "
     "Type,Service Start Type,Service Account\n2023-11-14T22:13:20+00:00,Suspicious Paths Service "
     "Installation,logs/System.evtx,7045,10,WS01,PSEXESVC,C:\\Windows\\p.exe,user mode "
     "service,demand start,LocalSystem\n2023-11-14T22:13:20+00:00,r,x,7036,11,WS01,a,,,,\n"},
    {"osquery results", "osqueryd.results.log", WHERE | PROVIDER | ALL_DATA,
     OSQUERY_LOG(7045, OSQUERY_MADE) OSQUERY_LOG(7036, OSQUERY_STATE)},
    {"osquery snapshot", "osqueryd.snapshots.log", WHERE | PROVIDER | ALL_DATA,
     "{\"snapshot\":[" OSQUERY(7045, OSQUERY_MADE) "," OSQUERY(
         7036, OSQUERY_STATE) "],\"action\":\"snapshot\",\"name\":\"n\",\"hostIdentifier\":"
                              "\"ws01\",\"unixTime\":1700000005}\n"},
    {"osqueryi", "a.json", WHERE | PROVIDER | ALL_DATA,
     "[\n  " OSQUERY(
         7045,
         "[\\\"PSEXESVC\\\",\\\"C:\\\\\\\\Windows\\\\\\\\p.exe\\\",\\\"user mode service\\\","
         "\\\"demand start\\\",\\\"LocalSystem\\\"]") ",\n  " OSQUERY(7036,
                                                                      "[\\\"Print "
                                                                      "Spooler\\\","
                                                                      "\\\"stopped\\\"]") "\n]\n"},
};
const int made_exports_n = sizeof made_exports / sizeof made_exports[0];
