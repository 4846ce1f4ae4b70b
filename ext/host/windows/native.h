/* native.h -- what ntdll has and the headers of mingw-w64 do not declare.
 *
 * Source: Windows Driver Kit documentation of NtCreateFile, NtQueryInformationFile and of the classes
 * below.
 */
#ifndef SVCQL_WINDOWS_NATIVE_H
#define SVCQL_WINDOWS_NATIVE_H

#include <windows.h>
#include <winternl.h>

#ifndef OBJ_DONT_REPARSE
#define OBJ_DONT_REPARSE 0x1000 /* Windows 10 1607; earlier ones ignore it */
#endif
#ifndef FILE_OPEN_NO_RECALL
#define FILE_OPEN_NO_RECALL 0x00400000 /* nothing is fetched from a cloud or a tape */
#endif

/* Tags of links have this bit: the name stands for another one (MS-FSCC 2.1.2.1). */
#define TAG_IS_NAME(tag) (((tag)&0x20000000) != 0)

#endif
