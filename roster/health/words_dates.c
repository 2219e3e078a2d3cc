/* SPDX-License-Identifier: BSD-2-Clause */
/* Tokens, dates and the roster itself. */
#include "roster/health/words.h"

SAY(say_operation_pending)
{
	char since[WORDS_TIME];

	say(out, "'%s' was begun on %s and is not finished",
	    roster_operation_word(judgement->facts->operation), words_time(finding->since, since));
	say_next(out, "quorate quorum resume %s --by NAME", judgement->facts->name);
}

SAY(say_old_generation)
{
	say(out, "token '%s' still opens with an older generation than %u",
	    judgement->facts->binding[finding->other].name, judge_newest(judgement)->number);
	say_next(out, "quorate quorum resume %s --by NAME", judgement->facts->name);
}

SAY(say_software_token)
{
	say(out, "token '%s' is a SOFTWARE TOKEN: whoever copies its files has its keys",
	    judgement->facts->binding[finding->other].name);
}

SAY(say_no_token)
{
	(void)finding;
	say(out, "no token is bound to quorum '%s'", judgement->facts->name);
	say_next(out, "quorate token bind %s --name BINDING --by NAME", judgement->facts->name);
}

SAY(say_acknowledgement)
{
	const struct fact_share *share = words_share(judgement, finding);
	char date[WORDS_TIME];

	say(out, "the acknowledgement that %s signed ended on %s", share->custodian.name,
	    words_date(finding->since, date));
	say_next(out, "quorate person appoint %s --appointed-by TEXT --acknowledged DATE --by NAME",
	    share->custodian.name);
}

SAY(say_recovery_test)
{
	char date[WORDS_TIME];

	(void)judgement;
	say(out, "a recovery test is due since %s", words_date(finding->due, date));
	say_next(out, "rehearse docs/recover-by-hand.md with the backup, and record it");
}

SAY(say_key_backup)
{
	const struct fact_key *key = &judgement->facts->key[finding->other];
	char date[WORDS_TIME];

	if (key->verified != 0)
		say(out,
		    "the last backup of key '%s' (token '%s') was verified on %s, too long ago",
		    key->label, key->name, words_date(key->verified, date));
	else
		say(out, "key '%s' (token '%s') has %s", key->label, key->name,
		    key->backed_up ? "a backup that was never verified" : "no backup");
	if (!key->backed_up)
		say_next(out,
		    "quorate backup create %s --key '%s' --from %s --to BINDING --by A,B; or, by "
		    "the "
		    "HSM's own tool, quorate backup record %s --key KEY --what TEXT --place TEXT "
		    "--by "
		    "NAME",
		    judgement->facts->name, key->label, key->name, judgement->facts->name);
	else if (key->backup[0] == '\0')
		say_next(out, "quorate backup verify %s --key '%s' --token BINDING --by A,B",
		    judgement->facts->name, key->label);
	else
		say_next(out, "quorate backup verify %s --key '%s' --from %s --to BINDING --by A,B",
		    judgement->facts->name, key->label, key->backup);
}

SAY(say_date)
{
	const struct roster_date *date = &judgement->facts->date[finding->other];
	char text[WORDS_TIME];

	say(out, "%s '%.120s' %s on %s", roster_date_row(date->kind)->what, date->subject,
	    finding->count != 0 ? "ended" : "ends", words_date(finding->due, text));
	say_next(out, "%s", roster_date_row(date->kind)->todo);
}

SAY(say_no_checkpoint)
{
	(void)judgement;
	(void)finding;
	say(out, "no card has signed the roster's head: nothing pins its past to people");
	say_next(out, "quorate roster checkpoint %s --by NAME", judgement->facts->name);
}

SAY(say_stale_news)
{
	char date[WORDS_TIME];

	(void)judgement;
	say(out, "another installation's last news is of %s: what it did since is not judged here",
	    words_date(finding->since, date));
	say_next(out,
	    "quorate roster pack FILE on the other one, quorate roster take FILE --by NAME here");
}

SAY(say_one_installation)
{
	const struct fact_generation *newest = judge_newest(judgement);

	(void)finding;
	out->generation = newest->number;
	say(out, "no other installation is known to have heard of generation %u", newest->number);
	say_next(out,
	    "quorate roster pack FILE here, quorate roster take FILE --by NAME on the other one");
}
