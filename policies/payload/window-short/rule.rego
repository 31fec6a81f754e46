package matchmark.payload.window_short

# The number of years is a floor: a window that reaches further back is never wrong.
deny contains finding if {
	some w in input.windows
	w.result == "complete"
	w.length == "known"
	w.full_years < input.params.years
	finding := {"subject": input.schema, "pointer": w.pointer, "kind": "short", "args": {"why": "reaches back too short"}}
}

deny contains finding if {
	some w in input.windows
	w.result == "complete"
	w.gaps > 0
	finding := {"subject": input.schema, "pointer": w.gaps_pointer, "kind": "gaps", "args": {"why": "has gaps"}}
}
