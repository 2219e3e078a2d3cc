# SPDX-License-Identifier: BSD-2-Clause
#
# table.awk FIGURES RESULTS, with form=table or form=json: medians, and ratios of ours to each peer's.
# FIGURES has the rows; a line of RESULTS is a name, whose it is, and a number.

FNR == 1 {
	file++
}

/^#/ {
	next
}

file == 1 {
	name[++rows] = $1
	unit[rows] = $2
	words[rows] = $0
	sub(/^[^ ]+ +[^ ]+ +/, "", words[rows])
	known[$1] = 1
	next
}

!($1 in known) {
	print "bench: no row for " $1 >"/dev/stderr"
	failed = 1
	exit 1
}

{
	if (!(($1, $2) in count)) {
		who[$1] = who[$1] " " $2
	}
	value[$1, $2, ++count[$1, $2]] = $3
}

function median(figure, whose,    n, i, j, swap, sorted) {
	n = count[figure, whose]
	for (i = 1; i <= n; i++) {
		sorted[i] = value[figure, whose, i]
		for (j = i; j > 1 && sorted[j] + 0 < sorted[j - 1] + 0; j--) {
			swap = sorted[j]
			sorted[j] = sorted[j - 1]
			sorted[j - 1] = swap
		}
	}
	return n % 2 ? sorted[(n + 1) / 2] : (sorted[n / 2] + sorted[n / 2 + 1]) / 2
}

# Of a peer's nothing there is no ratio.
function ratio(ours, theirs, none) {
	return theirs == 0 ? none : sprintf("%.2f", ours / theirs)
}

# The peers' part of a row: name, median and ratio of each.
function peers(figure, ours,    i, n, names, text, theirs, comma) {
	n = split(who[figure], names, " ")
	for (i = 1; i <= n; i++) {
		if (names[i] == "ours") {
			continue
		}
		theirs = median(figure, names[i])
		if (form == "json") {
			text = text comma sprintf("{\"name\":\"%s\",\"value\":%s,\"ratio\":%s}", names[i], theirs,
				ratio(ours, theirs, "null"))
			comma = ","
		} else {
			text = text sprintf("  %s %s (%s)", names[i], theirs, ratio(ours, theirs, "-"))
		}
	}
	return text
}

function row(i,    ours, text) {
	ours = median(name[i], "ours")
	text = peers(name[i], ours)
	if (form == "json") {
		printf "%s\n{\"name\":\"%s\",\"unit\":\"%s\",\"ours\":%s,\"peers\":[%s]}", (i > 1 ? "," : ""),
			name[i], (unit[i] == "-" ? "" : unit[i]), ours, text
	} else {
		text = sprintf("%-32s %8s %-4s", words[i], ours, (unit[i] == "-" ? "" : unit[i])) text
		sub(/ +$/, "", text)
		print text
	}
}

END {
	if (failed) {
		exit 1
	}
	if (form == "json") {
		printf "{\"v\":1,\"runs\":%d,\"figures\":[", runs
	} else {
		printf "%-32s %8s       peers in the same run (ratio); medians of %d runs\n", "", "ours", runs
	}
	for (i = 1; i <= rows; i++) {
		row(i)
	}
	if (form == "json") {
		print "\n]}"
	}
}
