/* service_value.h -- the values of a Services key whose numbers and bytes have names.
 *
 * Sources: [MS-SCMR] 2.2 (service types, start types, failure actions, triggers), winsvc.h.
 */
#ifndef SVCQL_SERVICE_VALUE_H
#define SVCQL_SERVICE_VALUE_H

#include <stddef.h>
#include <stdint.h>

#include "formats/text/buffer.h"

enum { SERVICE_DRIVER_TYPES = 0x0f }; /* bits of Type that make it a driver of some kind */

/* Names as osquery has them, "OWN_PROCESS(Interactive)", "AUTO_START"; NULL for numbers without
 * one. */
const char *service_type_name(int64_t type);
const char *service_start_name(int64_t start);
const char *service_error_control_name(int64_t error_control);
const char *service_sid_type_name(int64_t type);
const char *service_protection_name(int64_t launch_protected);

/* Append FailureActions as JSON:
 * {"reset_period":86400,"actions":[{"type":"restart","delay":60000}]}; the period is in seconds,
 * null for never, delays in milliseconds. 0 or -EBADMSG. */
int service_put_failure_actions(struct buffer *json, const uint8_t *data, size_t size);

/* "device_interface_arrival"; NULL for a number without a name. */
const char *service_trigger_name(int64_t type);
const char *service_trigger_action_name(int64_t action);

/* Append a GUID, 16 bytes, as {8-4-4-4-12}. */
void service_put_guid(struct buffer *text, const uint8_t guid[16]);

#endif
