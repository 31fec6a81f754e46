package matchmark.payload.consent_period

deny contains finding if {
	some c in input.consents
	not c.period.state in {"covers", "unknown"}
	finding := {"subject": input.schema, "pointer": c.period.pointer, "kind": c.period.state, "args": {"state": c.period.state}}
}
