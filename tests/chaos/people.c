/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/chaos/people.h"

#include <stddef.h>

#include "virtual-cards/robot_pin.h"

enum err
people_pin(const char *serial, struct secret **out, struct err_trace *trace)
{
	const struct robot_pin pin = { .kind = serial == NULL ? "token" : "card",
		.name = serial == NULL ? "" : serial };

	return robot_pin_derive(&pin, out, trace);
}
