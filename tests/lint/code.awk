# SPDX-License-Identifier: BSD-2-Clause
# Prints "file:line:code" with each comment taken out and each text emptied to "", so that what is
# said about a function is not taken for its use.
FNR == 1 { in_comment = 0 }
{
	rest = $0
	code = ""
	while (rest != "") {
		if (in_comment) {
			end = index(rest, "*/")
			if (end == 0)
				break
			rest = substr(rest, end + 2)
			in_comment = 0
		} else if (match(rest, /^"([^"\\]|\\.)*"/)) {
			# The name in an include is no text.
			code = code (code ~ /^[ \t]*#[ \t]*include/ ? substr(rest, 1, RLENGTH) : "\"\"")
			rest = substr(rest, RLENGTH + 1)
		} else if (match(rest, /^'([^'\\]|\\.)+'/)) {
			code = code "''"
			rest = substr(rest, RLENGTH + 1)
		} else if (substr(rest, 1, 2) == "/*") {
			in_comment = 1
			rest = substr(rest, 3)
		} else {
			code = code substr(rest, 1, 1)
			rest = substr(rest, 2)
		}
	}
	print FILENAME ":" FNR ":" code
}
