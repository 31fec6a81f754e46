package matchmark.rules.phi_class_missing

deny contains finding if {
	some f in input.fields
	f.phi == "unknown"
	finding := {
		"subject": f.schema,
		"pointer": f.pointer,
		"kind": "absent",
		"args": {"name": f.name, "lacking": "does not say how sensitive it is"},
	}
}

deny contains finding if {
	some f in input.fields
	f.operational
	f.phi != "unknown"
	not f.phi in input.params.operational
	finding := {
		"subject": f.schema,
		"pointer": f.pointer,
		"kind": "operational",
		"args": {"name": f.name, "lacking": "is too sensitive for a record of our own"},
	}
}
