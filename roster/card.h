/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cards. Enrolment is two events: begun, when the physical card is known but has no keys yet (a
 * crash leaves it so, and enrolment can go on), and enrolled, when the keys that were made on it
 * are known. The short name is given when it begins and is never given again.
 */
#ifndef ROSTER_CARD_H
#define ROSTER_CARD_H

#include "roster/roster.h"

enum roster_card_state {
	ROSTER_CARD_BEGUN,     /* enrolment begun; no keys known */
	ROSTER_CARD_ENROLLED,  /* keys known */
	ROSTER_CARD_ABANDONED, /* enrolment given up, or the card was enrolled anew */
	ROSTER_CARD_STATE__COUNT
};

/* Whose admin PIN the card has. Escrow is stored before the PIN changes (rule 6). */
enum roster_admin_pin {
	ROSTER_ADMIN_PIN_OWN,      /* the card's own, typed or the factory's */
	ROSTER_ADMIN_PIN_ESCROWED, /* the new one is escrowed; the card may have either */
	ROSTER_ADMIN_PIN_CHANGED,  /* the card has the escrowed one */
	ROSTER_ADMIN_PIN_UNKNOWN,  /* adopted: what was escrowed is lost with the old roster */
	ROSTER_ADMIN_PIN__COUNT
};

/* Which PIN of a card was changed. */
enum roster_card_pin { ROSTER_CARD_PIN_USER, ROSTER_CARD_PIN_ADMIN, ROSTER_CARD_PIN__COUNT };

/* What is known of a card's user PIN. */
enum roster_pin_state {
	ROSTER_PIN_KNOWN,
	ROSTER_PIN_UNPROVEN, /* new since it was blocked or forgotten; no proof since */
	ROSTER_PIN_UNKNOWN,  /* its custodian said so */
	ROSTER_PIN_BLOCKED,  /* a visit saw that no try is left */
	ROSTER_PIN__COUNT
};

/* What people report of a card (card_report.h). */
enum roster_report {
	ROSTER_REPORT_NONE,
	ROSTER_REPORT_LOST,
	ROSTER_REPORT_STOLEN,
	ROSTER_REPORT_FOUND, /* after it was lost: suspected, never ready */
	ROSTER_REPORT_SUSPECTED,
	ROSTER_REPORT_DAMAGED,
	ROSTER_REPORT_DESTROYED,
	ROSTER_REPORT_PIN_UNKNOWN,
	ROSTER_REPORT__COUNT
};

struct roster_card {
	struct roster_id id;
	char name[ROSTER_SHORT_NAME]; /* "root/2" */
	char quorum[ROSTER_NAME];     /* "root": for which it was enrolled; need not exist */
	unsigned number;              /* 2 */
	char serial[ROSTER_TEXT];
	struct roster_id custodian;
	enum roster_card_state state;
	char family[32]; /* "openpgp" */
	char model[ROSTER_TEXT];
	char firmware[ROSTER_TEXT];
	char atr[2 * 33 + 1]; /* hex */
	bool resettable;      /* by its life cycle: the share need not wait for others (rule 6) */
	/* From here on once enrolled: */
	struct roster_hash fingerprint;
	uint8_t dec[ROSTER_POINT_SIZE];
	uint8_t sig[ROSTER_POINT_SIZE];
	bool receipt_confirmed; /* two people compared the words of the receipt with the card */
	enum roster_admin_pin admin_pin;
	int64_t begun;
	int64_t enrolled;
	int64_t ended;       /* when it was abandoned, 0: not */
	int64_t proven;      /* last proof that card and PIN work, 0 for none */
	unsigned tries_left; /* of the user PIN, as last seen */
	enum roster_pin_state pin_state;
	enum roster_report report; /* the last one of the card itself, not of its PIN */
	int64_t reported;          /* when that came in, 0 for none */
	int64_t exposed;           /* since when it counts as exposed, 0: it does not */
};

struct roster_card_begin {
	const char *quorum; /* the name that its short name begins with: [a-z0-9-]{1,32} */
	const char *serial;
	struct roster_id custodian;
	const char *family;
	const char *model;
	const char *firmware;
	const char *atr; /* hex */
	bool resettable;
};

/*
 * Begins the enrolment: draws the id and the next free short name. ERR_NOT_NOW when an enrolment of
 * the same serial is pending (find it and go on), or when the card holds a share of a live
 * generation (rule 5); an older enrolment of the serial is abandoned by this one.
 */
MUST_CHECK enum err roster_card_begin(struct roster *roster, const struct roster_card_begin *begin,
    struct roster_card *out, struct err_trace *trace);

/*
 * The keys that were made on the card. ERR_ARGUMENT unless `fingerprint` is SHA-256(dec ‖ sig) and
 * both are points of P-256; ERR_NOT_NOW unless begun.
 */
struct roster_card_keys {
	uint8_t dec[ROSTER_POINT_SIZE];
	uint8_t sig[ROSTER_POINT_SIZE];
	struct roster_hash fingerprint;
};
MUST_CHECK enum err roster_card_enrol(struct roster *roster, const struct roster_id *card,
    const struct roster_card_keys *keys, struct err_trace *trace);

MUST_CHECK enum err roster_card_abandon(struct roster *roster, const struct roster_id *card,
    const char *reason, struct err_trace *trace);

/* Two different people compared the receipt's words with the card. */
MUST_CHECK enum err roster_card_confirm_receipt(struct roster *roster, const struct roster_id *card,
    const struct roster_id people[2], struct err_trace *trace);

/* Only forwards: own, escrowed, changed. (A later escrow of a changed PIN: escrowed again.) */
MUST_CHECK enum err roster_card_set_admin_pin(struct roster *roster, const struct roster_id *card,
    enum roster_admin_pin state, struct err_trace *trace);

/* Changed by who knew it, or (`unblocked`) set anew behind M other cards: then the card counts only
 * after a proof. */
struct roster_pin_change {
	enum roster_card_pin pin;
	bool unblocked;
};
MUST_CHECK enum err roster_card_pin_changed(struct roster *roster, const struct roster_id *card,
    const struct roster_pin_change *change, struct err_trace *trace);

MUST_CHECK enum err roster_card_get(struct roster *roster, const struct roster_id *id,
    struct roster_card *out, struct err_trace *trace);
/* The present record of a physical card: never an abandoned one. */
MUST_CHECK enum err roster_card_by_serial(
    struct roster *roster, const char *serial, struct roster_card *out, struct err_trace *trace);
/* "root/2" */
MUST_CHECK enum err roster_card_by_name(
    struct roster *roster, const char *name, struct roster_card *out, struct err_trace *trace);
/* The newest enrolled card of a custodian for a quorum's name. */
MUST_CHECK enum err roster_card_of(struct roster *roster, const char *quorum,
    const struct roster_id *custodian, struct roster_card *out, struct err_trace *trace);

/* All, or those enrolled for one quorum's name; by name and number; free() *out. */
MUST_CHECK enum err roster_card_list(struct roster *roster, const char *quorum_or_null,
    struct roster_card **out, size_t *count, struct err_trace *trace);

#endif
