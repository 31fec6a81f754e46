package matchmark.rules.semantics_missing

deny contains finding if {
	some f in input.fields
	f.semantics.state == "absent"
	finding := {
		"subject": f.schema,
		"pointer": f.pointer,
		"kind": "absent",
		"args": {"name": f.name, "lacking": "does not say what it means"},
	}
}

deny contains finding if {
	some f in input.fields
	f.semantics.state == "restates-name"
	finding := {
		"subject": f.schema,
		"pointer": f.pointer,
		"kind": "restates-name",
		"args": {"name": f.name, "lacking": "only repeats its name"},
	}
}

deny contains finding if {
	some f in input.fields
	f.semantics.state == "says-more"
	f.semantics.adds < input.params.words
	finding := {
		"subject": f.schema,
		"pointer": f.pointer,
		"kind": "thin",
		"args": {"name": f.name, "lacking": "says hardly more than its name"},
	}
}
