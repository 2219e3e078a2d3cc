/* SPDX-License-Identifier: BSD-2-Clause */
/* Files that come with the program: of its installation, or of its build tree. */
#ifndef CLI_INSTALLED_H
#define CLI_INSTALLED_H

#include "base/err.h"

enum { INSTALLED_PATH = 600 };

/* share/quorate/NAME, or FOLDER/NAME of the build tree. ERR_ABSENT: the installation is not whole.
 */
MUST_CHECK enum err installed_find(
    const char *name, const char *folder, char out[INSTALLED_PATH], struct err_trace *trace);

#endif
