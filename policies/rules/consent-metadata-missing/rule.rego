package matchmark.rules.consent_metadata_missing

# The facts say which items each schema would accept a consent without.
deny contains finding if {
	some s in input.schemas
	s.consent.bearing
	some item in s.consent.missing
	finding := {"subject": s.id, "pointer": s.consent.anchor, "kind": item, "args": {"item": item}}
}
