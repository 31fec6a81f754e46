package matchmark.rules.sla_incomplete

deny contains finding if {
	some sla in input.slas
	some promise in sla.missing
	finding := {
		"subject": sla.file,
		"pointer": "",
		"kind": promise,
		"args": {"sla": sla.id, "lacking": "says nothing of", "promise": promise},
	}
}

deny contains finding if {
	some sla in input.slas
	sla.shared_responsibilities == false
	finding := {
		"subject": sla.file,
		"pointer": "",
		"kind": "responsibilities",
		"args": {"sla": sla.id, "lacking": "does not say whose duties are whose:", "promise": "shared responsibilities"},
	}
}
