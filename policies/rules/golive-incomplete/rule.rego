package matchmark.rules.golive_incomplete

deny contains finding if {
	some partner in input.partners
	some item in partner.failure.missing
	finding := {
		"subject": partner.id,
		"pointer": partner.failure.pointer,
		"kind": item,
		"args": {"lacking": item},
	}
}

deny contains finding if {
	some partner in input.partners
	partner.failure.fallback == "unknown"
	finding := {
		"subject": partner.id,
		"pointer": partner.failure.pointer,
		"kind": "fallback",
		"args": {"lacking": "what is done for a member meanwhile"},
	}
}

deny contains finding if {
	some partner in input.partners
	partner.contract == false
	finding := {
		"subject": partner.id,
		"pointer": "",
		"kind": "no-contract",
		"args": {"lacking": "a contract"},
	}
}

deny contains finding if {
	some partner in input.partners
	partner.telemetry == "unknown"
	finding := {
		"subject": partner.id,
		"pointer": "",
		"kind": "telemetry",
		"args": {"lacking": "how its calls are watched"},
	}
}

deny contains finding if {
	some partner in input.partners
	partner.escalation == "unknown"
	finding := {
		"subject": partner.id,
		"pointer": "",
		"kind": "escalation",
		"args": {"lacking": "whom to wake"},
	}
}
