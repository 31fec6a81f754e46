package matchmark.payload.assertion_long_lived

deny contains finding if {
	some a in input.assertions
	a.life == "known"
	a.life_seconds > input.params.most_seconds
	finding := {"subject": input.schema, "pointer": a.pointer, "kind": "long", "args": {"how": "longer than the guide allows"}}
}

deny contains finding if {
	some a in input.assertions
	a.life == "known"
	a.life_seconds <= 0
	finding := {"subject": input.schema, "pointer": a.pointer, "kind": "none", "args": {"how": "not at all: it ends before it begins"}}
}
