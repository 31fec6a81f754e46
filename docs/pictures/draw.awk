# Draws the text of a terminal as an SVG: awk -v command='matchmark check' -f draw.awk < output > picture.svg
# Only the first word of a line decides its colour; every coloured word says the same without it.

# Runs of blanks are written as no-break spaces: browsers differ in what they keep of others.
function safe(text) { gsub(/  /, "\302\240\302\240", text); gsub(/&/, "\\&amp;", text); gsub(/</, "\\&lt;", text); gsub(/>/, "\\&gt;", text); return text }

function colour(text) {
  if (text ~ /^(error|fault)\[|^(NO-GO|ERROR) /) return "#ff8a80"
  if (text ~ /^(undecided|warning)\[|^(UNDECIDED|EMPTY) /) return "#ffd166"
  if (text ~ /^GO /) return "#7ee787"
  if (text ~ /^ *\|  *\^+$/) return "#ff8a80"
  return "#e6edf3"
}

BEGIN { widest = length("$ " command); lines[0] = "$ " command; count = 1 }
{ lines[count++] = $0; if (length($0) > widest) widest = length($0) }

END {
  width = int(widest * 8.43) + 40; height = count * 19 + 34
  printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\">\n", width, height, width, height
  printf "<title>%s</title>\n<rect width=\"100%%\" height=\"100%%\" rx=\"8\" fill=\"#0d1117\"/>\n", safe("$ " command)
  print "<g font-family=\"ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace\" font-size=\"14\">"
  for (i = 0; i < count; i++) {
    if (lines[i] == "") continue
    fill = i == 0 ? "#79c0ff" : colour(lines[i])
    printf "<text x=\"20\" y=\"%d\" fill=\"%s\">%s</text>\n", 30 + i * 19, fill, safe(lines[i])
  }
  print "</g>\n</svg>"
}
