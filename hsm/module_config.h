/* SPDX-License-Identifier: BSD-2-Clause */
/* How a name becomes the path of a module: see hsm/module.h for the rules. */
#ifndef HSM_MODULE_CONFIG_H
#define HSM_MODULE_CONFIG_H

#include <stdbool.h>

#include "hsm/module.h"

bool module_config_is_name(const char *text);

/* ERR_ABSENT, with the file to write a line into, when nothing has the name; free() *path. */
MUST_CHECK enum err module_config_path(const char *name, char **path, struct err_trace *trace);

/* The name that means this path, or ERR_ABSENT; links are followed before they are compared. */
MUST_CHECK enum err
module_config_name(const char *path, char name[MODULE_NAME], struct err_trace *trace);

/* The profile that a name's line says, "" where it says none; ERR_ABSENT as above. */
MUST_CHECK enum err
module_config_profile(const char *name, char profile[MODULE_NAME], struct err_trace *trace);

#endif
