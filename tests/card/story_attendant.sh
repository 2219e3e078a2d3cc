#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The sandbox's robot, overheard: what is asked and told is written to $STORY_ASKED. Lines of the
# file $STORY_NEW_PINS, where it is set, are typed for the first new PINs that are asked for. Where
# $STORY_KILLS is part of a question, who asks is killed, or $STORY_DOES instead.
set -eu

pipes=$(mktemp -d)
mkfifo "$pipes/asks" "$pipes/answers"
quorate-robot <"$pipes/asks" >"$pipes/answers" &
exec 3<"${STORY_NEW_PINS:-/dev/null}" 4>"$pipes/asks" 5<"$pipes/answers"
rm -r "$pipes"
while IFS= read -r line; do
	printf '%s\n' "$line" >>"$STORY_ASKED"
	case $line in
	*"${STORY_KILLS:-no such question}"*) eval "${STORY_DOES:-kill -9 $PPID}" ;;
	esac
	case $line in
	'{"ask":"pin","for":"new"'*)
		if IFS= read -r pin <&3; then
			printf '%s\n' "$pin"
			continue
		fi
		;;
	esac
	printf '%s\n' "$line" >&4
	case $line in
	'{"ask"'*)
		IFS= read -r answer <&5 || exit 0
		printf '%s\n' "$answer"
		;;
	esac
done
