package matchmark.payload.prior_authorization_excluded

deny contains finding if {
	some a in input.authorizations
	a.decision == "denied"
	finding := {"subject": input.schema, "pointer": a.pointer, "kind": "denied", "args": {"what": "denied"}}
}

deny contains finding if {
	some a in input.authorizations
	a.drug
	finding := {"subject": input.schema, "pointer": a.drug_pointer, "kind": "drug", "args": {"what": "for a drug"}}
}
