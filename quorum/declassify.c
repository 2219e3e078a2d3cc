/* SPDX-License-Identifier: BSD-2-Clause */
#include "quorum/declassify.h"

#ifdef QUORUM_CT
#include <valgrind/memcheck.h>
#endif

void
declassify(const void *bytes, size_t len)
{
#ifdef QUORUM_CT
	(void)VALGRIND_MAKE_MEM_DEFINED(bytes, len);
#else
	(void)bytes;
	(void)len;
#endif
}
