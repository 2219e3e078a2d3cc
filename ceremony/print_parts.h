/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of a printed script, for print.c alone. */
#ifndef CEREMONY_PRINT_PARTS_H
#define CEREMONY_PRINT_PARTS_H

#include "ceremony/form.h"
#include "ceremony/print.h"

struct print {
	const struct print_input *input;
	const struct script *script;
	const struct sheet *sheet;
	struct form form;
	bool bare; /* the row before has no frame, so that the next one needs space */
};

/* print_steps.c */
MUST_CHECK enum err print_steps(struct print *print, struct err_trace *trace);

/* print_tables.c: who, with what, and what is done before and after. */
void print_cover(struct print *print);
void print_roles(struct print *print);
void print_devices(struct print *print);
void print_tasks(struct print *print);
void print_afterwards(struct print *print);

/* print_blanks.c: what is written by hand. */
void print_approval(struct print *print);
void print_exceptions(struct print *print);
void print_attendance(struct print *print);
void print_signatures(struct print *print);

/* "Alice Ash, Bob Birch (deputy: Carol Cole)"; "" when the sheet names nobody. */
const char *print_person(struct print *print, const struct sheet_person *person);
const char *print_people(struct print *print, const char *role);

#endif
