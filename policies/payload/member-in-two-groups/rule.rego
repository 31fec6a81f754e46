package matchmark.payload.member_in_two_groups

deny contains finding if {
	some g in input.groups
	some m in g.members
	m.other_groups > 0
	finding := {"subject": input.schema, "pointer": m.pointer, "kind": g.code, "args": {"code": g.code}}
}
