/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A ceremony's script: what is reviewed, linted, dry-run, approved and hashed
 * (docs/formats/ceremony-script.md). It speaks of roles, tokens and media by name; the sheet says
 * what the names mean that day.
 *
 * A script is read whole or not at all. Everything in it is owned by it and lives until
 * script_free; lists are arrays with a count; a text that was not given is NULL. Steps are numbered
 * from 1 through all phases, in the order of the file.
 */
#ifndef CEREMONY_SCRIPT_H
#define CEREMONY_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/hash.h"
#include "ceremony/yaml.h"

struct script_words {
	size_t count;
	const char **word;
};

struct script_reference {
	const char *what; /* "policy", "profile", "previous-ceremony", "other" */
	const char *title;
	const char *where;
	struct yaml_place place;
};

/* What a role does at the sign-off. */
enum script_signing { SCRIPT_SIGNS_NOT, SCRIPT_SIGNS_PAPER, SCRIPT_SIGNS_CARD };

struct script_role {
	const char *name; /* [a-z0-9-]{1,32} */
	const char *duty;
	const char *as;               /* the role that its people have in the roster; NULL: any */
	unsigned least, most;         /* people; 1 and 1 unless given */
	struct script_words excludes; /* roles: nobody fills both */
	enum script_signing signs;
	bool always; /* must be in the room at every step */
	const char
	    *stands_for; /* "auditor", "security", "independent-witness": whom a root needs */
	struct yaml_place place;
};

/* What is there before the ceremony begins; a dry run makes it first. */
enum script_given_kind {
	SCRIPT_GIVEN_QUORUM, /* name, threshold, role of its custodians */
	SCRIPT_GIVEN_TOKEN,  /* role in the sheet, quorum, name of its binding */
	SCRIPT_GIVEN_KEY,    /* label, name of the binding, whether it may be backed up */
	SCRIPT_GIVEN_CERT,   /* of a key, self-signed, in a file */
	SCRIPT_GIVEN_BACKUP, /* of a key, from one binding to another */
	SCRIPT_GIVEN_FILE,   /* brought along: a CSR, a list of revoked certificates */
	SCRIPT_GIVEN_BUNDLE, /* the evidence of an earlier ceremony */
	SCRIPT_GIVEN__COUNT
};

struct script_given {
	enum script_given_kind kind;
	const char *name;
	unsigned threshold;
	const char *custodians; /* a role */
	const char *quorum;
	const char *binding;
	const char *to; /* a backup's other binding */
	const char *file;
	const char *sample; /* how a dry run makes the file: "csr", "crl-entries", "text" */
	const char *type;
	bool extractable;
	struct yaml_place place;
};

struct script_task {
	const char *task;
	const char *owner; /* a role */
	unsigned days;     /* before the ceremony, or after it */
	struct yaml_place place;
};

enum script_expect_kind {
	SCRIPT_EXPECT_STATUS,  /* the exit status; 0 unless given */
	SCRIPT_EXPECT_TEXT,    /* the output has it */
	SCRIPT_EXPECT_PATTERN, /* an extended regular expression matches a line of the output */
	SCRIPT_EXPECT_JSON,    /* the value at a path of the output */
	SCRIPT_EXPECT_FILE,    /* a file that was made; with a hash it has that SHA-256 */
	SCRIPT_EXPECT__COUNT
};

struct script_expect {
	enum script_expect_kind kind;
	int status;
	/* The text; the pattern; the value (a text as it is, else as JSON writes it); the hash, or
	 * NULL. With ${names}. */
	const char *text;
	const char *path; /* "key.public_hash", "checks.0.actual"; or the file's name */
	struct yaml_place place;
};

/* What is written down by hand on the day, and becomes part of the record. */
enum script_record_kind {
	SCRIPT_RECORD_TEXT,
	SCRIPT_RECORD_NUMBER,
	SCRIPT_RECORD_TIME,   /* HH:MM, or YYYY-MM-DD HH:MM */
	SCRIPT_RECORD_HASH,   /* 64 hexadecimal digits */
	SCRIPT_RECORD_STOW,   /* a thing into a bag: "BAG, SAFE"; an event of the roster, too */
	SCRIPT_RECORD_UNSTOW, /* out of it: "BAG, yes", whole; "BAG, no"; likewise */
	SCRIPT_RECORD_ACKNOWLEDGEMENT, /* a person signed for something on paper */
	SCRIPT_RECORD_ACCESS,          /* an entry of the access log of a room or safe */
	SCRIPT_RECORD__COUNT
};

struct script_record {
	enum script_record_kind kind;
	const char *name;  /* [a-z0-9-], unique in its step; ${step-id.name} is its value later */
	const char *label; /* what is asked */
	const char *about; /* the thing or role that it is about; ${names} */
	const char
	    *pattern; /* an extended regular expression that it must match whole; NULL: any */
	const char *example; /* what a rehearsal writes down */
	struct yaml_place place;
};

struct script_choice {
	const char *word;
	const char *text;
	const char *to; /* the id of the step that follows; NULL: the next one */
};

/* Whom a word of 'confirm' names: "auditor", anybody in that role; "custodian.2", the second. */
struct script_seat {
	char role[33];
	unsigned nth; /* in the order of the sheet, from 1; 0: anybody */
};
struct script_seat script_seat(const char *word);

/* A step with a command expects a status first of all. */
struct script_step {
	unsigned number;
	const char *id; /* [a-z0-9-]{1,32} */
	const char *title;
	const char *instruction;
	struct script_words
	    command;           /* its first word is "quorate" or a program; no shell; none: 0 */
	const char *directory; /* reserved; NULL */
	struct script_words practice; /* what stands in for the command in a dry run; none: 0 */
	struct script_expect *expects;
	size_t expect_count;
	struct script_words present; /* roles beside those that always are */
	struct script_words confirm; /* seats, of which one person each agrees to what was seen */
	struct script_record *records;
	size_t record_count;
	const char *question; /* a decision point: then choices */
	struct script_choice *choices;
	size_t choice_count;
	struct script_words
	    uses; /* beyond what the command shows: "key:root-ca", "file:root.pem" */
	struct script_words makes;
	bool never_skip;
	unsigned minutes;   /* the estimate */
	unsigned timeout_s; /* of the command; 900 unless given */
	size_t phase;       /* index */
	struct yaml_place place;
};

struct script_phase {
	const char *title;
	size_t first; /* index of its first step */
	size_t count;
	struct yaml_place place;
};

/* An open session of a quorum over some of the steps, so that one gathering serves them. */
struct script_session {
	const char *quorum;
	unsigned first, last; /* numbers of steps */
	unsigned minutes;     /* its bound; 60 unless given */
	struct yaml_place place;
};

struct script {
	uint8_t hash[SHA256_SIZE]; /* of the file's bytes */
	const char *name;          /* [a-z0-9-]{1,32} */
	const char *title;
	const char *purpose;
	const char *kind; /* "root" has rules of its own; "other" */
	struct script_reference *references;
	size_t reference_count;
	struct script_role *roles;
	size_t role_count;
	struct script_given *givens;
	size_t given_count;
	struct script_task *preparation, *afterwards;
	size_t preparation_count, afterwards_count;
	struct script_phase *phases;
	size_t phase_count;
	struct script_step *steps;
	size_t step_count;
	struct script_session *sessions;
	size_t session_count;
	struct script_words sign_off; /* roles, in order */
	bool video;                   /* the whole of it is filmed */
	char *bytes;                  /* the file as it was read */
	size_t len;
	struct arena *arena;
};

/*
 * ERR_FORMAT names file, line and column of what is no YAML, or not as the format says; nothing is
 * guessed. Whether it makes sense is lint's business (ceremony/lint.h).
 */
MUST_CHECK enum err script_read(const char *path, struct script **out, struct err_trace *trace);
MUST_CHECK enum err script_parse(
    const char *file, const char *bytes, size_t len, struct script **out, struct err_trace *trace);
void script_free(struct script *script); /* NULL is fine */

/* NULL when there is none. */
const struct script_role *script_role(const struct script *script, const char *name);
const struct script_step *script_step(const struct script *script, const char *id);

const char *script_given_word(enum script_given_kind kind);
const char *script_record_word(enum script_record_kind kind);
const char *script_signing_word(enum script_signing signing);

#endif
