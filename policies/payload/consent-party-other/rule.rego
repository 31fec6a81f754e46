package matchmark.payload.consent_party_other

deny contains finding if {
	some c in input.consents
	some p in c.parties
	p.named == "no"
	finding := {"subject": input.schema, "pointer": p.pointer, "kind": p.role, "args": {"role": p.role}}
}
