/* make_dbus.h -- a D-Bus reply as a service manager's GetAll gives it: types "a{sv}". */
#ifndef SVCQL_MAKE_DBUS_H
#define SVCQL_MAKE_DBUS_H

#include "formats/text/buffer.h"

/* Type: s "simple"; MainPID: u 7; ExecStart: a(sasbttttuii) of /bin/sh -c x; Odd: a{s(uv)}. */
void make_dbus_reply(struct buffer *out);

#endif
