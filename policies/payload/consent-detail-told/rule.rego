package matchmark.payload.consent_detail_told

deny contains finding if {
	some g in input.groups
	some d in g.consent_details
	finding := {"subject": input.schema, "pointer": d.pointer, "kind": d.form, "args": {"form": d.form}}
}
