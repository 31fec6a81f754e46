package matchmark.rules.notice_too_short

deny contains finding if {
	some one in input.deprecations
	some window in one.partners
	window.enough == false
	finding := {
		"subject": one.entry,
		"pointer": one.pointer,
		"kind": window.partner,
		"args": {"schema": one.schema, "days": one.notice_days, "partner": window.partner, "required": window.required_days},
	}
}
