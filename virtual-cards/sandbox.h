/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sandbox: a place where no command can reach a real reader, a real HSM or a real roster, and
 * where everything that a ceremony needs is at hand. It consists of private mount, network, PID
 * and IPC namespaces (and, without root, a user namespace) around one folder:
 *
 *	cards/NAME.card   virtual cards          tokens/       SoftHSM's tokens
 *	inserted/INDEX    which card is where    roster/       the practice roster
 *	readers           one line a reader      home/         HOME and the XDG folders
 *	robot/            what the robot knows   pcscd.log     the private pcscd's words
 *
 * Without --dir the folder lives in memory and vanishes with the last process, even after SIGKILL.
 */
#ifndef VIRTUAL_CARDS_SANDBOX_H
#define VIRTUAL_CARDS_SANDBOX_H

#include <stdbool.h>

/* The folder's own path is at most SANDBOX_DIR long, so that every path below it fits. */
enum { SANDBOX_DIR = 200, SANDBOX_PATH = 512 };

struct sandbox {
	char dir[SANDBOX_DIR];       /* $QUORATE_SANDBOX, absolute */
	char programs[SANDBOX_PATH]; /* the folder of this program and its sisters */
	bool in_memory;              /* no --dir: a tmpfs holds `dir` */
};

/* Where the private /run keeps a sandbox that nobody asked to keep. */
#define SANDBOX_IN_MEMORY "/run/quorate-sandbox"

#endif
